"""Addresses as numbers, and which of them are the world."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range
from typing import Literal

from checks.firewall.spans import Spans

Family = Literal[4, 6]
FAMILIES: tuple[Family, Family] = (4, 6)
EVERYWHERE: dict[Family, Spans] = {4: Spans(((0, 2**32 - 1),)), 6: Spans(((0, 2**128 - 1),))}

_NOT_THE_WORLD = (
    # private, shared by a provider's customers, this link, this machine, groups, nobody
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
    *("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "fc00::/7", "fe80::/10", "::/127", "::ffff:0:0/96", "ff00::/8"),
)


def network(text: str) -> tuple[Family, Spans]:
    """The family and the numbers of "192.0.2.0/24", "192.0.2.7" or "192.0.2.1-192.0.2.9"; ValueError for others."""
    if "-" in text:
        first, _, last = text.partition("-")
        low, high = ip_address(first.strip()), ip_address(last.strip())
        if low.version != high.version:
            raise ValueError(f"{text!r} begins in one family and ends in the other")
        return _family(low.version), Spans.of([(int(low), int(high))])
    found = ip_network(text.strip(), strict=False)
    return _family(found.version), Spans(((int(found.network_address), int(found.broadcast_address)),))


def address(text: str) -> tuple[Family, int]:
    """One address as a family and its number; ValueError."""
    found = ip_address(text)
    return _family(found.version), int(found)


def _family(version: int) -> Family:
    return 4 if version == 4 else 6


def networks(texts: Iterable[str], family: Family) -> Spans:
    """All networks of one family; the others are left out."""
    found = (network(text) for text in texts)
    return Spans.of(part for version, spans in found if version == family for part in spans.parts)


def world(family: Family, internal: Iterable[str] = ()) -> Spans:
    """The addresses a stranger may come from; `internal` are further networks that are trusted."""
    return EVERYWHERE[family] - networks((*_NOT_THE_WORLD, *internal), family)


def words(spans: Spans, family: Family, most: int = 6) -> str:
    """The set as networks: "192.0.2.0/24, 198.51.100.7 and 12 more"."""
    kind = IPv4Address if family == 4 else IPv6Address
    named: list[str] = []
    for first, last in spans.parts[: most + 1]:
        for one in summarize_address_range(kind(first), kind(last)):
            named.append(str(one.network_address) if one.num_addresses == 1 else str(one))
            if len(named) > most:
                break
    more = len(named) > most
    return ", ".join(named[:most]) + (" and more" if more else "")
