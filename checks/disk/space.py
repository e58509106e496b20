"""Whether there is space left on a file system, now and soon."""

from dataclasses import replace
from datetime import date
from typing import Any

from checks.disk.facts import Mount, Space
from checks.disk.forecast import Forecast, days, foretell
from checks.disk.growers import Grower, below, biggest, lines, remedy, shortcomings, still_open
from checks.disk.history import Past, with_places
from checks.disk.scene import Scene
from checks.disk.settings import Settings
from checks.disk.words import percent, size
from checks.findings import Finding, State


def judge_space(mount: Mount, space: Space, scene: Scene, past: Past) -> tuple[Finding, Past]:
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
    """The finding about one that cannot fill up: nothing writes to it, and nothing should."""
    summary = f"{mount.point} is read-only, as meant, and {percent(space.used_percent)} full"
    return Finding(State.OK, "disk-space", mount.point, summary, space.used_percent, "%", data=_numbers(mount, space))


def _numbers(mount: Mount, space: Space) -> dict[str, Any]:
    return {
        "mount": mount.point,
        "size": space.size,
        "available": space.available,
        "used_percent": round(space.used_percent, 2),
    }


def _soon(space: Space, scene: Scene, past: Past) -> Forecast | None:
    settings: Settings = scene.settings
    if not settings.forecast_days or space.used_percent <= settings.forecast_from:
        return None
    forecast = foretell(past.points, space.available // 1024, scene.today.toordinal())
    return forecast if forecast is not None and forecast.middle < settings.forecast_days else None


def _range(forecast: Forecast | None) -> list[int | None] | None:
    if forecast is None:
        return None
    return [int(forecast.earliest), None if forecast.latest is None else round(forecast.latest)]


def _with_growers(finding: Finding, mount: Mount, scene: Scene, past: Past) -> tuple[Finding, Past]:
    known = below(scene.facts.known_places, mount.point, [one.point for one in scene.facts.mounts])
    places = (*(mount.big.places if mount.big else ()), *known)
    growers = biggest(places, mount.point, past.places)
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


def _first(growers: tuple[Grower, ...]) -> str:
    """What has grown most, or is biggest where nothing is known to have grown."""
    if not growers:
        return ""
    most = max(growers, key=lambda one: (one.grown or 0, one.amount))
    grown = f", {size(most.grown)} of it new" if most.grown else ""
    return f"; most in {most.path} ({size(most.amount)}{grown})"
