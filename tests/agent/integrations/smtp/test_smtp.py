"""A mail server on good days and bad ones: every answer, and every silence, becomes the error that says what to do."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agent.domain.errors import AuthenticationError, PermanentError, ServiceError, TransientError, UnknownOutcomeError
from agent.integrations.smtp import client
from agent.integrations.smtp.client import SmtpClient
from agent.integrations.smtp.message import compose
from inventory.mail import Address
from tests.agent.integrations.smtp.certificates import Authority
from tests.agent.integrations.smtp.inbox import CUT, HANG, Inbox, inbox
from tests.agent.integrations.smtp.reports import ANN, PASSWORD, SENDER, config, envelope, parts

MESSAGE = compose(parts(text=".\n..\n.x\nx"), envelope())


@contextmanager
def relay(
    port: int, authority: Authority | None = None, password: str | None = PASSWORD, **changed: Any
) -> Iterator[SmtpClient]:
    made = SmtpClient(config(port, **{"ca": authority.file if authority else None, **changed}), password)
    try:
        yield made
    finally:
        made.close()


def send(to: SmtpClient, recipient: str = ANN.email, message: bytes = MESSAGE) -> str:
    to.ready()
    return to.send(SENDER.email, recipient, message)


def trouble(does: Callable[[], object]) -> ServiceError:
    """The error that comes of it, in which nothing is secret."""
    with pytest.raises(ServiceError) as caught:
        does()
    chain = [caught.value, caught.value.__cause__]
    said = " ".join(f"{one!s} {one!r}" for one in chain) + caught.value.reason + caught.value.remedy
    assert PASSWORD not in said
    assert "localhost" in caught.value.reason
    return caught.value


def test_starttls_with_a_login(authority: Authority) -> None:
    with inbox(starttls=authority.server()) as there, relay(there.port, authority) as ours:
        assert send(ours) == "250 2.0.0 OK: queued as 1"
    (got,) = there.received
    assert (got.sender, got.recipients, got.content) == (SENDER.email, (ANN.email,), MESSAGE)
    assert (got.user, got.encrypted, got.options) == ("reports", True, (f"SIZE={len(MESSAGE)}",))
    assert there.greeted == ["[127.0.0.1]"] * 2


def test_tls_from_the_beginning(authority: Authority) -> None:
    with inbox(tls=authority.server()) as there, relay(there.port, authority, security="tls") as ours:
        send(ours)
    assert [(one.user, one.encrypted, one.content) for one in there.received] == [("reports", True, MESSAGE)]


def test_in_clear_on_this_very_machine() -> None:
    with inbox() as there, relay(there.port, security="none", user=None, password=None) as ours:
        send(ours)
    assert [(one.user, one.encrypted, one.content) for one in there.received] == [("", False, MESSAGE)]


def test_nothing_goes_to_another_machine_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_is_here", lambda _: False)
    with inbox() as there, relay(there.port, security="none") as ours:
        assert isinstance(trouble(lambda: send(ours)), AuthenticationError)
    assert there.received == []


def test_several_in_one_session(authority: Authority) -> None:
    with inbox(starttls=authority.server()) as there, relay(there.port, authority) as ours:
        for recipient in ("a@shop.example", "b@shop.example", "c@shop.example"):
            send(ours, recipient)
        assert there.sessions == 1
        there.answers["RSET"] = [CUT]
        send(ours, "d@shop.example")
        there.answers["RSET"] = ["421 too long"]
        send(ours, "e@shop.example")
    assert there.sessions == 3
    assert [one.recipients[0][0] for one in there.received] == [*"abcde"]


def wrong_authority(authority: Authority) -> dict[str, Any]:
    return {"starttls": Authority(authority.folder, "another").server()}


REFUSED: list[tuple[Callable[[Authority], dict[str, Any]], dict[str, Any], str]] = [
    (wrong_authority, {}, "not trusted"),
    (lambda ca: {"starttls": ca.server("mail.elsewhere.example")}, {}, "not trusted: Hostname mismatch"),
    (lambda ca: {"starttls": ca.server(expired=True)}, {}, "not trusted: certificate has expired"),
    (lambda ca: {"tls": ca.server("mail.elsewhere.example")}, {"security": "tls"}, "not trusted: Hostname mismatch"),
    (lambda ca: {}, {}, "offers no STARTTLS"),
    (lambda ca: {}, {"security": "tls"}, "speaks no TLS"),
    (lambda ca: {"starttls": ca.server()}, {"user": "somebody"}, "log in (535)"),
    (lambda ca: {"starttls": ca.server(), "hidden": "AUTH"}, {}, "no way to log in"),
    (lambda ca: {"starttls": ca.server(), "auth_required": True}, {"user": None}, "530"),
]


@pytest.mark.parametrize(("server", "changed", "said"), REFUSED)
def test_who_is_not_to_be_trusted_or_does_not_trust_us(
    authority: Authority, server: Callable[[Authority], dict[str, Any]], changed: dict[str, Any], said: str
) -> None:
    with inbox(**server(authority)) as there, relay(there.port, authority, **changed) as ours:
        error = trouble(lambda: send(ours))
    assert isinstance(error, AuthenticationError)
    assert said in error.reason
    assert error.remedy
    assert there.received == []


def test_a_wrong_password_is_not_shown(authority: Authority, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with inbox(starttls=authority.server()) as there, relay(there.port, authority, "s3cret wrong") as ours:
        error = trouble(lambda: send(ours))
    assert isinstance(error, AuthenticationError)
    logged = [one.getMessage() for one in caplog.records if one.name != "mail.log"]  # but for the server's own
    assert "s3cret" not in "".join([repr(error), error.remedy, repr(ours), *logged])


def test_login_where_plain_is_not_offered(authority: Authority) -> None:
    with (
        inbox(starttls=authority.server(), auth_exclude_mechanism=["PLAIN"]) as there,
        relay(there.port, authority) as ours,
    ):
        send(ours)
    assert [one.user for one in there.received] == ["reports"]


@pytest.mark.parametrize("text", ["", "no certificate", None])
def test_a_file_of_certificates_that_holds_none(authority: Authority, tmp_path: Any, text: str | None) -> None:
    ca = tmp_path / "ca.pem"
    if text is not None:
        ca.write_text(text)
    with inbox(starttls=authority.server()) as there, relay(there.port, ca=ca) as ours:
        error = trouble_about(lambda: send(ours), "ca.pem")
    assert isinstance(error, AuthenticationError)


def trouble_about(does: Callable[[], object], name: str) -> ServiceError:
    with pytest.raises(ServiceError, match=name) as caught:
        does()
    return caught.value


ANSWERS: list[tuple[str, str, type[ServiceError]]] = [
    ("MAIL", "451 4.7.1 try again later", TransientError),
    ("MAIL", "421 4.3.2 shutting down", TransientError),
    ("MAIL", "550 5.7.1 not your address", AuthenticationError),
    ("MAIL", "530 5.7.0 log in first", AuthenticationError),
    ("MAIL", "552 5.3.4 too big", PermanentError),
    ("RCPT", "450 4.2.0 greylisted, see https://a.example", TransientError),
    ("RCPT", "451 4.7.1 greylisted", TransientError),
    ("RCPT", "550 5.1.1 no such user", PermanentError),
    ("RCPT", "554 5.7.1 relay access denied", PermanentError),
    ("RCPT", "530 5.7.0 log in first", AuthenticationError),
    ("RCPT", CUT, TransientError),
    ("DATA", "554 5.6.0 refused for its content", PermanentError),
    ("DATA", "451 4.3.0 no space", TransientError),
    ("DATA", "421 4.3.2 shutting down", TransientError),
]


@pytest.mark.parametrize(("command", "answer", "kind"), ANSWERS)
def test_what_an_answer_means(authority: Authority, command: str, answer: str, kind: type[ServiceError]) -> None:
    with inbox(starttls=authority.server()) as there, relay(there.port, authority) as ours:
        there.answers[command] = [answer]
        error = trouble(lambda: send(ours))
        assert type(error) is kind
        assert error.code == (0 if answer == CUT else int(answer[:3]))
        assert answer == CUT or answer in error.reason
        assert command != "RCPT" or answer == CUT or ANN.email in error.reason
        assert there.received == []
        send(ours, "next@shop.example")
    assert [one.recipients for one in there.received] == [("next@shop.example",)]


def test_an_address_in_the_servers_words_is_left_out(authority: Authority) -> None:
    with inbox(starttls=authority.server()) as there, relay(there.port, authority) as ours:
        there.answers["RCPT"] = [
            f"550 5.1.1 <eve@evil.example> {PASSWORD.encode('ascii', 'ignore').decode()}\x1b[31m x"
        ]
        reason = trouble(lambda: send(ours)).reason
    assert "eve@" not in reason
    assert "[e-mail]" in reason
    assert reason.isprintable()


def test_cut_after_the_message_is_uncertain_and_the_second_copy_is_known(authority: Authority) -> None:
    with inbox(starttls=authority.server()) as there, relay(there.port, authority) as ours:
        there.answers["DATA END"] = [CUT]
        assert isinstance(trouble(lambda: send(ours)), UnknownOutcomeError)
        send(ours)
    assert [one.content for one in there.received] == [MESSAGE, MESSAGE]
    assert len(there.kept()) == 1


@pytest.mark.parametrize(
    ("command", "kind"), [("MAIL", TransientError), ("RCPT", TransientError), ("DATA END", UnknownOutcomeError)]
)
def test_a_server_that_says_nothing(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, command: str, kind: type[ServiceError]
) -> None:
    with inbox(starttls=authority.server()) as there, relay(there.port, authority) as ours:
        ours.ready()
        monkeypatch.setattr(*((client, "END_TIMEOUT") if command == "DATA END" else (client, "TIMEOUT")), 0.3)
        there.answers[command] = [HANG]
        assert type(trouble(lambda: ours.send(SENDER.email, ANN.email, MESSAGE))) is kind


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with relay(port) as ours:
        assert isinstance(trouble(lambda: send(ours)), TransientError)


def test_no_name_in_the_dns() -> None:
    ours = SmtpClient(config(25, host="mail.invalid"), PASSWORD)
    assert isinstance(trouble_about(ours.ready, "mail.invalid"), TransientError)


def test_a_server_without_8bitmime_and_size_gets_the_same_bytes(authority: Authority) -> None:
    report = compose(parts(text="Grüße, 日本", html="<p>Grüße, 日本</p>", inline=()), envelope())
    with (
        inbox(starttls=authority.server(), hidden="8BITMIME SIZE SMTPUTF8") as there,
        relay(there.port, authority) as ours,
    ):
        send(ours, message=report)
    (got,) = there.received
    assert (got.content, got.options) == (report, ())


def test_a_recipient_with_letters_of_all_kinds(authority: Authority) -> None:
    recipient = Address("用户", "用户@bücher.example")
    report = compose(parts(), envelope(recipient=recipient))
    with inbox(starttls=authority.server()) as there, relay(there.port, authority) as ours:
        send(ours, "用户@xn--bcher-kva.example", report)
        send(ours, "ann@shop.example")
    assert [(one.recipients, one.content, one.options[1:]) for one in there.received] == [
        (("用户@xn--bcher-kva.example",), report, ("SMTPUTF8",)),
        (("ann@shop.example",), MESSAGE, ()),
    ]


def test_a_server_that_knows_no_such_letters(authority: Authority) -> None:
    with inbox(starttls=authority.server(), hidden="SMTPUTF8") as there, relay(there.port, authority) as ours:
        error = trouble(lambda: send(ours, "用户@shop.example"))
    assert isinstance(error, PermanentError)
    assert "用户@shop.example" in error.reason
    assert there.received == []


def test_a_message_that_is_too_big(authority: Authority) -> None:
    with inbox(starttls=authority.server(), data_size_limit=1000) as there, relay(there.port, authority) as ours:
        error = trouble(lambda: send(ours))
    assert (type(error), error.code) == (PermanentError, 552)


def test_without_a_session_nothing_is_sent() -> None:
    ours = SmtpClient(config(25), PASSWORD)
    assert isinstance(trouble(lambda: ours.send(SENDER.email, ANN.email, MESSAGE)), TransientError)
    ours.close()


def test_the_inbox_is_a_good_one(authority: Authority) -> None:
    """That it would not take what it must not."""
    with inbox(starttls=authority.server()) as there:
        assert isinstance(there, Inbox)
        with socket.create_connection(("127.0.0.1", there.port)) as talk:
            talk.recv(1000)
            talk.sendall(b"EHLO x\r\nAUTH PLAIN AGEAYg==\r\n")
            said = b""
            while b"538" not in said and (more := talk.recv(1000)):
                said += more
        assert b"538" in said
