"""Shows a round, incidents, and what each host lets us read, for a terminal; fits 80 columns."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from checks import State
from reports.contract import ContractStatus
from reports.format import isolated
from reports.model import (
    NEW,
    Coverage,
    NotRun,
    ReportedFinding,
    ReportedIncident,
    ReportedWindow,
    Round,
    beyond_hosts,
    key_of,
)

STYLES = {State.OK: "green", State.WARNING: "yellow", State.UNKNOWN: "magenta", State.CRITICAL: "bold red"}
SYMBOLS = {State.OK: "✓", State.WARNING: "!", State.UNKNOWN: "?", State.CRITICAL: "✗"}


def round_view(shown: Round, everything: bool = False, details: bool = False) -> RenderableType:
    """Return the findings, then the checks that did not run, then a summary.

    `everything`: findings that are OK, too. `details`: the details of each finding.
    """
    findings = [one for one in shown.findings if everything or one.finding.state is not State.OK]
    changed = {key_of(one): one.change for one in shown.incidents if one.change in NEW and shown.round.id != 1}
    parts: list[RenderableType] = [_findings(findings, details, changed), Text()] if findings else []
    unseen = list(_unseen(shown))
    return Group(*parts, *unseen, *([Text()] if unseen else []), *_closing(shown))


Changed = Mapping[tuple[str | None, str | None, str, str], str | None]
"""The changes of this round by `FindingKey`."""


def _unseen(shown: Round) -> Iterable[Text]:
    """Yield a line for each host and reason of checks that did not run and have no UNKNOWN finding."""
    reported = {
        (one.place.host, one.place.site, one.check) for one in shown.findings if one.finding.state is State.UNKNOWN
    }
    piles: dict[tuple[str, str], list[str]] = {}
    for one in shown.coverage.not_run:
        if (one.host, one.site, one.check) not in reported:
            named = f"{one.check} of {one.site}" if one.site else one.check
            piles.setdefault((one.host, one.reason), []).append(named)
    for (host, reason), names in piles.items():
        text = Text("? not looked at", style=STYLES[State.UNKNOWN])
        yield text.append(f" on {host}: {', '.join(dict.fromkeys(names))} ({reason})", style="default")


def nagios_line(worst: State, shown: Round) -> Text:
    """Return the first line of a Nagios plugin's output: the state and why."""
    counts = {state: sum(1 for one in shown.findings if one.finding.state is state) for state in State}
    parts_found = [
        f"{counts[state]} {state}" for state in (State.CRITICAL, State.UNKNOWN, State.WARNING) if counts[state]
    ]
    if not parts_found:
        looked = "not everything" if shown.coverage.ran else "nothing"
        parts_found = ["all in order" if worst is State.OK else f"{looked} was looked at"]
    return (
        Text(f"{worst.upper()} - ", style=STYLES[worst])
        .append(f"{', '.join(parts_found)}; ")
        .append(coverage_line(shown.coverage))
    )


def _findings(findings: Sequence[ReportedFinding], details: bool, changed: Changed) -> RenderableType:
    """Return the findings by site or server, the worst first."""
    piles: dict[str, list[ReportedFinding]] = {}
    for one in findings:
        piles.setdefault(_place(one), []).append(one)
    width = max(len(one.check) for one in findings)
    parts: list[RenderableType] = []
    for name, pile in sorted(piles.items(), key=lambda item: _severities(item[1]), reverse=True):
        head = Text("\n" if parts else "").append(name, style="bold").append(f": {_counted(pile)}")
        parts += [head, _rows(pile, width, details, changed)]
    return Group(*parts)


def _place(one: ReportedFinding) -> str:
    if one.place.host is None:
        return beyond_hosts(one.place.client)
    return f"{one.place.site} on {one.place.host}" if one.place.site else f"server {one.place.host}"


def _severities(pile: Sequence[ReportedFinding]) -> list[int]:
    return sorted((one.finding.state.severity for one in pile), reverse=True)


def _counted(findings: Iterable[ReportedFinding]) -> str:
    counts = Counter(one.finding.state for one in findings)
    return ", ".join(f"{counts[state]} {state}" for state in reversed(State) if counts[state])


def _rows(pile: Sequence[ReportedFinding], width: int, details: bool, changed: Changed) -> RenderableType:
    """Return a line for each finding; findings of one check with the same remedy share it."""
    parts: list[RenderableType] = []
    groups: dict[tuple[State, str, str], list[ReportedFinding]] = {}
    for one in pile:
        groups.setdefault((one.finding.state, one.check, one.finding.remedy), []).append(one)
    for (state, check, remedy), group in sorted(groups.items(), key=lambda item: -item[0][0].severity):
        table = Table.grid(padding=(0, 1, 0, 0))
        for columns in (12, width, None):
            table.add_column(width=columns, ratio=None if columns else 1, overflow="fold")
        for one in group:
            table.add_row(Text("  ").append(_state(state)), Text(check), _what(one, details, changed))
        parts.append(table)
        if remedy and state is not State.OK:
            parts.append(_remedy(remedy))
    return Group(*parts)


def _remedy(remedy: str) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=5, justify="right")
    table.add_column(ratio=1, overflow="fold")
    table.add_row(Text("→", style="cyan"), Text(remedy, style="cyan"))
    return table


def _what(one: ReportedFinding, details: bool, changed: Changed) -> Text:
    text = Text(one.finding.summary)
    if not one.in_scope:
        text.append(" (outside the contract)", style="dim")
    if key_of(one) in changed:
        text.append(f" ({changed[key_of(one)]} in this round)", style="bold")
    for line in one.finding.details if details else ():
        text.append(f"\n  {line}", style="dim")
    return text


