"""A report as a message: what mail servers and mail programs make of it, whatever stands in it."""

import email
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.integrations.smtp.message import Inline, Parts, compose, message_id
from inventory.mail import Address
from tests.agent.integrations.smtp.acceptance import complaints, content, shape
from tests.agent.integrations.smtp.reports import ANN, AT, PDF, SENDER, envelope, parts, png

PLAIN: dict[str, Any] = {"html": "<p>x</p>", "text": "x", "inline": ()}
HOSTILE = st.text(st.characters(codec="utf-8"), max_size=300) | st.sampled_from(
    [
        "x\r\nBcc: eve@evil.example", "x\nBcc: eve@evil.example", "x\rBcc: eve@evil.example", "x\r\n\r\n<script>",
        "x\u2028Bcc: y", "x\x0bBcc: y", "x\x85Bcc: y", "\r\n", "", "=?utf-8?q?=0D=0ABcc=3A_y?=", "=?x", "?=",
        '"quoted" \\ name', "a,b;c:d", "<eve@evil.example>", "Ann <eve@evil.example>", "x" * 500, "ä" * 500,
        "word " * 100, "\u202eevil", "=_x", "--=_x", "Grüße " * 30, "日本" * 100, "👩‍👩‍👧" * 40, ".", "From me",
    ]
)  # fmt: skip


def read(message: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(message, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({}, ["multipart/alternative", ["text/plain", ["multipart/related", ["text/html", "image/png"]]]]),
        (PLAIN, ["multipart/alternative", ["text/plain", "text/html"]]),
        (
            {**PLAIN, "pdf": PDF},
            ["multipart/mixed", [["multipart/alternative", ["text/plain", "text/html"]], "application/pdf"]],
        ),
        (
            {
                "html": """<img src='cid:a' alt="x"><img src="cid:b" alt="x">""",
                "text": "x",
                "inline": (Inline("a", png()), Inline("b", png(2, 2))),
                "pdf": PDF,
            },
            [
                "multipart/mixed",
                [
                    [
                        "multipart/alternative",
                        ["text/plain", ["multipart/related", ["text/html", "image/png", "image/png"]]],
                    ],
                    "application/pdf",
                ],
            ],
        ),
    ],
)
def test_a_sound_message_of_every_shape(changed: dict[str, Any], kinds: list[Any]) -> None:
    message = compose(parts(**changed), envelope())
    assert complaints(message) == []
    assert shape(read(message)) == kinds


def test_the_fields() -> None:
    parsed = read(compose(parts(language="pt-BR"), envelope()))
    identity = envelope().message_id
    assert {name: str(value) for name, value in parsed.items() if name != "Content-Type"} == {
        "From": "Harbour Help Desk <reports@agency.example>",
        "To": "Ann Köster <ann@shop.example>",
        "Reply-To": "help@agency.example",
        "Subject": "Harbour Books: 2 things need you",
        "Date": "Mon, 15 Dec 2025 08:30:00 +0100",
        "Message-ID": f"<{identity}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": "<https://agency.example/reports/harbour>,"
        " <mailto:reports@agency.example?subject=unsubscribe%20harbour>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Content-Language": "pt-BR",
        "MIME-Version": "1.0",
    }


def test_the_same_report_is_the_same_bytes_and_another_one_is_not() -> None:
    assert compose(parts(), envelope()) == compose(parts(), envelope())
    others = {
        compose(parts(), envelope()),
        compose(parts(text="x"), envelope()),
        compose(parts(), envelope(date=AT + timedelta(1))),
    }
    assert len(others) == 3


def test_pictures_have_names_that_no_other_message_has() -> None:
    made = parts(html="<img src='cid:logo@x.example'>", text="", inline=(Inline("logo@x.example", png()),))
    first, second = (read(compose(made, envelope(message_id=f"{one}@agency.example"))) for one in ("a", "b"))
    shown = [re.findall("cid:[^\"']+", content(one, "text/html")) for one in (first, second)]
    assert shown == [["cid:logo.at.x.example.a@agency.example"], ["cid:logo.at.x.example.b@agency.example"]]


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_text_adds_a_field_or_is_lost(subject: str, name: str, sender: str) -> None:
    assume("siterounds" not in f"{subject} {name} {sender}".lower())  # it would be theirs, not ours
    to, by = Address(name, ANN.email), Address(sender, SENDER.email)
    message = compose(parts(subject=subject), envelope(sender=by, recipient=to))
    assert complaints(message) == []
    parsed = read(message)
    assert parsed["To"].addresses[0].addr_spec == ANN.email
    assert parsed["From"].addresses[0].addr_spec == SENDER.email
    simple = re.compile(r"[A-Za-z0-9äß日本?=.,;:<>@\\\"-]+( [A-Za-z0-9äß日本?=.,;:<>@\\\"-]+)*")
    if len(subject) <= 200 and simple.fullmatch(subject):
        assert parsed["Subject"] == subject
    if len(name) <= 100 and simple.fullmatch(name):
        assert parsed["To"].addresses[0].display_name == name


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("\n\t. =\\"), max_size=800))
def test_every_text_arrives_as_it_was(text: str) -> None:
    parsed = read(compose(parts(html="<p></p>", text=text, inline=()), envelope()))
    assert content(parsed, "text/plain").removesuffix("\n") == text.removesuffix("\n")


