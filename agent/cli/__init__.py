"""The command line: its commands, the options before them, and its errors."""

import logging
import os
import sys
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from agent.app import AppContext
from agent.cli import control, incidents, outbox, run, service, setup, status, store
from agent.cli.console import stderr, warn
from agent.config import Config, inventory_path, state_folder
from agent.domain.errors import (
    EXIT_BAD_INVENTORY,
    EXIT_BUSY,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_NO_STORE,
    EXIT_USAGE,
    BusyError,
    CommandError,
    StoreError,
)
from agent.files import FileError
from checks import State
from inventory.errors import InventoryError

app = typer.Typer(
    name="siterounds",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Goes the rounds of Magento, WordPress and ExpressionEngine sites, and tells what needs somebody.",
)
for command in (
    setup.init,
    run.doctor,
    run.check,
    run.run,
    control.serve,
    control.schedule,
    status.status,
    outbox.deliver,
    outbox.services,
    incidents.why,
    status.contracts,
    setup.checks,
    setup.schema,
):
    app.command()(command)
app.add_typer(setup.inventory_commands, name="inventory")
app.add_typer(setup.host_commands, name="hosts")
app.add_typer(incidents.report_commands, name="report")
app.add_typer(incidents.incident_commands, name="incidents")
app.add_typer(outbox.outbox_commands, name="outbox")
app.add_typer(control.control_commands, name="control")
app.add_typer(service.service_commands, name="service")
app.add_typer(store.store_commands, name="store")


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
        typer.Option(
            "--nameserver",
            envvar="SITEROUNDS_NAMESERVERS",
            metavar="ADDRESS[:PORT]",
            help="Whom to ask. May be repeated.",
        ),
    ] = None,
    parallel: Annotated[
        int, typer.Option("--parallel", envvar="SITEROUNDS_PARALLEL", min=1, max=256, help="Hosts visited at once.")
    ] = 16,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell what is done, on standard error.")] = False,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Store the context that every command needs."""
    _have_a_home()
    level = logging.INFO if verbose else logging.CRITICAL
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    config = Config(inventory_path(inventory), state_folder(state), tuple(nameserver or ()), parallel)
    ctx.obj = AppContext(config, warn)


def _have_a_home() -> None:
    """An account that has no home has an empty one, as Debian's `nobody` has."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = "/nonexistent"


def main() -> None:
    """Run the command line and exit."""
    _mind_the_output()
    sys.exit(outcome(sys.argv[1:]))


def _mind_the_output() -> None:
    """Have somewhere to write to where a stream is closed, and escapes for what its encoding lacks."""
    nowhere = Path(os.devnull)
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def outcome(arguments: list[str]) -> int:
    """Run one command. Returns its exit code; errors are a sentence on standard error."""
    try:
        code = app(arguments or ["--help"], standalone_mode=False) or 0
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return EXIT_FAILED
    except OSError as error:
        _forget_output()
        return _said(f"{error.filename or 'standard output'}: {error.strerror}", arguments, EXIT_FAILED)
    except typer.TyperException as error:
        said = error.format_message()
        if said.startswith("Usage:"):  # a group without one of its commands: that is its help
            stderr.print(said, soft_wrap=True)
            return EXIT_USAGE
        hint = "`siterounds --help` and `siterounds COMMAND --help` tell what can be said."
        return _said(f"{said}\n{hint}", arguments, EXIT_USAGE)
    except typer.Abort:
        code = EXIT_INTERRUPTED
    except (CommandError, InventoryError, StoreError, FileError) as error:
        return _said(str(error), arguments, _code(error))
    if code == EXIT_INTERRUPTED:
        stderr.print("Stopped.")
    return int(code)


def _forget_output() -> None:
    """Nobody can read standard output any more; Python would complain when it flushes it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _said(sentence: str, arguments: list[str], code: int) -> int:
    """Print an error. For Nagios, a `check` that could not start is UNKNOWN."""
    stderr.print(sentence, style="red", soft_wrap=True)
    return State.UNKNOWN.exit_code if _command(arguments) == "check" else code


def _command(arguments: list[str]) -> str:
    """Return the command among the arguments, none of which before it may be taken for it; "" means there is none."""
    valued = {
        name for option in get_command(app).params if not getattr(option, "is_flag", False) for name in option.opts
    }
    rest = iter(arguments)
    for one in rest:
        if one in valued:
            next(rest, "")
        elif not one.startswith("-"):
            return one
    return ""


def _code(error: Exception) -> int:
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
