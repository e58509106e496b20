"""What the world can reach on a host, against what it may."""

from checks.check import Check
from checks.firewall.evaluate import evaluate
from checks.firewall.facts import Facts, parse
from checks.firewall.probe import PROBE
from checks.firewall.settings import Allow, Settings

__all__ = ["Allow", "Facts", "Settings", "check", "evaluate", "parse"]

check: Check[Facts, Settings] = Check(
    name="firewall", title="Firewall", probe=PROBE, evaluate=evaluate, settings=Settings()
)
