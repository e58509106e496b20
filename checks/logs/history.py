"""Keeps errors over several rounds: a fatal error is not over because the next round finds no new record of it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checks.logs.groups import LogProblem, Severity

MOST = 100  # troubles remembered about one site
_KEPT_SECONDS = 14 * 86400
_GRAVE = (Severity.FATAL, Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Remembered:
    """An error as known over several rounds. Times are Unix seconds of the host."""

    id: str
    severity: Severity
    message: str
    class_: str
    file: str
    names: tuple[str, ...]
    first: int
    last: int
    total: int  # since `first`
    known: bool  # was there when the site was first visited
    hour: int  # the last one in which it was counted, since 1970
    in_hour: int
    frequent_at: int  # when it was last too frequent, 0: never
    logs: tuple[str, ...]  # names of the logs that hold it
    new: int = 0  # in this round

    @property
    def item(self) -> str:
        """The item of its finding."""
        return f"{self.severity}:{self.id}"


def recalled(rows: object, now: int) -> list[Remembered]:
    """What memory holds, without what is too old or not well formed. A clock that was set back makes nothing newer."""
    found: list[Remembered] = []
    for row in rows if isinstance(rows, list) else []:
        try:
            one = Remembered(
                id=str(row["id"]),
                severity=Severity(row["severity"]),
                message=str(row["message"]),
                class_=str(row["class"]),
                file=str(row["file"]),
                names=tuple(map(str, row["names"])),
                first=min(int(row["first"]), now),
                last=min(int(row["last"]), now),
                total=int(row["total"]),
                known=bool(row["known"]),
                hour=int(row["hour"]),
                in_hour=int(row["in_hour"]),
                frequent_at=min(int(row["frequent_at"]), now),
                logs=tuple(map(str, row["logs"])),
            )
        except (KeyError, TypeError, ValueError):
            continue
        if now - one.last <= _KEPT_SECONDS:
            found.append(one)
    return found


def within_bounds(troubles: Iterable[Remembered]) -> list[Remembered]:
    """Return at most MOST errors: fatal ones first, then the most recent."""
    return sorted(troubles, key=lambda one: (one.severity != Severity.FATAL, -one.last, one.id))[:MOST]


def kept(troubles: Iterable[Remembered]) -> list[Mapping[str, Any]]:
    """Return errors as JSON for memory."""
    return [
        {
            "id": one.id,
            "severity": str(one.severity),
            "message": one.message[:200],
            "class": one.class_[:120],
            "file": one.file[:200],
            "names": list(one.names[:6]),
            "first": one.first,
            "last": one.last,
            "total": one.total,
            "known": one.known,
            "hour": one.hour,
            "in_hour": one.in_hour,
            "frequent_at": one.frequent_at,
            "logs": list(one.logs[:4]),
        }
        for one in troubles
    ]


@dataclass(frozen=True, slots=True)
class LogVisit:
    """What a round knows when it follows troubles: the host's clock, the logs' names, and what is too often."""

    now: int
    names: Sequence[str]  # of `LogFacts.files`
    first: bool
    often: int  # records an hour


def followed(old: Sequence[Remembered], troubles: Iterable[LogProblem], visit: LogVisit) -> list[Remembered]:
    """Return the known errors updated by this round, and the new ones."""
    known = list(old)
    for trouble in troubles:
        if trouble.severity not in _GRAVE or not trouble.count:
            continue
        place = next((place for place, one in enumerate(known) if _is(one, trouble)), None)
        logs = tuple(dict.fromkeys(visit.names[source] for source in trouble.by_source))
        seen = _new(trouble, logs, visit) if place is None else _again(known[place], trouble, logs, visit.now)
        counted = trouble.hours | {seen.hour: seen.in_hour}
        if max(counted.values()) >= visit.often:
            seen = replace(seen, frequent_at=seen.last)
        if place is None:
            known.append(seen)
        else:
            known[place] = seen
    return known


def _is(one: Remembered, trouble: LogProblem) -> bool:
    files = (one.file, trouble.file)
    classes = (one.class_.rsplit("\\", 1)[-1], trouble.class_.rsplit("\\", 1)[-1])
    return bool(set(one.names) & set(trouble.names)) and all(
        "" in pair or pair[0] == pair[1] for pair in (files, classes)
    )


def _new(trouble: LogProblem, logs: tuple[str, ...], visit: LogVisit) -> Remembered:
    identity = "|".join((trouble.names[0], trouble.file, trouble.class_))
    hour = max(trouble.hours)
    return Remembered(
        id=hashlib.sha256(identity.encode()).hexdigest()[:12],
        severity=trouble.severity,
        message=trouble.message,
        class_=trouble.class_,
        file=trouble.file,
        names=tuple(trouble.names),
        first=min(trouble.first, visit.now),
        last=min(trouble.last, visit.now),
        total=trouble.count,
        known=visit.first,
        hour=hour,
        in_hour=trouble.hours[hour],
        frequent_at=0,
        logs=logs,
        new=trouble.count,
    )


def _again(one: Remembered, trouble: LogProblem, logs: tuple[str, ...], now: int) -> Remembered:
    hours = trouble.hours
    hour = max(hours)
    return replace(
        one,
        severity=Severity.FATAL if Severity.FATAL in (one.severity, trouble.severity) else one.severity,
        class_=one.class_ or trouble.class_,
        file=one.file or trouble.file,
        names=tuple(dict.fromkeys((*one.names, *trouble.names)))[:6],
        last=max(one.last, min(trouble.last, now)),
        total=one.total + trouble.count,
        hour=hour,
        in_hour=hours[hour] + (one.in_hour if one.hour == hour else 0),
        logs=tuple(dict.fromkeys((*logs, *one.logs)))[:4],
        new=one.new + trouble.count,
    )
