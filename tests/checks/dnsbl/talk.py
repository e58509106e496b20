"""A conversation with the DNS held by hand: no server, no clock."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from checks import DnsAnswer, DnsOutcome, LookupSteps, Query, Target
from checks.dnsbl import Facts, Settings, check
from inventory.model import Host, Site

F = TypeVar("F")

Known = Mapping[tuple[str, str], Sequence[str] | DnsAnswer]
"""(name, type) → records, or a whole answer. A name that is known with another type has NODATA; others are NXDOMAIN."""

NOBODY = DnsAnswer(DnsOutcome.NXDOMAIN)


def answer(known: Known, query: Query) -> DnsAnswer:
    """What a resolver that knows just this would say."""
    found = known.get((query.name, query.rdtype))
    if isinstance(found, DnsAnswer):
        return found
    if found is not None:
        return DnsAnswer(DnsOutcome.ANSWERED, tuple(found))
    return DnsAnswer(DnsOutcome.NODATA) if any(name == query.name for name, _ in known) else NOBODY


def hold(asking: LookupSteps[F], known: Known, *, fresh: Known | None = None) -> tuple[F, list[Sequence[Query]]]:
    """Carry a conversation to its end: its facts, and each batch that was asked. `fresh` answers fresh questions."""
    batches: list[Sequence[Query]] = []
    answers: dict[Query, DnsAnswer] | None = None
    while True:
        try:
            batch = next(asking) if answers is None else asking.send(answers)
        except StopIteration as end:
            return end.value, batches
        batches.append(batch)
        answers = {query: answer(fresh if query.fresh and fresh is not None else known, query) for query in batch}


def target(url: str = "https://www.shop.example/") -> Target:
    """A site of that address."""
    return Target(Host("web1"), Site("shop", "acme", "web1", url, "/var/www/shop"))


def looked(
    url: str, settings: Settings, known: Known, *, fresh: Known | None = None
) -> tuple[Facts, list[Sequence[Query]]]:
    """What the check's lookup brings home."""
    asking: Any = check.probe.ask(target(url), settings)  # type: ignore[union-attr]
    return hold(asking, known, fresh=fresh)
