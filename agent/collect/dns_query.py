"""One question to one name server."""

import asyncio
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
from dns.rdata import Rdata
from dns.rdtypes.ANY.TXT import TXT

from checks import DnsAnswer, DnsOutcome, Query

PORT = 53


@dataclass(frozen=True, slots=True, order=True)
class Nameserver:
    """The address and port of one name server."""

    address: str
    port: int = PORT

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "192.0.2.1", "192.0.2.1:5353", "2001:db8::1" or "[2001:db8::1]:5353"; ValueError on other text."""
        bracketed = re.fullmatch(r"\[([^\]]+)\](?::(\d{1,5}))?", text)
        plain = re.fullmatch(r"([0-9.]+)(?::(\d{1,5}))?", text)
        match = bracketed or plain
        address, port = (match[1], int(match[2] or PORT)) if match else (text, PORT)
        try:
            ip_address(address)
        except ValueError:
            raise ValueError(f"{text!r} is not the address of a name server, such as 127.0.0.1:5353") from None
        if not 0 < port < 65536:
            raise ValueError(f"{text!r} has a port that does not exist")
        return cls(address, port)

    def __str__(self) -> str:
        """As `parse` reads it."""
        if self.port == PORT:
            return self.address
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


def system_nameservers(path: str = "/etc/resolv.conf") -> tuple[Nameserver, ...]:
    """The name servers of this machine; its own loopback where it names none, as the C library has it."""
    resolver = dns.resolver.Resolver(configure=False)
    try:
        resolver.read_resolv_conf(path)
    except (dns.exception.DNSException, UnicodeDecodeError):
        return (Nameserver("127.0.0.1"),)
    return tuple(Nameserver(str(address)) for address in resolver.nameservers)


PAYLOAD = 1232  # bytes of an answer over UDP that no network has to break up
MOST_RECORDS = 500

FAILURES = {dns.rcode.REFUSED: DnsOutcome.REFUSED, dns.rcode.SERVFAIL: DnsOutcome.SERVFAIL}


def message_for(query: Query) -> dns.message.Message:
    """The question on the wire. Raises ValueError, in words, where the DNS cannot be asked that."""
    try:
        return dns.message.make_query(query.name + ".", query.rdtype, use_edns=0, payload=PAYLOAD)
    except (dns.exception.DNSException, ValueError) as error:
        raise ValueError(f"not a question for the DNS: {_in_words(error)}") from error


async def exchange(message: dns.message.Message, server: Nameserver, timeout: float) -> DnsAnswer:
    """Ask over UDP, and over TCP where the answer was cut. `timeout` is in seconds, for each. Never raises."""
    try:
        response = await _over_udp(message, server, timeout)
        if response.flags & dns.flags.TC:
            response = await _over_tcp(message, server, timeout)
    except (TimeoutError, dns.exception.Timeout):
        return DnsAnswer(DnsOutcome.TIMEOUT, reason=f"the name server {server} did not answer in {timeout:g} s")
    except (OSError, EOFError, ValueError, dns.exception.DNSException) as error:
        return DnsAnswer(DnsOutcome.FAILED, reason=f"the name server {server} could not be asked: {_in_words(error)}")
    return _answer(response, server)


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__


class _Protocol(asyncio.DatagramProtocol):
    """Waits for the answer to one question and ignores whatever else arrives: wrong id, wrong question, garbage."""

    def __init__(self, question: dns.message.Message) -> None:
        self.question = question
        self.heard: asyncio.Future[dns.message.Message] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002
        try:
            response = dns.message.from_wire(data, raise_on_truncation=False)
        except (dns.exception.DNSException, ValueError):
            return
        if not self.heard.done() and self.question.is_response(response):
            self.heard.set_result(response)

    def error_received(self, exc: Exception) -> None:
        if not self.heard.done():
            self.heard.set_exception(exc)


async def _over_udp(message: dns.message.Message, server: Nameserver, seconds: float) -> dns.message.Message:
    """A socket of its own for each question: its random port is what keeps forged answers out."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(seconds):
        transport, ear = await loop.create_datagram_endpoint(
            lambda: _Protocol(message), remote_addr=(server.address, server.port)
        )
        try:
            transport.sendto(message.to_wire())
            return await ear.heard
        finally:
            transport.close()


async def _over_tcp(message: dns.message.Message, server: Nameserver, seconds: float) -> dns.message.Message:
    backend = dns.asyncbackend.get_backend("asyncio")
    return await dns.asyncquery.tcp(message, server.address, seconds, server.port, backend=backend)


def _answer(response: dns.message.Message, server: Nameserver) -> DnsAnswer:
    rcode = response.rcode()
    if rcode == dns.rcode.NXDOMAIN:
        return DnsAnswer(DnsOutcome.NXDOMAIN)
    if rcode != dns.rcode.NOERROR or not isinstance(response, dns.message.QueryMessage):
        outcome = FAILURES.get(rcode, DnsOutcome.FAILED)
        return DnsAnswer(outcome, reason=f"the name server {server} answered {dns.rcode.to_text(rcode)}")
    try:
        found = response.resolve_chaining().answer
    except dns.exception.DNSException as error:
        return DnsAnswer(DnsOutcome.FAILED, reason=f"the name server {server} answered nonsense: {_in_words(error)}")
    if found is not None:
        return DnsAnswer(DnsOutcome.ANSWERED, tuple(sorted(map(_text, found))[:MOST_RECORDS]))
    if response.flags & (dns.flags.AA | dns.flags.RA):
        return DnsAnswer(DnsOutcome.NODATA)
    reason = f"the name server {server} only points elsewhere: it does not look names up for this machine"
    return DnsAnswer(DnsOutcome.FAILED, reason=reason)


def _text(rdata: Rdata) -> str:
    if isinstance(rdata, TXT):
        return b"".join(rdata.strings).decode("utf-8", "replace")
    return rdata.to_text()
