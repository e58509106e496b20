"""What is remembered of the disks of a host from round to round."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from checks.disk.facts import Mount, Place
from checks.disk.forecast import Point
from checks.findings import Memory

_DAYS = 60
_MOST_MOUNTS = 60
_MOST_PLACES = 12
_RESIZED = 0.01  # of the size
_WHOLE_DISKS_KEPT = 20  # mounts whose past is kept; others only as being there


@dataclass(frozen=True, slots=True)
class Past:
    """One mount's past. Days are numbers (date.toordinal), amounts KiB."""

    seen: int  # the day on which it was last there
    size: int = 0
    writable: bool = True
    points: tuple[Point, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)  # the biggest of the last alarm, in bytes
    places_day: int = 0
    foretold: bool = False


def recall(memory: Memory) -> dict[str, Past]:
    """What was remembered; a damaged part is forgotten rather than believed."""
    found: dict[str, Past] = {}
    stored = memory.get("mounts")
    for point, entry in stored.items() if isinstance(stored, Mapping) else ():
        try:
            found[point] = Past(
                int(entry["seen"]),
                int(entry.get("size", 0)),
                bool(entry.get("writable", True)),
                tuple((int(day), int(amount)) for day, amount in entry.get("points", ())),
                {str(path): int(amount) for path, amount in entry.get("places", {}).items()},
                int(entry.get("places_day", 0)),
                bool(entry.get("foretold", False)),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return found


def remember(pasts: Mapping[str, Past]) -> dict[str, Any]:
    """The same as JSON, the newest mounts where there are too many."""
    newest = sorted(pasts.items(), key=lambda one: (-one[1].seen, one[0]))[:_MOST_MOUNTS]
    kept: dict[str, Any] = {}
    for number, (point, past) in enumerate(newest):
        entry: dict[str, Any] = {"seen": past.seen, "size": past.size, "writable": past.writable}
        if number < _WHOLE_DISKS_KEPT:
            entry |= {"points": [list(one) for one in past.points], "foretold": past.foretold}
            entry |= {"places": dict(past.places), "places_day": past.places_day}
        kept[point] = entry
    return kept


def add(past: Past | None, mount: Mount, today: int) -> Past:
    """The past with today in it: the most that was used today, or a new start after a resize.

    Points further than sixty days from today, on either side, are dropped: a clock that jumped leaves nothing for good.
    """
    if mount.space is None:
        return replace(past, seen=today) if past else Past(today, writable=mount.writable)
    size, used = mount.space.size // 1024, mount.space.used // 1024
    points = dict(past.points) if past else {}
    if past and abs(size - past.size) > _RESIZED * past.size:
        points = {}
    points[today] = max(used, points.get(today, 0))
    near = tuple(sorted(point for point in points.items() if abs(point[0] - today) <= _DAYS))[-_DAYS:]
    known = past or Past(today)
    return replace(known, seen=today, size=size, writable=mount.writable, points=near)


def with_places(past: Past, places: tuple[Place, ...], today: int) -> Past:
    """The past with the biggest places of this alarm; those of earlier today stay, so that a day's growth shows."""
    if not places or (past.places_day == today and past.places):
        return past
    biggest = sorted(places, key=lambda place: -place.amount)[:_MOST_PLACES]
    return replace(past, places={place.path: place.amount for place in biggest}, places_day=today)
