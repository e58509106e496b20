"""The forms that texts of a brand must have; each raises ValueError with what is allowed."""

from math import floor

from inventory import texts
from inventory.brands import LEAST_CONTRAST, contrast_on_white

COLOUR = r"^#[0-9A-Fa-f]{6}$"
PICTURE = r"^[^\u0000-\u001f\u007f]*[^\u0000-\u001f\u007f/]\.[Pp][Nn][Gg]$"


def colour(text: str) -> str:
    """A colour that text can have on white paper."""
    if not texts.matches(COLOUR, text):
        raise ValueError('must be a colour of six hexadecimal digits in quotes, such as "#1f4e79"')
    contrast = contrast_on_white(text)
    if contrast < LEAST_CONTRAST:
        shown = floor(contrast * 10) / 10
        raise ValueError(
            f"cannot be read well on white: its contrast is {shown}, and 4.5 is needed; choose a darker one"
        )
    return text.lower()


def picture(text: str) -> str:
    """The path of a PNG file."""
    if not texts.matches(PICTURE, text):
        raise ValueError("must be the path of a PNG file, such as /etc/siterounds/logo.png")
    return text
