"""The commands that list what siterounds can do: checks, schema."""

import json

import typer

from agent.cli.context import context_of, out, print_json
from agent.cli.options import Format, FormatOption
from checks.registry import PLATFORM_GROUP, Broken
from reports.checklist import Listed, checklist_json, checklist_table
from reports.document import schema as round_schema


def checks(ctx: typer.Context, output: FormatOption = Format.TABLE) -> None:
    """List the checks and platforms, where each comes from, and what could not be loaded."""
    registry = context_of(ctx).registry()
    origins = registry.check_origins, registry.platform_origins
    listed = [
        *(Listed("check", name, one.title, origins[0][name]) for name, one in registry.checks.items()),
        *(Listed("platform", name, one.title, origins[1][name]) for name, one in registry.platforms.items()),
        *(Listed(_kind(one), one.name, "", one.origin, one.reason) for one in registry.broken),
    ]
    if output is Format.JSON:
        print_json(checklist_json(listed))
    else:
        out.print(checklist_table(listed))


def _kind(broken: Broken) -> str:
    return "platform" if broken.group == PLATFORM_GROUP else "check"


def schema() -> None:
    """Print the JSON Schema of `--format json`; it is kept stable."""
    print_json(json.dumps(round_schema(), indent=2))
