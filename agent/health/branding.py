"""A client's brand as a report shows it: the agency's, with what is written for the client before it, and the logos."""

import stat
import zlib
from pathlib import Path

from inventory.model import Inventory
from reports.health import Brand, Logo

LARGEST = 200_000
"""Bytes of a logo at most: it travels with every mail."""
WIDEST, HIGHEST = 240, 80
"""Pixels that a logo is shown in at most; a larger one is shown smaller, and stays sharp on fine screens."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = 33  # bytes of the signature and of the first chunk, IHDR
_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_BIGGEST = 4_096  # pixels to each side


class BrandError(Exception):
    """A logo cannot be used; the message names the file, and says what would do."""


def brand_of(inventory: Inventory, client: str | None) -> Brand:
    """The brand of a client's reports, or of the agency's overview; raises BrandError."""
    own = inventory.clients[client].brand if client is not None else None
    agency = inventory.brand
    brand = own.over(agency) if own else agency
    mail = inventory.services.mail
    values = {"colour": brand.colour} if brand.colour else {}
    return Brand(
        agency=brand.name or "",
        logo=logo(agency.logo, "logo.png") if agency.logo else None,
        client_logo=logo(own.logo, "client-logo.png") if own and own.logo else None,
        footer=brand.footer,
        url=brand.url or "",
        reply_to=(mail.reply_to or mail.sender.email) if mail else "",
        **values,
    )


def templates_of(inventory: Inventory, client: str | None) -> Path | None:
    """The folder of templates that go before ours in a client's reports."""
    agency = inventory.brand
    return (inventory.clients[client].brand.over(agency) if client is not None else agency).templates


def logo(path: Path, name: str) -> Logo:
    """A PNG file as a picture called `name`, as wide and high as it is shown; raises BrandError."""
    data = _read(path)
    width, height = _size(path, data)
    scale = max(width / WIDEST, height / HIGHEST, 1)
    return Logo(name, data, max(1, round(width / scale)), max(1, round(height / scale)))


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BrandError(f"the logo {path} is not a file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise BrandError(f"the logo {path} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise BrandError(f"the logo {path} is larger than {LARGEST // 1000} kB, and it travels with every mail")
    return data


def _size(path: Path, data: bytes) -> tuple[int, int]:
    """Width and height in pixels, as the file itself says."""
    if not data.startswith(_SIGNATURE):
        raise BrandError(f"the logo {path} is not a PNG file: mail programs show these everywhere")
    head = data[len(_SIGNATURE) : _HEAD]
    whole = len(head) == _HEAD - len(_SIGNATURE) and head[:8] == b"\x00\x00\x00\rIHDR" and data.endswith(_END)
    if not whole or zlib.crc32(head[4:21]) != int.from_bytes(head[21:]):
        raise BrandError(f"the logo {path} is damaged or cut short: export it as PNG again")
    width, height = int.from_bytes(head[8:12]), int.from_bytes(head[12:16])
    if not (0 < width <= _BIGGEST and 0 < height <= _BIGGEST):
        raise BrandError(f"the logo {path} is {width} by {height} pixels: 1 to {_BIGGEST} to each side will do")
    return width, height
