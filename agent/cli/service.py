"""The commands for systemd: service install, uninstall, status."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from agent.app import AppContext
from agent.cli.console import context_of, print_json, stderr, stdout
from agent.cli.options import Format, FormatOption
from agent.config import INVENTORY_PLACES
from agent.domain.errors import EXIT_FAILED, CommandError
from agent.service import installation
from agent.service.installation import File, InstallPaths, InstallStatus
from agent.service.unit import GROUP, NAME, UnitError, UnitOptions, out_of_sight, wanted_credentials, writable_folders
from inventory.errors import InventoryError
from inventory.model import Inventory

service_commands = typer.Typer(no_args_is_help=True, help="The service: siterounds run by systemd, all the time.")

CredentialsOption = Annotated[
    Path,
    typer.Option("--credentials", help="The folder of secrets: NAME, or NAME.cred as systemd-creds encrypts it."),
]
CREDENTIALS = InstallPaths().credentials


@service_commands.command()
def install(
    ctx: typer.Context,
    credentials: CredentialsOption = CREDENTIALS,
    start: Annotated[bool, typer.Option("--start/--no-start", help="Start it now, or restart it.")] = True,
    show: Annotated[bool, typer.Option("--print", help="Print what would be written, and change nothing.")] = False,
) -> None:
    """Have systemd run siterounds from now on. To be said again when the inventory names further secrets."""
    context, places = context_of(ctx), InstallPaths(credentials=credentials)
    inventory = context.inventory(context.registry())
    files, missing = _needed(context, inventory, places)
    group = inventory.service.group or GROUP
    if show:
        for file in files:
            stdout.print(f"# {file.path}\n{file.text}", soft_wrap=True)
        return
    if missing:
        said = "\n".join(f"  {installation.how_to_keep(name, places)}" for name in missing)
        raise CommandError(f"The inventory names secrets that are not in {credentials}. Keep them there:\n{said}")
    _may()
    with _plainly():
        installation.install(files, writable_folders(inventory), places, group, start)
    stderr.print("The service is installed" + (" and runs." if start else f"; systemctl start {NAME} starts it."))
    for remark in out_of_sight(inventory):
        stderr.print(remark, style="yellow", soft_wrap=True)
    stderr.print(f"Whoever is in the group {group} may control it: adduser NAME {group}", soft_wrap=True)


@service_commands.command()
def uninstall(
    ctx: typer.Context,
    purge: Annotated[bool, typer.Option("--purge", help="Also forget all rounds, incidents and reports.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether all may be forgotten.")] = False,
) -> None:
    """Stop the service and take it away. What it remembers stays, unless you say --purge."""
    context_of(ctx)
    _may()
    if purge and not yes and not typer.confirm("Forget all rounds, incidents and reports of the service?", err=True):
        raise CommandError("Nothing was taken away.")
    places = InstallPaths()
    with _plainly():
        installation.uninstall(places, purge)
    if (places.packaged / NAME).exists():
        stderr.print("The service is stopped and switched off. Its unit is the package's: apt remove siterounds")
    else:
        stderr.print("The service is taken away." + ("" if purge else " What it remembers is in /var/lib/siterounds."))


@service_commands.command()
def status(
    ctx: typer.Context, credentials: CredentialsOption = CREDENTIALS, output: FormatOption = Format.TABLE
) -> None:
    """Tell whether the service is installed as it should be and runs. Exits 0 where all is well, else 1."""
    context, places = context_of(ctx), InstallPaths(credentials=credentials)
    troubles: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    missing: tuple[str, ...] = ()
    try:
        files, missing = _needed(context, context.inventory(context.registry()), places)
    except (InventoryError, CommandError) as error:
        troubles = (str(error),)
    with _plainly():
        health = installation.install_status(files, missing, places)
    _show(health, troubles, output)
    raise typer.Exit(EXIT_FAILED if troubles or health.troubles else 0)


def _show(health: InstallStatus, troubles: tuple[str, ...], output: Format) -> None:
    found = health.properties
    shown = {
        "service": f"{found.get('ActiveState')} ({found.get('SubState')})",
        "since": found.get("ActiveEnterTimestamp") or None,
        "says": found.get("StatusText") or None,
        "restarts": found.get("NRestarts"),
        "started with the machine": found.get("UnitFileState") or None,
        "exposure": None if health.exposure is None else f"{health.exposure} of 10",
    }
    said = [*troubles, *health.troubles]
    if output is Format.JSON:
        print_json(json.dumps({**shown, "troubles": said}, indent=2))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in shown.items():
        if value is not None:
            table.add_row(name, value)
    stdout.print(table)
    for one in said:
        stderr.print(one, style="red", soft_wrap=True)


def _needed(
    context: AppContext, inventory: Inventory, places: InstallPaths
) -> tuple[tuple[File, ...], tuple[str, ...]]:
    """Return the files that the inventory needs, and the names of the missing secrets."""
    path = context.config.inventory.absolute()
    usual = str(path) in INVENTORY_PLACES
    kept, missing = installation.found_credentials(wanted_credentials(inventory), places.credentials)
    with _plainly():
        means = UnitOptions(installation.program(), None if usual else path, inventory.service.group or GROUP)
        return installation.needed_files(means, kept, writable_folders(inventory), places), missing


def _may() -> None:
    """Raise an error with a sentence where this cannot be done at all."""
    if not installation.runs_the_machine():
        raise CommandError("This machine was not started by systemd: run `siterounds serve` by what starts it.")
    if os.geteuid() != 0:
        raise CommandError("Only root may change the services of this machine: sudo siterounds service …")


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except (UnitError, installation.SystemdError) as error:
        raise CommandError(str(error)) from error
