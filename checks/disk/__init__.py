"""Space and inodes left on a host's file systems."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checks.check import Check
from checks.disk.evaluate import evaluate
from checks.disk.facts import Facts, parse
from checks.disk.forecast import recall
from checks.disk.settings import Settings
from checks.findings import Kind, Memory
from checks.probes import Probe, Scope, Target

_ALMOST_FULL = 95  # percent; the floor lies above it


def arguments(target: Target, settings: Any, memory: Memory) -> Sequence[str]:  # noqa: ARG001  # a probe's signature
    """What probe.sh wants to be told.

    The search for the biggest places costs the host some seconds of reading, so it is done only where there will be an
    alarm. Whether there will be is known of mounts that were seen before, by their size; of others only roughly.
    """
    assert isinstance(settings, Settings)  # noqa: S101  # tells mypy what Check ties together
    exceptions = {point: settings.used_on[point].warning for point in settings.used_on}
    for point, past in recall(memory).items():
        if past.size:
            line = min(settings.lines(point, past.size * 1024).warning, _ALMOST_FULL)
            exceptions[point] = settings.forecast_from if past.foretold else line
    lines = [f"{_whole(line)} {point}" for point, line in exceptions.items() if "\n" not in point]
    first = _whole(min(settings.used.warning, _ALMOST_FULL))
    inodes = _whole(min(one.warning for one in (settings.inodes, *settings.inodes_on.values())))
    return (first, inodes, str(settings.patience), str(settings.search), "\n".join(lines), *settings.include)


def _whole(line: float) -> str:
    return str(max(1, int(line)))


PROBE: Probe[Facts] = Probe(
    name="disk",
    script=Path(__file__).with_name("probe.sh").read_text(encoding="utf-8"),
    parse=parse,
    scope=Scope.HOST,
    timeout=45.0,
    arguments=arguments,
)


__all__ = ["Facts", "Settings", "check", "evaluate", "parse"]

check: Check[Facts, Settings] = Check(
    name="disk",
    title="Disk space",
    probe=PROBE,
    evaluate=evaluate,
    settings=Settings(),
    kinds=(
        Kind("disk-space"),
        Kind("disk-forecast"),
        Kind("disk-inodes"),
        Kind("disk-hung"),
        Kind("disk-read-only"),
        Kind("disk-missing"),
    ),
    scope_words=("disk", "storage", "inode"),
)
