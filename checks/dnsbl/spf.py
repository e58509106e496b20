"""Who may send for a domain, as far as its SPF record says so by address."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network

WIDEST_V4 = 28  # sixteen addresses: somebody's own. Anything wider belongs to a provider
WIDEST_V6 = 64  # one customer's network, which lists hold as one entry

LONGEST = 10_000  # characters of one record that are read
MOST_TERMS = 256


@dataclass(frozen=True, slots=True)
class Senders:
    """Addresses that a domain's SPF record allows by themselves, and networks too wide to be one sender's."""

    addresses: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    own_host: bool = False  # the addresses of the domain itself may send: the mechanism `a`


def senders(records: Iterable[str]) -> Senders:
    """Read `ip4:` and `ip6:` of SPF records among TXT records.

    `include:`, `redirect=`, `a:` and `mx:` are not followed: the first two name a provider's servers, whose listings
    are not the site's to mend, and the domain's mail servers are looked at anyway. What is no network is passed over.
    """
    addresses: list[str] = []
    wide: list[str] = []
    terms = [term for record in records if is_spf(record) for term in record[:LONGEST].split()[1:]]
    for term in terms[:MOST_TERMS]:
        mechanism, _, text = term.lower().removeprefix("+").partition(":")
        if mechanism not in {"ip4", "ip6"}:
            continue
        found = _network_addresses(text, 4 if mechanism == "ip4" else 6)
        if found:
            addresses += found
        elif found is None:
            wide.append(text)
    own_host = any(term.lower().removeprefix("+") == "a" for term in terms)
    return Senders(tuple(dict.fromkeys(addresses)), tuple(dict.fromkeys(wide)), own_host)


def is_spf(record: str) -> bool:
    """Whether a TXT record is one of SPF's."""
    return record[:7].lower() == "v=spf1 " or record.lower() == "v=spf1"


def _network_addresses(text: str, version: int) -> list[str] | None:
    """What a network holds for lists to be asked about; None where it is too wide, empty where it is no network."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return []
    if network.version != version:
        return []
    if isinstance(network, IPv4Network):
        return [str(one) for one in network] if network.prefixlen >= WIDEST_V4 else None
    return [text.partition("/")[0]] if network.prefixlen >= WIDEST_V6 else None
