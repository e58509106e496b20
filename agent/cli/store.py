"""The commands about the store's own health: store check, store restore."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.cli.console import context_of, stderr, stdout
from agent.clock import now
from agent.domain.errors import EXIT_FAILED, EXIT_NO_STORE, CommandError
from inventory.errors import InventoryError

if TYPE_CHECKING:
    from agent.app import AppContext

store_commands = typer.Typer(no_args_is_help=True, help="The store: whether it is sound, and the way back if not.")


@store_commands.command()
def check(ctx: typer.Context) -> None:
    """Read the whole store and tell what is wrong with it. Exits 0 where it is sound, else 1."""
    from agent.store.backups import damaged, faults  # here, as below, because SQLAlchemy takes long to load

    path = _path(context_of(ctx))
    if not path.exists():
        raise CommandError(f"there is no store in {path.parent} yet", EXIT_NO_STORE)
    found = faults(path)
    if not found:
        stdout.print(f"{path} is sound", soft_wrap=True)
        return
    for one in found:
        stdout.print(one, soft_wrap=True)
    stderr.print(str(damaged(path, found[0])), style="red", soft_wrap=True)
    raise typer.Exit(EXIT_FAILED)


@store_commands.command()
def restore(
    ctx: typer.Context,
    copy: Annotated[Path | None, typer.Argument(help="A copy; without it, the newest nightly one.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Also where the present store is sound.")] = False,
) -> None:
    """Put a nightly copy in the place of the store, which is kept aside under a new name.

    What came after the copy was made is in the kept one alone. Refused while the service runs.
    """
    from agent.store.backups import faults
    from agent.store.restore import restore as put_back

    context = context_of(ctx)
    path = _path(context)
    chosen = copy or _newest(context)
    if not yes and path.exists() and not faults(path):
        raise CommandError(f"{path} is sound; to put {chosen} in its place all the same, say --yes")
    aside = put_back(path.parent, chosen, now())
    stderr.print(f"{chosen} is in place of {path}" + (f"; the old one is {aside}" if aside else ""), soft_wrap=True)


def _path(context: "AppContext") -> Path:
    return context.config.state / "siterounds.sqlite"


def _newest(context: "AppContext") -> Path:
    """The newest copy, where the inventory has them put or, where it cannot be read, in the usual folder."""
    from agent.service.jobs import backup_folder
    from agent.store.backups import backups
    from inventory.service import Service

    try:
        service = context.inventory(context.registry()).service
    except InventoryError:
        service = Service()
    folder = backup_folder(context.config.state, service)
    copies = backups(folder)
    if not copies:
        raise CommandError(f"there is no nightly copy in {folder}: name one", EXIT_NO_STORE)
    return copies[-1]
