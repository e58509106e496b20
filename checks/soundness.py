"""What a third party's check or platform must be, so that it cannot fail later in the middle of a round."""

import re
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from checks.check import Check, Policy
from checks.platforms.platform import Platform
from checks.probes import Brought, Lookup, Probe, Scope
from inventory.schema import schema
from inventory.settings import ENABLED, as_json, validated


class UnsoundError(Exception):
    """What is wrong with a third party's check or platform, in a sentence."""


def refuse(wrong: bool, sentence: str) -> None:
    """Raise UnsoundError with the sentence if something is wrong."""
    if wrong:
        raise UnsoundError(sentence)


def sound_check(value: Any, known: Iterable[Check[Any, Any]]) -> Check[Any, Any]:
    """The value as a check that can stand beside those known; UnsoundError, or whatever its own code raises."""
    refuse(not isinstance(value, Check), f"it is a {type(value).__name__}, not a checks.Check")
    check: Check[Any, Any] = value
    _sound_names(check.name, check.title)
    probe = check.probe
    if not isinstance(probe, Probe | Lookup):  # what the agent brings itself, it brings to its own checks
        raise UnsoundError("its probe is neither a checks.Probe nor a checks.Lookup")
    refuse(not callable(check.evaluate), "its evaluate cannot be called")
    refuse(not isinstance(check.policy, Policy), "its policy is not a checks.Policy")
    refuse(not isinstance(probe.scope, Scope), "its probe's scope is not a checks.Scope")
    refuse(
        probe.scope in (Scope.CLIENT, Scope.AGENCY),
        "its probe is about a client, of whom neither a host nor the DNS knows anything",
    )
    if isinstance(probe, Probe):
        _sound_probe(probe)
    for other in known:
        same = probe is other.probe or probe == other.probe
        taken = not isinstance(other.probe, Brought) and other.probe.name == probe.name
        refuse(taken and not same, f"its probe has the name of another one, that of the check {other.name!r}")
    _sound_settings(check)
    return check


def _sound_probe(probe: Probe[Any]) -> None:
    refuse(not isinstance(probe.script, str) or "\0" in probe.script, "its probe's script is not text")
    refuse(not (callable(probe.parse) and callable(probe.arguments)), "its probe's parse or arguments cannot be called")
    refuse(not 0 < probe.timeout <= 600, "its probe's timeout is not between 0 and 600 seconds")


def _sound_settings(check: Check[Any, Any]) -> None:
    settings = check.settings
    refuse(not is_dataclass(settings) or isinstance(settings, type), "its settings are not a dataclass's instance")
    bare = [one.name for one in fields(settings) if one.default is MISSING and one.default_factory is MISSING]
    taken = ENABLED in {one.name for one in fields(settings)}
    refuse(taken, f"its settings have a field {ENABLED!r}, by which the inventory switches any check on and off")
    refuse(bool(bare), f"its settings have no default for {', '.join(bare)}")
    refuse(validated(settings, as_json(settings)) != settings, "its settings do not survive being written in YAML")
    schema({check.name: settings}, ())


def sound_platform(value: Any) -> Platform:
    """The value as a platform; UnsoundError, or whatever its own code raises."""
    refuse(not isinstance(value, Platform), f"it is a {type(value).__name__}, not a checks.platforms.platform.Platform")
    platform: Platform = value
    _sound_names(platform.name, platform.title)
    refuse(platform.name == "auto", "a platform cannot be called auto: the inventory finds one out by that")
    refuse(not platform.php.strip() or "<?php" in platform.php, "its PHP is empty, or holds an opening tag")
    for pattern in platform.version_files.values():
        refuse(re.compile(pattern).groups < 1, f"its version file's pattern {pattern!r} has no group")
    return platform


def _sound_names(name: str, title: str) -> None:
    named = isinstance(name, str) and re.fullmatch(r"[a-z][a-z0-9-]{0,63}", name)
    refuse(not named, f"its name {name!r} is not made of small letters, digits and '-', at most 64 of them")
    refuse(not (isinstance(title, str) and title.strip()), "it has no title")
