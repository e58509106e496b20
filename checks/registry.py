"""Every check and platform there is: ours by one explicit list, third parties' by entry point."""

import contextlib
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from string import Formatter
from typing import Any, TypeVar

from checks import contract, disk, dnsbl, firewall, logs, siterounds, ssh, users, versions
from checks.check import Check, Policy
from checks.findings import COMMON_KINDS, Kind
from checks.phrases import KindPhrases, Phrases, PhraseTemplate
from checks.platforms import Platform
from checks.platforms.builtin import PLATFORMS
from checks.probes import InternalProbe, Lookup, Probe, Scope
from inventory.errors import printable
from inventory.schema import schema
from inventory.settings import ENABLED, as_json, validated

_PARTS = ("headline", "meaning", "action", "many", "entry")
_MOST_LETTERS = 2000


class InvalidPluginError(Exception):
    """What is wrong with a third party's check or platform, in a sentence."""


def reject_if(wrong: bool, sentence: str) -> None:
    """Raise UnsoundError with the sentence if something is wrong."""
    if wrong:
        raise InvalidPluginError(sentence)


def validate_kinds(check: Check[Any, Any], known: Iterable[Check[Any, Any]]) -> None:
    """Raise UnsoundError where kinds are no kinds, are declared twice, or belong to another of the checks `known`."""
    kinds = check.kinds
    reject_if(not isinstance(kinds, tuple) or not all(isinstance(one, Kind) for one in kinds), "its kinds are no Kinds")
    common = {one.name for one in COMMON_KINDS}
    taken = {one.name: other.name for other in known if other.name != check.name for one in other.kinds}
    seen: set[str] = set()
    for one in kinds:
        named = isinstance(one.name, str) and re.fullmatch(r"[a-z][a-z0-9-]{0,63}", one.name)
        reject_if(not named, f"its kind {one.name!r} is not made of small letters, digits and '-', at most 64 of them")
        reject_if(one.name in seen, f"it declares the kind {one.name!r} twice")
        reject_if(one.name in common, f"the kind {one.name!r} is every check's and is not declared")
        reject_if(one.name in taken, f"its kind {one.name!r} is one of the check {taken.get(one.name)!r}")
        seen.add(one.name)


def validate_phrases(check: Check[Any, Any]) -> None:
    """Raise UnsoundError where words for clients are of no declared kind, or could not be filled."""
    reject_if(not isinstance(check.phrases, Mapping), "its phrases are not a mapping of kinds")
    declared = {one.name for one in check.kinds}
    for kind, phrases in check.phrases.items():
        reject_if(kind not in declared, f"it has phrases for the kind {kind!r}, which it does not declare")
        reject_if(not isinstance(phrases, KindPhrases), f"its phrases for {kind!r} are no KindPhrases")
        reject_if(not isinstance(phrases.translations, Mapping), f"its translations for {kind!r} are not a mapping")
        _sound_words(phrases.english, f"its English phrases for {kind!r}")
        for code, several in phrases.translations.items():
            whose = f"its phrases for {kind!r} in {code!r}"
            coded = isinstance(code, str) and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", code)
            reject_if(not coded, f"{whose} are of no language code")
            _sound_words(several, whose)
            alike = [_shape(one) for one in several] == [_shape(one) for one in phrases.english]
            reject_if(not alike, f"{whose} differ from the English ones in number, order, values or when they are said")


def validate_scope_words(check: Check[Any, Any]) -> None:
    """Raise UnsoundError where the words that put the check in scope are no words."""
    words = check.scope_words
    fine = isinstance(words, tuple) and all(isinstance(one, str) and one.strip() and len(one) <= 200 for one in words)
    reject_if(not fine, "its scope_words are not a tuple of words")


def _sound_words(several: object, whose: str) -> None:
    fine = isinstance(several, tuple) and several and all(isinstance(one, PhraseTemplate) for one in several)
    reject_if(not fine, f"{whose} are not a tuple of Words")
    assert isinstance(several, tuple)  # noqa: S101  # tells mypy what was made sure of above
    for one in several:
        texts = [getattr(one, part) for part in _PARTS]
        short = all(isinstance(text, str) and len(text) <= _MOST_LETTERS for text in texts)
        reject_if(not short, f"{whose} hold something else than text of at most {_MOST_LETTERS} letters")
        reject_if(not one.headline.strip(), f"{whose} have no headline")
        reject_if(bool(one.many) != bool(one.entry), f"{whose} have one of many and entry, and not the other")
        reject_if(not isinstance(one.when, Mapping), f"{whose} have a `when` that is not a mapping")
        try:
            values = [list(_values(text)) for text in texts]
        except ValueError as error:
            raise InvalidPluginError(f"{whose} cannot be filled: {error}") from error
        in_many = values[_PARTS.index("many")]
        reject_if(any(value != ("findings", "") for value in in_many), f"{whose} have more than {{findings}} in many")


def _values(text: str) -> Iterator[tuple[str, str]]:
    """The names in a phrase, with their forms. Raises ValueError where it is no template."""
    for _, name, form, _ in Formatter().parse(text):
        if name is not None:
            yield name, form or ""


