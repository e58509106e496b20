"""A thousand messages delivered at the rates that Zendesk and Harvest document, beside what people write instead."""

import json
import math
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.domain.messages import Message
from agent.integrations.rate_limit import Limit
from inventory import services as inventory
from inventory.secrets import Reference
from tests.benchmarks.measuring import Comparison, Goal, Measured, timed
from tests.benchmarks.messages import A_CLIENT, as_requests, fill, seed
from tests.standins import Harvest, Seen, Zendesk

ROOT = Path(__file__).parent.parent.parent
PEERS = Path(__file__).parent / "peers"
OURS = "siterounds"
RETRY = "requests, urllib3 Retry, as fast as it can"
SLEEP = "requests, a fixed sleep after each"
WAYS = {RETRY: "retry", SLEEP: "sleep"}
GOALS = (Goal(SLEEP, "wall", 1.0),)
LONGEST = 1800
"""Seconds after which a contender is given up."""

ACCOUNT = Limit("account", 400, 60.0)
UPDATES = Limit("updates", 100, 60.0)
GENERAL = Limit("general", 100, 15.0)
"""What Zendesk documents for the plans Growth and Professional, and Harvest for everybody."""

_TOO_FAST = ("too many requests", "before the Retry-After")
_UPDATE = "PUT /api/v2/tickets/{id}"
_TOKENS = "POST /oauth/tokens"


@dataclass(frozen=True, slots=True)
class Office:
    """The services of one contender, which nobody else uses."""

    zendesk: Zendesk
    harvest: Harvest

    def counted(self) -> dict[Limit, list[Seen]]:
        """The requests by what they are counted by."""
        with self.zendesk.held(), self.harvest.held():
            tickets = [one for one in self.zendesk.seen if one.kind != _TOKENS]
            updates = [one for one in tickets if one.kind == _UPDATE]
            return {ACCOUNT: tickets, UPDATES: updates, GENERAL: list(self.harvest.seen)}

    def refused(self) -> int:
        """How many requests were answered 429."""
        counted = self.counted()
        return sum(one.answered == 429 for one in counted[ACCOUNT] + counted[GENERAL])


def services(zendesk: str, harvest: str) -> inventory.Services:
    """The services at these addresses, as an inventory names them that was told the account's plan."""
    secret, token = Reference("env", "ZENDESK_SECRET"), Reference("env", "HARVEST_TOKEN")
    return inventory.Services(
        "benchmark",
        zendesk=inventory.Zendesk(
            zendesk,
            client_id="siterounds",
            client_secret=secret,
            requests_a_minute=ACCOUNT.requests,
            new_tickets_a_round=10_000,
        ),
        harvest=inventory.Harvest(1234, token, "l2@agency.example", harvest, requests_in_15_seconds=GENERAL.requests),
    )


def compare(folder: Path, messages: int) -> Comparison:
    """So many messages, a multiple of four, by each contender at the same time; the time is real, and minutes."""
    clients = messages // A_CLIENT
    with ExitStack() as running:
        offices = {name: running.enter_context(office(clients)) for name in (OURS, *WAYS)}
        urls = {name: (one.zendesk.url, one.harvest.url) for name, one in offices.items()}
        waiting = fill(folder / "state", clients, services(*urls[OURS]))
        work = folder / "work.json"
        work.write_text(json.dumps(as_requests(waiting)))
        ours = "tests.benchmarks.peers.siterounds_delivery"
        commands: dict[str, list[str | Path]] = {
            OURS: ["-m", ours, folder / "state", *urls[OURS]],
            **{name: [PEERS / "requests_delivery.py", how, work, *urls[name]] for name, how in WAYS.items()},
        }
        with ThreadPoolExecutor(len(commands)) as at_once:
            runs = dict(zip(commands, at_once.map(measured, commands.values()), strict=True))
        for name, one in offices.items():
            verify(name, one, waiting)
        remarks = [goal(offices[OURS]), *(remark(name, one, runs[name]) for name, one in offices.items())]
    ended = {name: [run] for name, run in runs.items()}
    title = f"{len(waiting)} messages delivered: half new tickets, a quarter comments, a quarter time entries"
    return Comparison(title, ended, GOALS, [*remarks, *_NOTES], len(waiting))


