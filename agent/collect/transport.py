"""The exchange of script and transcript over any transport."""

import threading
import time
from dataclasses import dataclass
from typing import Protocol

from agent.cancellation import CancellationToken
from agent.collect.plan import Limits
from agent.collect.transcript import Transcript
from checks import Cause
from checks.ssh import Outcome


class Transport(Protocol):
    """What a script goes out on and its transcript comes back on."""

    def send(self, script: bytes) -> None:
        """Send all of it, then nothing more. Runs beside `receive`; ends early, silently, when the line is closed."""

    def receive(self) -> bytes | None:
        """The next bytes: none at the end, None where there are none for the moment (a fraction of a second)."""

    def close(self) -> None:
        """Let go of everything, and of whoever waits in `send` or `receive`."""


@dataclass(frozen=True, slots=True)
class EarlyExit:
    """Why a conversation ended before the script did; `lost` where the line itself ended."""

    outcome: Outcome
    reason: str
    lost: bool = False
    cause: Cause = Cause.BROKEN_OFF


def converse(
    line: Transport, script: bytes, transcript: Transcript, limits: Limits, stop: CancellationToken
) -> EarlyExit | None:
    """Send the script and hear it out, until its end mark and not until everybody has let go of the line."""
    sender = threading.Thread(target=line.send, args=(script,), name="send script", daemon=True)
    sender.start()
    try:
        return _receive(line, transcript, limits, stop)
    finally:
        line.close()
        sender.join(2)


def _receive(line: Transport, transcript: Transcript, limits: Limits, stop: CancellationToken) -> EarlyExit | None:
    patience = transcript.patience + limits.grace
    started = heard = time.monotonic()
    size = 0
    while not transcript.ended:
        now = time.monotonic()
        if stop.cancelled:
            return EarlyExit(Outcome.CUT, "the round was stopped")
        if now - started > limits.visit:
            return EarlyExit(Outcome.TIMED_OUT, f"the visit took longer than {limits.visit:g} s", cause=Cause.TIMED_OUT)
        if now - heard > patience:
            return EarlyExit(Outcome.TIMED_OUT, f"nothing more was heard for {patience:g} s", cause=Cause.TIMED_OUT)
        data = line.receive()
        if data is None:
            continue
        if not data:
            return EarlyExit(Outcome.CUT, "the connection ended early", lost=True)
        heard = time.monotonic()
        size += len(data)
        if size > limits.output:
            return EarlyExit(Outcome.CUT, f"the host sent more than {limits.output} bytes", cause=Cause.TOO_MUCH)
        transcript.feed(data)
    return None
