"""The mail server as the inventory writes it: what it becomes, and what is said of mistakes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import types
from inventory.mail import Address, Dkim, Mail, Unsubscribe, domain, selector, unsubscribe_url
from inventory.secrets import Reference
from tests.inventory.samples import Cases, mistakes, read_text

FULL = """\
services:
  mail:
    host: smtp.agency.example
    port: 2525
    security: starttls
    user: reports
    password: credential:smtp
    from: {name: Agency Help Desk, email: reports@agency.example}
    reply_to: help@agency.example
    unsubscribe: {url: "https://agency.example/reports/{client}?c={client}", email: away@agency.example}
    dkim: {domain: Agency.example, selector: rounds, key: file:/etc/siterounds/dkim.pem}
    ca: /etc/ssl/agency-ca.pem
    messages_a_minute: 30
hosts: {web1: {}}
"""
FROM = "from: {name: Agency, email: reports@agency.example}"
HOSTS = "hosts: {h: {}}\n"


def mail(folder: Path, keys: str) -> Mail | None:
    return read_text(folder, f"{HOSTS}services: {{mail: {{{keys}}}}}\n").services.mail


def test_all_that_may_be_written_arrives(tmp_path: Path) -> None:
    assert read_text(tmp_path, FULL).services.mail == Mail(
        host="smtp.agency.example",
        sender=Address("Agency Help Desk", "reports@agency.example"),
        port=2525,
        security="starttls",
        user="reports",
        password=Reference("credential", "smtp"),
        reply_to="help@agency.example",
        unsubscribe=Unsubscribe("https://agency.example/reports/{client}?c={client}", "away@agency.example"),
        dkim=Dkim("agency.example", "rounds", Reference("file", "/etc/siterounds/dkim.pem")),
        ca=Path("/etc/ssl/agency-ca.pem"),
        messages_a_minute=30,
    )


@pytest.mark.parametrize(
    ("security", "port"), [("", 587), ("security: starttls", 587), ("security: tls", 465), ("security: none", 25)]
)
def test_the_port_goes_with_the_security(tmp_path: Path, security: str, port: int) -> None:
    found = mail(tmp_path, f"host: 127.0.0.1, {FROM}, {security}")

    assert found == Mail(
        "127.0.0.1", Address("Agency", "reports@agency.example"), port, found.security if found else "tls"
    )
    assert found.security == (security.removeprefix("security: ") or "starttls")


def test_keys_with_nothing_after_them_are_as_if_not_written(tmp_path: Path) -> None:
    empty = "port: , security: , user: , password: , reply_to: , unsubscribe: , dkim: , ca: , messages_a_minute: "
    bare = Mail("smtp.agency.example", Address("Agency", "reports@agency.example"))

    assert mail(tmp_path, f"host: smtp.agency.example, {FROM}, {empty}") == bare
    assert mail(tmp_path, f"host: smtp.agency.example, {FROM}, unsubscribe: {{url: , email: }}") == bare


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", '"::1"'])
def test_mail_goes_in_clear_to_this_very_machine_alone(tmp_path: Path, host: str) -> None:
    found = mail(tmp_path, f"host: {host}, {FROM}, security: none")

    assert found
    assert found.security == "none"


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = f"host: smtp.agency.example, {FROM}"
    monkeypatch.setenv("HOME", "/home/agent")
    written = [mail(tmp_path, f"{keys}, ca: {path}") for path in ("ca.pem", "tls/ca.pem", "~/ca.pem", "/ca.pem")]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    beside = mail(Path("other"), f"{keys}, ca: ca.pem")

    assert [one.ca for one in written if one] == [
        tmp_path / "ca.pem",
        tmp_path / "tls/ca.pem",
        Path("/home/agent/ca.pem"),
        Path("/ca.pem"),
    ]
    assert beside
    assert beside.ca == tmp_path / "other" / "ca.pem"


SECRET = "a secret does not belong in the inventory; write a reference: env:NAME, file:/path or credential:NAME"
EMAIL = "must be an e-mail address such as ann@shop.example"
AWAY = "must be a web address such as https://agency.example/reports/{client}"

CASES: Cases = {
    "nothing of mail": (
        HOSTS + "services:\n  mail: {}\n",
        [
            "3: services.mail.from: is missing. Whom reports come from.",
            "3: services.mail.host: is missing. The mail server, such as smtp.agency.example.",
        ],
    ),
    "half a sender": (
        HOSTS + "services:\n  mail: {host: smtp.agency.example, from: {email: reports}}\n",
        [
            f"3: services.mail.from.email: {EMAIL}",
            "3: services.mail.from.name: is missing. The name that readers see as the sender's.",
        ],
    ),
    "secrets of mail": (
        HOSTS + f"services:\n  mail:\n    host: smtp.agency.example\n    {FROM}\n    user: reports\n"
        "    password: hunter2\n    dkim: {domain: agency.example, selector: s, key: hunter2}\n",
        [
            f"7: services.mail.password: {SECRET}",
            f"8: services.mail.dkim.key: {SECRET}",
        ],
    ),
    "a password without a user": (
        HOSTS + f"services:\n  mail:\n    host: smtp.agency.example\n    {FROM}\n    password: env:P\n",
        ["6: services.mail.password: needs user beside it: write both, or neither"],
    ),
    "a user without a password": (
        HOSTS + f"services:\n  mail:\n    host: smtp.agency.example\n    {FROM}\n    user: reports\n    password:\n",
        ["6: services.mail.user: needs password beside it: write both, or neither"],
    ),
    "in clear through the world": (
        HOSTS + f"services:\n  mail:\n    host: smtp.agency.example\n    {FROM}\n    security: none\n",
        [
            "6: services.mail.security: is only for this very machine, such as host: 127.0.0.1: write starttls or tls",
        ],
    ),
    "values of mail": (
        HOSTS
        + """\
