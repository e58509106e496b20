"""A mail server that says the very bytes that it was told to, for what no well-behaved one would say."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

OFFERS = b"250-here\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 1000000\r\n"
USUAL: Mapping[str, bytes | None] = {
    "": b"220 here\r\n", "EHLO": OFFERS, "HELO": b"250 here\r\n", "AUTH": b"235 OK\r\n", "MAIL": b"250 OK\r\n",
    "RCPT": b"250 OK\r\n", "DATA": b"354 go on\r\n", ".": b"250 OK\r\n", "RSET": b"250 OK\r\n", "QUIT": b"221 bye\r\n",
    "STARTTLS": b"220 go on\r\n",
}  # fmt: skip
CUT = b""


@dataclass
class Scripted:
    """Where it is, and what it was told."""

    port: int
    lines: list[bytes] = field(default_factory=list)

    @property
    def commands(self) -> list[str]:
        """The first words."""
        return [line.split(b" ")[0].strip().decode().upper() for line in self.lines]


@contextmanager
def scripted(tls: ssl.SSLContext | None, answers: Mapping[str, bytes | None]) -> Iterator[Scripted]:
    """Answers each command by these bytes; none: says nothing, CUT: ends the connection. `tls` after STARTTLS.

    `GREETING` is what it says at first, `END` after a message, `AGAIN` to what follows AUTH.
    """
    said = {**USUAL, **{{"GREETING": "", "END": "."}.get(name, name): answer for name, answer in answers.items()}}
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Scripted(listening.getsockname()[1])

        def converse(connection: socket.socket) -> None:
            with suppress(OSError, ValueError), ExitStack() as opened:
                opened.callback(connection.close)
                _converse(connection, made, said, tls, ended, opened=opened)

        def serve() -> None:
            with suppress(OSError):
                while not ended.is_set():
                    connection, _ = listening.accept()
                    threading.Thread(target=converse, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            ended.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _converse(
    talk: socket.socket,
    made: Scripted,
    said: Mapping[str, bytes | None],
    tls: ssl.SSLContext | None,
    ended: threading.Event,
    *,
    opened: ExitStack,
) -> None:
    answer, data = said[""], False
    file = opened.enter_context(talk.makefile("rb"))
    while answer != CUT:
        if answer is None:
            ended.wait()
            return
        talk.sendall(answer)
        if tls and made.commands[-1:] == ["STARTTLS"]:
            talk = opened.enter_context(tls.wrap_socket(talk, server_side=True, do_handshake_on_connect=False))
            talk.do_handshake()
            file = opened.enter_context(talk.makefile("rb"))
        line = file.readline()
        while data and line not in (b".\r\n", b""):
            line = file.readline()
        if not line:
            return
        made.lines.append(line)
        command = made.commands[-1]
        answer = said.get(command, said.get("AGAIN", b"235 OK\r\n"))
        data = command == "DATA" and answer == USUAL["DATA"]
