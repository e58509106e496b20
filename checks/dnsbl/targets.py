"""Resolves what to look up for a site: its addresses, those that receive or send its mail, and its domains."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, ip_network

from checks.dnsbl.facts import IPAddress, ListedName, ListedNames, address, ascii_domain, host_of, without_www
from checks.dnsbl.settings import Settings
from checks.findings import Cause, NotChecked, NotCheckedError
from checks.probes import DnsAnswer, DnsOutcome, LookupSteps, Query

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


MOST_EXCHANGERS = 10

Answers = Mapping[Query, DnsAnswer]


@dataclass(frozen=True, slots=True)
class Sighting:
    """An address, and where it was found."""

    address: str
    source: str
    sends: bool = False
    chosen: bool = False  # by name, in the settings


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of one part of the search."""

    sightings: tuple[Sighting, ...] = ()
    sending: tuple[str, ...] = ()  # hosts that mail leaves from
    left_out: tuple[str, ...] = ()
    gaps: tuple[NotChecked, ...] = ()


def find(url: str, settings: Settings) -> LookupSteps[ListedNames]:
    """Ask the DNS for the addresses of a site and of its mail.

    The registered domain of a site cannot be known without a list of public suffixes: its host, the same without www,
    and `mail_domain` are what domain lists are asked about.
    """
    try:
        host = host_of(url)
    except ValueError as error:
        raise NotCheckedError(f"the site's URL {url[:200]!r} names no host", "Write its URL with a host.") from error
    numeric = address(host) is not None
    mail_domain = ascii_domain(settings.mail_domain) if settings.mail_domain else ("" if numeric else without_www(host))
    web = SearchResult((Sighting(host, "the site's URL"),)) if numeric else (yield from _web(host))
    mail = (yield from _mail(mail_domain, settings)) if mail_domain else SearchResult()
    chosen = [Sighting(one, "the settings", sends=True, chosen=True) for one in settings.addresses]
    own = [replace(one, sends=one.source in mail.sending) for one in web.sightings]
    sifted = _sift((*chosen, *own, *mail.sightings), settings)
    names = {name for name in (mail_domain, *(() if numeric else (without_www(host), host))) if "." in name}
    domains = [ListedName(name, "domain", (name,)) for name in sorted(names, key=lambda name: (name.count("."), name))]
    gaps = (*web.gaps, *mail.gaps)
    if sifted.subjects or not gaps:  # else they say already why there is no address
        gaps += sifted.gaps
    return ListedNames((*sifted.subjects, *domains), (*mail.left_out, *sifted.left_out), gaps)


def _web(host: str) -> LookupSteps[SearchResult]:
    """The addresses of a site's host, and of the same with or without www, which often leads elsewhere."""
    twin = without_www(host) if host.startswith("www.") else f"www.{host}"
    names = tuple(dict.fromkeys([host, twin]))
    answers = yield _address_queries(names)
    gaps = _gaps(answers, names, "site")
    if not gaps and not _addresses(answers, host):
        gaps = (
            NotChecked(
                host,
                f"{host} has no address in the DNS",
                "Check the site's `url` in the inventory.",
                Cause.NAME_SERVICE,
            ),
        )
    return SearchResult(tuple(Sighting(one, name) for name in names for one in _addresses(answers, name)), gaps=gaps)


def _mail(domain: str, settings: Settings) -> LookupSteps[SearchResult]:
    """The addresses of those who take a domain's mail, and of those its SPF record lets send."""
    answers = yield [Query(domain, "MX"), Query(domain, "TXT")]
    gaps = tuple(
        NotChecked(
            f"{query.rdtype} {domain}",
            f"the {query.rdtype} records of {domain} could not be read: {_why(answer)}",
            cause=cause_of(answer),
        )
        for query, answer in answers.items()
        if not _said_something(answer)
    )
    exchangers, providers = _exchangers(answers[Query(domain, "MX")].records, settings)
    hosts = yield _address_queries(exchangers)
    allowed = senders(answers[Query(domain, "TXT")].records)
    sightings = [Sighting(one, f"MX {name}", sends=True) for name in exchangers for one in _addresses(hosts, name)]
    sightings += [Sighting(one, f"SPF of {domain}", sends=True) for one in allowed.addresses]
    left_out = [f"{name}: a mail provider's" for name in providers]
    left_out += [f"{network}: too wide a network in the SPF record of {domain}" for network in allowed.wide]
    own = (domain,) if allowed.own_host else ()
    return SearchResult(tuple(sightings), own, tuple(left_out), gaps + _gaps(hosts, exchangers, "mail server"))


