"""Checks' settings as the inventory's tests need them: one of each kind of field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from checks import Threshold
from inventory.errors import InventoryError
from inventory.load import load
from inventory.model import Inventory


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception with an end."""

    reason: str
    expires: date


@dataclass(frozen=True, slots=True)
class Disk:
    """Settings with a threshold each way."""

    used: Threshold = Threshold.above(80, 90)  # percent used
    # percent of inodes left,
    # for each file system
    inodes: Threshold = Threshold.below(10, 5)
    mounts: Mapping[str, Threshold] = field(default_factory=lambda: {"/boot": Threshold.above(90, 95)})
    ignore: tuple[str, ...] = ("squashfs",)
    growers: int = 5
    """How many of the biggest growers are named."""


@dataclass(frozen=True, slots=True)
class Users:
    """Settings of the other kinds."""

    days: float = 90
    mode: Literal["strict", "loose"] = "strict"
    second_factor: bool = True
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    least: int | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.days < 1:
            raise ValueError(f"days must be at least 1, not {self.days:g}")


CHECKS: Mapping[str, Any] = {"disk": Disk(), "users": Users()}
PLATFORMS = ("magento", "wordpress")

Cases = Mapping[str, tuple[str | bytes, list[str]]]
"""By name: the text of an inventory, and its mistakes as `mistakes` gives them."""

WHOLE = """\
clients:
  harbour: {title: Harbour Books}
hosts:
  web1: {address: 203.0.113.10}
sites:
  shop: {client: harbour, host: web1, url: https://shop.example, root: /srv/shop}
"""


def read(path: Path) -> Inventory:
    """The inventory at a path, with the checks and platforms of this file; `disk` is about hosts."""
    return load(path, CHECKS, PLATFORMS, host_checks=("disk",))


def read_text(folder: Path, text: str | bytes) -> Inventory:
    """The inventory in a text."""
    file = folder / "inventory.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(file)


def mistakes(folder: Path, text: str | bytes) -> list[str]:
    """What is wrong with a text: `LINE: KEY: MESSAGE`, in order; its own name is FILE in messages."""
    file = f"{folder}/inventory.yaml"
    try:
        read_text(folder, text)
    except InventoryError as error:
        return [str(mistake).removeprefix(f"{file}:").replace(file, "FILE") for mistake in error.issues]
    return []
