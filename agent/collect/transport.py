"""Sending a script while hearing its transcript, whatever carries the two."""

import threading
import time
from dataclasses import dataclass
from typing import Protocol

from agent.cancellation import Stop
from agent.collect.plan import Limits
from agent.collect.transcript import Transcript
from checks import Cause
from checks.ssh import Outcome


class Line(Protocol):
    """What a script goes out on and its transcript comes back on."""

    def send(self, script: bytes) -> None:
        """Send all of it, then nothing more. Runs beside `receive`; ends early, silently, when the line is closed."""

    def receive(self) -> bytes | None:
        """The next bytes: none at the end, None where there are none for the moment (a fraction of a second)."""

    def close(self) -> None:
        """Let go of everything, and of whoever waits in `send` or `receive`."""


@dataclass(frozen=True, slots=True)
class Early:
    """Why a conversation ended before the script did; `lost` where the line itself ended."""

    outcome: Outcome
    reason: str
    lost: bool = False
    cause: Cause = Cause.BROKEN_OFF


def converse(line: Line, script: bytes, transcript: Transcript, limits: Limits, stop: Stop) -> Early | None:
    """Send the script and hear it out, until its end mark and not until everybody has let go of the line."""
    sender = threading.Thread(target=line.send, args=(script,), name="send script", daemon=True)
    sender.start()
    try:
        return _hear(line, transcript, limits, stop)
    finally:
        line.close()
        sender.join(2)


def _hear(line: Line, transcript: Transcript, limits: Limits, stop: Stop) -> Early | None:
    patience = transcript.patience + limits.grace
    started = heard = time.monotonic()
    size = 0
    while not transcript.ended:
        now = time.monotonic()
        if stop.asked:
            return Early(Outcome.CUT, "the round was stopped")
        if now - started > limits.visit:
            return Early(Outcome.TIMED_OUT, f"the visit took longer than {limits.visit:g} s", cause=Cause.TIMED_OUT)
        if now - heard > patience:
            return Early(Outcome.TIMED_OUT, f"nothing more was heard for {patience:g} s", cause=Cause.TIMED_OUT)
        data = line.receive()
        if data is None:
            continue
        if not data:
            return Early(Outcome.CUT, "the connection ended early", lost=True)
        heard = time.monotonic()
        size += len(data)
        if size > limits.output:
            return Early(Outcome.CUT, f"the host sent more than {limits.output} bytes", cause=Cause.TOO_MUCH)
        transcript.feed(data)
    return None
