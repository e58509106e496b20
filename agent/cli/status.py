"""The commands that show the present status: status with the dashboard's page, and contracts."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.console import context_of, print_json, stderr, stdout
from agent.cli.options import ClientOption, Format, FormatOption, selection
from agent.clock import now
from agent.domain.errors import EXIT_FAILED, CommandError
from agent.files import write_whole
from checks import State, contract
from inventory.model import Client, Inventory
from inventory.settings import resolve_for_client

INDEX, STILL = "index.html", "still.html"


def status(
    ctx: typer.Context,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="DIR", help="Write the page for a wall screen into this folder.")
    ] = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """Show how all clients and sites are, the worst first, and whether siterounds itself is well."""
    # Here, because not every command waits for what takes long to load.
    from agent.self_check.rules import health_problems
    from agent.self_check.status import agent_status
    from agent.service.dashboard import build_dashboard
    from reports.dashboard import dashboard_html, dashboard_view, shade

    context = context_of(ctx)
    registry = context.registry()
    inventory = context.inventory(registry)
    with context.recorded_store() as store:
        known = agent_status(store, inventory, None, now())
        shown = build_dashboard(store, inventory, registry.titles(), known)
    if html is not None:
        _write(html, {INDEX: dashboard_html(shown, other=STILL), STILL: dashboard_html(shown, renew=None, other=INDEX)})
        return
    if output is Format.TABLE:
        stdout.print(dashboard_view(shown))
        return
    owners = [
        {"title": owner.title, "places": [{**_plain(tile), "shown": shade(tile, shown)} for tile in owner.tiles]}
        for owner in shown.owners
    ]
    found = [
        {"about": one.about, "says": one.message, "grave": one.critical} for one in health_problems(known, inventory)
    ]
    print_json(json.dumps({"at": shown.at.isoformat(), "owners": owners, "reasons": found}, indent=2))


def _plain(tile: Any) -> Mapping[str, Any]:
    """Return a target as JSON."""
    return {
        "name": tile.name,
        "server": tile.server,
        "state": str(tile.state),
        "looked_at": tile.looked_at.isoformat() if tile.looked_at else None,
        "known": tile.known,
        "troubles": [
            {"check": one.check, "state": str(one.state), "count": one.count, "tickets": list(one.tickets)}
            for one in tile.troubles
        ],
    }


def _write(folder: Path, pages: Mapping[str, str]) -> None:
    """Write the pages into a folder, created where missing, each atomically."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder} cannot be made: {error.strerror}", EXIT_FAILED) from error
    for name, page in pages.items():
        write_whole(folder / name, page)
    stderr.print(f"The page lies in {folder / INDEX}", soft_wrap=True)


Refresh = Annotated[
    bool, typer.Option("--refresh", help="Ask Teamwork and Harvest anew, however fresh the copies are.")
]


def contracts(
    ctx: typer.Context,
    client: ClientOption = None,
    output: FormatOption = Format.TABLE,
    refresh: Refresh = False,
) -> None:
    """For each client: what is in scope, the hours agreed, used and left, and the forecast to the month's end."""
    # Here, because not every command waits for what takes long to load.
    from agent.contracts import COPY_AGE, MAX_AGE, contract_statuses, facts_of
    from reports.terminal.contracts import ListedContract, contracts_json, contracts_view

    context = context_of(ctx)
    registry = context.registry()
    inventory = context.inventory(registry)
    meant = selection(inventory, registry, client)
    chosen = {name: one for name, one in inventory.clients.items() if not meant.clients or name in meant.clients}
    at, ages = now(), (timedelta(0), timedelta(0)) if refresh else (MAX_AGE, COPY_AGE)
    with context.store() as store:
        known = contract_statuses(
            replace(inventory, clients=chosen),
            store,
            at,
            max_age=ages[0],
            copy_age=ages[1],
            scope_words=registry.scope_words(),
        )
    listed = [ListedContract(one, _state(facts_of(one), chosen[name], inventory)) for name, one in known.items()]
    if output is Format.JSON:
        print_json(contracts_json(listed))
    else:
        stdout.print(contracts_view(listed, at))


def _state(facts: contract.Hours, client: Client, inventory: Inventory) -> State | None:
    """Return the state of a client's hours. None: nothing was agreed, or the check is disabled."""
    settings = resolve_for_client(contract.check.settings, inventory, client, contract.check.name)
    if settings is None:
        return None
    findings = contract.evaluate(facts, settings, {}, now()).findings
    return max((one.state for one in findings), key=lambda state: state.severity, default=None)
