"""A finding of each kind, by what the check of block lists makes of sample answers."""

from collections.abc import Iterator

from checks import DnsAnswer, DnsOutcome, Finding
from checks.dnsbl.lookup import CONTROLS
from tests.checks.dnsbl.talk import Known
from tests.checks.dnsbl.test_evaluate import COP, DBL, LISTS, SHOP, URIBL, ZEN, judged

NO_ANSWER = DnsAnswer(DnsOutcome.TIMEOUT)


def examples() -> Iterator[Finding]:
    """A clean site, listings of every cause, listings that ended, and lists and resolvers that fail."""
    for name, answer in (
        (f"7.113.0.203.{ZEN}", "127.0.0.2"),
        (f"7.113.0.203.{ZEN}", "127.0.0.4"),
        (f"7.113.0.203.{ZEN}", "127.0.0.10"),
        (f"9.113.0.203.{ZEN}", "127.0.0.10"),
        (f"7.113.0.203.{ZEN}", "127.0.0.99"),
        (f"7.113.0.203.{COP}", "127.0.0.2"),
        (f"shop.example.{DBL}", "127.0.1.2"),
        (f"shop.example.{DBL}", "127.0.1.102"),
        (f"shop.example.{URIBL}", "127.0.0.2"),
    ):
        yield from judged({**SHOP, (name, "A"): [answer]}).findings
    listed = judged({**SHOP, (f"7.113.0.203.{ZEN}", "A"): ["127.0.0.2"]})
    broken = judged({**SHOP, (f"2.0.0.127.{ZEN}", "A"): NO_ANSWER}, memory=listed.memory)
    yield from broken.findings
    yield from judged(SHOP, memory=broken.memory).findings
    moved: Known = {**SHOP, ("www.shop.example", "A"): ["203.0.113.20"], ("shop.example", "A"): ["203.0.113.20"]}
    yield from judged(moved, memory=listed.memory).findings
    yield from judged({**SHOP, ("shop.example", "MX"): DnsAnswer(DnsOutcome.SERVFAIL)}).findings
    refusing: Known = {name: ["127.255.255.254"] for name in LISTS}
    yield from judged({**SHOP, **refusing}).findings
    controls = (["198.51.100.1"], NO_ANSWER)
    for control in controls:
        yield from judged({**SHOP, **{(name, "A"): control for name in CONTROLS}}).findings
