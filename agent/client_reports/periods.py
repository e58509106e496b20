"""The periods of reports: which one is due at the end of a round, by round, week or contract month."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inventory.contracts import Contract
from inventory.reports import Reporting
from reports.health_report import Period

_CALENDAR = Contract("standard")  # its months are calendar months
_WEEK = timedelta(days=7)


def due_period(
    reporting: Reporting,
    contract: Contract | None,
    last: datetime | None,
    at: datetime,
    zone: str,
    *,
    changed: bool,
    made: Collection[str] = (),
) -> Period | None:
    """Return the period of the report that is due when a round over all of a client ends at `at`. None: none is due.

    `last` is the end of the newest report that was not skipped, `made` are the keys of all there are: no key comes
    twice, whatever the settings were before. `changed` is whether there is news since `last`. A report that no round
    was made for in time is due with the next one; where several are, only the newest: it tells of all the time since
    the last one. `contract` says on which day months begin, the 1st of each without one.
    """
    if last is not None and at <= last:
        return None
    if reporting.when == "change":
        period = Period("round", f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", last, at) if changed else None
    elif reporting.when == "weekly":
        period = _weekly(reporting.day, last, at, zone)
    elif reporting.when == "monthly":
        period = _monthly(contract or _CALENDAR, last, at, zone)
    else:
        period = None
    return None if period is None or period.key in made else period


def beginning(period: Period, zone: str) -> datetime:
    """Return the beginning of a period: the end of the last report; for the first one, of its week, month or day."""
    if period.since is not None:
        return period.since
    if period.kind == "month":
        return midnight(date.fromisoformat(period.key), zone)
    return period.until - (_WEEK if period.kind == "week" else timedelta(days=1))


def midnight(day: date, zone: str) -> datetime:
    """Return the beginning of a day in a time zone, in UTC: its first moment where the clock skips midnight."""
    wall = datetime.combine(day, time(), ZoneInfo(zone))
    early, late = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    return min(one for one in (early, late) if one.astimezone(wall.tzinfo).date() >= day)


def _weekly(weekday: int, last: datetime | None, at: datetime, zone: str) -> Period | None:
    """Return the weekly period, due from the beginning of its day on. Its key is the ISO week of that day."""
    today = at.astimezone(ZoneInfo(zone)).date()
    day = today - timedelta(days=(today.weekday() - weekday) % 7)
    if last is not None and last >= midnight(day, zone):
        return None
    year, week, _ = day.isocalendar()
    return Period("week", f"{year}-W{week:02}", last, at)


def _monthly(contract: Contract, last: datetime | None, at: datetime, zone: str) -> Period | None:
    """Return the monthly period, due from the end of a contract month on. Its key is the first day of that month."""
    running = contract.month_of(at.astimezone(ZoneInfo(zone)).date())
    ended = contract.month_of(running.first - timedelta(days=1))
    before_the_contract = contract.start is not None and ended.first < contract.start
    if before_the_contract or (last is not None and last >= midnight(running.first, zone)):
        return None
    return Period("month", ended.first.isoformat(), last, at)
