"""Where a name server is reached."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

import dns.exception
import dns.resolver

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
