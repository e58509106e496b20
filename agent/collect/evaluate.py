"""Evaluation: every due check gives findings from its answers, or the reason why it could not run."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from agent.collect.plan import Answer, AnswerOutcome, Failure, PlannedCheck, isolate
from checks import Cause, Check, CheckResult, Finding, Memory, NotChecked, NotCheckedError, State
from checks.findings import COMMON_KINDS
from checks.redaction import OF_FINDINGS, redact
from checks.text import clean, clean_value
from inventory.subject import Subject
from reports.model import RoundInfo


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of it. `stale` says why the host was not reached: then nothing was looked at, and nothing found."""

    due: PlannedCheck
    findings: tuple[Finding, ...] = ()
    memory: Memory | None = None  # None: keep what was remembered
    stale: str = ""
    cause: Cause = Cause.NOT_REACHED  # of `stale`

    @property
    def unseen(self) -> tuple[Finding, ...]:
        """The findings that say what could not be looked at."""
        return tuple(finding for finding in self.findings if finding.state is State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What a look at the estate gave."""

    info: RoundInfo
    judged: tuple[Evaluation, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)  # that each host was visited, by name


def evaluate_answer(due: PlannedCheck, answer: Answer, memory: Memory, now: datetime) -> Evaluation:
    """Judge what a host's shell said."""
    if answer.outcome is not AnswerOutcome.ANSWERED:
        return not_checked(
            due, Failure(answer.reason or f"the probe was {answer.outcome}", answer.remedy, answer.cause)
        )
    parse = due.check.probe.parse  # type: ignore[union-attr]  # only a Probe has answers
    return _evaluate(due, lambda: parse(answer.output), memory, now)


def evaluate_facts(due: PlannedCheck, facts: Any, memory: Memory, now: datetime) -> Evaluation:
    """Judge facts that came another way: from the DNS, or the connection itself."""
    return _evaluate(due, lambda: facts, memory, now)


def not_checked(due: PlannedCheck, fault: Failure) -> Evaluation:
    """Nothing could be judged: not checked is a result."""
    return Evaluation(due, (clean_finding(NotChecked("", fault.reason, fault.remedy, fault.cause).finding()),))


def _evaluate(due: PlannedCheck, acquire: Callable[[], Any], memory: Memory, now: datetime) -> Evaluation:
    def judge() -> Evaluation:
        judgement: CheckResult = due.check.evaluate(acquire(), due.settings, memory, now)
        kept = json.dumps(judgement.memory, allow_nan=False)  # what cannot be kept is a fault of the check, found here
        if len(kept) > LONGEST_MEMORY:
            reason = f"the check would have to remember {len(kept)} characters, {LONGEST_MEMORY} are the most"
            raise NotCheckedError(reason, cause=Cause.TOO_MUCH)
        return Evaluation(due, findings_of(due.check, judgement), judgement.memory)

    judged = isolate(judge, f"the check {due.check.name} for {due.target.subject}")
    return not_checked(due, judged) if isinstance(judged, Failure) else judged


MOST_PROBLEMS = 100
"""Findings of one check about one subject that are not OK: each of them would be an incident."""

MOST_FINDINGS = 2000
"""All findings of one check about one subject."""

LONGEST_MEMORY = 2 * 1024 * 1024
"""Characters of JSON that one check may remember about one subject."""

MOST_DETAILS = 200
"""Lines of details of one finding."""

MORE = "more"
"""The item of the finding that stands for all that were left out."""


def at_most(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, or the worst of them and one UNKNOWN that says how many more there are.

    A host that names 10,000 accounts makes no 10,000 incidents. Which ones are kept depends on nothing but themselves,
    so that the next round keeps the same. UNKNOWN, for what was left out must not resolve by silence.
    """
    ranked = sorted(enumerate(findings), key=lambda one: (-one[1].state.severity, one[1].item))
    problems = sum(finding.state is not State.OK for finding in findings)
    kept = {place for place, _ in ranked[: min(problems, MOST_PROBLEMS)]}
    kept |= {place for place, _ in ranked[problems : problems + MOST_FINDINGS - len(kept)]}
    if len(kept) == len(findings):
        return tuple(findings)
    left = [finding for place, finding in enumerate(findings) if place not in kept]
    bad = sum(finding.state is not State.OK for finding in left)
    reason = f"and {len(left)} more, of which {bad} are problems: no more than {MOST_PROBLEMS} problems are kept"
    more = replace(NotChecked(MORE, reason, cause=Cause.TOO_MUCH).finding(), value=float(len(left)), unit="findings")
    return (*(finding for place, finding in enumerate(findings) if place in kept), more)


class UndeclaredKindError(Exception):
    """A check gave a finding of a kind that it does not declare: nobody would find the words for it."""


_COMMON = frozenset(kind.name for kind in COMMON_KINDS)


def findings_of(check: Check[Any, Any], judgement: CheckResult) -> tuple[Finding, ...]:
    """The findings of a judgement, cleaned. Raises UndeclaredKindError; `isolate` makes it a fault of the check."""
    declared = _COMMON.union(kind.name for kind in check.kinds)
    for finding in judgement.findings:
        if finding.kind not in declared:
            raise UndeclaredKindError(f"{finding.kind!r} is none of the kinds that it declares")
    return tuple(clean_finding(finding) for finding in at_most(judgement.findings))


def clean_finding(finding: Finding) -> Finding:
    """A finding without secrets and personal data, what steers a terminal, hides or reorders text, or is too long."""
    left = len(finding.details) - MOST_DETAILS
    return replace(
        finding,
        item=_one_line(clean(finding.item, 300)),  # the identity, by which a ticket is found again
        summary=_one_line(hidden(finding.summary, 500)),
        details=(*map(hidden, finding.details[:MOST_DETAILS]), *([f"and {left} more"] if left > 0 else [])),
        remedy=hidden(finding.remedy, 2000),
        data=clean_value(dict(finding.data), hidden),
    )


def hidden(text: str, limit: int = 1000) -> str:
    """At most `limit` characters of a text, without secrets, personal data, and what steers or hides.

    The addresses of our hosts stay, and a mail address stays the same one. What steers leaves a mark, unless a secret
    was found once it was gone.
    """
    said = redact(text, limit, OF_FINDINGS)
    return clean(text, limit) if said == redact(text, limit, frozenset()) else said


def _one_line(text: str) -> str:
    return " ".join(text.split()) if "\n" in text else text


def latest_memory(judged: Sequence[Evaluation]) -> Mapping[tuple[Subject, str], Memory]:
    """What is to be remembered now, by (subject, check): only what was judged."""
    return {(one.due.target.subject, one.due.check.name): one.memory for one in judged if one.memory is not None}
