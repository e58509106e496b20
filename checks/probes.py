"""What is asked: scripts for a host's shell, and questions for the DNS. Values only; agent/ does the asking."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

from checks.findings import Memory
from checks.platforms import Platform
from inventory.model import Host, Site
from inventory.subject import Subject, SubjectKind

F = TypeVar("F")

ONLY_ROOT = Path(__file__).with_name("only_root.sh").read_text(encoding="utf-8")
"""sh text that defines `only_root PATH`: what a script asks before it runs a command with privilege, or advises it."""


class Scope(StrEnum):
    """What something is about: a host, once whoever shares it, each site, a client as a whole, or siterounds itself."""

    HOST = "host"
    SITE = "site"
    CLIENT = "client"  # only for what the agent brings itself: neither a host nor the DNS knows a client
    AGENCY = "agency"  # as little


@dataclass(frozen=True, slots=True)
class Target:
    """What a probe is asked about: a host, or a site on it."""

    host: Host
    site: Site | None = None

    @property
    def subject(self) -> Subject:
        """The first part of an incident's key: the site, or the host."""
        if self.site:
            return Subject(SubjectKind.SITE, self.site.name)
        return Subject(SubjectKind.HOST, self.host.name)


def no_arguments(target: Target, settings: Any, memory: Memory) -> Sequence[str]:  # noqa: ARG001
    """Return no arguments, for probes that need none."""
    return ()


@dataclass(frozen=True, slots=True)
class Probe(Generic[F]):
    """A question for a host's shell.

    `script` is constant POSIX sh text, run by `sh -c` as `"$1"`, `"$2"` … = `arguments(target, settings, memory)`, with
    `payload(platforms)` on its standard input (empty where there is none), LC_ALL=C, PATH of the system's folders,
    under `timeout` seconds and `nice`. Exit code 0 says the output is complete; anything else is UNKNOWN with the last
    line of standard error as its reason. Lines `cause: …` and `remedy: CODE` there say which `Cause` it is and what
    would change that: one of `remedies`, or of checks/remedies.py; a host's own words are never a remedy. A script only
    reads: no file is written on the host, temporary ones included.
    Probes of one name are one probe: two checks may share it, and it is asked once a subject, so a shared probe's
    arguments must not depend on the settings or memory of one check.
    """

    name: str
    script: str
    parse: Callable[[str], F]  # raises NotCheckedError, or anything on nonsense, which the caller turns into UNKNOWN
    scope: Scope
    timeout: float = 20.0
    arguments: Callable[[Target, Any, Memory], Sequence[str]] = no_arguments
    payload: Callable[[Sequence[Platform]], str] | None = None
    output_limit: int = 4 * 1024 * 1024  # bytes
    remedies: Mapping[str, str] = field(default_factory=dict, hash=False)  # code → sentence


@dataclass(frozen=True, slots=True)
class Query:
    """One DNS question. `fresh` asks the server again even if this round has the answer already."""

    name: str
    rdtype: str = "A"
    fresh: bool = False


class DnsOutcome(StrEnum):
    """How a DNS question ended; only ANSWERED, NODATA and NXDOMAIN say something about the name."""

    ANSWERED = "answered"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    REFUSED = "refused"
    SERVFAIL = "servfail"
    TIMEOUT = "timeout"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What came back; records as text: A and AAAA as addresses, TXT joined and unquoted, MX as "10 host."."""

    outcome: DnsOutcome
    records: tuple[str, ...] = ()
    reason: str = ""  # for REFUSED to FAILED, in words


LookupSteps = Generator[Sequence[Query], Mapping[Query, DnsAnswer], F]
"""A conversation with the DNS: yields batches of questions, is sent their answers, returns facts. No I/O."""


@dataclass(frozen=True, slots=True)
class Lookup(Generic[F]):
    """A question for the DNS. `ask(target, settings)` is a generator: later questions may follow from answers."""

    name: str
    ask: Callable[[Target, Any], LookupSteps[F]]
    scope: Scope


@dataclass(frozen=True, slots=True)
class InternalProbe:
    """Facts that the agent brings itself, because nobody has to be asked for them: what became of a connection, say."""

    scope: Scope
