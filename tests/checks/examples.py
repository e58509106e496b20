"""Findings that the checks really give, at least one of each kind that they declare, by check."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from checks import Finding
from checks import ssh as ssh_check
from checks.contract import Hours
from checks.siterounds import Ending
from tests.checks.disk.examples import examples as disk
from tests.checks.dnsbl.examples import examples as dnsbl
from tests.checks.firewall.examples import examples as firewall
from tests.checks.logs.examples import examples as logs
from tests.checks.test_contract import judge as judge_hours
from tests.checks.test_siterounds import HOUR, NOW, late
from tests.checks.test_siterounds import judged as judged_itself
from tests.checks.users.examples import examples as users
from tests.checks.versions.examples import examples as versions


def ssh() -> Iterator[Finding]:
    """Every way in which a connection ends."""
    for outcome in ssh_check.Outcome:
        facts = ssh_check.Connection(outcome, "because", "do that", "bastion")
        yield from ssh_check.evaluate(facts, ssh_check.Settings(), {}, NOW).findings


def contract() -> Iterator[Finding]:
    """Hours that suffice, run out, are used up, are not known; and time that was not booked."""
    for used in ("1", "3.5", "4", "5.5"):
        yield from judge_hours(Hours(Decimal(4), Decimal(used)))
    yield from judge_hours(Hours(Decimal(4), Decimal(1), cap=Decimal(1), withheld=("2026-11-01",)))
    yield from judge_hours(Hours(None, None, reason="Harvest answered 503", remedy="wait"))


def siterounds() -> Iterator[Finding]:
    """siterounds well, and with everything wrong."""
    yield from judged_itself(accepted=("Zendesk",), skews={"Zendesk": 1}, room=1 << 40).findings
    yield from judged_itself(
        unvisited=late(60),
        endings=(Ending("a token", date(2026, 12, 1), "renew it"),),
        refused={"Zendesk": NOW - HOUR},
        skews={"Zendesk": 90},
        room=1,
        running="1",
        installed="2",
    ).findings


EXAMPLES: Mapping[str, Callable[[], Iterable[Finding]]] = {
    "ssh": ssh,
    "disk": disk,
    "firewall": firewall,
    "logs": logs,
    "versions": versions,
    "users": users,
    "dnsbl": dnsbl,
    "contract": contract,
    "siterounds": siterounds,
}
