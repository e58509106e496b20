"""The shape of how the service runs, and what it becomes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from inventory.forms import Account, Endpoint, OwnPath, Secret, Shape, SocketPath, written
from inventory.secrets import Reference
from inventory.serving import Service


class BackupShape(Shape):
    """Copies of the store."""

    folder: OwnPath | None = Field(None, description="Where they are put; without it, backups in the state folder.")
    count: int | None = Field(None, ge=0, le=1_000, description="How many are kept, 7 without it; 0: none are made.")


class ServiceShape(Shape):
    """How `siterounds serve` runs."""

    socket: SocketPath | None = Field(
        None, description="The socket by which it is asked; without it, in its runtime or state folder."
    )
    group: Account | None = Field(None, description="The group whose members may ask it, beside its own user and root.")
    endpoint: Endpoint | None = Field(
        None, description="Where metrics and health are shown, such as 127.0.0.1:9180 or unix:/run/siterounds/http."
    )
    heartbeat: Secret | None = Field(None, description="Where the URL is kept that hears every 5 minutes how we are.")
    deliver_every: int | None = Field(
        None, ge=1, le=1_440, description="Minutes between deliveries of what waits, 5 without it."
    )
    stale_hours: int | None = Field(
        None, ge=1, le=8_760, description="Hours after which a site that was not visited is a finding, 48 without it."
    )
    retention_days: int | None = Field(
        None, ge=90, le=36_500, description="Days that rounds and what they found are kept, 400 without it."
    )
    backup: BackupShape | None = Field(None, description="Copies of the store, made every night.")


def service(read: Sequence[ServiceShape]) -> Service:
    """What was written, perhaps in several files, each key in one of them."""
    values: dict[str, Any] = {}
    for shape in read:
        values |= written(shape)
    copies = written(values.pop("backup", None))
    if "folder" in copies:
        values["backup"] = Path(copies["folder"])
    if "count" in copies:
        values["backups"] = copies["count"]
    if "socket" in values:
        values["socket"] = Path(values["socket"])
    if "heartbeat" in values:
        values["heartbeat"] = Reference.parse(values["heartbeat"])
    return Service(**values)