def _closing(shown: Round) -> Iterable[Text]:
    yield from (_maintenance(one) for one in shown.maintenance)
    yield coverage_line(shown.coverage)
    counts = {state: sum(1 for one in shown.findings if one.finding.state is state) for state in State}
    parts_found = [f"{count} {state}" for state, count in reversed(counts.items()) if count and state is not State.OK]
    yield Text("Found: " + (", ".join(parts_found) or "nothing that needs anybody") + f"; {counts[State.OK]} ok.")
    changes = Counter(one.change for one in shown.incidents if one.change)
    if changes:
        yield Text("Incidents: " + ", ".join(f"{count} {change}" for change, count in changes.items()) + ".")
    yield from (Text(f"Hours: {one.hours_line()}.") for one in _with_hours(shown.contracts))


def _with_hours(contracts: Sequence[ContractStatus]) -> Iterable[ContractStatus]:
    """Return the contract whose hours are shown: only if it is the only one, and has hours or trouble."""
    return (one for one in contracts if len(contracts) == 1 and (one.agreed or one.used or one.trouble))


def _maintenance(window: ReportedWindow) -> Text:
    names = (
        *(f"client {name}" for name in window.clients),
        *(f"server {name}" for name in window.hosts),
        *window.sites,
    )
    only = f"; {', '.join(window.checks)} only" if window.checks else ""
    text = Text(f"Maintenance until {window.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC: ", style="cyan")
    return text.append(f"{isolated(window.title)} ({', '.join(names)}{only})", style="default")


def coverage_line(coverage: Coverage) -> Text:
    """Return how many of the checks ran."""
    missed = coverage.due - coverage.ran
    text = Text(f"{coverage.ran} of {coverage.due} checks ran")
    if missed:
        text.append(f", {missed} could not look", style="magenta")
    if coverage.partly:
        text.append(f", {coverage.partly} saw a part only", style="magenta")
    return text.append(".")


def incidents_table(incidents: Iterable[ReportedIncident], now: datetime) -> Table:
    """Return the incidents with their ages, the most severe first."""
    table = _table("#", "State", "Since", "Where", "What")
    for one in sorted(incidents, key=lambda incident: (-incident.state.severity, incident.id)):
        what = Text(f"{one.check}: {one.summary}")
        if one.phase != "open":
            what.append(f" ({'not confirmed yet' if one.phase == 'pending' else 'resolved'})", style="dim")
        if one.ticket:
            what.append(f" (#{one.ticket})", style="cyan")
        if one.silence:
            what.append(f"\n{one.silence}", style="dim")
        where = one.site or one.host or one.client or (one.check if one.check == "siterounds" else "gone")
        table.add_row(str(one.id), _state(one.state), _age(one.since, now), Text(where), what)
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        wide = column == "What"
        table.add_column(column, overflow="fold", ratio=1 if wide else None, no_wrap=column in ("#", "State", "Since"))
    return table


def _state(state: State) -> Text:
    return Text(f"{SYMBOLS[state]} {state.upper()}", style=STYLES[state])


def _age(since: datetime, now: datetime) -> str:
    seconds = max(0, int((now - since).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return "now"


@dataclass(frozen=True, slots=True)
class Readable:
    """A host or site: the checks that can read everything, and why the others cannot."""

    host: str
    site: str | None
    whole: tuple[str, ...]
    missed: tuple[NotRun, ...]
    notes: tuple[str, ...] = ()  # on the connection to the host


_readable = TypeAdapter(tuple[Readable, ...])


def readable(shown: Round) -> Iterator[Readable]:
    """Yield the places of a round in its order."""
    places = dict.fromkeys((one.host, one.site) for one in shown.coverage.checks)
    for host, site in places:
        missed = tuple(one for one in shown.coverage.not_run if (one.host, one.site) == (host, site))
        named = {one.check for one in missed}
        due = [one.check for one in shown.coverage.checks if (one.host, one.site) == (host, site)]
        yield Readable(host, site, tuple(name for name in due if name not in named), missed, _notes(shown, host, site))


def _notes(shown: Round, host: str, site: str | None) -> tuple[str, ...]:
    found = (one for one in shown.findings if (one.place.host, one.place.site) == (host, site) and one.check == "ssh")
    return tuple(note for one in found if one.finding.state is State.OK for note in one.finding.details)


def doctor_json(shown: Round) -> str:
    """Return the places as a JSON list."""
    return _readable.dump_json(tuple(readable(shown)), indent=2).decode()


def doctor_view(shown: Round) -> RenderableType:
    """One block a place, and the lines that would fix what is missing."""
    parts: list[RenderableType] = []
    for place in readable(shown):
        parts.append(Text(f"site {place.site} on {place.host}" if place.site else f"host {place.host}", style="bold"))
        if place.whole:
            parts.append(Text(f"  ✓ can be looked at: {', '.join(place.whole)}", style="green"))
        parts += [Text(f"  · {note}", style="yellow") for note in place.notes]
        for missed in place.missed:
            how = "only a part can be seen" if missed.partly else "cannot be looked at"
            parts.append(Text(f"  ? {missed.check} {how}: {missed.reason}", style="magenta"))
            if missed.remedy:
                parts.append(Text(f"    → {missed.remedy}", style="cyan"))
    count = len(shown.coverage.not_run)
    last = f"{count} thing{'s' * (count > 1)} to mend." if count else "Everything can be looked at."
    return Group(*parts, Text(last))
