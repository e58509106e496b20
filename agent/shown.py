"""A recorded round, read back as it is shown."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from agent.domain.errors import StoreError
from agent.reported import Around, reported_incidents
from inventory.model import Inventory
from reports.model import ReportedWindow, Round

if TYPE_CHECKING:
    from agent.store.store import Store  # not every command opens it, and it takes long to load


def last_round(store: "Store", inventory: Inventory) -> Round:
    """The newest round with its findings and the incidents that matter now; StoreError before the first one."""
    last = store.last_round()
    if last is None or last[0].id is None:
        raise StoreError(f"no round was recorded in {store.folder} yet: make one by `siterounds run`")
    info, coverage = last
    incidents = dict(store.incidents().values())
    changes = store.changes_in(last[0].id)
    known = reported_incidents(incidents, around(store, inventory, info.ended_at), changes)
    agreed = store.standings(last[0].id)
    return Round(
        info, coverage, store.findings(last[0].id), known, agreed, tuple(open_windows(inventory, info.ended_at))
    )


def open_windows(inventory: Inventory, at: datetime) -> Iterator[ReportedWindow]:
    """The maintenance that is under way at a moment."""
    for window in inventory.maintenance.values():
        if span := window.covers(at):
            subjects = (window.clients, window.hosts, window.sites, window.checks)
            yield ReportedWindow(window.name, window.title, *span, *(tuple(sorted(names)) for names in subjects))


def around(store: "Store", inventory: Inventory, at: datetime) -> Around:
    """What is known of incidents besides themselves."""
    with store.reading() as (books, _):
        return Around(inventory, books.numbers_by_incident(), books.silences(at), at)
