"""Whose name a report bears: the agency's, and for a client what is written for it alone."""

from dataclasses import dataclass, replace
from pathlib import Path

LEAST_CONTRAST = 4.5
"""What text needs on its ground to be read well, by WCAG 2.2."""


@dataclass(frozen=True, slots=True)
class Brand:
    """What is written at one level; what is None or empty is not said there."""

    name: str | None = None
    colour: str | None = None  # "#1f4e79", in small letters
    logo: Path | None = None  # a PNG file
    url: str | None = None
    footer: tuple[str, ...] = ()
    templates: Path | None = None  # a folder whose templates go before ours

    def over(self, other: "Brand") -> "Brand":
        """What holds where both are said; the logo is the other's, for both pictures stand in a report."""
        said = {key: value for key in _SAID if (value := getattr(self, key))}
        return replace(other, **said)


_SAID = ("name", "colour", "url", "footer", "templates")


def contrast_on_white(colour: str) -> float:
    """How much a colour such as "#1f4e79" differs from white: 1 (not at all) to 21 (black), by WCAG 2.2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
