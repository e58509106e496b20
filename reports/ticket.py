"""The text of tickets and of the notes of time entries; for engineers, in English."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jinja2 import Environment, PackageLoader, StrictUndefined

from checks import State
from reports.format import day_of, short
from reports.model import Coverage, ReportedFinding

SUBJECT = 150
"""Characters of a subject; Zendesk names no limit of its own."""
BODY = 50_000
"""Characters of a comment; Zendesk takes about 65,000."""
INLINE = 12
"""Lines of evidence in the ticket itself; more are attached."""
LISTED = 50
"""Problems listed in the ticket; if there are more, all are attached."""

_LIVE = re.compile(r"\{(?=[{%#])|\](?=\()")


def inert(text: str) -> str:
    """The text with nothing in it that Zendesk would fill in or link: a word joiner parts `{{`, `{%` and `](`."""
    return _LIVE.sub(lambda found: f"{found[0]}\u2060", text)


_environment = Environment(
    loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem as a ticket shows it."""

    number: int  # of the incident
    state: State
    check: str  # its title
    place: str  # "books.example", "server web1": short enough for a subject
    where: str  # the same in full
    client: str  # its title, "" if it belongs to no client or to several
    summary: str
    since: datetime
    details: tuple[str, ...] = ()
    remedy: str = ""
    meaning: str = ""  # in a client's words
    measured: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """The changes of a problem since the ticket was last updated."""

    change: str  # worsened, eased, resolved, reopened, joined, left
    now: Problem
    before: Problem | None = None


@dataclass(frozen=True, slots=True)
class TicketText:
    """The text of a ticket or comment. `attachment` is all evidence if the text cannot hold it, else ""."""

    subject: str
    html: str
    attachment: str = ""


def opening_text(kind: str, problems: Sequence[Problem], contract: Sequence[str], at: datetime) -> TicketText:
    """Return the text of a new ticket.

    `kind` is incident, cause, debt, digest or recommendations; `contract` are the lines on the client's contract.
    """
    problems = sorted(problems, key=lambda one: (-one.state.severity, one.client, one.where))
    html = _environment.get_template("ticket_opening.html.j2").render(
        kind=kind, problems=problems, listed=problems[:LISTED], more=max(0, len(problems) - LISTED),
        contract=contract, inline=_inline, day=day_of, time=_time, at=at,
    )  # fmt: skip
    return TicketText(inert(_subject(kind, problems, at)), inert(_within(html)), _attachment(problems))


def update_text(changes: Sequence[Changed], aim: str, contract: Sequence[str]) -> TicketText:
    """Return the text of a comment; `aim` is comment, solve or reopen."""
    html = _environment.get_template("ticket_telling.html.j2").render(
        changes=changes[:LISTED], more=max(0, len(changes) - LISTED), aim=aim, contract=contract,
        left=any(one.change == "left" for one in changes),
        inline=_inline, time=_time,
    )  # fmt: skip
    return TicketText("", inert(_within(html)), _attachment([one.now for one in changes]))


def _subject(kind: str, problems: Sequence[Problem], at: datetime) -> str:
    first, count = problems[0], len(problems)
    subjects = {
        "incident": f"[{first.state.upper()}] {first.place}: {first.check}: {first.summary}",
        "cause": f"[{first.state.upper()}] {first.client}, {_many(count, 'site')}: {first.check}: {first.summary}",
        "debt": f"Known debt on {day_of(at)}: {_many(count, 'problem')} found at the first look",
        "digest": f"{_many(count, 'more problem')} found on {day_of(at)}",
        "recommendations": f"{first.client}: {_many(count, 'recommendation')} outside the contract",
    }
    return short(" ".join(subjects[kind].split()), SUBJECT)


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _inline(problem: Problem) -> tuple[str, ...]:
    """Return the evidence in the ticket itself."""
    return tuple(short(line, 300) for line in problem.details[:INLINE])


def _attachment(problems: Sequence[Problem]) -> str:
    """Return all evidence as plain text; "" if the ticket itself holds it."""
    long = len(problems) > LISTED or any(_inline(one) != one.details for one in problems)
    return "\n".join(line for one in problems for line in _evidence_lines(one)) if long else ""


def _evidence_lines(problem: Problem) -> Iterator[str]:
    yield f"#{problem.number} {problem.state.upper()}  {problem.where}  {problem.check}: {problem.summary}"
    yield f"   since {_time(problem.since)}" + (f"; measured: {problem.measured}" if problem.measured else "")
    yield from (f"   {line}" for line in problem.details)
    if problem.remedy:
        yield f"   -> {problem.remedy}"
    yield ""


def _within(html: str) -> str:
    """Return the HTML cut between paragraphs to at most BODY characters."""
    if len(html) <= BODY:
        return html
    kept = html[: BODY - 100]
    return kept[: kept.rfind("\n")] + "\n<p>The rest is in the attachment.</p>"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


LONGEST = 1_500
"""Characters of the notes of a time entry."""
_NAMED = 12


def time_entry_notes(
    day: date, sites: Sequence[str], coverage: Coverage, findings: Sequence[ReportedFinding], titles: Mapping[str, str]
) -> str:
    """Return the notes of the time entry for one client's routine round."""
    named = ", ".join(sites[:_NAMED]) + (f" and {len(sites) - _NAMED} more" if len(sites) > _NAMED else "")
    checked = dict.fromkeys(titles.get(one.check, one.check) for one in coverage.checks)
    lines = [
        f"Routine round of {day_of(day)}: {_sites(len(sites))} ({named}).",
        f"Checked: {', '.join(checked)}. {coverage.ran} of {coverage.due} checks ran.",
    ]
    counts = {state: sum(1 for one in findings if one.finding.state is state) for state in State}
    words = ((State.CRITICAL, "critical"), (State.WARNING, "to look at soon"), (State.UNKNOWN, "could not be seen"))
    found = [f"{counts[state]} {word}" for state, word in words if counts[state]]
    lines.append(f"Found: {', '.join(found)}." if found else "Found: all in order.")
    missed = dict.fromkeys(titles.get(one.check, one.check) for one in coverage.not_run if not one.partly)
    if missed:
        lines.append(f"Not looked at: {', '.join(missed)}.")
    return short("\n".join(lines), LONGEST)


def _sites(count: int) -> str:
    return "1 site" if count == 1 else f"{count} sites"
