"""Mails that wait in a host's Postfix queue."""

import re
from dataclasses import dataclass
from datetime import datetime

from checks import (
    Check,
    CheckResult,
    Finding,
    Kind,
    KindPhrases,
    Memory,
    NotCheckedError,
    PhraseTemplate,
    Probe,
    Scope,
    State,
    Threshold,
)

SCRIPT = r"""
command -v postqueue >/dev/null || { echo none; exit 0; }
queue=$(postqueue -p) || exit 1
printf '%s\n' "$queue" | tail -n 1
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """How many mails wait; None on a host that has no Postfix."""

    waiting: int | None


@dataclass(frozen=True, slots=True)
class Settings:
    """When a queue is too long."""

    waiting: Threshold = Threshold.above(100, 1000)  # mails


def parse(output: str) -> Queue:
    """Read the last line of `postqueue -p`: `-- 12 Kbytes in 3 Requests.` or `Mail queue is empty`."""
    last = output.strip()
    if last in ("none", "Mail queue is empty"):
        return Queue(None if last == "none" else 0)
    found = re.fullmatch(r"-- \d{1,12} Kbytes in (\d{1,9}) Requests?\.", last)
    if not found:
        raise NotCheckedError("postqueue answered something else than a queue", "run `postqueue -p` on the host")
    return Queue(int(found[1]))


def evaluate(facts: Queue, settings: Settings, memory: Memory, now: datetime) -> CheckResult:
    """One finding where there is a Postfix, none where there is not."""
    if facts.waiting is None:
        return CheckResult(())
    state = settings.waiting.judge(facts.waiting)
    finding = Finding(
        state,
        kind="mail-queue",
        item="",
        summary=f"{facts.waiting} mails wait in the Postfix queue",
        value=facts.waiting,
        unit="mails",
        remedy="" if state is State.OK else "`postqueue -p` shows them and why each waits",
        data={"waiting": facts.waiting},
    )
    return CheckResult((finding,))


ENGLISH = (
    PhraseTemplate("Mails that wait to be sent by the server: {waiting:number}", when={"state": "ok"}),
    PhraseTemplate(
        "Mails do not leave the server: {waiting:number} wait",
        "Order confirmations and new passwords reach customers late, or not at all.",
        "Whoever runs the server finds out why they wait.",
    ),
)
GERMAN = (
    PhraseTemplate("E-Mails, die der Server noch zu versenden hat: {waiting:number}", when={"state": "ok"}),
    PhraseTemplate(
        "E-Mails verlassen den Server nicht: {waiting:number} warten",
        "Bestellbestätigungen und neue Passwörter kommen bei Kunden spät oder gar nicht an.",
        "Wer den Server betreibt, findet heraus, warum sie warten.",
    ),
)

check = Check(
    name="mail-queue",
    title="Mail queue",
    probe=Probe("mail-queue", SCRIPT, parse, Scope.HOST),
    evaluate=evaluate,
    settings=Settings(),
    kinds=(Kind("mail-queue"),),
    phrases={"mail-queue": KindPhrases(ENGLISH, {"de": GERMAN})},
    scope_words=("mail queue", "postfix"),
)