def _shape(words: PhraseTemplate) -> object:
    """What a translation has in common with the English phrase."""
    values = [sorted(set(_values(getattr(words, part)))) for part in _PARTS]
    return values, bool(words.many), dict(words.when), words.overall


def validate_check(value: Any, known: Iterable[Check[Any, Any]]) -> Check[Any, Any]:
    """The value as a check that can stand beside those known; UnsoundError, or whatever its own code raises."""
    reject_if(not isinstance(value, Check), f"it is a {type(value).__name__}, not a checks.Check")
    check: Check[Any, Any] = value
    _validate_names(check.name, check.title)
    known = tuple(known)
    probe = check.probe
    if not isinstance(probe, Probe | Lookup):  # what the agent brings itself, it brings to its own checks
        raise InvalidPluginError("its probe is neither a checks.Probe nor a checks.Lookup")
    reject_if(not callable(check.evaluate), "its evaluate cannot be called")
    reject_if(not isinstance(check.policy, Policy), "its policy is not a checks.Policy")
    reject_if(not isinstance(probe.scope, Scope), "its probe's scope is not a checks.Scope")
    reject_if(
        probe.scope in (Scope.CLIENT, Scope.AGENCY),
        "its probe is about a client, of whom neither a host nor the DNS knows anything",
    )
    if isinstance(probe, Probe):
        _validate_probe(probe)
    for other in known:
        same = probe is other.probe or probe == other.probe
        taken = not isinstance(other.probe, InternalProbe) and other.probe.name == probe.name
        reject_if(taken and not same, f"its probe has the name of another one, that of the check {other.name!r}")
    validate_kinds(check, known)
    validate_phrases(check)
    validate_scope_words(check)
    _validate_settings(check)
    return check


def _validate_probe(probe: Probe[Any]) -> None:
    reject_if(not isinstance(probe.script, str) or "\0" in probe.script, "its probe's script is not text")
    reject_if(
        not (callable(probe.parse) and callable(probe.arguments)), "its probe's parse or arguments cannot be called"
    )
    reject_if(not 0 < probe.timeout <= 600, "its probe's timeout is not between 0 and 600 seconds")


def _validate_settings(check: Check[Any, Any]) -> None:
    settings = check.settings
    reject_if(not is_dataclass(settings) or isinstance(settings, type), "its settings are not a dataclass's instance")
    bare = [one.name for one in fields(settings) if one.default is MISSING and one.default_factory is MISSING]
    taken = ENABLED in {one.name for one in fields(settings)}
    reject_if(taken, f"its settings have a field {ENABLED!r}, by which the inventory switches any check on and off")
    reject_if(bool(bare), f"its settings have no default for {', '.join(bare)}")
    reject_if(validated(settings, as_json(settings)) != settings, "its settings do not survive being written in YAML")
    schema({check.name: settings}, ())


def validate_platform(value: Any) -> Platform:
    """The value as a platform; UnsoundError, or whatever its own code raises."""
    reject_if(not isinstance(value, Platform), f"it is a {type(value).__name__}, not a checks.platforms.Platform")
    platform: Platform = value
    _validate_names(platform.name, platform.title)
    reject_if(platform.name == "auto", "a platform cannot be called auto: the inventory finds one out by that")
    reject_if(not platform.php.strip() or "<?php" in platform.php, "its PHP is empty, or holds an opening tag")
    for pattern in platform.version_files.values():
        reject_if(re.compile(pattern).groups < 1, f"its version file's pattern {pattern!r} has no group")
    return platform


def _validate_names(name: str, title: str) -> None:
    named = isinstance(name, str) and re.fullmatch(r"[a-z][a-z0-9-]{0,63}", name)
    reject_if(not named, f"its name {name!r} is not made of small letters, digits and '-', at most 64 of them")
    reject_if(not (isinstance(title, str) and title.strip()), "it has no title")


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

    def phrases(self) -> Mapping[str, Phrases]:
        """The words for clients that third parties' checks brought, by check."""
        return {name: check.phrases for name, check in self.checks.items() if check.phrases}

    def scope_words(self) -> Mapping[str, tuple[str, ...]]:
        """The words of a contract's tasks that put a check in scope, by check."""
        return {name: check.scope_words for name, check in self.checks.items() if check.scope_words}

    def host_checks(self) -> frozenset[str]:
        """Return the checks that ask about a host, once for all clients that share it."""
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
            _add(found, checks, check_origins, lambda value: validate_check(value, checks.values()), broken)
        else:
            _add(found, platforms, platform_origins, validate_platform, broken)
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
        reject_if(
            value.name != point.name, f"its entry point is called {point.name!r}, but it calls itself {value.name!r}"
        )
        reject_if(value.name in known, f"its name is taken by {origins.get(value.name)}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a third party's code may raise anything, SystemExit as it is imported
        broken.append(Broken(point.group, point.name, origin, _reason(error)))
        return
    known[value.name] = value
    origins[value.name] = origin


def _reason(error: BaseException) -> str:
    """What was raised, on one line, without trusting the error to be able to say it."""
    said = str(error) if isinstance(error, InvalidPluginError) else traceback.format_exception_only(error)[-1].strip()
    return printable(" ".join(said.split()), 300)
