"""Rounds over a changing estate, with every kind of fault in every kind of request, killed at any step.

`python -m tests.outside.soak --rounds 200 --kills 100 --seed 1`
"""

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.agent.cli.command import environment
from tests.outside.agency import PROJECTS, SECRETS, Agency, agency
from tests.outside.doomed import Ended, Stage
from tests.outside.reckoning import Reckoning, reckon
from tests.standins import Fault, How, Teamwork

CLIENTS = ("harbour", "regatta")
SITES = {f"{client}{number}": client for client in CLIENTS for number in range(3)}
ITEMS = ("disk", "mail", "shop", "cron")
STATES = ("warning", "critical", "ok", "ok", "ok")
BEGIN = datetime(2026, 12, 1, 6, tzinfo=UTC)
HOURS = (5, 7, 12, 20, 26)
"""Between two rounds."""
LONG = "\t".join(f"line {number} of the evidence" for number in range(30))

ZENDESK = (
    "POST /oauth/tokens", "GET /api/v2/tickets", "GET /api/v2/tickets/{id}", "GET /api/v2/tickets/{id}/comments",
    "POST /api/v2/tickets", "PUT /api/v2/tickets/{id}", "PUT /api/v2/tickets/{id}/tags", "POST /api/v2/uploads",
)  # fmt: skip
HARVEST = (
    "GET /v2/company", "GET /v2/time_entries", "POST /v2/time_entries", "GET /v2/time_entries/{id}",
    "PATCH /v2/time_entries/{id}", "GET /v2/reports/time/projects",
)  # fmt: skip
TEAMWORK = (
    "GET /projects/api/v3/projects.json", "GET /projects/api/v3/projects/{id}/tasklists.json",
    "GET /projects/api/v3/tasklists/{id}/tasks.json", "GET /projects/api/v3/projects/budgets.json",
)  # fmt: skip


