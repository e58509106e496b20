"""A finding of each kind, by what the check of versions makes of sample software."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from checks import Finding, NotChecked
from checks.platforms.facts import Software
from checks.versions import Settings
from checks.waivers import Waiver
from tests.checks.versions.test_evaluate import AKISMET, CORE, CUSTOM, NOW, judged


def examples() -> Iterator[Finding]:
    """Software of every sort that is well, behind, withdrawn, half-done, at its end, unreadable, and not known of."""
    yield from judged(CORE, AKISMET, CUSTOM).findings
    for sort in ("plugin", "theme", "module", "addon"):
        yield from judged(replace(AKISMET, kind=sort, latest="5.3")).findings
        yield from judged(replace(AKISMET, kind=sort, latest="5.3", security=True)).findings
    yield from judged(replace(CORE, latest="7.1", latest_in_line="6.9.1")).findings
    yield from judged(replace(CORE, latest="7.1", latest_in_line="6.9.7")).findings
    listed = judged(CORE, replace(CUSTOM, listed=True, latest="1.0"))
    withdrawn = judged(CORE, CUSTOM, memory=listed.memory)
    yield from withdrawn.findings
    yield from judged(CORE, memory=withdrawn.memory).findings
    yield from judged(replace(CORE, version=None), replace(AKISMET, unfinished="half")).findings
    yield from judged(replace(CORE, known_at=None)).findings
    for version, year in (("8.2.36", 2026), ("8.1.34", 2026), ("5.6.40", 2040), ("9.0.0", 2026)):
        php = Software("runtime", "php-fpm", "PHP (web server)", version, active=True)
        yield from judged(php, now=datetime(year, 11, 23, tzinfo=UTC)).findings
        yield from judged(php, now=datetime(year, 12, 1, tzinfo=UTC)).findings
    waiver = Waiver("waits for the relaunch", "Ada", NOW.date())
    accepted = Settings(ignore={"plugin:akismet/akismet.php": waiver})
    yield from judged(CORE, replace(AKISMET, latest="5.3"), settings=accepted).findings
    yield from judged(CORE, gaps=[NotChecked("plugins", "permission denied", "let us read it")]).findings
