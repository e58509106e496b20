"""Space and inodes left on a host's file systems."""

from checks.check import Check
from checks.disk.evaluate import evaluate
from checks.disk.facts import Facts, parse
from checks.disk.probe import PROBE
from checks.disk.settings import Settings

__all__ = ["Facts", "Settings", "check", "evaluate", "parse"]

check: Check[Facts, Settings] = Check(
    name="disk", title="Disk space", probe=PROBE, evaluate=evaluate, settings=Settings()
)
