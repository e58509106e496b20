"""Options that several commands share."""

from enum import StrEnum
from typing import Annotated

import typer

from agent.collect.plan import Selection
from agent.domain.errors import EXIT_USAGE, CommandError
from checks.registry import Registry
from inventory.errors import suggest
from inventory.model import Client, Host, Inventory, Site


class Format(StrEnum):
    """The output format of data."""

    TABLE = "table"
    JSON = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="A table for people, or JSON for programs.")]
ClientOption = Annotated[list[str] | None, typer.Option("--client", help="Only this client's. May be repeated.")]
HostOption = Annotated[list[str] | None, typer.Option("--host", help="Only this host. May be repeated.")]
SiteOption = Annotated[list[str] | None, typer.Option("--site", help="Only this site. May be repeated.")]
TagOption = Annotated[list[str] | None, typer.Option("--tag", help="Only what has this tag. May be repeated.")]
CheckOption = Annotated[list[str] | None, typer.Option("--check", help="Only this check. May be repeated.")]


def selection(
    inventory: Inventory,
    registry: Registry,
    clients: list[str] | None = None,
    hosts: list[str] | None = None,
    sites: list[str] | None = None,
    tags: list[str] | None = None,
    checks: list[str] | None = None,
) -> Selection:
    """Return the selection. A name that does not exist is an error that lists the names there are."""
    tagged: list[Client | Host | Site] = [*inventory.clients.values(), *inventory.hosts.values()]
    tagged += inventory.sites.values()
    known = {
        "client": set(inventory.clients),
        "host": set(inventory.hosts),
        "site": set(inventory.sites),
        "tag": {tag for one in tagged for tag in one.tags},
        "check": set(registry.checks),
    }
    named = dict(zip(known, (clients, hosts, sites, tags, checks), strict=True))
    for option, names in named.items():
        for name in names or ():
            if name not in known[option]:
                raise CommandError(
                    f"--{option} {name}: there is none of that name; {suggest(name, known[option])}", EXIT_USAGE
                )
    return Selection(*(frozenset(names or ()) for names in named.values()))
