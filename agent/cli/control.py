"""The commands about the service as it runs: serve, schedule, control."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.app import AppContext
from agent.cli.console import context_of, print_json, stderr, stdout
from agent.cli.options import (
    CheckOption,
    ClientOption,
    Format,
    FormatOption,
    HostOption,
    SiteOption,
    TagOption,
)
from agent.clock import now
from agent.domain.errors import EXIT_FAILED, EXIT_USAGE, CommandError
from inventory.errors import InventoryError

if TYPE_CHECKING:
    from agent.service.control_socket import Reply

control_commands = typer.Typer(no_args_is_help=True, help="Ask the running service for something.")

_SLOT = "Which routine round this is; without it, its time is not booked."
SocketOption = Annotated[
    Path | None,
    typer.Option("--socket", envvar="SITEROUNDS_SOCKET", help="Where the service is asked; usually found by itself."),
]


def serve(ctx: typer.Context, socket: SocketOption = None) -> None:
    """Make the rounds when they are due, and all that follows from them, until it is ended. systemd starts this.

    SIGTERM ends it within ten seconds, and what was under way is made when it is back. SIGHUP reads the inventory anew.
    """
    from agent.service.main import ServingError, serve  # here, as below, because it takes long to load
    from agent.service.sd_notify import log_to_journal

    if not log_to_journal():
        logging.getLogger().setLevel(logging.WARNING)
        logging.getLogger("agent").setLevel(logging.INFO)
    try:
        code = serve(context_of(ctx), socket)
    except ServingError as error:
        raise CommandError(str(error)) from error
    except ValueError as error:
        raise CommandError(f"--nameserver: {error}", EXIT_USAGE) from error
    raise typer.Exit(code)


def schedule(
    ctx: typer.Context,
    output: FormatOption = Format.TABLE,
) -> None:
    """Show what comes next, and what was late, missed or failed."""
    from agent.domain.schedule import chores, rounds
    from agent.service.daemon import PAUSED
    from agent.service.scheduler import unusual_slots, upcoming_slots
    from reports.terminal.schedule import schedule_json, schedule_view

    context = context_of(ctx)
    inventory = context.inventory(context.registry())
    with context.store() as store:
        listed = upcoming_slots(store, {**rounds(inventory), **chores(inventory)}, now())
        odd = unusual_slots(store)
        kept = store.cache.get(PAUSED)
    paused = bool(kept and kept.data)
    if output is Format.JSON:
        print_json(schedule_json(listed, odd, paused))
    else:
        stdout.print(schedule_view(listed, odd, inventory.services.zone, paused))


@control_commands.command()
def run(
    ctx: typer.Context,
    client: ClientOption = None,
    host: HostOption = None,
    site: SiteOption = None,
    tag: TagOption = None,
    only: CheckOption = None,
    slot: Annotated[str | None, typer.Option("--slot", help=_SLOT, metavar="DAY[…]")] = None,
    socket: SocketOption = None,
) -> None:
    """Have a round made now, of everything or of what is named, beside all schedules."""
    parts = {"clients": client, "hosts": host, "sites": site, "tags": tag, "checks": only}
    _ask(ctx, socket, "run", **{name: names or [] for name, names in parts.items()}, slot=slot)


@control_commands.command()
def reload(ctx: typer.Context, socket: SocketOption = None) -> None:
    """Have the inventory read anew. One with mistakes is not taken: they are told, and the old one goes on."""
    _ask(ctx, socket, "reload")


@control_commands.command()
def pause(ctx: typer.Context, socket: SocketOption = None) -> None:
    """Have nothing begin any more until `resume`, even after a restart; what runs goes on to its end."""
    _ask(ctx, socket, "pause")


@control_commands.command()
def resume(ctx: typer.Context, socket: SocketOption = None) -> None:
    """Have rounds begin again; of what was due meanwhile, the newest is made now."""
    _ask(ctx, socket, "resume")


@control_commands.command()
def drain(ctx: typer.Context, socket: SocketOption = None) -> None:
    """Have the service end once what runs has ended, and what is due was delivered."""
    _ask(ctx, socket, "drain")


@control_commands.command()
def status(ctx: typer.Context, output: FormatOption = Format.TABLE, socket: SocketOption = None) -> None:
    """Show what the service does now. Exits 0 where it runs well, else 1."""
    reply = _asked(context_of(ctx), socket, "status")
    if output is Format.JSON:
        print_json(json.dumps({name: value for name, value in reply.items() if name not in ("ok", "says")}, indent=2))
    else:
        stdout.print(reply["says"], soft_wrap=True)
        for line in reply["mistakes"]:
            stdout.print(line, soft_wrap=True)
    raise typer.Exit(EXIT_FAILED if reply["mistakes"] or reply["overdue"] else 0)


def _ask(ctx: typer.Context, socket: Path | None, what: str, **more: Any) -> None:
    stderr.print(_asked(context_of(ctx), socket, what, **more)["says"], soft_wrap=True)


def _asked(context: AppContext, socket: Path | None, what: str, **more: Any) -> "Reply":
    from agent.service.control_socket import USUAL, ControlError, ask, socket_path

    state = context.config.state
    paths = [socket] if socket else [*_written(context), socket_path(None, state), USUAL, socket_path(None, state, {})]
    try:
        return ask(list(dict.fromkeys(paths)), what, **more)
    except ControlError as error:
        raise CommandError(str(error)) from error


def _written(context: AppContext) -> list[Path]:
    """Return the socket's path from the inventory if it is valid; it may be the one that the service is not to take."""
    try:
        path = context.inventory(context.registry()).service.socket
    except InventoryError:
        return []
    return [path] if path else []
