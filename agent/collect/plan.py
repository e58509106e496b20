"""The plan of a round: one plan a host, each question once, with what comes back: answers and failures."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from checks import Cause, Check, Lookup, Memory, NotCheckedError, Probe, Scope, Target
from checks.probes import InternalProbe
from checks.ssh import Connection
from inventory.model import Host, Inventory, Site
from inventory.settings import resolve
from inventory.subject import Subject

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a check could not be asked or judged."""

    reason: str
    remedy: str = ""
    cause: Cause = Cause.OTHER


def isolate(call: Callable[[], T], whose: str) -> T | Failure:
    """The value of `call()`, or why there is none; the traceback of a fault in the check's own code goes to the log."""
    try:
        return call()
    except NotCheckedError as error:
        return Failure(error.reason, error.remedy, error.cause)
    except MemoryError:
        return Failure("what it answered takes more memory than there is", cause=Cause.TOO_MUCH)
    except Exception as error:
        log.error("%s failed", whose, exc_info=error)
        reason = f"the check itself failed: {type(error).__name__}: {error}"
        return Failure(reason, "this is a fault in the check, not in the site; --verbose shows where", Cause.OUR_FAULT)


@dataclass(frozen=True, slots=True)
class Question:
    """One probe asked about one target, with the arguments it gets this time."""

    id: str  # unique within its plan, letters and digits
    probe: Probe[Any]
    target: Target
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)  # itself, and no other: targets and settings hold what has no hash
class DnsLookup:
    """One lookup about one target, which the DNS answers and not the host."""

    lookup: Lookup[Any]
    target: Target
    settings: Any


