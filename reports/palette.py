"""The colours and sizes of a report: one scale of type, and one set of colours for each scheme."""

from collections.abc import Mapping

from checks import State

SIZES: Mapping[str, str] = {"small": "13px/20px", "text": "15px/23px", "title": "18px/26px", "lead": "24px/31px"}
"""The one typographic scale: size and height of a line."""

LIGHT: Mapping[str, str] = {
    "ink": "#1d2329", "soft": "#56616c", "paper": "#f1f2ef", "sheet": "#fffffe", "card": "#f8f9f7", "line": "#dde1de",
    "ok": "#1c6b3a", "ok-bg": "#e4f2e8", "warning": "#7a4b00", "warning-bg": "#fdf0d5",
    "critical": "#a3161f", "critical-bg": "#fce4e4", "unknown": "#4b3f86", "unknown-bg": "#eae7f7",
    "bar": "#5f7f9e", "track": "#dfe5ea",
}  # fmt: skip
"""By day, and on paper. No pure white or black: programs that invert colours by themselves leave those alone."""

DARK: Mapping[str, str] = {
    "ink": "#e8eaed", "soft": "#a5afb9", "paper": "#15191d", "sheet": "#1e2429", "card": "#252c32", "line": "#39424a",
    "ok": "#8fd6a6", "ok-bg": "#173524", "warning": "#f2c470", "warning-bg": "#3d2d0c",
    "critical": "#ff9a9a", "critical-bg": "#461a1d", "unknown": "#c5bcf5", "unknown-bg": "#2c2750",
    "bar": "#86a9cb", "track": "#39424a",
}  # fmt: skip
"""By night."""

TEXT_ON: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("ink", "soft") for ground in ("paper", "sheet", "card")),
    *((str(state), f"{state}-bg") for state in State),
    *((str(state), "sheet") for state in State),
    *((str(state), "card") for state in State),
)
"""Which text stands on which ground."""
