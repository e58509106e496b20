"""An agency with sites on this very machine, whose problems are written by hand, and stand-ins for its services."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from agent.cli import outcome
from tests.agent.cli.command import Done, environment
from tests.standins import Harvest, Teamwork, Zendesk

PLUGIN = Path(__file__).parent / "rehearsal"
SECRETS = {"ZENDESK_SECRET": "zendesk-client-secret", "HARVEST_TOKEN": "harvest-token", "TEAMWORK_KEY": "teamwork-key"}
SITES = {"books": "harbour", "shop": "harbour", "club": "regatta"}
"""The sites and whose they are."""
PROJECTS = {"harbour": 111, "regatta": 112}
ORGANIZATIONS = {"harbour": 456, "regatta": 457}
REQUESTERS = {"harbour": 20, "regatta": 21}
MANAGER = 55

_CLIENT = """  {name}:
    title: {title}
    contract: {contract}
    zendesk: {{organization: {organization}, requester: {requester}}}
    harvest: {{project: {project}}}
{more}"""
CONTRACTS = {
    "harbour": "{kind: standard, hours_a_month: 4, time: {rule: minimum, hours: 0.25}}",
    "regatta": "{kind: extended, hours_a_month: 10, time: {rule: per_site, hours: 0.1}}",
}
TITLES = {"harbour": "Harbour Books", "regatta": "Regatta Club"}


@dataclass(slots=True)
class Agency:
    """Its folder, its services, and the parts of its inventory that a test may change."""

    folder: Path
    zendesk: Zendesk
    harvest: Harvest
    sites: Mapping[str, str] = field(default_factory=lambda: dict(SITES))
    contracts: dict[str, str] = field(default_factory=lambda: dict(CONTRACTS))
    desk: str = ""  # more of services.zendesk, such as "new_tickets_a_round: 2"
    maintenance: str = ""
    settings: str = ""
    teamwork: Teamwork | None = None
    mail: str = ""  # services.mail, such as "{host: 127.0.0.1, …}"
    about: dict[str, str] = field(default_factory=dict)  # more lines of a client, by its name
    top: str = ""  # more sections

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.folder / "state"

    def write(self) -> None:
        """Write the inventory."""
        off = "".join(f"  {name}: {{enabled: false}}\n" for name in _OTHERS)
        clients = "".join(
            _CLIENT.format(
                name=name, title=TITLES.get(name, name), contract=self.contracts[name],
                organization=ORGANIZATIONS[name], requester=REQUESTERS[name], project=PROJECTS[name],
                more=(f"    teamwork: {{project: {PROJECTS[name]}}}\n" if self.teamwork else "")
                + self.about.get(name, ""),
            )
            for name in dict.fromkeys(self.sites.values())
        )  # fmt: skip
        sites = "".join(
            f"  {name}: {{client: {client}, host: here, url: https://{name}.example, root: {self.folder}/{name}}}\n"
            for name, client in self.sites.items()
        )
        (self.folder / "inventory.yaml").write_text(
            f"settings:\n{off}{self.settings}services:\n  environment: rehearsal\n"
            f"  zendesk: {{url: {self.zendesk.url}, client_id: siterounds, client_secret: env:ZENDESK_SECRET, "
            f"account_manager: {MANAGER}{', ' + self.desk if self.desk else ''}}}\n"
            f"  harvest: {{url: {self.harvest.url}, account: 1234, token: env:HARVEST_TOKEN, "
            f"contact: l2@agency.example, task: 222}}\n"
            + (f"  teamwork: {{url: {self.teamwork.url}, token: env:TEAMWORK_KEY}}\n" if self.teamwork else "")
            + (f"  mail: {self.mail}\n" if self.mail else "")
            + self.top
            + f"clients:\n{clients}hosts:\n  here: {{transport: local}}\nsites:\n{sites}"
            + (f"maintenance:\n{self.maintenance}" if self.maintenance else "")
        )

    def problems(self, site: str, *lines: str) -> None:
        """What is wrong with a site from now on: "item state summary", with the summary's words after it."""
        folder = self.folder / site
        folder.mkdir(exist_ok=True)
        rows = ("\t".join(line.split(" ", 2)) for line in lines)
        (folder / "problems").write_text("".join(f"{row}\n" for row in rows))

    def siterounds(self, *arguments: str, at: str | None = None) -> Done:
        """Run a command in this process, as a person would; nothing that it says may be a traceback."""
        told = ["--inventory", str(self.folder / "inventory.yaml"), "--state", str(self.state), *arguments]
        out, err = StringIO(), StringIO()
        variables = environment(self.folder) | SECRETS
        with patch.dict(os.environ, variables, clear=True), redirect_stdout(out), redirect_stderr(err):
            code = outcome(told)
        assert "Traceback" not in err.getvalue() + out.getvalue(), err.getvalue()
        return Done(code, out.getvalue(), err.getvalue())

    def json(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        return json.loads(self.siterounds(*arguments, "--format", "json").out)


_OTHERS = ("disk", "firewall", "logs", "versions", "users", "dnsbl")


@contextmanager
def agency(folder: Path) -> Iterator[Agency]:
    """An agency in which all is well, whose first round has yet to be made."""
    with Zendesk(requests_a_minute=2500) as zendesk, Harvest(requests_in_15_seconds=2500) as harvest:
        for client, number in ORGANIZATIONS.items():
            zendesk.add_organization(number, TITLES[client])
            zendesk.add_user(REQUESTERS[client], organizations=[number])
            harvest.add_project(PROJECTS[client], "Care", TITLES[client], tasks={222: "Routine rounds"})
        zendesk.add_user(MANAGER, "Mo Manager", role="agent")
        made = Agency(folder, zendesk, harvest)
        for site in made.sites:
            made.problems(site)
        made.write()
        with _plugged_in(folder):
            yield made


@contextmanager
def _plugged_in(folder: Path) -> Iterator[None]:
    """Let the rehearsal's check be found, as if it were installed."""
    information = folder / "plugin" / "rehearsal-1.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: rehearsal\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[siterounds.checks]\nrehearsal = rehearsal_check:check\n")
    with patch.object(sys, "path", [str(PLUGIN), str(information.parent), *sys.path]):
        yield