services:
  mail:
    host: smtp.agency.example:25
    port: 0
    security: ssl
    user: ''
    password: env:P
    from: {name: "a\\nBcc: b", email: "a@b.example, c@d.example"}
    reply_to: help
    unsubscribe: {url: http://agency.example, mail: a@b.example}
    dkim: {domain: agency, selector: a_b}
    ca: ''
    messages_a_minute: 0
    retries: 3
""",
        [
            "4: services.mail.host: must be a host name or an IP address alone, such as web1.example or 203.0.113.10",
            "5: services.mail.port: must be at least 1, not the number 0",
            "6: services.mail.security: must be 'starttls', 'tls' or 'none', not 'ssl'",
            "7: services.mail.user: must be one line of 1 to 200 characters",
            f"9: services.mail.from.email: {EMAIL}",
            "9: services.mail.from.name: must be one line of 1 to 200 characters",
            f"10: services.mail.reply_to: {EMAIL}",
            "11: services.mail.unsubscribe.mail: is not a key here; did you mean 'email'? known: email, url",
            f"11: services.mail.unsubscribe.url: {AWAY}: mail programs use https alone",
            "12: services.mail.dkim.domain: must be the name of a domain in plain ASCII, such as agency.example",
            "12: services.mail.dkim.key: is missing. Where the private key is kept, such as "
            "file:/etc/siterounds/dkim.pem.",
            "12: services.mail.dkim.selector: must be a DKIM selector: letters, digits, '-' and '.', such as rounds",
            "13: services.mail.ca: must be a path on this machine, such as /etc/siterounds/logo.png",
            "14: services.mail.messages_a_minute: must be at least 1, not the number 0",
            "15: services.mail.retries: is not a key here; known: ca, dkim, from, host, messages_a_minute, password, "
            "port, reply_to, security, unsubscribe, user",
        ],
    ),
    "an unsubscribe address that is none": (
        HOSTS + f"services:\n  mail:\n    host: smtp.agency.example\n    {FROM}\n"
        "    unsubscribe: {url: 'https://agency.example:99999/{client}'}\n",
        [f"6: services.mail.unsubscribe.url: {AWAY}"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://agency.example/{site}", "nothing but {client} may stand in braces"),
        ("https://agency.example/{", "nothing but {client} may stand in braces"),
        ("https://agency.example/{{client}}", "nothing but {client} may stand in braces"),
        ("https://{client}.agency.example/", None),
        ("https://agency.example/#{client}", None),
        ("https://agency.example/ä", "in plain ASCII"),
        ("https://ann:pw@agency.example/", None),
        ("https://agency.example/a b", None),
        ("https://agency.example/\n", None),
        ("ftp://agency.example/", "use https alone"),
        ("", "use https alone"),
    ],
)
def test_unsubscribe_addresses_that_are_refused(text: str, why: str | None) -> None:
    with pytest.raises(ValueError, match="must be a web address such as") as raised:
        unsubscribe_url(text)
    assert (why or "") in str(raised.value)


@given(st.text(alphabet="hts:/?#@{}client.-a1 \\\n", max_size=40).map(lambda rest: "https://" + rest))
def test_an_unsubscribe_address_is_one_whoever_the_client_is(text: str) -> None:
    try:
        taken = unsubscribe_url(text)
    except ValueError:
        return
    made = taken.replace("{client}", "harbour")
    assert types.url(made) == made
    assert not set("{}\n ") & set(made)


@pytest.mark.parametrize("text", ["agency.example", "a.b-c.example", "XN--80AK6AA92E.com"])
def test_domains_that_sign(text: str) -> None:
    assert domain(text) == text.lower()


@pytest.mark.parametrize(
    "text", ["", "agency", "a..b", "-a.b", "a.b-", "a_b.c", "é.example", "a.b\n", "a" * 300 + ".b"]
)
def test_domains_that_do_not(text: str) -> None:
    with pytest.raises(ValueError, match="name of a domain"):
        domain(text)


@pytest.mark.parametrize("text", ["rounds", "s1.2026", "A-1"])
def test_selectors(text: str) -> None:
    assert selector(text) == text
