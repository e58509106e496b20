"""How the service runs: how it is asked, what it shows, what it keeps."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field

from inventory.secrets import Secret
from inventory.types import Account, Form, OwnPath, address, matches, pattern

ENDPOINT = r"^((127(\.[0-9]{1,3}){3}|localhost|\[::1\]):[0-9]{1,5}|unix:/[^\u0000-\u001f\u007f]+)$"
SOCKET = r"^/[^\u0000-\u001f\u007f]*[^\u0000-\u001f\u007f/]$"
LONGEST_SOCKET = 107
"""Bytes of the path of a Unix socket, by Linux."""


def socket(text: str) -> str:
    """The path of a Unix socket."""
    if not matches(SOCKET, text) or len(text.encode()) > LONGEST_SOCKET:
        raise ValueError(f"must be the absolute path of a socket, at most {LONGEST_SOCKET} bytes long")
    return text


def endpoint(text: str) -> str:
    """Where we listen for whoever scrapes: on this very machine alone."""
    example = "must be on this very machine, such as 127.0.0.1:9180, [::1]:9180 or unix:/run/siterounds/http"
    if not matches(ENDPOINT, text):
        raise ValueError(example)
    if text.startswith("unix:"):
        return f"unix:{socket(text.removeprefix('unix:'))}"
    host, _, port = text.rpartition(":")
    if not 0 < int(port) < 65_536:
        raise ValueError(f"{example}, its port from 1 to 65535")
    if host not in ("localhost", "[::1]"):
        try:
            address(host)
        except ValueError:
            raise ValueError(example) from None
    return text


SocketPath = Annotated[Path, Form(lambda text: Path(socket(text)), pattern(SOCKET))]
Endpoint = Annotated[str, Form(endpoint, pattern(ENDPOINT))]


@dataclass(frozen=True, slots=True)
class Backup:
    """Copies of the store."""

    folder: Annotated[
        OwnPath | None, Field(description="Where they are put; without it, backups in the state folder.")
    ] = None
    count: Annotated[int, Field(ge=0, le=1_000, description="How many are kept; with none, none are made.")] = 7


@dataclass(frozen=True, slots=True)
class Service:
    """How the service runs: what `siterounds serve` goes by."""

    socket: Annotated[
        SocketPath | None,
        Field(description="The socket by which it is asked; without it, in its runtime or state folder."),
    ] = None
    group: Annotated[
        Account | None, Field(description="The group whose members may ask it, beside its own user and root.")
    ] = None
    endpoint: Annotated[
        Endpoint | None,
        Field(description="Where metrics and health are shown, such as 127.0.0.1:9180 or unix:/run/siterounds/http."),
    ] = None
    heartbeat: Annotated[
        Secret | None, Field(description="Where the URL is kept that hears every few minutes how we are.")
    ] = None
    deliver_every: Annotated[int, Field(ge=1, le=1_440, description="Minutes between deliveries of what waits.")] = 5
    stale_hours: Annotated[
        int, Field(ge=1, le=8_760, description="Hours after which a site that was not visited is a finding.")
    ] = 48
    retention_days: Annotated[
        int, Field(ge=90, le=36_500, description="Days that rounds and what they found are kept.")
    ] = 400
    backup: Annotated[Backup, Field(description="Copies of the store, made every night.")] = field(
        default_factory=Backup
    )
