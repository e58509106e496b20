"""Paths and limits of a command, from options and the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
