"""What keeps the store small and safe: a copy, then what is old forgotten, then the file tidied."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from agent.domain.errors import BusyError
from agent.store.engine import copy
from inventory.serving import Service

if TYPE_CHECKING:
    from agent.store.store import Store


def keep_house(store: "Store", service: Service, at: datetime) -> str:
    """Copy, forget, tidy; gives what was done in words. Raises StoreError."""
    copied = copy(store.path, backup_folder(store.folder, service), service.backups, at)
    counts = store.pruning.forget(at - timedelta(days=service.retention_days))
    try:
        with store.round_lock(), store.delivery_lock():
            smaller = store.pruning.tidy()
    except BusyError:
        smaller = False  # a round is under way: the file may be as it is for one more day
    done = [f"copied to {copied.name}"] if copied else []
    gone = [f"{count} {what}" for what, count in counts.items() if count]
    done += [f"forgot {', '.join(gone)}"] if gone else []
    done += ["made the file smaller"] if smaller else []
    return ", ".join(done) or "nothing was to be done"


def backup_folder(state: Path, service: Service) -> Path:
    """Where copies are put."""
    return service.backup or state / "backups"
