"""A recorded round, read back as it is shown."""

from typing import TYPE_CHECKING

from agent.reported import reported_incidents
from agent.store.trouble import StoreError
from inventory.model import Inventory
from reports.model import Round

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
    return Round(info, coverage, store.findings(last[0].id), reported_incidents(incidents, inventory, changes))
