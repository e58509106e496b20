"""The consoles of a command: data on standard output, everything else on standard error."""

import json
import sys

import typer
from rich.console import Console

from agent.app import AppContext

NARROWEST = 40
"""Columns; where a terminal or COLUMNS says less, lines run over."""


def _console(stderr: bool) -> Console:
    width = NARROWEST if Console(stderr=stderr).width < NARROWEST else None
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


stdout = _console(stderr=False)
"""Data."""
stderr = _console(stderr=True)
"""Messages, warnings and progress."""


def print_json(text: str) -> None:
    """Print a JSON document; what the encoding of standard output lacks is escaped as JSON has it."""
    try:
        text.encode(getattr(stdout.file, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text), indent=2)
    stdout.file.write(text + "\n")


def context_of(ctx: typer.Context) -> AppContext:
    """Return the context created by the options before the command."""
    found = ctx.find_object(AppContext)
    if found is None:
        raise RuntimeError("a command was called without its application")
    return found


def on_terminal() -> bool:
    """Whether standard error is a terminal."""
    return sys.stderr.isatty()


def warn(sentence: str) -> None:
    """Show a warning on standard error."""
    stderr.print(sentence, style="yellow", soft_wrap=True)
