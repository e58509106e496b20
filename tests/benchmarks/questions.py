"""What the hosts of the benchmark are asked: about disks, about the firewall, and next to nothing."""

from agent.plan import Question
from checks import Probe, Scope, Target
from checks.disk import check as disk
from checks.disk.probe import PROBE as DISK
from checks.firewall import check as firewall
from checks.firewall.probe import PROBE as FIREWALL
from inventory.model import Host

TRIVIAL: Probe[str] = Probe("trivial", "uname -r", str.strip, Scope.HOST)


def questions(host: Host) -> tuple[Question, ...]:
    """The same text for every host of the estate, because all have the same port."""
    target = Target(host)
    return (
        Question("q1", DISK, target, tuple(DISK.arguments(target, disk.settings, {}))),
        Question("q2", FIREWALL, target, tuple(FIREWALL.arguments(target, firewall.settings, {}))),
        Question("q3", TRIVIAL, target),
    )
