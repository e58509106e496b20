"""The shape of a brand, the agency's or a client's, and what it becomes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from inventory.brands import Brand
from inventory.forms import Colour, FooterLines, Line, OwnPath, PicturePath, Shape, Url, written


class BrandShape(Shape):
    """Whose name reports bear. What a client writes goes before what the agency writes, key by key."""

    name: Line | None = Field(None, description="The agency's name as readers see it.")
    colour: Colour | None = Field(None, description='The colour of edges and links, such as "#1f4e79", dark on white.')
    logo: PicturePath | None = Field(
        None, description="A PNG file on this machine, 200 kB at most; for a client, the client's own logo."
    )
    url: Url | None = Field(None, description="The web address that the name leads to.")
    footer: FooterLines | None = Field(None, description="Lines below each report, such as the address, 8 at most.")
    templates: OwnPath | None = Field(None, description="A folder of templates that go before those of siterounds.")


def brand(read: Sequence[BrandShape]) -> Brand:
    """The brand that was written, perhaps in several files, each key in one of them."""
    whole: dict[str, Any] = {}
    for shape in read:
        whole |= written(shape)
    for key in ("logo", "templates"):
        if key in whole:
            whole[key] = Path(whole[key])
    return Brand(**whole)
