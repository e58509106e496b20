"""What is said of requests: those that failed, and logins tried."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks.findings import Finding, State
from checks.logs.facts import LogFacts
from checks.logs.settings import Settings
from checks.logs.trouble_findings import when


def logins_by_hour(facts: LogFacts, before: object, now: int) -> dict[int, int]:
    """Failed logins by hour since 1970: of this round, and of an hour that the last round saw the beginning of."""
    hours: dict[int, int] = {}
    for row in facts.access:
        for hour in row.hours:
            hours[hour.hour] = hours.get(hour.hour, 0) + hour.logins
    if isinstance(before, Mapping):
        for key, number in before.items():
            known = isinstance(number, int) and str(key).isdecimal()
            if known and (int(key) in hours or now // 3600 - 1 <= int(key) <= now // 3600):
                hours[int(key)] = hours.get(int(key), 0) + number
    return hours


def access_findings(facts: LogFacts, settings: Settings, logins: Mapping[int, int]) -> Iterator[Finding]:
    """One finding on failed requests and one on logins, where an access log of this site could be read."""
    if not facts.access:
        return
    requests = sum(row.requests for row in facts.access)
    failed = sum(row.failed for row in facts.access)
    share = 100 * failed / requests if requests else 0.0
    bad = failed >= settings.failed_least and share >= settings.failed_percent
    worst = sorted((page for row in facts.access for page in row.worst), key=lambda page: -page[1])[:5]
    data: dict[str, Any] = {"requests": requests, "failed": failed, "percent": round(share, 1)}
    yield Finding(
        State.WARNING if bad else State.OK,
        "failed-requests",
        "requests",
        f"{failed} of {requests} new requests failed with an error of the server ({share:.1f} %)",
        value=round(share, 1),
        unit="%",
        details=tuple(f"{number} times: {page}" for page, number in worst),
        remedy="see what the error log says of these pages" if bad else "",
        data=data,
    )
    hour = max(logins, key=lambda hour: (logins[hour], hour), default=None)
    most = 0 if hour is None else logins[hour]
    many = most >= settings.logins_an_hour
    at = f" in the hour from {when(hour * 3600)}" if hour is not None and most else ""
    yield Finding(
        State.WARNING if many else State.OK,
        "failed-logins",
        "logins",
        f"{most} failed or doubtful logins{at}" if most else "no failed logins",
        value=float(most),
        unit="logins",
        remedy="limit attempts by address (fail2ban, a plugin, the web server), require a second factor"
        if many
        else "",
        data={"logins": most, "hour": None if hour is None else hour * 3600},
    )
