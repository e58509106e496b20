"""What is said of the programs that make the rules."""

from collections.abc import Iterator

from checks.findings import Finding, State
from checks.firewall.facts import Facts


def about_frontends(facts: Facts) -> Iterator[Finding]:
    """Findings about programs that work against each other, or only for now."""
    if len(facts.frontends) > 1:
        names = " and ".join(facts.frontends)
        yield Finding(
            State.WARNING,
            "firewall-frontends",
            "frontends",
            f"{names} are enabled together: whichever starts last may flush the rules of the others",
            remedy="keep one and `systemctl disable` the others, then see that its rules are there after a restart",
            data={"frontends": list(facts.frontends)},
        )
    if facts.testing:
        yield Finding(
            State.WARNING,
            "firewall-testing",
            "testing",
            "csf is testing: it takes all its rules back every few minutes",
            remedy='set TESTING = "0" in /etc/csf/csf.conf once it is sure that SSH stays open, then `csf -r`',
        )
    if facts.not_kept:
        yield Finding(
            State.WARNING,
            "firewall-not-kept",
            "permanent",
            "firewalld does something else now than after a restart",
            details=facts.not_kept,
            remedy="`firewall-cmd --runtime-to-permanent` keeps what is now, `firewall-cmd --reload` goes back",
            data={"differences": len(facts.not_kept)},
        )