def _address_queries(names: Iterable[str]) -> list[Query]:
    return [Query(name, rdtype) for name in names for rdtype in ("A", "AAAA")]


def _addresses(answers: Answers, name: str) -> list[str]:
    return [one for query in _address_queries([name]) for one in answers[query].records if address(one)]


def _said_something(answer: DnsAnswer) -> bool:
    return answer.outcome in (DnsOutcome.ANSWERED, DnsOutcome.NODATA, DnsOutcome.NXDOMAIN)


def cause_of(answer: DnsAnswer) -> Cause:
    """Of an answer that says nothing about the name."""
    return Cause.TIMED_OUT if answer.outcome is DnsOutcome.TIMEOUT else Cause.NAME_SERVICE


def _why(answer: DnsAnswer) -> str:
    return answer.reason or answer.outcome.value


def _gaps(answers: Answers, names: Iterable[str], what: str) -> tuple[NotChecked, ...]:
    """The names whose addresses could not be read."""
    silent = {
        name: answers[query]
        for name in names
        for query in _address_queries([name])
        if not _said_something(answers[query])
    }
    return tuple(
        NotChecked(
            name, f"the addresses of the {what} {name} could not be read: {_why(answer)}", cause=cause_of(answer)
        )
        for name, answer in silent.items()
    )


def _exchangers(records: Iterable[str], settings: Settings) -> tuple[list[str], list[str]]:
    """The mail servers of a domain, the best first, and those that are a provider's."""
    ranked: dict[str, int] = {}
    for record in records:
        preference, _, text = record.strip().partition(" ")
        try:
            ranked.setdefault(ascii_domain(text), int(preference))
        except ValueError:
            continue  # "0 .": it takes no mail
    names = sorted(ranked, key=lambda name: (ranked[name], name))[:MOST_EXCHANGERS]
    tails = tuple(f".{ascii_domain(tail)}" for tail in settings.mail_providers)
    providers = [name for name in names if f".{name}".endswith(tails)]
    return [name for name in names if name not in providers], providers


def _sift(sightings: Sequence[Sighting], settings: Settings) -> ListedNames:
    """Return each address once, without those that no list covers and those that are not the site's own."""
    kept: dict[IPAddress, list[Sighting]] = {}
    left_out: dict[str, None] = {}
    shared = [ip_network(text) for text in settings.shared]
    for sighting in sightings:
        found = address(sighting.address)
        if found is None:
            continue
        if not settings.private_addresses and (not found.is_global or found.is_multicast):
            left_out[f"{found} ({sighting.source}): not a public address"] = None
        elif not sighting.chosen and any(found in network for network in shared):
            left_out[f"{found} ({sighting.source}): shared with strangers"] = None
        else:
            kept.setdefault(found, []).append(sighting)
    subjects = [_subject(found, seen) for found, seen in kept.items()]
    gaps = _sifting_gaps(len(subjects), left_out, settings)
    return ListedNames(tuple(subjects[: settings.most_addresses]), tuple(left_out), gaps)


def _subject(found: IPAddress, seen: Sequence[Sighting]) -> ListedName:
    sources = tuple(dict.fromkeys(sighting.source for sighting in seen))
    return ListedName(str(found), "v4" if found.version == 4 else "v6", sources, any(one.sends for one in seen))


def _sifting_gaps(count: int, left_out: Iterable[str], settings: Settings) -> tuple[NotChecked, ...]:
    if count > settings.most_addresses:
        reason = f"the site has {count} addresses, of which the first {settings.most_addresses} were looked up"
        return (NotChecked("addresses", reason, "Raise `most_addresses` of dnsbl.", Cause.TOO_MUCH),)
    wanted = any(kind != "domain" for row in settings.chosen().values() for kind in row.kinds)
    if count or not wanted:
        return ()
    reason = ": ".join(filter(None, ["no public address", "; ".join([*left_out][:5])]))
    return (
        NotChecked("addresses", reason, "Name the address that the site's mail leaves from in `addresses` of dnsbl."),
    )
