"""A server that says the very bytes that it was told to, for what no well-behaved one would say."""

import datetime
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def plain(code: int, body: bytes = b"{}", headers: str = "", kind: str = "application/json") -> bytes:
    """A whole answer. Every line of `headers` ends with a line break."""
    head = f"HTTP/1.1 {code} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode("latin-1") + body


@dataclass
class Raw:
    """Where it is, and what it was asked."""

    port: int
    scheme: str = "http"
    asked: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def raw(*answers: bytes | None, tls: ssl.SSLContext | None = None) -> Iterator[Raw]:
    """Gives one answer a connection, the last one ever after, and cuts it; None: says nothing until the end."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Raw(listening.getsockname()[1], "https" if tls else "http")

        def converse(connection: socket.socket, answer: bytes | None) -> None:
            with suppress(OSError), tls.wrap_socket(connection, server_side=True) if tls else connection as talk:
                made.asked.append(_request(talk))
                if answer is None:
                    ended.wait()
                else:
                    talk.sendall(answer)

        def serve() -> None:
            number = 0
            with suppress(OSError):
                while not ended.is_set():
                    connection, _ = listening.accept()
                    answer = answers[min(number, len(answers) - 1)]
                    number += 1
                    threading.Thread(target=converse, args=(connection, answer), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            ended.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _request(talk: socket.socket) -> bytes:
    """A whole request, or what came instead of one."""
    said = b""
    while not _whole(said) and (more := talk.recv(65536)):
        said += more
    return said


def _whole(said: bytes) -> bool:
    head, end, body = said.partition(b"\r\n\r\n")
    length = re.search(rb"\r\nContent-Length: (\d+)", head)
    return said[:1] == _HANDSHAKE or (bool(end) and len(body) >= int(length[1] if length else 0))


_HANDSHAKE = b"\x16"  # TLS, to a server that speaks none


def self_signed(folder: Path) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that only its maker trusts; it lies in certificate.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "self-made")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context
