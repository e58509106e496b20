"""The DNS lookups about one site as a generator: what is asked, in which order, and when it stops."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from checks.dnsbl.facts import Facts, ListedNames, ListingAnswer, Trial, reversed_address
from checks.dnsbl.lists import BlockList
from checks.dnsbl.targets import find
from checks.dnsbl.verdict import OWN_RESOLVER, Word, trial_verdict, verdict
from checks.findings import Cause, NotChecked, NotCheckedError
from checks.probes import DnsAnswer, DnsOutcome, LookupSteps, Query, Target

CONTROLS = ("siterounds-control-1.invalid", "siterounds-control-2.invalid")
"""Names that exist nowhere (RFC 6761, section 6.4): who answers them makes answers up."""

Answers = Mapping[Query, DnsAnswer]


def ask(target: Target, settings: Any) -> LookupSteps[Facts]:
    """Is the resolver honest; which addresses; do the lists work; who is listed and why; do the lists still work.

    A list is asked about a site only after its test entries came out right. What test entries say afterwards is asked
    afresh: a list that began to refuse in the middle has made everything look clean.
    """
    if target.site is None:
        raise NotCheckedError("block lists are asked about sites, not hosts")
    controls = yield [Query(name) for name in CONTROLS]
    if trouble := resolver_trouble([controls[Query(name)] for name in CONTROLS]):
        return Facts(trouble=trouble)
    rows = settings.chosen()
    subjects = yield from find(target.site.url, settings)
    trials = yield from _tried(rows, subjects)
    working = [trial for trial in trials if _works(rows, trial)]
    listings = yield from _listings(rows, subjects, working)
    answers = yield [query for trial in working for query in _points(rows, trial, fresh=True)]
    again = [replace(trial, after=_pair(rows, trial, answers, fresh=True)) for trial in working]
    broken = [trial for trial in trials if trial not in working]
    return Facts(None, subjects, (*again, *broken), tuple(listings))


def resolver_trouble(controls: Sequence[DnsAnswer]) -> NotChecked | None:
    """Why answers of this resolver are worth nothing, judged by names that cannot exist."""
    invented = next((answer for answer in controls if answer.outcome is DnsOutcome.ANSWERED), None)
    if invented:
        said = ", ".join(record[:40] for record in invented.records[:3])
        return NotChecked(
            "",
            f"the resolver rewrites answers: it knows {said or 'something'} of a name that cannot exist",
            OWN_RESOLVER,
            Cause.NOT_UNDERSTOOD,
        )
    if any(answer.outcome in (DnsOutcome.NXDOMAIN, DnsOutcome.NODATA) for answer in controls):
        return None
    why = next((answer.reason for answer in controls if answer.reason), "")
    reason = "no DNS answer" + (f": {why}" if why else "")
    remedy = "See that the name servers of siterounds' machine answer, on port 53 over UDP and TCP."
    return NotChecked("", reason, remedy, Cause.NAME_SERVICE)


def question(row: BlockList, kind: str, name: str, rdtype: str = "A", *, fresh: bool = False) -> Query:
    """Return the query name for a list about an address or domain."""
    return Query(f"{name if kind == 'domain' else reversed_address(name)}.{row.zone}", rdtype, fresh)


def _points(rows: Mapping[str, BlockList], trial: Trial, *, fresh: bool = False) -> tuple[Query, Query]:
    row = rows[trial.list]
    listed, unlisted = row.points(trial.kind)
    return question(row, trial.kind, listed, fresh=fresh), question(row, trial.kind, unlisted, fresh=fresh)


def _tried(rows: Mapping[str, BlockList], subjects: ListedNames) -> LookupSteps[list[Trial]]:
    """Ask each list for its test entries, of those kinds that the site has."""
    blank = DnsAnswer(DnsOutcome.FAILED)
    wanted = {subject.kind for subject in subjects.subjects}
    trials = [Trial(name, kind, (blank, blank)) for name, row in rows.items() for kind in row.kinds if kind in wanted]
    answers = yield [query for trial in trials for query in _points(rows, trial)]
    return [replace(trial, before=_pair(rows, trial, answers)) for trial in trials]


def _pair(
    rows: Mapping[str, BlockList], trial: Trial, answers: Answers, *, fresh: bool = False
) -> tuple[DnsAnswer, DnsAnswer]:
    listed, unlisted = _points(rows, trial, fresh=fresh)
    return answers[listed], answers[unlisted]


def _works(rows: Mapping[str, BlockList], trial: Trial) -> bool:
    return trial_verdict(rows[trial.list], trial.kind, trial.before).word is Word.CLEAN


def _listings(
    rows: Mapping[str, BlockList], subjects: ListedNames, working: Sequence[Trial]
) -> LookupSteps[list[ListingAnswer]]:
    """Ask the lists that work about everything, and for the reasons of those that are listed."""
    asked = [
        (trial.list, subject, question(rows[trial.list], subject.kind, subject.name))
        for trial in working
        for subject in subjects.subjects
        if subject.kind == trial.kind
    ]
    answers = yield [query for *_, query in asked]
    listed = {query for name, _, query in asked if verdict(rows[name], answers[query]).word is Word.LISTED}
    reasons = {query: replace(query, rdtype="TXT") for *_, query in asked if query in listed}
    texts = yield list(reasons.values())
    return [
        ListingAnswer(name, subject, answers[query], texts[reasons[query]].records if query in reasons else ())
        for name, subject, query in asked
    ]