@dataclass(frozen=True, slots=True)
class PlannedCheck:
    """One check that is due for one target, and where its facts come from; neither for the connection itself."""

    check: Check[Any, Any]
    target: Target
    settings: Any
    question: str | None = None  # the id of a Question of the same plan
    inquiry: DnsLookup | None = None
    fault: Failure | None = None  # why it could not even be asked


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is asked about one host, and the sites on it, in one round."""

    host: Host
    due: tuple[PlannedCheck, ...]
    questions: tuple[Question, ...]

    @property
    def visited(self) -> bool:
        """Whether anybody needs to go there: the DNS answers for the rest."""
        return bool(self.questions) or any(isinstance(due.check.probe, InternalProbe) for due in self.due)

    @property
    def inquiries(self) -> tuple[DnsLookup, ...]:
        """What is asked of the DNS."""
        return tuple(due.inquiry for due in self.due if due.inquiry)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person asked for; an empty part selects all."""

    clients: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    checks: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether nothing was narrowed down."""
        return self == Selection()

    def takes_whole(self, client: str) -> bool:
        """Whether all of a client is meant, as in a routine round."""
        narrowed = self.hosts or self.sites or self.tags or self.checks
        return not narrowed and (not self.clients or client in self.clients)

    def takes_site(self, site: Site, inventory: Inventory) -> bool:
        """Whether a site is meant; the tags of its client and of its host are its own, too."""
        tags = site.tags | inventory.clients[site.client].tags | inventory.hosts[site.host].tags
        return (
            (not self.clients or site.client in self.clients)
            and (not self.hosts or site.host in self.hosts)
            and (not self.sites or site.name in self.sites)
            and (not self.tags or bool(tags & self.tags))
        )

    def takes_host(self, host: Host, inventory: Inventory) -> bool:
        """Whether a host is meant itself: by its name, its tags, or the clients on it; naming sites means only them."""
        return (
            not self.sites
            and (not self.clients or bool(self.clients & set(inventory.clients_on(host.name))))
            and (not self.hosts or host.name in self.hosts)
            and (not self.tags or bool(host.tags & self.tags))
        )


Memories = Mapping[tuple[Subject, str], Memory]
"""What checks remembered, by (subject, check)."""


def make_plans(
    inventory: Inventory, checks: Sequence[Check[Any, Any]], memories: Memories, selection: Selection
) -> tuple[Plan, ...]:
    """A plan for each host on which anything is due, in the order of the inventory."""
    plans = (_plan(host, inventory, checks, memories, selection) for host in inventory.hosts.values())
    return tuple(plan for plan in plans if plan.due)


def _plan(
    host: Host, inventory: Inventory, checks: Sequence[Check[Any, Any]], memories: Memories, selection: Selection
) -> Plan:
    due: list[PlannedCheck] = []
    questions: dict[tuple[str, Subject], Question] = {}
    sites = [site for site in inventory.sites_on(host.name) if selection.takes_site(site, inventory)]
    whole_host = selection.takes_host(host, inventory)
    for check in checks:
        if isinstance(check.probe, InternalProbe) or (selection.checks and check.name not in selection.checks):
            continue
        for target in _targets(check, host, sites, whole_host):
            settings = resolve(check.settings, inventory, target.host, target.site, check.name)
            if settings is not None:
                memory = memories.get((target.subject, check.name), {})
                due.append(_due(check, target, settings, memory, questions))
    if host.transport == "ssh" and (questions or (whole_host and not selection.checks)):
        due = [PlannedCheck(check, Target(host), check.settings) for check in checks if _is_connection(check)] + due
    return Plan(host, tuple(due), tuple(questions.values()))


def _is_connection(check: Check[Any, Any]) -> bool:
    """Whether what it judges comes of every visit by itself. What is brought for a client is no part of a visit."""
    return isinstance(check.probe, InternalProbe) and check.probe.scope is Scope.HOST


def _targets(check: Check[Any, Any], host: Host, sites: Sequence[Site], whole_host: bool) -> list[Target]:
    if check.probe.scope is Scope.HOST:
        return [Target(host)] if whole_host else []
    return [Target(host, site) for site in sites]


def _due(
    check: Check[Any, Any],
    target: Target,
    settings: Any,
    memory: Memory,
    questions: dict[tuple[str, Subject], Question],
) -> PlannedCheck:
    probe = check.probe
    if isinstance(probe, Lookup):
        return PlannedCheck(check, target, settings, inquiry=DnsLookup(probe, target, settings))
    if not isinstance(probe, Probe):
        return PlannedCheck(check, target, settings)
    key = (probe.name, target.subject)
    if key not in questions:
        whose = f"the check {check.name} for {target.subject}"
        arguments = isolate(lambda: tuple(probe.arguments(target, settings, memory)), whose)
        if isinstance(arguments, Failure):
            return PlannedCheck(check, target, settings, fault=arguments)
        questions[key] = Question(f"q{len(questions) + 1}", probe, target, arguments)
    return PlannedCheck(check, target, settings, question=questions[key].id)


class AnswerOutcome(StrEnum):
    """How a question ended. Only ANSWERED has output that may be parsed."""

    ANSWERED = "answered"
    FAILED = "failed"  # the probe ended with an exit code other than 0
    TIMED_OUT = "timed out"
    TOO_LONG = "too long"  # more output than the probe's limit
    CUT = "cut"  # the transcript ended in the middle of it
    NOT_REACHED = "not reached"  # the transcript ended before it


@dataclass(frozen=True, slots=True)
class Answer:
    """The output of one probe, or why there is none and what would mend that."""

    outcome: AnswerOutcome
    output: str = ""
    reason: str = ""
    remedy: str = ""
    seconds: float = 0.0
    cause: Cause = Cause.OTHER  # of there being no output


@dataclass(frozen=True, slots=True)
class Limits:
    """What a visit may take, in seconds unless said otherwise. Each jump host on the way has each limit anew."""

    resolve: float = 10.0  # the host's name
    connect: float = 10.0  # TCP, all addresses of the name together
    banner: float = 10.0  # the server's first line
    handshake: float = 15.0  # agreeing on keys
    authentication: float = 20.0  # all keys together
    channel: float = 10.0  # opening one
    grace: float = 15.0  # silence beyond the longest probe's own limit
    visit: float = 300.0  # from the login to the last answer
    output: int = 64 * 1024 * 1024  # bytes of transcript
    parallel: int = 16  # hosts visited at once


@dataclass(frozen=True, slots=True)
class Visit:
    """How a visit went, and the answers by question id; none at all where the host never got to the questions."""

    connection: Connection
    answers: Mapping[str, Answer]
    seconds: float = 0.0  # from the first attempt to the last answer
