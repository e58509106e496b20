"""Parsing of transcripts: what a host sent back, split into the answers to each question."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.collect.plan import Answer, AnswerOutcome, Question
from checks import Cause, Target
from checks.remedies import ACCOUNT, remedy_text

_REFUSALS = re.compile(
    r"sudo: (?:a password is required|a terminal is required|interactive authentication is required)"
    r"|may not run sudo on|is not in the sudoers file|I'm afraid I can't do that"
    r"|is not allowed to (?:run sudo|execute)"
)
_TERMINAL = re.compile(r"sudo: sorry, you must have a tty to run sudo")


def remedy_for_refusal(lines: Sequence[str], target: Target, user: str) -> str:
    """The line for sudoers that a refusal in these lines of standard error asks for; "" where sudo did not refuse.

    `user` is who the script ran as. What is to be run as whom is what the inventory says, never what the host says.
    """
    text = "\n".join(lines)
    who = user if ACCOUNT.fullmatch(user) else "THE_SSH_USER"
    if _TERMINAL.search(text):
        return f"in sudoers (visudo): Defaults:{who} !requiretty"
    if not _REFUSALS.search(text):
        return ""
    if target.site and target.site.run_as:
        return f"in sudoers (visudo): {who} ALL=({target.site.run_as}) NOPASSWD: {target.site.php or '/usr/bin/php'}"
    return f"in sudoers (visudo), let {who} run this probe's command without a password (NOPASSWD)"


NOISE_LIMIT = 2000
"""Bytes kept of what a login says before the script speaks: a banner, or why there is no shell."""

FRAME_LIMIT = 300
"""Bytes of the longest line of the script's own."""

LINE_LIMIT = 400
"""Characters of a host's words that fit into a reason."""

_NO_COMMAND = b"127"
"""The exit code of a shell that finds no such command (POSIX, 2.8.2)."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-_])")


@dataclass(slots=True)
class _Section:
    """What has arrived of one question's answer."""

    question: Question
    started: float
    output: bytearray = field(default_factory=bytearray)
    error: bytearray | None = None  # None until standard output has ended
    too_long: bool = False


class Transcript:
    """Takes the bytes in as they arrive, in any pieces, and never raises for what they hold.

    `hello` says that the script runs, `ended` that nothing more will come. Text before the script's first words is kept
    in `noise`; text between sections belongs to nobody and is dropped.
    """

    def __init__(self, questions: Sequence[Question], mark: str) -> None:
        self.hello = False
        self.ended = False
        self.stuck = False
        self.user = ""  # who the script runs as
        self._noise = b""
        self._questions = {question.id: question for question in questions}
        self._separator = f"\n{mark} ".encode()
        self._pending = b""
        self._section: _Section | None = None
        self._answers: dict[str, Answer] = {}

    @property
    def noise(self) -> bytes:
        """The last of what came before the script's first words, or of all if it never spoke."""
        return self._noise if self.hello else (self._noise + self._pending)[-NOISE_LIMIT:]

    @property
    def patience(self) -> float:
        """Seconds of silence that are still in order: those of the slowest probe."""
        return max((question.probe.timeout for question in self._questions.values()), default=0.0)

    def feed(self, data: bytes) -> None:
        """Take in the next bytes."""
        pending = self._pending + data
        start = 0
        while not self.ended:
            at = pending.find(self._separator, start)
            if at < 0:
                kept = max(start, len(pending) - len(self._separator) + 1)
                self._body(pending[start:kept])
                start = kept
                break
            self._body(pending[start:at])
            begin = at + len(self._separator)
            stop = pending.find(b"\n", begin, begin + FRAME_LIMIT)
            if stop < 0 and len(pending) < begin + FRAME_LIMIT:
                start = at
                break
            if stop >= 0:
                self._frame(pending[begin:stop].decode("utf-8", "replace").split())
            start = max(begin, stop + 1)
        self._pending = b"" if self.ended else pending[start:]

    def answers(self, why: str = "", remedy: str = "", cause: Cause = Cause.BROKEN_OFF) -> Mapping[str, Answer]:
        """An answer for every question by its id; `why` and `cause` say why the transcript ended too early."""
        if self.stuck:
            why = "the host could not stop the probe before it, for want of setsid"
            remedy, cause = "install util-linux on the host", Cause.NO_PROGRAM
        cut = Answer(
            AnswerOutcome.CUT, reason=why or "the connection ended in the middle of it", remedy=remedy, cause=cause
        )
        reason = why or "the connection ended before it"
        unreached = Answer(AnswerOutcome.NOT_REACHED, reason=reason, remedy=remedy, cause=cause)
        current = self._section.question.id if self._section else None
        return {id: self._answers.get(id, cut if id == current else unreached) for id in self._questions}

    def _body(self, data: bytes) -> None:
        if not self.hello:
            self._noise = (self._noise + data)[-NOISE_LIMIT:]
        elif self._section and self._section.error is not None:
            self._section.error += data[: LINE_LIMIT * 100 - len(self._section.error)]
        elif self._section:
            section, limit = self._section, self._section.question.probe.output_limit
            section.too_long = section.too_long or len(section.output) + len(data) > limit
            section.output += data[: limit - len(section.output)]

    def _frame(self, words: Sequence[str]) -> None:
        match words:
            case ["hello", *user]:
                self.hello = True
                self.user = line(" ".join(user))
            case ["begin", id, clock]:
                reason = "the host began the next answer in the middle of it"
                self._end(Answer(AnswerOutcome.CUT, reason=reason, cause=Cause.BROKEN_OFF))
                question = self._questions.get(id)
                if question and id not in self._answers:
                    self._section = _Section(question, _seconds(clock))
            case ["error", id] if self._section and self._section.question.id == id:
                self._section.error = bytearray()
            case ["end", id, clock] if self._section and self._section.question.id == id:
                self._end(_complete(self._section, _seconds(clock), self.user))
            case ["late", id, clock] if self._section and self._section.question.id == id:
                reason = f"no answer within {self._section.question.probe.timeout:g} s"
                lasted = _lasted(self._section, _seconds(clock))
                self._end(Answer(AnswerOutcome.TIMED_OUT, reason=reason, seconds=lasted, cause=Cause.TIMED_OUT))
            case ["stuck" | "bye"]:
                self.ended = True
                self.stuck = words[0] == "stuck"
            case _:
                pass  # not ours, and without the mark nobody else's: a damaged frame says nothing

    def _end(self, answer: Answer) -> None:
        if self._section:
            self._answers[self._section.question.id] = answer
        self._section = None


