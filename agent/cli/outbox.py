"""The commands about deliveries to the services: deliver, outbox, services."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.console import context_of, print_json, stderr, stdout
from agent.cli.options import Format, FormatOption
from agent.clock import now
from agent.domain.errors import EXIT_FAILED, EXIT_USAGE, CommandError
from inventory.model import Inventory

if TYPE_CHECKING:
    from agent.integrations.protocol import ClientContext
    from agent.outbox.worker import DeliverySummary
    from agent.store.store import Store

outbox_commands = typer.Typer(
    invoke_without_command=True, help="What is still to be told to Zendesk and Harvest, and what is stuck."
)

Number = Annotated[int, typer.Argument(help="The number that `siterounds outbox` shows.")]


def deliver(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and send nothing.")] = False,
    output: FormatOption = Format.TABLE,
) -> None:
    """Send what is due to Zendesk and Harvest: tickets, comments, time entries. `run` does it at its end, too.

    Exits 0 where everything due was delivered, else 1; nothing is lost, and the next delivery goes on.
    """
    context = context_of(ctx)
    inventory = context.inventory(context.registry())
    with context.store() as store:
        if dry_run:
            _show_due(store, inventory, output)
            return
        tally = deliver_all(store, inventory)
    say(tally)
    raise typer.Exit(EXIT_FAILED if tally.troubles or tally.failed or tally.parked else 0)


def deliver_all(store: "Store", inventory: Inventory) -> "DeliverySummary":
    """Deliver due messages. Raises BusyError if another process delivers."""
    from agent.integrations.registry import integration_factories  # here, as below, because it takes long to load
    from agent.outbox.worker import deliver as deliver_due

    return deliver_due(store, integration_factories(inventory.services, _client_context(store)))


def _client_context(store: "Store") -> "ClientContext":
    from agent.integrations.protocol import ClientContext
    from agent.store.cache import record_response

    return ClientContext(store.cache, on_response=partial(record_response, store.cache))


def say(tally: "DeliverySummary") -> None:
    """Print the result of a delivery, and how to fix what failed; nothing if nothing was due."""
    words = {
        "delivered": tally.delivered, "to be tried again": tally.failed, "put off": tally.postponed,
        "declined (`siterounds outbox` tells why)": tally.parked,
    }  # fmt: skip
    said = [f"{count} {what}" for what, count in words.items() if count]
    if said:
        stderr.print(f"Outbox: {', '.join(said)}.", soft_wrap=True)
    for name, (reason, remedy) in tally.troubles.items():
        stderr.print(f"{name}: {reason}" + (f"\n  → {remedy}" if remedy else ""), style="red", soft_wrap=True)


def _show_due(store: "Store", inventory: Inventory, output: Format) -> None:
    from agent.outbox_admin import build_previews
    from reports.terminal.outbox import previews_json, previews_view

    found = build_previews(store, inventory.services)
    if output is Format.JSON:
        print_json(previews_json(found))
    else:
        stdout.print(previews_view(found))


def services(ctx: typer.Context, output: FormatOption = Format.TABLE) -> None:
    """Ask Zendesk, Harvest, Teamwork and the mail server whether they let us in and know the clients as they are named.

    Exits 0 where all is well, else 1. Nothing is changed there.
    """
    from agent.integrations.registry import check_connections
    from reports.terminal.outbox import services_json, services_view

    context = context_of(ctx)
    inventory = context.inventory(context.registry())
    with context.store() as store:
        greeted = check_connections(inventory, _client_context(store))
    if output is Format.JSON:
        print_json(services_json(greeted))
    else:
        stdout.print(services_view(greeted))
    raise typer.Exit(0 if all(one.well for one in greeted) else EXIT_FAILED)


@outbox_commands.callback()
def outbox(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also what was delivered or dropped.")] = False,
    output: FormatOption = Format.TABLE,
) -> None:
    """List what waits to be told to Zendesk and Harvest, and what is stuck, with what to do about it."""
    if ctx.invoked_subcommand is not None:
        return
    from agent.domain.messages import Stage
    from agent.outbox_admin import list_messages
    from reports.terminal.outbox import outbox_json, outbox_view

    with context_of(ctx).recorded_store() as store:
        messages = list_messages(store, tuple(Stage) if everything else (Stage.WAITING, Stage.PARKED))
    if output is Format.JSON:
        print_json(outbox_json(messages))
    else:
        stdout.print(outbox_view(messages, now()))


@outbox_commands.command()
def retry(
    ctx: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers that `siterounds outbox` shows.")] = None,
    parked: Annotated[bool, typer.Option("--all", help="All that are stuck.")] = False,
) -> None:
    """Have messages tried again by the next delivery, once what was wrong is fixed."""
    from agent.domain.messages import Stage
    from agent.outbox_admin import retry as try_again

    if bool(numbers) == parked:
        raise CommandError("say which: their numbers, or --all", EXIT_USAGE)
    context = context_of(ctx)
    inventory = context.inventory(context.registry())
    with context.recorded_store() as store:
        chosen = [one.id for one in store.outbox.messages((Stage.PARKED,))] if parked else list(numbers or ())
        unknown = try_again(store, inventory, chosen, now())
    if len(unknown) < len(chosen):
        stderr.print(f"{len(chosen) - len(unknown)} will be tried by the next `siterounds deliver`.")
    if unknown:
        named = ", ".join(f"#{number}" for number in unknown)
        raise CommandError(f"no message that waits or is stuck has the number {named}", EXIT_USAGE)


@outbox_commands.command()
def drop(
    ctx: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="Why it is not to be sent; it is kept.")],
) -> None:
    """Have a message not sent at all, because you did by hand what it would have done."""
    with context_of(ctx).recorded_store() as store:
        if not store.outbox.dropped(number, f"dropped by a person: {reason}", now()):
            raise CommandError(f"there is no message #{number} that waits or is stuck", EXIT_USAGE)
    stderr.print(f"#{number} will not be sent.")
