"""A page as a browser takes it apart."""

import re
from html import unescape
from html.parser import HTMLParser

_VOID = {"meta", "br", "img", "hr", "link", "input"}


class Page(HTMLParser):
    """Its elements and its text; every element that opens must be closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data


def plain(html: str) -> str:
    """The page without its looks: every element with nothing but its class."""
    return re.sub(
        r'<(\w+)(?: [^>]*?(class="[^"]*"))?[^>]*>', lambda one: f"<{' '.join(filter(None, one.groups()))}>", html
    )


def text_of(html: str) -> str:
    """The text of a part of a page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def cards_in(html: str) -> list[str]:
    """What each card says."""
    return [text_of(one) for one in re.findall(r'<td class="card edge-\w+"[^>]*>(.*?)</td>', html, re.S)]


def rows_in(html: str) -> list[tuple[str, str]]:
    """The checks of all places in order, each with its state."""
    found = re.findall(r'<th class="cell"[^>]*><b>(.*?)</b>.*?class="state (\w+)"', html, re.S)
    return [(unescape(title), state) for title, state in found]
