"""Contenders side by side: each does the same work in turn, several times over."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run took, in seconds: from start to end, and of a processor."""

    wall: float
    cpu: float
    server: float = 0.0  # of a processor, in the servers it talked to


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do the work. `run` measures it; it raises where an answer is wrong."""

    name: str
    run: Callable[[], Measured]


@dataclass(frozen=True, slots=True)
class Goal:
    """What siterounds wants to be against a peer: its `of` divided by ours is at least `least`."""

    peer: str
    of: str  # "wall" or "cpu"
    least: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All runs by contender, siterounds first; goals; remarks, such as who was left out for which reason."""

    title: str
    runs: Mapping[str, Sequence[Measured]]
    goals: Sequence[Goal] = ()
    remarks: Sequence[str] = ()
    amount: int = 0  # of queries in a run, where their rate is worth telling

    def median(self, name: str, of: str) -> float:
        """The median of a contender's runs, in seconds."""
        return statistics.median(_part(run, of) for run in self.runs[name])

    def ratio(self, name: str, of: str) -> float:
        """How many times siterounds' time a contender takes: the median of the repetitions' ratios."""
        ours = self.runs[next(iter(self.runs))]
        pairs = zip(self.runs[name], ours, strict=True)
        return statistics.median(_part(peer, of) / max(_part(own, of), 1e-6) for peer, own in pairs)


def _part(run: Measured, of: str) -> float:
    return {"wall": run.wall, "cpu": run.cpu, "server": run.server}[of]


def interleaved(contenders: Sequence[Contender], repetitions: int) -> dict[str, list[Measured]]:
    """Let each run in turn, each repetition beginning with another one: a drifting machine is unfair to nobody."""
    runs: dict[str, list[Measured]] = {contender.name: [] for contender in contenders}
    for repetition in range(repetitions):
        first = repetition % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            runs[contender.name].append(contender.run())
    return runs


def timed(
    command: Sequence[str | Path],
    stdin: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> tuple[Measured, str]:
    """What a whole process took, the children it waited for included, and what it printed.

    Raises RuntimeError where it failed.
    """
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as error,
        (stdin or Path(os.devnull)).open("rb") as given,
    ):
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdin=given, stdout=output, stderr=error, env=env, cwd=cwd)
        try:
            _, code, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(code)
        output.seek(0)
        error.seek(0)
        said = output.read().decode("utf-8", "replace")
        if process.returncode:
            whole = error.read().decode("utf-8", "replace")
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {whole[-2000:]}{said[-500:]}")
    return Measured(wall, usage.ru_utime + usage.ru_stime), said
