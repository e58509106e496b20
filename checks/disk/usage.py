"""Evaluates the space and inodes of one file system, now and by forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from checks.disk.facts import Facts, Mount, PathUsage, Space
from checks.disk.forecast import Forecast, SpaceHistory, days, make_forecast, with_places
from checks.disk.largest import GrowingPath, largest_paths, lines, remedy, shortcomings, still_open
from checks.disk.settings import Settings
from checks.findings import Finding, State
from checks.remedies import named
from checks.text import percent, size


@dataclass(frozen=True, slots=True)
class HostContext:
    """The context that is the same for all file systems of the host."""

    facts: Facts
    settings: Settings
    today: date
    known_places: Mapping[str, tuple[PathUsage, ...]] = field(default_factory=dict)  # by mount point


def judge_space(mount: Mount, space: Space, scene: HostContext, past: SpaceHistory) -> tuple[Finding, SpaceHistory]:
    """The finding about its space, and its past with what this search saw.

    A forecast makes a WARNING of what is well, and nothing more than that.
    """
    limits = scene.settings.lines(mount.point, space.size)
    state = limits.judge(space.used_percent)
    if space.available < scene.settings.floor(mount.point, space.size):
        state = State.CRITICAL
    forecast = _soon(space, scene, past)
    past = replace(past, foretold=forecast is not None)
    summary = f"{mount.point} is {percent(space.used_percent)} full: {size(space.available)} of {size(space.size)} left"
    if forecast is not None:
        summary += f", full {days(forecast)} at the pace of the last weeks"
    data = _numbers(mount, space) | {"warning": round(limits.warning, 2), "critical": round(limits.critical, 2)}
    data["full_in_days"] = _range(forecast)
    well = Finding(state, "disk-space", mount.point, summary, space.used_percent, "%", data=data)
    if state is State.OK and forecast is None:
        return well, past
    if state is State.OK:
        well = replace(well, state=State.WARNING, kind="disk-forecast")
    return _with_growers(well, mount, scene, past)


def meant_read_only(mount: Mount, space: Space) -> Finding:
    """Return the finding for a read-only file system, which cannot fill up."""
    summary = f"{mount.point} is read-only, as meant, and {percent(space.used_percent)} full"
    return Finding(State.OK, "disk-space", mount.point, summary, space.used_percent, "%", data=_numbers(mount, space))


def _numbers(mount: Mount, space: Space) -> dict[str, Any]:
    return {
        "mount": mount.point,
        "size": space.size,
        "available": space.available,
        "used_percent": round(space.used_percent, 2),
    }


def _soon(space: Space, scene: HostContext, past: SpaceHistory) -> Forecast | None:
    settings: Settings = scene.settings
    if not settings.forecast_days or space.used_percent <= settings.forecast_from:
        return None
    forecast = make_forecast(past.points, space.available // 1024, scene.today.toordinal())
    return forecast if forecast is not None and forecast.middle < settings.forecast_days else None


def _range(forecast: Forecast | None) -> list[int | None] | None:
    if forecast is None:
        return None
    return [int(forecast.earliest), None if forecast.latest is None else round(forecast.latest)]


def _with_growers(
    finding: Finding, mount: Mount, scene: HostContext, past: SpaceHistory
) -> tuple[Finding, SpaceHistory]:
    places = (*(mount.big.places if mount.big else ()), *scene.known_places.get(mount.point, ()))
    growers = largest_paths(places, mount.point, past.places)
    held = still_open(scene.facts.deleted, mount)
    since = date.fromordinal(past.places_day).isoformat() if past.places_day else ""
    named = replace(
        finding,
        summary=finding.summary + _first(growers),
        details=(*lines(growers, since), *held, *shortcomings(mount.big, scene.settings.search)),
        remedy=remedy(growers, mount.point, bool(held)),
        data={
            **finding.data,
            "growers": [{"path": one.path, "size": one.amount, "grown": one.grown} for one in growers],
        },
    )
    seen = tuple(place for place in places if place.path != mount.point)
    return named, with_places(past, seen, scene.today.toordinal())


def _first(growers: tuple[GrowingPath, ...]) -> str:
    """Return the path that has grown most, or the largest if no growth is known; "" if there is none."""
    if not growers:
        return ""
    most = max(growers, key=lambda one: (one.grown or 0, one.amount))
    grown = f", {size(most.grown)} of it new" if most.grown else ""
    return f"; most in {most.path} ({size(most.amount)}{grown})"


ITEM_PREFIX = "inodes:"
"""Before a mount point, which begins with a slash: the item of its inodes."""


def judge_inodes(mount: Mount, space: Space, scene: HostContext) -> tuple[Finding, ...]:
    """The finding about its inodes, or none where it does not count them."""
    if not space.inodes:
        return ()
    state = scene.settings.inode_lines(mount.point).judge(space.inodes_percent)
    left = space.inodes - space.inodes_used
    summary = f"{mount.point} has used {percent(space.inodes_percent)} of its inodes: {left:,} files can still be made"
    data = {"mount": mount.point, "used_percent": round(space.inodes_percent, 2), "left": left, "total": space.inodes}
    details: tuple[str, ...] = ()
    advice = ""
    if state is not State.OK:
        crowds = largest_paths(mount.many.places if mount.many else (), mount.point, {})
        details = _details(mount, crowds, scene)
        data["growers"] = [{"path": one.path, "files": one.amount} for one in crowds]
        advice = remedy(crowds, mount.point, held_open=False) if crowds else _advice(mount.point)
    item = ITEM_PREFIX + mount.point
    return (Finding(state, "disk-inodes", item, summary, space.inodes_percent, "%", details, advice, data),)


def _details(mount: Mount, crowds: Sequence[GrowingPath], scene: HostContext) -> tuple[str, ...]:
    said = [f"{one.amount:,} files in {one.path}" for one in crowds]
    said += shortcomings(mount.many, scene.settings.search)
    if not scene.facts.inodes_searched:
        said.append("what uses them could not be counted: the du of this host has no --inodes")
    return tuple(said)


def _advice(point: str) -> str:
    return (
        "look for folders of very many small files, mostly PHP sessions, var/cache, var/report or a mail queue: "
        f"`du --inodes -x {named(point, 'PATH')} | sort -n | tail`"
    )
