"""The command line: what a person types, and what they see when something is wrong."""

import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import click
import typer

from agent.cli import listing, looking, setting_up, showing
from agent.cli.context import Context, talk
from agent.cli.failing import EXIT_BAD_INVENTORY, EXIT_BUSY, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_NO_STORE, CommandError
from agent.config import Config, inventory_path, state_folder
from agent.files import FileError
from agent.store.opening import BusyError, StoreError
from checks import State
from inventory.mistakes import InventoryError

app = typer.Typer(
    name="siterounds",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Goes the rounds of Magento, WordPress and ExpressionEngine sites, and tells what needs somebody.",
)
for command in (
    setting_up.init,
    looking.doctor,
    looking.check,
    looking.run,
    showing.report,
    showing.incidents,
    showing.why,
    listing.checks,
    listing.schema,
):
    app.command()(command)
app.add_typer(setting_up.inventory_commands, name="inventory")
app.add_typer(setting_up.host_commands, name="hosts")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"siterounds {version('siterounds')}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    inventory: Annotated[
        Path | None,
        typer.Option(
            "--inventory", "-i", envvar="SITEROUNDS_INVENTORY", help="The inventory: a file, or a folder of files."
        ),
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", envvar="SITEROUNDS_STATE", help="The folder of what is remembered.")
    ] = None,
    nameserver: Annotated[
        list[str] | None,
        typer.Option("--nameserver", envvar="SITEROUNDS_NAMESERVERS", help="ADDRESS or ADDRESS:PORT. May be repeated."),
    ] = None,
    parallel: Annotated[
        int, typer.Option("--parallel", envvar="SITEROUNDS_PARALLEL", min=1, max=256, help="Hosts visited at once.")
    ] = 16,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell what is done, on standard error.")] = False,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Hold what every command needs."""
    logging.basicConfig(
        level=logging.INFO if verbose else logging.ERROR,
        format="%(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    config = Config(inventory_path(inventory), state_folder(state), tuple(nameserver or ()), parallel)
    ctx.obj = Context(config)


def main() -> None:
    """Run the command line and exit."""
    sys.exit(outcome(sys.argv[1:]))


def outcome(arguments: list[str]) -> int:
    """Run one command; gives its exit code. What went wrong is a sentence on standard error."""
    unknown = "check" in arguments[:12] and State.UNKNOWN.exit_code
    try:
        code = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return unknown or error.exit_code
    except (click.Abort, KeyboardInterrupt):
        talk.print("Stopped. Nothing of this round was recorded." if "run" in arguments else "Stopped.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads any more; Python flushes at exit
        return EXIT_FAILED
    except (CommandError, InventoryError, StoreError, FileError, OSError) as error:
        return unknown or _said(error)
    return code if isinstance(code, int) else 0


def _said(error: Exception) -> int:
    talk.print(str(error), style="red", soft_wrap=True)
    match error:
        case CommandError():
            return error.code
        case InventoryError():
            return EXIT_BAD_INVENTORY
        case BusyError():
            return EXIT_BUSY
        case StoreError():
            return EXIT_NO_STORE
    return EXIT_FAILED
