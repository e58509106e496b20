"""The DNS resolver: all lookups of a round in parallel, each question asked once."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dns.message import Message

from agent.cancellation import CancellationToken
from agent.collect.dns_query import Nameserver, exchange, message_for, system_nameservers
from agent.collect.plan import DnsLookup, Failure, isolate
from checks import Cause, DnsAnswer, DnsOutcome, LookupSteps, Query

MOST_BATCHES = 50  # of one lookup
MOST_QUESTIONS = 20_000  # of one batch
SILENT_TREE = 16  # questions after which a part of the DNS is left alone that has not answered one of them
SILENT_ALL = 64  # the same, for everything

SPOKE = (DnsOutcome.ANSWERED, DnsOutcome.NODATA, DnsOutcome.NXDOMAIN)


@dataclass(frozen=True, slots=True)
class Resolver:
    """The name servers that are asked, and how patiently.

    `nameservers` are addresses, each with a port where it is not 53; none are those of /etc/resolv.conf. `timeout`, in
    seconds, is for the first try, and half as long again for the next; `budget`, in seconds, is for all questions of
    a round together, after which the rest are TIMEOUT.
    """

    nameservers: tuple[str, ...] = ()
    timeout: float = 2.0
    in_flight: int = 64
    budget: float = 300.0

    def __post_init__(self) -> None:
        """Refuse addresses that are none."""
        for text in self.nameservers:
            Nameserver.parse(text)

    def ask_all(self, inquiries: Sequence[DnsLookup], stop: CancellationToken | None = None) -> Mapping[DnsLookup, Any]:
        """The facts of each inquiry, or the Fault that kept it from them. One call is one round.

        Raises nothing but CancelledError, once `stop` is asked for.
        """
        return dict(zip(inquiries, asyncio.run(self._until(inquiries, stop or CancellationToken())), strict=True))

    async def _until(self, inquiries: Sequence[DnsLookup], stop: CancellationToken) -> Sequence[Any]:
        asking = asyncio.ensure_future(self._ask_all(inquiries))
        loop = asyncio.get_running_loop()

        def end() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has just ended by itself
                loop.call_soon_threadsafe(asking.cancel)

        with stop.closing(end):
            try:
                stop.check()
                return await asking
            except asyncio.CancelledError:
                stop.check()
                raise

    async def _ask_all(self, inquiries: Sequence[DnsLookup]) -> Sequence[Any]:
        servers = tuple(map(Nameserver.parse, self.nameservers)) or system_nameservers()
        a_round = _Round(self, servers, len(inquiries))
        return await asyncio.gather(*(_drive(inquiry, a_round) for inquiry in inquiries))


@dataclass(frozen=True, slots=True)
class _Done:
    facts: Any


Batch = Mapping[Query, Query]
"""Questions as a lookup wrote them, each with the form they are kept by."""


async def _drive(inquiry: DnsLookup, a_round: "_Round") -> Any:
    """Carry questions and answers between one lookup and the round."""
    whose = f"the lookup {inquiry.lookup.name} for {inquiry.target.subject}"
    asking = isolate(lambda: inquiry.lookup.ask(inquiry.target, inquiry.settings), whose)
    if isinstance(asking, Failure):
        a_round.leave()
        return asking
    answers: Mapping[Query, DnsAnswer] | None = None
    resting = False
    for _ in range(MOST_BATCHES):
        step = isolate(partial(_advance, asking, answers), whose)
        if isinstance(step, Failure | _Done):
            break
        if not resting and any(query.fresh for query in step):
            resting = True
            await a_round.rest()
        answers = await a_round.ask(step)
    else:
        step = Failure(
            "it asked the DNS without an end", "this is a fault in the check, not in the site", Cause.OUR_FAULT
        )
    if not resting:
        a_round.leave()
    return step.facts if isinstance(step, _Done) else step


def _advance(asking: LookupSteps[Any], answers: Mapping[Query, DnsAnswer] | None) -> Batch | _Done:
    try:
        batch = asking.send(answers) if answers is not None else next(asking)
    except StopIteration as end:
        return _Done(end.value)
    written = {query: Query(query.name.rstrip(".").lower(), query.rdtype.upper(), query.fresh) for query in batch}
    if len(written) > MOST_QUESTIONS:
        raise ValueError(f"it asks {len(written)} questions at once")
    return written


class _Round:
    """What is known in one round: answers, who is still asking, and who has gone silent."""

    def __init__(self, resolver: Resolver, servers: Sequence[Nameserver], busy: int) -> None:
        self._timeout = resolver.timeout
        self._servers = servers
        self._slots = asyncio.Semaphore(resolver.in_flight)
        self._deadline = asyncio.get_running_loop().time() + resolver.budget
        self._asked: dict[Query, asyncio.Task[DnsAnswer]] = {}
        self._unanswered: Counter[str] = Counter()  # questions, by each part of the DNS that they were about
        self._answering: set[str] = set()  # parts of the DNS that answered something
        self._failures: Counter[Nameserver] = Counter()
        self._busy = busy
        self._quiet = asyncio.Event()

    def leave(self) -> None:
        """One lookup less has first questions."""
        self._busy -= 1
        if not self._busy:
            self._quiet.set()

    async def rest(self) -> None:
        """Wait until no lookup has first questions left: fresh ones are about how things are after all the others."""
        self.leave()
        await self._quiet.wait()

    async def ask(self, batch: Batch) -> Mapping[Query, DnsAnswer]:
        """The answer to each question, asked now or before."""
        for query in batch.values():
            if query not in self._asked:
                self._asked[query] = asyncio.create_task(self._answer(query))
        return {written: await self._asked[query] for written, query in batch.items()}

    async def _answer(self, query: Query) -> DnsAnswer:
        try:
            message = message_for(query)
        except ValueError as error:
            return DnsAnswer(DnsOutcome.FAILED, reason=str(error))
        async with self._slots:
            if why := self._why_not(query.name):
                return DnsAnswer(DnsOutcome.TIMEOUT, reason=f"not asked: {why}")
            answer = await self._tried(message)
        silent = answer.outcome in (DnsOutcome.TIMEOUT, DnsOutcome.FAILED)
        self._unanswered.update(_trees(query.name)) if silent else self._answering.update(_trees(query.name))
        return answer

    def _why_not(self, name: str) -> str:
        if asyncio.get_running_loop().time() > self._deadline:
            return "the time for this round's DNS questions is used up"
        for tree in _trees(name):
            asked = self._unanswered[tree]
            if tree not in self._answering and asked >= (SILENT_TREE if tree else SILENT_ALL):
                return f"none of {asked} questions{' there' if tree else ''} was answered"
        return ""

    async def _tried(self, message: Message) -> DnsAnswer:
        """Ask twice, of all name servers those first that fail least; an answer about the name itself ends it."""
        servers = sorted(self._servers, key=self._failures.__getitem__)
        kept: DnsAnswer | None = None
        for tries in range(max(2, len(servers))):
            server = servers[tries % len(servers)]
            answer = await exchange(message, server, self._timeout * (1.5 if tries else 1))
            if answer.outcome in SPOKE:
                self._failures[server] = 0
                return answer
            if answer.outcome in (DnsOutcome.TIMEOUT, DnsOutcome.FAILED):
                self._failures[server] += 1
            elif len(servers) == 1:
                return answer  # it has answered, and will say the same again
            kept = kept if kept and kept.outcome is not DnsOutcome.TIMEOUT else answer
        assert kept is not None  # noqa: S101  # the loop runs at least twice
        return kept


def _trees(name: str) -> Iterator[str]:
    """The parts of the DNS a name lies in: everything, and each domain above it but the top-level one."""
    yield ""
    labels = name.split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])
