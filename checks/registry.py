"""Every check and platform there is: ours by one explicit list, third parties' by entry point."""

import contextlib
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import Any, TypeVar

from checks import contract, disk, dnsbl, firewall, logs, siterounds, ssh, users, versions
from checks.check import Check
from checks.platforms import expressionengine, magento, openmage, wordpress
from checks.platforms.platform import Platform
from checks.probes import Scope
from checks.soundness import UnsoundError, refuse, sound_check, sound_platform
from inventory.mistakes import shown

CHECKS: tuple[Check[Any, Any], ...] = (
    ssh.check,
    disk.check,
    firewall.check,
    logs.check,
    versions.check,
    users.check,
    dnsbl.check,
    contract.check,
    siterounds.check,
)
PLATFORMS: tuple[Platform, ...] = (wordpress.platform, magento.platform, openmage.platform, expressionengine.platform)

OURS = "siterounds"
CHECK_GROUP = "siterounds.checks"
PLATFORM_GROUP = "siterounds.platforms"

V = TypeVar("V", Check[Any, Any], Platform)


@dataclass(frozen=True, slots=True)
class Broken:
    """A third party's check or platform that cannot be used, and why. It is left out of the rounds."""

    group: str
    name: str
    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Registry:
    """What can be looked at. Origins are "siterounds", or a distribution's name with its version."""

    checks: Mapping[str, Check[Any, Any]]
    platforms: Mapping[str, Platform]
    broken: tuple[Broken, ...]
    check_origins: Mapping[str, str]
    platform_origins: Mapping[str, str]

    def settings(self) -> Mapping[str, Any]:
        """The default settings by check, as the inventory wants them."""
        return {name: check.settings for name, check in self.checks.items()}

    def titles(self) -> Mapping[str, str]:
        """The checks' names for people."""
        return {name: check.title for name, check in self.checks.items()}

    def host_checks(self) -> frozenset[str]:
        """The checks that ask about a host, once whoever shares it."""
        return self._of(Scope.HOST)

    def client_checks(self) -> frozenset[str]:
        """The checks that are about a client, or the agency, and neither about a host nor about a site."""
        return self._of(Scope.CLIENT, Scope.AGENCY)

    def _of(self, *scopes: Scope) -> frozenset[str]:
        return frozenset(name for name, check in self.checks.items() if check.probe.scope in scopes)


def load() -> Registry:
    """Ours first, then third parties' by distribution and name; one that is broken is named with its reason, never
    raised.
    """
    broken: list[Broken] = []
    checks = {check.name: check for check in CHECKS}
    platforms = {platform.name: platform for platform in PLATFORMS}
    check_origins = dict.fromkeys(checks, OURS)
    platform_origins = dict.fromkeys(platforms, OURS)
    for found in _found(broken):
        if found.point.group == CHECK_GROUP:
            _add(found, checks, check_origins, lambda value: sound_check(value, checks.values()), broken)
        else:
            _add(found, platforms, platform_origins, sound_platform, broken)
    return Registry(checks, platforms, tuple(broken), check_origins, platform_origins)


@dataclass(frozen=True, slots=True)
class _Found:
    """An entry point and the distribution it came with."""

    point: EntryPoint
    origin: str


def _found(broken: list[Broken]) -> Iterator[_Found]:
    """Entry points of both groups, damaged distributions apart: `entry_points()` would fail for all because of one."""
    seen: set[str] = set()
    found: list[_Found] = []
    for distribution in distributions():
        try:
            points = _points(distribution)
            origin = f"{distribution.name} {distribution.version}" if points else ""
        except Exception as error:  # noqa: BLE001 - a third party's metadata, as damaged as it likes to be
            broken.append(Broken("", "", str(getattr(distribution, "_path", "")), _reason(error)))
            continue
        if points and distribution.name not in seen:  # a copy later on the path is not what would be imported
            seen.add(distribution.name)
            found += [_Found(point, origin) for point in points]
    yield from sorted(found, key=lambda one: (one.origin, one.point.group, one.point.name))


def _points(distribution: Distribution) -> list[EntryPoint]:
    if "siterounds." not in (distribution.read_text("entry_points.txt") or ""):
        return []  # nearly all of them, and parsing takes time
    return [point for point in distribution.entry_points if point.group in (CHECK_GROUP, PLATFORM_GROUP)]


def _add(
    found: _Found, known: dict[str, V], origins: dict[str, str], sound: Callable[[Any], V], broken: list[Broken]
) -> None:
    point, origin = found.point, found.origin
    try:
        with contextlib.redirect_stdout(sys.stderr):  # our standard output is data
            value = sound(point.load())
        refuse(
            value.name != point.name, f"its entry point is called {point.name!r}, but it calls itself {value.name!r}"
        )
        refuse(value.name in known, f"its name is taken by {origins.get(value.name)}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a third party's code may raise anything, SystemExit as it is imported
        broken.append(Broken(point.group, point.name, origin, _reason(error)))
        return
    known[value.name] = value
    origins[value.name] = origin


def _reason(error: BaseException) -> str:
    """What was raised, on one line, without trusting the error to be able to say it."""
    said = str(error) if isinstance(error, UnsoundError) else traceback.format_exception_only(error)[-1].strip()
    return shown(" ".join(said.split()), 300)
