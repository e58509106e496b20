"""What the author of a settings dataclass remarked on its fields, so that editors can show it."""

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any


@cache
def remarks(settings: Any) -> Mapping[str, str]:
    """By field: the comment behind it or above it, or the docstring below it; none where there is no source."""
    found: dict[str, str] = {}
    if not is_dataclass(settings):
        return found
    for kind in reversed(inspect.getmro(settings)):  # type: ignore[arg-type]
        try:
            source = textwrap.dedent(inspect.getsource(kind))
            found |= _remarks(source)
        except (OSError, TypeError, SyntaxError, tokenize.TokenError):  # built in, or made while running
            continue
    names = {field.name for field in fields(settings)}
    return {name: remark for name, remark in found.items() if name in names}


def _remarks(source: str) -> dict[str, str]:
    comments = {
        token.start[0]: (token.string.lstrip("#! ").strip(), token.line.lstrip().startswith("#"))
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    tree = ast.parse(source).body[0]
    found: dict[str, str] = {}
    name = ""
    for statement in tree.body if isinstance(tree, ast.ClassDef) else ():
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            found[name] = _comment(comments, statement.lineno, statement.end_lineno or statement.lineno)
        elif name and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            found[name] = found[name] or inspect.cleandoc(str(statement.value.value))
    return {field: remark for field, remark in found.items() if remark}


def _comment(comments: Mapping[int, tuple[str, bool]], first: int, last: int) -> str:
    """The comment behind a field's first or last line, else those on the lines above it."""
    for line in (last, first):
        if line in comments:
            return comments[line][0]
    above: list[str] = []
    while first - 1 in comments and comments[first - 1][1]:
        first -= 1
        above.insert(0, comments[first][0])
    return " ".join(above)
