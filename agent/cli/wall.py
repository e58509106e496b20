"""The command that shows how everything is, in the terminal or as the page for the wall of the help desk."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.context import context_of, out, print_json, talk
from agent.cli.options import Format, FormatOption
from agent.clock import now
from agent.domain.errors import EXIT_FAILED, CommandError
from agent.files import write_whole

INDEX, STILL = "index.html", "still.html"


def status(
    ctx: typer.Context,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="DIR", help="Write the page for a wall screen into this folder.")
    ] = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """Show how all clients and sites are, the worst first, and whether siterounds itself is well."""
    # Here, because not every command waits for what takes long to load.
    from agent.service.health import reasons
    from agent.service.vitals import vitals
    from agent.service.walling import wall
    from reports.wall import shade, wall_html, wall_view

    context = context_of(ctx)
    registry = context.registry()
    inventory = context.inventory(registry)
    with context.recorded_store() as store:
        known = vitals(store, inventory, None, now())
        shown = wall(store, inventory, registry.titles(), known)
    if html is not None:
        _write(html, {INDEX: wall_html(shown, other=STILL), STILL: wall_html(shown, renew=None, other=INDEX)})
        return
    if output is Format.TABLE:
        out.print(wall_view(shown))
        return
    owners = [
        {"title": owner.title, "places": [{**_plain(tile), "shown": shade(tile, shown)} for tile in owner.tiles]}
        for owner in shown.owners
    ]
    found = [{"about": one.about, "says": one.says, "grave": one.grave} for one in reasons(known, inventory)]
    print_json(json.dumps({"at": shown.at.isoformat(), "owners": owners, "reasons": found}, indent=2))


def _plain(tile: Any) -> Mapping[str, Any]:
    """A place as JSON has it."""
    return {
        "name": tile.name,
        "server": tile.server,
        "state": str(tile.state),
        "looked_at": tile.looked_at.isoformat() if tile.looked_at else None,
        "known": tile.known,
        "troubles": [
            {"check": one.check, "state": str(one.state), "count": one.count, "tickets": list(one.tickets)}
            for one in tile.troubles
        ],
    }


def _write(folder: Path, pages: Mapping[str, str]) -> None:
    """Put the pages into a folder, made where it is missing; a reader never sees half of one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder} cannot be made: {error.strerror}", EXIT_FAILED) from error
    for name, page in pages.items():
        write_whole(folder / name, page)
    talk.print(f"The page lies in {folder / INDEX}", soft_wrap=True)