_NOTES = (
    f"The limits: {ACCOUNT.requests} requests and {UPDATES.requests} updates a minute (Zendesk), {GENERAL.requests} "
    "requests in 15 s (Harvest).",
    "The least time is that in which these limits let as many requests through, both services at once. A service is",
    "used up while nobody else of the same account could have sent anything. All ran once, at the same time, each",
    "against services of its own. Only the delivery is measured, not the start of Python.",
)


@contextmanager
def office(clients: int) -> Iterator[Office]:
    """Services that know so many clients and enforce the documented limits."""
    with (
        Zendesk(ACCOUNT.requests, updates_a_minute=UPDATES.requests) as zendesk,
        Harvest(requests_in_15_seconds=GENERAL.requests) as harvest,
    ):
        seed(zendesk, harvest, clients)
        yield Office(zendesk, harvest)


def measured(arguments: Sequence[str | Path]) -> Measured:
    """What a program that delivers says that it took; it is told the secrets, and until when it has to be done."""
    secrets = {"ZENDESK_SECRET": "zendesk-client-secret", "HARVEST_TOKEN": "harvest-token"}
    told = json.loads(timed([sys.executable, *arguments, str(LONGEST)], env={**os.environ, **secrets}, cwd=ROOT)[1])
    return Measured(told["wall"], told["cpu"])


def verify(name: str, office: Office, messages: Sequence[Message]) -> None:
    """All is there, once, and no rule was broken but that of not being too fast."""
    zendesk, harvest = office.zendesk, office.harvest
    wanted = Counter(str(one.action) for one in messages)
    tickets = zendesk.ours()
    comments = sum(len(one.comments) for one in tickets) - len(tickets)
    found = Counter({"open": len(tickets), "update": comments, "book": len(harvest.ours())})
    if found != wanted:
        raise AssertionError(f"{name} delivered {dict(found)}, not {dict(wanted)}")
    if twice := zendesk.created_twice() + zendesk.said_twice() + harvest.booked_twice():
        raise AssertionError(f"{name} delivered twice: {twice[0]}")
    for said in zendesk.violations + harvest.violations:
        if not any(words in said for words in _TOO_FAST):
            raise AssertionError(f"{name} broke a rule: {said}")


def goal(ours: Office) -> str:
    """Whether siterounds was never too fast."""
    return f"goal: no 429 for {OURS}; counted {ours.refused()}: {'not reached' if ours.refused() else 'reached'}"


def remark(name: str, office: Office, run: Measured) -> str:
    """What a contender cost the services."""
    counted = office.counted()
    least = max(least_time(sum(one.answered != 429 for one in seen), limit) for limit, seen in counted.items())
    times = f"{run.wall / least:.2f} times the least time of {least:.0f} s" if least else "no limit was met"
    taken = {limit: [one.at.timestamp() for one in seen if one.answered != 429] for limit, seen in counted.items()}
    zendesk, harvest = (used_up(taken[limit], limit) for limit in (ACCOUNT, GENERAL))
    return (
        f"{name}: {len(counted[ACCOUNT] + counted[GENERAL])} requests, {office.refused()} answered 429; {times}; "
        f"used up: Zendesk {zendesk:.0f} s, Harvest {harvest:.0f} s"
    )


def least_time(requests: int, limit: Limit) -> float:
    """Seconds that so many requests take at least: the first window's at once, then as many with each that begins."""
    return max(0, math.ceil(requests / limit.requests) - 1) * limit.seconds


def used_up(times: Sequence[float], limit: Limit) -> float:
    """Seconds in which one more request would have been too many. `times` are those of the ones let through, sorted."""
    total = 0.0
    for last, first in zip(times[limit.requests - 1 :], times, strict=False):
        total += max(0.0, first + limit.seconds - last)
    return total