def read(chunks: Iterable[bytes], questions: Sequence[Question], mark: str, why: str = "") -> Mapping[str, Answer]:
    """The answers in a whole transcript, or in as much of it as there is."""
    transcript = Transcript(questions, mark)
    for chunk in chunks:
        transcript.feed(chunk)
    return transcript.answers(why)


def line(text: str) -> str:
    """A host's words as one printable line of at most `LINE_LIMIT` characters."""
    plain = "".join(char if char.isprintable() else " " for char in _ESCAPES.sub("", text))
    words = " ".join(plain.split())
    return words if len(words) <= LINE_LIMIT else words[: LINE_LIMIT - 1] + "…"


def last_line(text: bytes) -> str:
    """The last line with something on it."""
    lines = [found for found in map(line, text.decode("utf-8", "replace").splitlines()) if found]
    return lines[-1] if lines else ""


def _complete(section: _Section, stopped: float, user: str) -> Answer:
    """How a question ended whose section is whole."""
    seconds = _lasted(section, stopped)
    if section.too_long:
        limit = section.question.probe.output_limit
        reason = f"more than {limit} bytes of output"
        return Answer(AnswerOutcome.TOO_LONG, reason=reason, seconds=seconds, cause=Cause.TOO_MUCH)
    said, _, code = bytes(section.error or b"").rstrip(b"\n").rpartition(b"\n")
    if code == b"0":
        return Answer(AnswerOutcome.ANSWERED, output=section.output.decode("utf-8", "replace"), seconds=seconds)
    lines = [found for found in map(line, said.decode("utf-8", "replace").splitlines()) if found]
    remedies = _said_as("remedy:", lines)
    causes = _said_as("cause:", lines)
    reasons = [text for text in lines if not text.startswith(("remedy:", "cause:"))]
    refusal = remedy_for_refusal(reasons, section.question.target, user)
    site = section.question.target.site
    known = {name: value for name, value in (("account", site.run_as), ("php", site.php)) if value} if site else {}
    if causes:
        cause = Cause.of(causes[-1])
    elif refusal:
        cause = Cause.SUDO_REFUSED
    else:
        cause = Cause.NO_PROGRAM if code == _NO_COMMAND else Cause.PROGRAM_FAILED
    remedy = remedy_text(remedies[-1], section.question.probe.remedies, known) if remedies else refusal
    reason = reasons[-1] if reasons else _exit_reason(code)
    return Answer(AnswerOutcome.FAILED, reason=reason, remedy=remedy, seconds=seconds, cause=cause)


def _said_as(word: str, lines: Sequence[str]) -> list[str]:
    """What stands behind a word that a probe begins a line of standard error with."""
    return [text.removeprefix(word).strip() for text in lines if text.startswith(word)]


def _exit_reason(code: bytes) -> str:
    """An exit code in words, for a probe that said nothing."""
    if not re.fullmatch(rb"[0-9]{1,3}", code):
        return "it was killed before it could say how it ended"
    return f"it was killed by signal {int(code) - 128}" if int(code) > 128 else f"it ended with exit code {int(code)}"


def _seconds(clock: str) -> float:
    """A host's clock reading; NaN where it is none."""
    return float(clock) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", clock, re.ASCII) else math.nan


def _lasted(section: _Section, stopped: float) -> float:
    """Seconds from begin to end, 0 where the host's clock makes no sense."""
    seconds = stopped - section.started
    return seconds if seconds >= 0 else 0.0
