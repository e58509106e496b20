"""The commands that list what siterounds can do: checks, schema."""

import json

import typer

from agent.cli.context import context_of, out
from agent.cli.options import Format, FormatOption
from reports.checklist import Listed, checklist_json, checklist_table
from reports.document import schema as round_schema


def checks(ctx: typer.Context, output: FormatOption = Format.TABLE) -> None:
    """List the checks and platforms, where each comes from, and what could not be loaded."""
    registry = context_of(ctx).registry()
    listed = [
        *(Listed("check", one.name, one.title, registry.origins["check", one.name]) for one in registry.checks),
        *(
            Listed("platform", one.name, one.title, registry.origins["platform", one.name])
            for one in registry.platforms
        ),
        *(Listed(one.kind, one.name, "", one.origin, one.reason) for one in registry.broken),
    ]
    if output is Format.JSON:
        out.file.write(checklist_json(listed) + "\n")
    else:
        out.print(checklist_table(listed))


def schema() -> None:
    """Print the JSON Schema of `--format json`; it is kept stable."""
    out.file.write(json.dumps(round_schema(), indent=2) + "\n")
