"""A finding of each kind, by what the check of logs makes of sample facts."""

from collections.abc import Iterator
from dataclasses import replace

from checks import Finding, NotChecked
from checks.logs.facts import AccessCounts, Hour, LogFacts
from tests.checks.logs.test_evaluate import APP, OFF, Rounds, T, error, facts, group, later, logins


def examples() -> Iterator[Finding]:
    """Logs that are well, with errors that come and go, failing requests, switched off, exposed, large, unreadable."""
    rounds = Rounds()
    yield from rounds(facts()).values()
    yield from rounds(facts(group(count=3), error("feed refused", 9))).values()
    yield from rounds(later(30)).values()
    for failed in (8, 50):
        access = AccessCounts(0, 100, failed, (Hour(T // 3600, 100, failed, 0),), (("500 /checkout", failed),))
        yield from Rounds()(facts(access=(access,))).values()
    for number in (1, 400):
        yield from Rounds()(facts(access=(logins(number),))).values()
    yield from Rounds()(facts(files=(OFF,))).values()
    bad = replace(APP, public="/app.log", size=600 << 20)
    unread = replace(APP, state="unreadable", reason="permission denied: app.log", remedy="let us read it")
    for before, after in ((bad, replace(APP, rotates=True)), (unread, APP)):
        rounds = Rounds()
        yield from rounds(facts(files=(before,))).values()
        yield from rounds(facts(files=(after,))).values()
    yield from Rounds()(facts(gaps=(NotChecked("site", "not recognised", "correct `root`"),))).values()
    yield from Rounds()(LogFacts(now=T)).values()
