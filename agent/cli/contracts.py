"""The command that shows what was agreed with each client, and how much of it is used."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from agent.cli.context import context_of, out, print_json
from agent.cli.options import ClientOption, Format, FormatOption, selection
from agent.clock import now
from checks import State, contract
from inventory.model import Client, Inventory
from inventory.settings import resolve_for_client

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
    from agent.contracts import COPY_AGE, MAX_AGE, facts_of, standings
    from reports.contracts import Listed, contracts_json, contracts_view

    context = context_of(ctx)
    registry = context.registry()
    inventory = context.inventory(registry)
    meant = selection(inventory, registry, client)
    chosen = {name: one for name, one in inventory.clients.items() if not meant.clients or name in meant.clients}
    at, ages = now(), (timedelta(0), timedelta(0)) if refresh else (MAX_AGE, COPY_AGE)
    with context.store() as store:
        known = standings(replace(inventory, clients=chosen), store, at, max_age=ages[0], copy_age=ages[1])
    listed = [Listed(one, _state(facts_of(one), chosen[name], inventory)) for name, one in known.items()]
    if output is Format.JSON:
        print_json(contracts_json(listed))
    else:
        out.print(contracts_view(listed, at))


def _state(facts: contract.Hours, client: Client, inventory: Inventory) -> State | None:
    """The state of a client's hours; None where nothing was agreed, or the check is switched off."""
    settings = resolve_for_client(contract.check.settings, inventory, client, contract.check.name)
    if settings is None:
        return None
    findings = contract.evaluate(facts, settings, {}, now()).findings
    return max((one.state for one in findings), key=lambda state: state.severity, default=None)
