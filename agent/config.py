"""What a command is given from outside: paths and limits from options and the environment, and secrets."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inventory.secrets import Reference

INVENTORY_PLACES = ("inventory.yaml", "inventory", "/etc/siterounds/inventory.yaml", "/etc/siterounds/inventory")


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of a command, from options or SITEROUNDS_… variables."""

    inventory: Path
    state: Path
    nameservers: tuple[str, ...] = ()  # "127.0.0.1" or "127.0.0.1:5353"; empty: those of /etc/resolv.conf
    parallel: int = 16  # hosts visited at once

    @property
    def known_hosts(self) -> Path:
        """Return the file in which `siterounds hosts trust` pins keys."""
        return self.state / "known_hosts"


def inventory_path(named: Path | None) -> Path:
    """Return the inventory's path: the given one, else the first usual place that has one, else the first of all."""
    if named:
        return named
    places = [Path(place) for place in INVENTORY_PLACES]
    return next((place for place in places if os.access(place, os.F_OK)), places[0])


def state_folder(named: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the state folder: the given one, else systemd's, else the user's."""
    if named:
        return named
    if environment.get("STATE_DIRECTORY"):  # systemd gives several with colons between; the first is ours
        return Path(environment["STATE_DIRECTORY"].split(":")[0])
    base = environment.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "siterounds"


LIMIT = 65536
"""Bytes of the longest secret."""


class SecretError(Exception):
    """A secret cannot be read; the message names the place, never the secret."""


def read_secret(reference: Reference, environment: Mapping[str, str] = os.environ) -> str:
    """Return the secret without its trailing line break. Raises SecretError if it cannot be read."""
    if reference.scheme == "env":
        if not environment.get(reference.name):
            raise SecretError(f"{reference}: that variable is not set")
        return environment[reference.name]
    if reference.scheme == "file":
        return _read(Path(reference.name).expanduser(), reference)
    folder = environment.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise SecretError(f"{reference}: there are no systemd credentials here (LoadCredential= in the unit)")
    return _read(Path(folder) / reference.name, reference)


def _read(path: Path, reference: Reference) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LIMIT)
    except OSError as error:
        raise SecretError(f"{reference}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SecretError(f"{reference}: not text") from error
    secret = text.rstrip("\r\n")
    if not secret:
        raise SecretError(f"{reference}: empty")
    return secret
