"""The HTML file of a report, as a client reads it."""

from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.context import talk
from agent.clock import now
from agent.domain.errors import CommandError
from agent.files import write_whole
from checks.registry import Registry
from inventory.model import Inventory
from reports.model import Round

if TYPE_CHECKING:
    from agent.store.store import Store


def page_of(store: "Store", inventory: Inventory, registry: Registry, shown: Round, client: str | None = None) -> str:
    """The report of all since the last one where the round was for all of it; else of what was looked at alone."""
    from agent.health import newest_whole  # here, as below, because it takes long to load
    from agent.health.making import Maker, MakingError
    from agent.health.previewing import period_as_of_now
    from reports.html import html_report

    newest = newest_whole(store, inventory, client, now())
    if newest is None or newest.id != shown.round.id:
        return html_report(shown, inventory, registry.titles(), client)
    maker = Maker(store, inventory, registry.titles())
    try:
        return maker.page(client, period_as_of_now(maker, client, now()), now())
    except MakingError as error:
        raise CommandError(str(error)) from error


def write_page(path: Path, page: str) -> None:
    """Write it whole or not at all, and say where it lies."""
    write_whole(path, page)
    talk.print(f"The report lies in {path}", soft_wrap=True)
