"""What the hosts of the benchmark are asked: about disks and the firewall, or what costs them nearly nothing."""

from agent.collect.plan import Question
from checks import Probe, Scope, Target
from checks.disk import PROBE as DISK
from checks.disk import check as disk
from checks.firewall import PROBE as FIREWALL
from checks.firewall import check as firewall
from inventory.model import Host

TRIVIAL: Probe[str] = Probe("trivial", "uname -r", str.strip, Scope.HOST)


BULKY: Probe[str] = Probe("bulky", "head -c 72000 /dev/zero | tr '\\000' x", str.strip, Scope.HOST)
"""As many bytes as a round over a host with some sites brings home."""


def questions(host: Host, light: bool) -> tuple[Question, ...]:
    """The same text for every host of the estate, because all have the same port."""
    target = Target(host)
    if light:
        return (Question("q1", TRIVIAL, target), Question("q2", BULKY, target))
    return (
        Question("q1", DISK, target, tuple(DISK.arguments(target, disk.settings, {}))),
        Question("q2", FIREWALL, target, tuple(FIREWALL.arguments(target, firewall.settings, {}))),
        Question("q3", TRIVIAL, target),
    )