@given(HOSTILE, HOSTILE)
def test_no_text_ends_a_part(html: str, text: str) -> None:
    message = compose(parts(html=f"<!-- {html} -->", text=text, inline=()), envelope())
    assert complaints(message) == []
    assert shape(read(message)) == ["multipart/alternative", ["text/plain", "text/html"]]


def test_what_no_text_may_hold_is_left_out() -> None:
    parsed = read(compose(parts(html="<p>a\x00b\ud800c\x1b[0m</p>", text="a\x00b\r\rc\n\rd", inline=()), envelope()))
    assert content(parsed, "text/html") == "<p>abc[0m</p>\n"
    assert content(parsed, "text/plain") == "ab\n\nc\n\nd\n"


UNSOUND: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"inline": ()}, {}),
    ({"inline": (Inline("logo", png()), Inline("logo", png()))}, {}),
    ({"inline": (Inline("logo", png()), Inline("unseen", png()))}, {}),
    ({"inline": (Inline("logo", b"GIF89a"),)}, {}),
    ({"html": "<img src='cid:a>b'>", "inline": (Inline("a>b", png()),)}, {}),
    ({"html": "<img src='cid:a\r\nb'>", "inline": (Inline("a\r\nb", png()),)}, {}),
    ({"pdf": b"<html>"}, {}),
    ({"language": "en\r\nBcc: x"}, {}),
    ({"language": ""}, {}),
    ({}, {"date": datetime(2026, 12, 14)}),  # noqa: DTZ001
    ({}, {"message_id": "x>\r\nBcc: y@z"}),
    ({}, {"recipient": Address("Ann", "ann@shop.example>\r\nBcc: <eve@evil.example")}),
    ({}, {"recipient": Address("Ann", "ann")}),
    ({}, {"sender": Address("Ann", "ann@shop.example, eve@evil.example")}),
    ({}, {"reply_to": "a@b.example\nBcc: c@d.example"}),
    ({}, {"unsubscribe": ("https://agency.example/a b",)}),
    ({}, {"unsubscribe": ("https://agency.example/>,<https://evil.example",)}),
    ({}, {"unsubscribe": ("https://agency.example/" + "x" * 1000,)}),
]


@pytest.mark.parametrize(("wrong", "outside"), UNSOUND)
def test_what_is_unsound_is_not_composed(wrong: dict[str, Any], outside: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        compose(parts(**wrong), envelope(**outside))


def test_words_that_look_like_a_picture_are_words() -> None:
    html = "<p>log: src=&quot;cid:x&quot; cid:y</p>"
    assert complaints(compose(parts(html=html, text="log: src=cid:x cid:y quot", inline=()), envelope())) == []


def test_without_links_nothing_is_said_of_unsubscribing() -> None:
    parsed = read(compose(parts(), envelope(unsubscribe=(), reply_to=None)))
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "Reply-To"} & {*parsed.keys()}
    assert "List-Unsubscribe-Post" not in read(compose(parts(), envelope(unsubscribe=("mailto:a@b.example",))))


@pytest.mark.parametrize(
    ("zone", "said"),
    [(UTC, "+0000"), (timezone(timedelta(hours=-3, minutes=-30)), "-0330"), (timezone(timedelta(hours=13)), "+1300")],
)
def test_a_date_has_its_zone(zone: timezone, said: str) -> None:
    assert str(read(compose(parts(), envelope(date=AT.astimezone(zone))))["Date"]).endswith(f":00 {said}")


