"""Joins groups of records from several logs into problems: one error in four logs is counted once; its severity."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from checks.logs.facts import LogFacts, LogGroup


class Severity(StrEnum):
    """The severity of a group of records."""

    FATAL = "fatal"  # a visitor, or a background run, got nothing
    ERROR = "error"
    WARNING = "warning"
    NOISE = "noise"  # known to mean nothing, or caused by visitors' requests alone


_FATAL_TYPES = {
    "fatal error", "parse error", "catchable fatal error", "recoverable fatal error", "core error", "compile error",
}  # fmt: skip
_WARNING_TYPES = {"warning", "core warning", "compile warning"}
_FATAL_LEVELS = {"critical", "alert", "emergency", "crit", "emerg"}
_SERVERS = {"nginx-error", "apache-error"}

# What each form of log is known to say for no reason that anybody could act on. Real logs are full of it.
_NOISE: tuple[tuple[frozenset[str], re.Pattern[str]], ...] = (
    # Magento calls a missing source map critical.
    (frozenset({"monolog"}), re.compile(r"^Unable to resolve the source file for\b")),
    # Visitors and their scanners; Magento asks for its own app/etc/config.php to see that it is refused.
    (
        frozenset({"nginx-error"}),
        re.compile(
            r"^access forbidden by rule|^directory index of .* is forbidden|^open\(\) .* failed \((?:2|13|20|36):"
            r"|^\".*\" is (?:not found|forbidden)|^Primary script unknown|^client intended to send too large body"
            r"|^client sent |^limiting (?:requests|connections)|SSL_(?:do_handshake|read|shutdown)\(\) failed"
            r"|^user \".*\" was not found|^user \".*\": password mismatch|^invalid (?:host|method|URI)"
            r"|open socket #\d+ left in connection|^rewrite or internal redirection cycle"
        ),
    ),
    (
        frozenset({"apache-error"}),
        re.compile(
            r"^AH0(?:1630|1797|0128|0126|0127|1276|1264|0036|0037|0135|1618|1617|1614|0524|2032|2811|0566)\b|^AH10244"
            r"|^Primary script unknown|^script '.*' not found|^client denied by server|^File does not exist"
        ),
    ),
)


def severity_of(group: LogGroup, forms: frozenset[str]) -> Severity:
    """Return the severity of a group found in logs of these formats. PHP's own level outranks the log's."""
    if any(forms & noise_forms and noise.search(group.message) for noise_forms, noise in _NOISE):
        return Severity.NOISE
    if group.type in _WARNING_TYPES and not group.uncaught:
        # Magento makes an exception of a warning: the visitor got an error page, which a warning alone is not.
        return Severity.ERROR if group.class_ or group.shown else Severity.WARNING
    if group.type in _FATAL_TYPES or group.uncaught:
        return Severity.FATAL
    if group.level in _FATAL_LEVELS:
        mild = forms <= _SERVERS | {"php"} and group.level != "emerg"
        return Severity.ERROR if mild else Severity.FATAL
    return Severity.WARNING if group.level in {"warning", "warn"} else Severity.ERROR


@dataclass(slots=True)
class LogProblem:
    """One problem, joined from groups of records."""

    names: list[str]
    severity: Severity
    class_: str
    message: str
    file: str
    first: int
    last: int
    shown: bool = False
    by_source: dict[int, dict[int, int]] = field(default_factory=dict)  # place of the file → hour → records

    @property
    def hours(self) -> dict[int, int]:
        """Records by hour: of copies in several logs, the most that one of them has."""
        hours: dict[int, int] = {}
        for counted in self.by_source.values():
            for hour, number in counted.items():
                hours[hour] = max(hours.get(hour, 0), number)
        return hours

    @property
    def count(self) -> int:
        """How often it occurred."""
        return sum(self.hours.values())


_ORDER = (Severity.NOISE, Severity.WARNING, Severity.ERROR, Severity.FATAL)


def log_problems(facts: LogFacts) -> list[LogProblem]:
    """Return the problems, the most severe and frequent first."""
    troubles: list[LogProblem] = []
    for group in sorted(facts.groups, key=lambda group: (not group.file, -sum(n for _, _, n in group.counts))):
        forms = frozenset(facts.files[place].format for place, _, _ in group.counts)
        new = _trouble(group, severity_of(group, forms))
        known = next((trouble for trouble in troubles if new.names[0] in trouble.names and _same(trouble, new)), None)
        if known is None:
            troubles.append(new)
        else:
            _join(known, new)
    troubles = _joined_by_cause(troubles, facts.groups)
    return sorted(troubles, key=lambda trouble: (-_ORDER.index(trouble.severity), -trouble.count, trouble.names))


def _trouble(group: LogGroup, severity: Severity) -> LogProblem:
    by_source: dict[int, dict[int, int]] = {}
    for place, hour, number in group.counts:
        hours = by_source.setdefault(place, {})
        hours[hour] = hours.get(hour, 0) + number
    return LogProblem(
        [group.name], severity, group.class_, group.message, group.file, group.first, group.last, group.shown, by_source
    )


def _short(class_: str) -> str:
    return class_.rsplit("\\", 1)[-1]


def _same(one: LogProblem, other: LogProblem) -> bool:
    """Whether nothing that is known of both differs: a copy in another log may lack the file or the class."""
    return (not one.file or not other.file or one.file == other.file) and (
        not one.class_ or not other.class_ or _short(one.class_) == _short(other.class_)
    )


def _join(known: LogProblem, new: LogProblem) -> None:
    known.names += [name for name in new.names if name not in known.names]
    known.severity = max(known.severity, new.severity, key=_ORDER.index)
    known.class_ = known.class_ or new.class_
    known.file = known.file or new.file
    known.first, known.last = min(known.first, new.first), max(known.last, new.last)
    known.shown = known.shown or new.shown
    for place, hours in new.by_source.items():
        mine = known.by_source.setdefault(place, {})
        for hour, number in hours.items():
            mine[hour] = mine.get(hour, 0) + number


def _joined_by_cause(troubles: Sequence[LogProblem], groups: Iterable[LogGroup]) -> list[LogProblem]:
    """One log names the exception that was thrown first, another the one that came of it: they are one."""
    outer = {name: {*group.also} for group in groups for name in [group.name] if group.also}
    kept: list[LogProblem] = []
    for trouble in sorted(troubles, key=lambda trouble: not any(name in outer for name in trouble.names)):
        cause = next(
            (
                known
                for known in kept
                if any(name in outer.get(inner, ()) for inner in known.names for name in trouble.names)
                and not set(known.by_source) & set(trouble.by_source)
                and (not trouble.file or trouble.file == known.file)
            ),
            None,
        )
        if cause is None:
            kept.append(trouble)
        else:
            _join(cause, trouble)
    return kept