@dataclass(slots=True)
class Soak:
    """An estate in time. `ahead` is how far its clock is before ours."""

    agency: Agency
    teamwork: Teamwork
    stage: Stage
    chance: random.Random
    now: datetime = BEGIN
    killed: int = 0
    rounds: int = 0  # that were made to their end
    commands: int = 0
    steps: int = 300  # that a command has, about

    def at(self, moment: datetime) -> None:
        """Let it be that late, for everybody."""
        self.now = moment
        begun, shift = time.monotonic(), moment

        def clock() -> datetime:
            return shift + timedelta(seconds=time.monotonic() - begun)

        for service in (self.agency.zendesk, self.agency.harvest, self.teamwork):
            service.clock = clock

    def act(self, *arguments: str, doomed: bool = False) -> Ended:
        """Run a command now; a doomed one is killed on its way, if its way is long enough."""
        self.at(self.now)
        ahead = (self.now - datetime.now(UTC)).total_seconds()
        told = ["--inventory", str(self.agency.folder / "inventory.yaml"), "--state", str(self.agency.state)]
        fatal = self.chance.randint(1, self.steps) if doomed else None
        ended = self.stage.act([*told, *arguments], ahead, fatal)
        self.commands += 1
        self.killed += ended.code is None
        self.rounds += ended.code == 0 and arguments[0] == "run"
        if ended.code is not None:
            self.steps = max(60, (self.steps * 3 + ended.steps) // 4)
            if "Traceback" in ended.err or ended.code not in (0, 1):
                raise AssertionError(f"{arguments} ended with {ended.code}: {ended.err}")
        self.now += timedelta(seconds=90)
        return ended


def soak(rounds: int, kills: int, seed: int, folder: Path) -> tuple[Soak, Reckoning]:
    """Make so many rounds with at least so many kills, then let all come to rest, and reckon up."""
    with _estate(folder, seed) as made:
        spoils = _spoils(made.chance)
        while made.rounds < rounds or made.killed < kills:
            _change(made)
            _people(made)
            _spoil(made, spoils)
            _round(made, doomed=made.killed < kills or made.chance.random() < 0.5)
            made.now += timedelta(hours=made.chance.choice(HOURS))
        _come_to_rest(made)
        return made, reckon(made.agency)


@contextmanager
def _estate(folder: Path, seed: int) -> Iterator[Soak]:
    chance = random.Random(seed)
    with Teamwork(api_key=SECRETS["TEAMWORK_KEY"], requests_a_minute=2500) as teamwork, agency(folder) as made:
        made.sites, made.teamwork = SITES, teamwork
        made.desk = "reopen_days: 365, one_ticket_per_cause: true, requests_a_minute: 2500, new_tickets_a_round: 4"
        for client in CLIENTS:
            tasks = [{"name": "Rehearsal"}] if client == "harbour" else []
            teamwork.add_project(PROJECTS[client], client, {}, {"SLA - in scope": tasks})
        for site in SITES:
            made.problems(site)
        made.write()
        text = (folder / "inventory.yaml").read_text()
        words = "scope: {rehearsal: [rehearsal]}"
        (folder / "inventory.yaml").write_text(text.replace("env:TEAMWORK_KEY}", f"env:TEAMWORK_KEY, {words}}}"))
        yield Soak(made, teamwork, Stage(environment(folder) | SECRETS), chance)


def _spoils(chance: random.Random) -> Iterator[tuple[str, How]]:
    """Each kind of request with each kind of fault, again and again, in ever new orders."""
    pairs = list(itertools.product((*ZENDESK, *HARVEST, *TEAMWORK), How))
    while True:
        chance.shuffle(pairs)
        yield from pairs


def _spoil(made: Soak, spoils: Iterator[tuple[str, How]]) -> None:
    """A few faults for the requests that come next."""
    for kind, how in itertools.islice(spoils, made.chance.randint(1, 4)):
        fault = Fault(how, seconds=0.05, retry_after=1)
        if kind in ZENDESK:
            made.agency.zendesk.fault(kind, fault)
        elif kind in HARVEST:
            made.agency.harvest.fault(kind, fault)
        else:
            made.teamwork.fault(kind, fault)


def _change(made: Soak) -> None:
    """Problems come, change and go; some sites are as they were."""
    for site in SITES:
        if made.chance.random() < 0.35:
            lines = []
            for item in ITEMS:
                state = made.chance.choice(STATES)
                evidence = f"\t{LONG}" if made.chance.random() < 0.3 else ""
                lines.append(f"{item} {state} {item} is {state} since {made.now:%d %H}{evidence}")
            made.agency.problems(site, *lines)
        elif made.chance.random() < 0.03:
            made.agency.problems(site, "blind")


def _people(made: Soak) -> None:
    """What people do with tickets meanwhile."""
    zendesk, chance = made.agency.zendesk, made.chance
    living = [one for one in zendesk.tickets.values() if one.status != "closed" and not one.deleted]
    for ticket in chance.sample(living, min(len(living), 2)):
        act = chance.random()
        if act < 0.10:
            zendesk.set_status(ticket.id, "closed")
        elif act < 0.25:
            zendesk.assign(ticket.id, 901)
        elif act < 0.35:
            zendesk.set_status(ticket.id, "hold")
        elif act < 0.45 and ticket.assignee_id is not None:
            zendesk.set_status(ticket.id, "solved")
        elif act < 0.6:
            zendesk.comment(ticket.id, "I look into it.", public=False)


def _round(made: Soak, *, doomed: bool) -> None:
    """A routine round; one that was killed is made again for its slot, or left, and its messages are delivered."""
    slot = f"{made.now:%Y-%m-%dT%H}"
    ended = made.act("run", "--slot", slot, doomed=doomed)
    while ended.code is None and made.chance.random() < 0.6:
        ended = made.act("run", "--slot", slot, doomed=made.chance.random() < 0.5)
    if made.chance.random() < 0.2:  # somebody makes it again, and finds other things
        _change(made)
        made.act("run", "--slot", slot, doomed=made.chance.random() < 0.3)
    if made.chance.random() < 0.4:
        made.now += timedelta(minutes=made.chance.choice((1, 5, 130)))
        made.act("deliver", doomed=made.chance.random() < 0.3)


def _come_to_rest(made: Soak) -> None:
    """No more faults, no more changes: whatever is owed is delivered."""
    for service in (made.agency.zendesk, made.agency.harvest, made.teamwork):
        service.clear_faults()
    for _ in range(12):
        made.now += timedelta(hours=26)
        made.act("run", "--no-time")
        made.act("deliver")


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak, and tell what came of it; 1 where anything was lost, doubled or broken, or a request spared."""
    parser = argparse.ArgumentParser(prog="python -m tests.outside.soak", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="siterounds-soak-") as folder:
        begun = time.monotonic()
        made, reckoning = soak(told.rounds, told.kills, told.seed, Path(folder))
        seconds = time.monotonic() - begun
    sys.stdout.write(f"seed {told.seed}: {made.commands} commands, {made.killed} killed, {seconds:.0f} s\n")
    sys.stdout.write(f"{reckoning}\n")
    spared = set(ZENDESK + HARVEST + TEAMWORK) - reckoning.suffered.keys()
    sys.stdout.writelines(f"WRONG: no fault met {kind}\n" for kind in sorted(spared))
    return 1 if reckoning.wrong or spared else 0


if __name__ == "__main__":
    sys.exit(main())
