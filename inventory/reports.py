"""Reports: when they are made, who gets them, and whose name they bear."""

from dataclasses import dataclass, replace
from math import floor
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from inventory.types import Emails, Form, Line, OwnPath, Url, Weekday, ZoneBelow, in_folder, matches, pattern

When = Literal["change", "weekly", "monthly", "never"]
MAILED: frozenset[When] = frozenset({"change", "weekly", "monthly"})
Pdf = Literal["attach", "file", "no"]

LEAST_CONTRAST = 4.5
"""What text needs on its ground to be read well, by WCAG 2.2."""
FOOTER = 8
"""Lines of a footer at most."""
COLOUR = r"^#[0-9A-Fa-f]{6}$"
PICTURE = r"^[^\u0000-\u001f\u007f]*[^\u0000-\u001f\u007f/]\.[Pp][Nn][Gg]$"

_DAYS: dict[str, Any] = {
    "anyOf": [
        {"properties": {"when": {"const": "weekly"}}, "required": ["when"]},
        {"properties": {"day": {"type": "null"}}},
    ]
}


def colour(text: str) -> str:
    """A colour that text can have on white paper."""
    if not matches(COLOUR, text):
        raise ValueError('must be a colour of six hexadecimal digits in quotes, such as "#1f4e79"')
    contrast = contrast_on_white(text)
    if contrast < LEAST_CONTRAST:
        rounded = floor(contrast * 10) / 10
        raise ValueError(
            f"cannot be read well on white: its contrast is {rounded}, and {LEAST_CONTRAST} is needed; "
            "choose a darker one"
        )
    return text.lower()


def picture(text: str) -> str:
    """The path of a PNG file."""
    if not matches(PICTURE, text):
        raise ValueError("must be the path of a PNG file, such as /etc/siterounds/logo.png")
    return text


def contrast_on_white(colour: str) -> float:
    """How much a colour such as "#1f4e79" differs from white: 1 (not at all) to 21 (black), by WCAG 2.2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _few(lines: tuple[str, ...]) -> tuple[str, ...]:
    if len(lines) > FOOTER:
        raise ValueError(f"must be {FOOTER} lines at most")
    return lines


def _each_once(addresses: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for one in addresses:
        found.setdefault(one.casefold(), one)
    return tuple(found.values())


Colour = Annotated[str, Form(colour, pattern(COLOUR))]
Picture = Annotated[Path, Form(picture, pattern(PICTURE)), AfterValidator(in_folder)]
FooterLines = Annotated[
    tuple[str, ...],
    Form(
        _few, {"type": "array", "maxItems": FOOTER, "items": {"type": "string", "minLength": 1}}, tuple[Line, ...], list
    ),
]


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose name reports bear, as one level has it; what is None or empty is not said there."""

    name: Annotated[Line | None, Field(description="The agency's name as readers see it.")] = None
    colour: Annotated[
        Colour | None, Field(description='The colour of edges and links, such as "#1f4e79", dark on white.')
    ] = None
    logo: Annotated[
        Picture | None, Field(description="A PNG file on this machine; for a client, the client's own logo.")
    ] = None
    url: Annotated[Url | None, Field(description="The web address that the name leads to.")] = None
    footer: Annotated[FooterLines, Field(description="Lines below each report, such as the address.")] = ()
    templates: Annotated[
        OwnPath | None, Field(description="A folder of templates that go before those of siterounds.")
    ] = None

    def over(self, other: "Brand") -> "Brand":
        """Return what holds where both are said; the logo is the other's, for both pictures stand in a report."""
        said = {key: value for key in _SAID if (value := getattr(self, key))}
        return replace(other, **said)


_SAID = ("name", "colour", "url", "footer", "templates")


@dataclass(frozen=True, slots=True)
class Reporting:
    """When reports are made, and who gets them. Nobody is written to unasked."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", json_schema_extra=_DAYS)

    when: Annotated[
        When,
        Field(
            description="change: after a round that changed something; weekly; monthly: with each contract month; "
            "never: nobody is written to."
        ),
    ] = "never"
    day: Annotated[Weekday, Field(description="The day of weekly reports.")] = 0  # Monday
    to: Annotated[
        Emails, AfterValidator(_each_once), Field(description="Who gets them; without it, all contacts of the client.")
    ] = ()
    approve: Annotated[bool, Field(description="Whether each waits for `siterounds report approve`.")] = True
    pdf: Annotated[Pdf, Field(description="attach to the mail, keep as a file, or no.")] = "no"
    zone: Annotated[ZoneBelow, Field(description="The time zone of days and times; without it, that of services.")] = (
        "UTC"
    )

    def to_all(self, addresses: tuple[str, ...]) -> "Reporting":
        """Return the same reports to these addresses, each once however it is written."""
        return replace(self, to=_each_once(addresses))
