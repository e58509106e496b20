"""What calls itself a mail server and is none, or an evil one."""

import base64
import socket
import threading

import pytest

from agent.domain.errors import AuthenticationError, PermanentError, ServiceError, TransientError, UnknownOutcomeError
from agent.integrations.smtp import client
from tests.agent.integrations.smtp.certificates import Authority
from tests.agent.integrations.smtp.reports import ANN, PASSWORD, SENDER
from tests.agent.integrations.smtp.script import CUT, OFFERS, scripted
from tests.agent.integrations.smtp.test_smtp import MESSAGE, relay, send, trouble

ENDLESS = b"250-more\r\n" * 20_000
ECHO = base64.b64encode(f"\0reports\0{PASSWORD}".encode())
UNFINISHED: dict[str, bytes | None] = {"EHLO": b"250-here\r\n250"}

RUDE: list[tuple[dict[str, bytes | None], type[ServiceError]]] = [
    ({"GREETING": b"554 5.3.2 go away\r\n"}, AuthenticationError),
    ({"GREETING": b"421 4.3.2 too many connections\r\n"}, TransientError),
    ({"GREETING": b"HTTP/1.1 400 Bad Request\r\n\r\n"}, TransientError),
    ({"GREETING": b"\x15\x03\x01\x00\x02\x02P\n"}, TransientError),
    ({"GREETING": b"220-" + b"x" * 100_000}, TransientError),
    ({"GREETING": CUT}, TransientError),
    ({"EHLO": ENDLESS}, TransientError),
    ({"EHLO": CUT}, TransientError),
    (UNFINISHED, TransientError),
    ({"EHLO": b"550 no\r\n", "HELO": b"550 no\r\n"}, AuthenticationError),
    ({"EHLO": b"502 no\r\n"}, AuthenticationError),  # so that it offers no login
    ({"AUTH": b"535 5.7.8 wrong: " + ECHO + b" " + PASSWORD.encode() + b"\r\n"}, AuthenticationError),
    ({"AUTH": b"454 4.7.0 later " + PASSWORD.encode() + b"\r\n"}, TransientError),
    ({"AUTH": b"334 \r\n", "AGAIN": b"334 \r\n"}, TransientError),
    ({"AUTH": b"250 OK\r\n"}, TransientError),
    ({"AUTH": CUT}, TransientError),
    ({"MAIL": b"354 go on\r\n"}, TransientError),
    ({"RCPT": b"550 5.1.1 " + ECHO + b" " + PASSWORD.encode() + b"\r\n"}, PermanentError),
    ({"RCPT": ENDLESS}, TransientError),
    ({"RCPT": b"5\r\n"}, TransientError),
    ({"RCPT": b"\xff\xfe\r\n"}, TransientError),
    ({"DATA": b"250 OK\r\n"}, TransientError),
    ({"DATA": b"503 no recipient\r\n"}, PermanentError),
    ({"DATA": CUT}, TransientError),
    ({"END": CUT}, UnknownOutcomeError),
    ({"END": b"354 go on\r\n"}, UnknownOutcomeError),
    ({"END": b"OK\r\n"}, UnknownOutcomeError),
    ({"END": b"250"}, UnknownOutcomeError),
    ({"END": ENDLESS}, UnknownOutcomeError),
    ({"END": b"250-a\r\n"}, UnknownOutcomeError),
]


@pytest.mark.parametrize(("answers", "kind"), RUDE, ids=lambda value: repr(value)[:40])
def test_a_rude_server(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, bytes | None], kind: type[ServiceError]
) -> None:
    for where, name in ((client, "END_TIMEOUT"), (client, "QUIT_TIMEOUT"), (client, "TIMEOUT")):
        if where is client or answers == UNFINISHED:
            monkeypatch.setattr(where, name, 0.5)
    with scripted(None, answers) as there, relay(there.port, security="none") as ours:
        error = trouble(lambda: send(ours))
    assert type(error) is kind
    assert len(error.reason) < 600
    assert ECHO.decode() not in error.reason + repr(error.__cause__)
    assert "END" in answers or "." not in there.commands


def test_what_is_said_in_clear_beyond_starttls_is_not_believed(authority: Authority) -> None:
    offers = OFFERS.replace(b"250-AUTH", b"250-STARTTLS\r\n250-AUTH")
    usual = {"EHLO": offers}
    with scripted(authority.server(), usual) as there, relay(there.port, authority) as ours:
        send(ours)
        assert there.commands.count("EHLO") == 2
    injected = {**usual, "STARTTLS": b"220 go on\r\n250-here\r\n250 AUTH PLAIN\r\n"}
    with scripted(authority.server(), injected) as there, relay(there.port, authority) as ours:
        assert isinstance(trouble(lambda: send(ours)), TransientError)
    assert "AUTH" not in there.commands


@pytest.mark.parametrize(
    ("answer", "kind"), [(b"454 4.7.0 later\r\n", TransientError), (b"502 no\r\n", AuthenticationError)]
)
def test_starttls_that_is_offered_and_declined(answer: bytes, kind: type[ServiceError]) -> None:
    offers = OFFERS.replace(b"250-AUTH", b"250-STARTTLS\r\n250-AUTH")
    with scripted(None, {"EHLO": offers, "STARTTLS": answer}) as there, relay(there.port) as ours:
        assert type(trouble(lambda: send(ours))) is kind
    assert not {"AUTH", "MAIL"} & {*there.commands}


def test_an_answer_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "TIMEOUT", 0.5)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                while not over.wait(0.1):
                    try:
                        connection.sendall(b"2")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        with relay(listening.getsockname()[1], security="none") as ours:
            assert isinstance(trouble(lambda: send(ours)), TransientError)
        over.set()
        thread.join()


def test_a_server_that_does_not_say_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "QUIT_TIMEOUT", 0.2)
    with scripted(None, {"QUIT": None}) as there, relay(there.port, security="none") as ours:
        send(ours)
    assert there.commands == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"]


def test_a_message_that_breaks_off_is_surely_not_sent() -> None:
    big = MESSAGE + b"x\r\n" * 3_000_000  # more than the buffers on the way hold
    with scripted(None, {"DATA": b"354 send\r\n", "FROM:": CUT}) as there, relay(there.port, security="none") as ours:
        ours.ready()
        error = trouble(lambda: ours.send(SENDER.email, ANN.email, big))
    assert type(error) is TransientError
