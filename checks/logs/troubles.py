"""Groups of records from several logs, as the things that happened: one thing in four logs is counted once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from checks.logs.facts import LogFacts, LogGroup
from checks.logs.severity import Severity, severity_of


@dataclass(slots=True)
class Trouble:
    """Something that happened, maybe often; gathered while groups are joined."""

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
        """How often it happened."""
        return sum(self.hours.values())


_ORDER = (Severity.NOISE, Severity.WARNING, Severity.ERROR, Severity.FATAL)


def troubles_of(facts: LogFacts) -> list[Trouble]:
    """What happened, the gravest and most frequent first."""
    troubles: list[Trouble] = []
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


def _trouble(group: LogGroup, severity: Severity) -> Trouble:
    by_source: dict[int, dict[int, int]] = {}
    for place, hour, number in group.counts:
        hours = by_source.setdefault(place, {})
        hours[hour] = hours.get(hour, 0) + number
    return Trouble(
        [group.name], severity, group.class_, group.message, group.file, group.first, group.last, group.shown, by_source
    )


def _short(class_: str) -> str:
    return class_.rsplit("\\", 1)[-1]


def _same(one: Trouble, other: Trouble) -> bool:
    """Whether nothing that is known of both differs: a copy in another log may lack the file or the class."""
    return (not one.file or not other.file or one.file == other.file) and (
        not one.class_ or not other.class_ or _short(one.class_) == _short(other.class_)
    )


def _join(known: Trouble, new: Trouble) -> None:
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


def _joined_by_cause(troubles: Sequence[Trouble], groups: Iterable[LogGroup]) -> list[Trouble]:
    """One log names the exception that was thrown first, another the one that came of it: they are one."""
    outer = {name: {*group.also} for group in groups for name in [group.name] if group.also}
    kept: list[Trouble] = []
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