def test_what_a_message_is_known_by() -> None:
    usual = ("production", "harbour", "2026-12", "ann@shop.example", "reports@agency.example")
    others = [
        ("test", *usual[1:]),
        ("production", None, *usual[2:]),
        ("production", "harbour", "2026-11", *usual[3:]),
        ("production", "harbour", "2026-12", "bob@shop.example", usual[4]),
        ("production", "harbour2026", "-12", *usual[3:]),
    ]
    assert message_id(*usual) == "52d32308-17b6-50b7-9c51-39cd985f9500@agency.example"
    assert len({message_id(*usual), *(message_id(*one) for one in others)}) == 1 + len(others)
    assert message_id(*usual[:3], "Ann@SHOP.example", usual[4]) == message_id(*usual)
    assert message_id(*usual[:4], "reports@bücher.example").endswith("@xn--bcher-kva.example")


def test_the_name_of_what_goes_along_is_a_file_name() -> None:
    wrong: Parts = replace(parts(pdf=PDF), pdf_name='../../"\r\nX: y; ä.pdf')
    message = compose(wrong, envelope())
    assert complaints(message) == []
    assert [part.get_filename() for part in read(message).walk()][-1] == "X-y-.pdf"


def field(message: bytes, name: str) -> bytes:
    """A field of the message as it travels, folded."""
    found = re.search(rb"^" + name.encode() + rb": (?:.*\r\n)(?: .*\r\n)*", message, re.MULTILINE)
    assert found
    return found[0]


LINK = "https://agency.example/reports/" + "a1b2c3-" * 60
LOCAL = "jürgen.von.und.zu.grünwald-straßenbau"


def test_what_a_program_reads_is_never_encoded() -> None:
    """EmailMessage on its own makes encoded words of a link, a name in <> or a local part that it finds too long."""
    long = f"{'a' * 20}{'b' * 30}@{'agency-of-a-long-name.' * 4}example"
    picture = Inline("c" * 60, png())
    made = parts(html=f"<img src='cid:{picture.cid}' alt='Two'>", text="Two", inline=(picture,))
    to = Address("", f"{LOCAL}@shop.example")
    message = compose(made, envelope(unsubscribe=(LINK, "mailto:a@b.example"), message_id=long, recipient=to))
    assert field(message, "List-Unsubscribe") == f"List-Unsubscribe: <{LINK}>,\r\n <mailto:a@b.example>\r\n".encode()
    assert field(message, "Message-ID") == f"Message-ID: <{long}>\r\n".encode()
    assert field(message, "Content-ID") == f"Content-ID: <{picture.cid}.{long}>\r\n".encode()
    assert field(message, "To") == f"To: {LOCAL}@shop.example\r\n".encode()


@given(
    st.text(st.characters(codec="utf-8", categories=["L", "N", "S"]) | st.sampled_from(' "\\,<>@:;=?_'), max_size=100)
)
def test_text_in_fields_is_in_encoded_words_that_are_whole(text: str) -> None:
    by = Address(text, f"{LOCAL}@shop.example")
    message = compose(parts(subject=text), envelope(sender=by, reply_to=None, message_id="a@shop.example"))
    for name in ("Subject", "From"):
        lines = field(message, name).decode().removesuffix("\r\n").split("\r\n")
        assert all(len(line) <= 78 for line in lines)
        assert all(line.strip() for line in lines)
        for word in re.findall(r"=\?utf-8\?[bq]\?[^ ?]*\?=", "".join(lines)):
            ((content, charset),) = decode_header(word)
            assert len(word) <= 75
            assert isinstance(content, bytes)
            assert content.decode(charset or "")


@pytest.mark.parametrize(
    "name", ["Ä, " * 25, "a, b <c@d.example>, " * 4, 'Ann "The, Boss" Köster of Harbour Books and Sons']
)
def test_a_long_name_is_no_list_of_addresses(name: str) -> None:
    message = compose(parts(), envelope(recipient=Address(name, ANN.email)))
    (to,) = read(message)["To"].addresses
    assert to.addr_spec == ANN.email
    travels = field(message, "To").decode().replace("\r\n", "").removeprefix("To: ")
    assert str(make_header(decode_header(travels))) == f"{name.strip()} <{ANN.email}>"


def test_a_line_of_a_text_has_at_most_76_characters_whatever_it_holds() -> None:
    text = "\n".join(
        ["x" * 75, "x" * 76, "x" * 77, "ä" * 500, "x" * 70 + " \t", "From " * 40, "." * 80, "Å\x85\u2028 x" * 40]
    )
    message = compose(parts(html="<p></p>", text=text, inline=()), envelope())
    assert complaints(message) == []
    assert content(read(message), "text/plain") == text + "\n"
