"""A name server on loopback that knows what it is told, and misbehaves where it is told to. Needs no root."""

import socket
import socketserver
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.servers.behaviours import Behaviour, cut, whole

Records = Mapping[str, Mapping[str, Sequence[str]]]
"""Name → type → records as in a zone file. "*.shop.example" stands for the names below that are not written."""


class DnsServer:
    """Answers over UDP and TCP on one free port, from `with` to its end.

    `behaviours` and `forward` are by domain, the longest one counts, and "" is everything; `forward` names the host and
    UDP port of another name server. `questions` counts what was asked, as (name without its last dot, type).
    """

    def __init__(
        self,
        records: Records,
        behaviours: Mapping[str, Behaviour] | None = None,
        forward: Mapping[str, tuple[str, int]] | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self.records = {name.lower(): dict(types) for name, types in records.items()}
        self.behaviours = dict(behaviours or {})
        self.forward = dict(forward or {})
        self.address = address
        self.questions: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._udp, self._tcp = _listeners(self)
        self.port = int(self._udp.server_address[1])
        self._threads = [
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            for server in (self._udp, self._tcp)
        ]

    @property
    def nameserver(self) -> str:
        """As `Resolver` takes it."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def asked(self, domain: str = "") -> int:
        """How many questions came about names in a domain, repeated ones each time."""
        with self._lock:
            return sum(count for (name, _), count in self.questions.items() if _within(name, domain))

    def respond(self, wire: bytes, tcp: bool) -> Sequence[bytes]:
        """What is sent back for what came in."""
        try:
            question = dns.message.from_wire(wire)
            asked = question.question[0]
        except (dns.exception.DNSException, IndexError):
            return []
        name, rdtype = asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)
        with self._lock:
            self.questions[name, rdtype] += 1
            zone = _longest(name, self.forward)
            answer = self._forwarded(question, self.forward[zone]) if zone is not None else self._honest(question)
            domain = _longest(name, self.behaviours)
            if domain is not None:
                return self.behaviours[domain](question, answer, tcp)
        if not tcp and len(whole(answer)) > (question.payload or 512):
            return cut(question, answer, tcp)
        return [whole(answer)]

    @staticmethod
    def _forwarded(question: dns.message.Message, server: tuple[str, int]) -> dns.message.Message:
        return dns.query.udp(question, server[0], 5, server[1])

    def _honest(self, question: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(question, recursion_available=True)
        asked = question.question[0]
        name, rdtype = asked.name, dns.rdatatype.to_text(asked.rdtype)
        for _ in range(10):
            types = self._types(name.to_text(omit_final_dot=True).lower())
            if types is None:
                answer.set_rcode(dns.rcode.NXDOMAIN)
                return answer
            kind = rdtype if rdtype in types or "CNAME" not in types else "CNAME"
            if types.get(kind):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *types[kind]))
            if kind != "CNAME" or rdtype == "CNAME":
                return answer
            name = dns.name.from_text(types["CNAME"][0])
        return answer

    def _types(self, name: str) -> Mapping[str, Sequence[str]] | None:
        """The records of a name, none at a name that only has others below it, None where there is no such name."""
        if name in self.records:
            return self.records[name]
        if any(_within(known, name) for known in self.records):
            return {}
        return next((self.records[f"*.{above}"] for above in _above(name) if f"*.{above}" in self.records), None)


def _within(name: str, domain: str) -> bool:
    return not domain or name == domain or name.endswith(f".{domain}")


def _above(name: str) -> Iterator[str]:
    labels = name.split(".")
    return (".".join(labels[start:]) for start in range(1, len(labels)))


def _longest(name: str, domains: Mapping[str, object]) -> str | None:
    return max((domain for domain in domains if _within(name, domain)), key=len, default=None)


def _listeners(server: DnsServer) -> tuple[socketserver.UDPServer, socketserver.TCPServer]:
    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, sock = self.request
            for answer in server.respond(wire, tcp=False):
                sock.sendto(answer, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        timeout = 5

        def handle(self) -> None:
            head = self.rfile.read(2)
            wire = self.rfile.read(struct.unpack("!H", head)[0]) if len(head) == 2 else b""
            for answer in server.respond(wire, tcp=True):
                self.wfile.write(struct.pack("!H", len(answer)) + answer)

    class UdpListener(socketserver.UDPServer):
        address_family = socket.AF_INET6 if ":" in server.address else socket.AF_INET

    class TcpListener(socketserver.ThreadingTCPServer):
        address_family = UdpListener.address_family
        daemon_threads = True

    for _ in range(50):
        tcp = TcpListener((server.address, 0), Tcp)
        try:
            return UdpListener((server.address, tcp.server_address[1]), Udp), tcp
        except OSError:  # somebody else has that port for UDP
            tcp.server_close()
    raise OSError("no port is free for both UDP and TCP")
