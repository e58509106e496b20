"""The text of the systemd unit, and of the drop-in by which systemd hands the service its secrets."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any

from inventory.model import Inventory
from inventory.secrets import Reference

NAME = "siterounds.service"
GROUP = "siterounds-control"
"""Its members may control the service."""
CREDENTIALS = PurePosixPath("/run/credentials") / NAME
"""Where systemd puts the secrets of the running service."""
OWN = (Path("/var/lib/siterounds"), Path("/var/cache/siterounds"), Path("/run/siterounds"))
"""Folders that systemd makes for the service."""
HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - these are what the service does not see
"""Folders that are empty to the service."""

_SAFE = re.compile(r"/[A-Za-z0-9_@+=:,./-]*")


class UnitError(Exception):
    """The unit cannot be written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class UnitOptions:
    """What the service is started with; paths are absolute."""

    program: Path  # the command `siterounds`
    inventory: Path | None = None  # None: where it usually lies in /etc
    group: str = GROUP


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """A secret that systemd passes to the service, and its file."""

    name: str
    path: Path
    encrypted: bool = False  # by `systemd-creds encrypt`


def unit_text(means: UnitOptions) -> str:
    """The unit; raises UnitError where a path cannot be seen or written in it."""
    words = [_path(means.program)]
    if means.inventory is not None:
        words += ["--inventory", _path(means.inventory)]
    template = files("agent.service").joinpath(NAME).read_text("utf-8")
    return Template(template).substitute(command=" ".join(words), group=means.group)


def _path(path: Path) -> str:
    """A path as it may stand in the unit."""
    text = str(path)
    if not _SAFE.fullmatch(text) or ".." in path.parts:
        raise UnitError(f"{text} cannot stand in a unit: have an absolute path of letters, digits and _@+=:,.-")
    check_seen(path)
    return text


def check_seen(path: Path) -> None:
    """UnitError where the service would not see this file."""
    for folder in HIDDEN:
        if path.is_relative_to(folder):
            raise UnitError(f"the service does not see {folder}, where {path} is: move it, to /opt or /etc")


def wanted_credentials(inventory: Inventory) -> tuple[str, ...]:
    """The names of all secrets that the inventory expects from systemd, keys of hosts included, in order."""
    found = {one.name for one in _references(inventory) if one.scheme == "credential"}
    keys = (host.key for host in inventory.hosts.values() if host.key is not None)
    found |= {key.name for key in keys if PurePosixPath(key).parent == CREDENTIALS}
    return tuple(sorted(found))


def out_of_sight(inventory: Inventory) -> tuple[str, ...]:
    """What the inventory refers to and the service will not find, each a sentence with what to do."""
    found = []
    for one in dict.fromkeys(_references(inventory)):
        if one.scheme == "env":
            found.append(
                f"{one}: the service has no such variable unless a drop-in sets it; keep it as credential:NAME"
            )
        elif one.scheme == "file" and not _readable(Path(one.name)):
            found.append(f"{one}: the account of the service may not read it; keep it as credential:NAME")
    for host in inventory.hosts.values():
        if host.key is not None and PurePosixPath(host.key).parent != CREDENTIALS and not _readable(host.key):
            found.append(f"the key of {host.name}: the account of the service may not read it; have {CREDENTIALS}/NAME")
    return tuple(found)


def _readable(path: Path) -> bool:
    """Whether an account that owns nothing may read a file."""
    path = path.expanduser()
    try:
        check_seen(path)
        folders = all(folder.stat().st_mode & 0o001 for folder in path.parents)
        return folders and bool(path.stat().st_mode & 0o004)
    except (UnitError, OSError):
        return False


def _references(value: Any) -> Iterator[Reference]:
    """Every reference within a value of the inventory."""
    if isinstance(value, Reference):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _references(getattr(value, one.name))
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, (tuple, list, frozenset, set)):
        for one in value:
            yield from _references(one)


def drop_in_text(kept: Collection[StoredCredential], writable: Collection[Path] = ()) -> str:
    """The drop-in that has systemd hand over these secrets, and lets the service write to these folders.

    Raises UnitError for a path that cannot stand in it.
    """
    lines = ["# Written by `siterounds service install` from what the inventory refers to.", "[Service]"]
    for one in sorted(kept, key=lambda one: one.name):
        if not _SAFE.fullmatch(str(one.path)) or ":" in str(one.path):
            raise UnitError(f"{one.path} cannot stand in a unit: have a path of letters, digits and _@+=,.-")
        key = "LoadCredentialEncrypted" if one.encrypted else "LoadCredential"
        lines.append(f"{key}={one.name}:{one.path}")
    lines += [f"ReadWritePaths={_path(folder)}" for folder in writable]
    return "\n".join([*lines, ""])


def writable_folders(inventory: Inventory) -> tuple[Path, ...]:
    """The folders beside its own that the inventory has the service write to."""
    backup = inventory.service.backup.folder
    return () if backup is None or any(backup.is_relative_to(own) for own in OWN) else (backup,)
