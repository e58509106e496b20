"""How the service runs: how it is asked, what it shows, what it keeps."""

from dataclasses import dataclass
from pathlib import Path

from inventory.secrets import Reference


@dataclass(frozen=True, slots=True)
class Service:
    """The settings of `siterounds serve`."""

    socket: Path | None = None  # by which it is asked; without it, in the runtime or the state folder
    group: str | None = None  # whose members may ask, beside the service's own user and root
    endpoint: str | None = None  # "127.0.0.1:9180", "[::1]:9180" or "unix:/path": where metrics and health are shown
    heartbeat: Reference | None = None  # where the URL is kept that hears every five minutes how we are
    deliver_every: int = 5  # minutes
    stale_hours: int = 48  # after which a site that was not visited is a finding
    retention_days: int = 400  # of rounds, findings and what was delivered
    backup: Path | None = None  # a folder; "backups" in the state folder without it
    backups: int = 7  # copies that are kept; 0: none are made
