"""Cleans and limits text from a host, and formats sizes and shares."""

import re
from collections.abc import Callable
from itertools import islice
from typing import Any

# C0 and C1 controls, bidirectional overrides, zero-width characters, line and paragraph separators, surrogates.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_MOST_VALUES = 1000  # of one list or dict
_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")


def clean(text: str, limit: int = 1000) -> str:
    """At most `limit` characters, without what steers a terminal, hides or reorders text, or cannot be encoded."""
    text = _ESCAPE_SEQUENCE.sub("", text[: limit * 4])
    text = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def clean_value(value: Any, fit: Callable[[str], str] = clean) -> Any:
    """A JSON value with all its text made `fit`, its keys clean, and no more than is kept of lists and dicts."""
    if isinstance(value, str):
        return fit(value)
    if isinstance(value, dict):
        return {clean(str(key)): clean_value(inner, fit) for key, inner in islice(value.items(), _MOST_VALUES)}
    if isinstance(value, list | tuple):
        return [clean_value(inner, fit) for inner in value[:_MOST_VALUES]]
    return value


def size(amount: float) -> str:
    """Bytes in the largest unit that leaves at least one: "4.1 GiB"."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(amount) < 1000 or unit == "TiB":
            break
        amount /= 1024
    return f"{amount:.0f} {unit}" if abs(amount) >= 100 or unit == "B" else f"{amount:.1f} {unit}"


def percent(value: float) -> str:
    """Format per cent, never rounded up to 100: "99.9 %"; "100 %" only if it is."""
    cut = int(value * 10) / 10
    return f"{cut:.1f} %" if 99 <= cut < 100 else f"{value:.0f} %"
