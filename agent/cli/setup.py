"""The commands that set siterounds up: init, inventory check, inventory schema, hosts trust."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from agent.cli.console import context_of, on_terminal, print_json, stderr, stdout
from agent.cli.options import Format, FormatOption
from agent.collect.ssh import HostConnectionError, HostKeys, Limits, ServerKey, fetch_key
from agent.domain.errors import EXIT_USAGE, CommandError
from agent.files import write_new
from checks.registry import PLATFORM_GROUP, Broken
from inventory.errors import suggest
from inventory.load import example
from inventory.schema import schema as json_schema
from reports.model import schema as round_schema
from reports.terminal.lists import ListedCheck, checklist_json, checklist_table

inventory_commands = typer.Typer(no_args_is_help=True, help="The inventory: who is looked after.")
host_commands = typer.Typer(no_args_is_help=True, help="The hosts of the inventory.")


def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("inventory.yaml"),
) -> None:
    """Write a commented inventory to begin with. An existing file is left alone."""
    write_new(path, example())
    stderr.print(f"{path} is written. Put your first host and site in it, then:", soft_wrap=True)
    stderr.print("  siterounds inventory check\n  siterounds hosts trust HOST\n  siterounds doctor\n  siterounds run")


@inventory_commands.command("check")
def inventory_check(ctx: typer.Context, output: FormatOption = Format.TABLE) -> None:
    """Read the inventory and tell every mistake at once, each with its file, line and key."""
    context = context_of(ctx)
    inventory = context.inventory(context.registry())
    counts = {"clients": len(inventory.clients), "hosts": len(inventory.hosts), "sites": len(inventory.sites)}
    if output is Format.JSON:
        print_json(json.dumps(counts))
    else:
        said = ", ".join(f"{count} {what[:-1] if count == 1 else what}" for what, count in counts.items())
        stdout.print(f"{context.config.inventory} is in order: {said}", soft_wrap=True)


@inventory_commands.command("schema")
def inventory_schema(ctx: typer.Context) -> None:
    """Print the JSON Schema of the inventory, for editors."""
    registry = context_of(ctx).registry()
    made = json_schema(registry.settings(), registry.platforms, registry.host_checks(), registry.client_checks())
    print_json(json.dumps(made, indent=2))


@host_commands.command("trust")
def hosts_trust(
    ctx: typer.Context,
    host: Annotated[str, typer.Argument(help="A host of the inventory.")],
    yes: Annotated[bool, typer.Option("--yes", help="Pin the key without asking: you compared it elsewhere.")] = False,
    output: FormatOption = Format.TABLE,
) -> None:
    """Fetch a host's key, show it, and pin it once you have compared it."""
    context = context_of(ctx)
    inventory = context.inventory(context.registry())
    if host not in inventory.hosts:
        raise CommandError(f"{host}: there is no host of that name; {suggest(host, inventory.hosts)}", EXIT_USAGE)
    if inventory.hosts[host].transport == "local":
        raise CommandError(f"{host} is the agent's own machine: it has no host key to trust", EXIT_USAGE)
    keys = HostKeys(context.config.known_hosts)
    try:
        key = fetch_key(inventory.hosts[host], inventory, Limits(), keys)
    except HostConnectionError as error:
        found = error.connection
        raise CommandError(f"{host}: {found.reason}" + (f"\n→ {found.remedy}" if found.remedy else "")) from error
    _show(host, key, output)
    if not yes and not on_terminal():
        raise CommandError("The key was not pinned: compare it, then say --yes.")
    if not yes and not typer.confirm("Is this the fingerprint that the host itself shows?", err=True):
        raise CommandError("The key was not pinned.")
    keys.pin(host, key)
    stderr.print(f"Pinned in {context.config.known_hosts}", soft_wrap=True)


def _show(host: str, key: ServerKey, output: Format) -> None:
    shown = {"host": host, "key": key.type, "fingerprint": key.fingerprint}
    if output is Format.JSON:
        print_json(json.dumps(shown))
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        for row in shown.items():
            table.add_row(*row)
        stdout.print(table)
    stderr.print("Compare it on the host itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub", soft_wrap=True)


def checks(ctx: typer.Context, output: FormatOption = Format.TABLE) -> None:
    """List the checks and platforms, where each comes from, and what could not be loaded."""
    registry = context_of(ctx).registry()
    origins = registry.check_origins, registry.platform_origins
    listed = [
        *(ListedCheck("check", name, one.title, origins[0][name]) for name, one in registry.checks.items()),
        *(ListedCheck("platform", name, one.title, origins[1][name]) for name, one in registry.platforms.items()),
        *(ListedCheck(_kind(one), one.name, "", one.origin, one.reason) for one in registry.broken),
    ]
    if output is Format.JSON:
        print_json(checklist_json(listed))
    else:
        stdout.print(checklist_table(listed))


def _kind(broken: Broken) -> str:
    return "platform" if broken.group == PLATFORM_GROUP else "check"


def schema() -> None:
    """Print the JSON Schema of `--format json`; it is kept stable."""
    print_json(json.dumps(round_schema(), indent=2))
