"""Mistakes of YAML itself, in sentences for people who do not know its grammar."""

import re
from collections.abc import Sequence

from ruamel.yaml.error import MarkedYAMLError

INDENT = "this line does not line up with the ones above it: the keys of one block begin in the same column"

_SENTENCES: Sequence[tuple[str, str, bool]] = (  # pattern over "context | problem", sentence, is it where it began
    (r"quoted scalar.*(end of stream|document separator)", "a quotation mark opens here and is not closed", True),
    (r"unknown escape character|hexdecimal", "a \\ in double quotes begins an escape: use single quotes", False),
    (r"flow sequence", "the list that opens here lacks a comma or its closing ]", True),
    (r"flow mapping", "the block that opens here lacks a comma or its closing }", True),
    (r"mapping values are not allowed", f"a colon too many: quote a value with ': ' in it, or {INDENT}", False),
    (r"could not find expected ':'", "a colon and a value are missing after this key", True),
    (r"sequence entries are not allowed", "a list begins on a line of its own, below its key", False),
    (r"expected <block end>, but found '<scalar>'", "text follows a value that has ended: quote all of it", False),
    (r"expected <block end>", INDENT, False),
    (r"found character .* cannot start any token", "a value cannot begin with this character: put it in quotes", False),
    (r"scanning an? (alias|anchor)", "a value that begins with * or & is a reference: put it in quotes", False),
    (r"block scalar", "a text that begins with | or > begins on the next line, indented by spaces", False),
    (r"expected the node content", "a value is missing here, or begins with a character that needs quotes", False),
    (r"directive|incompatible YAML", "a line that begins with % is not allowed: remove it", False),
    (r"document start|document end", "one file is one document: remove the line that begins with --- or ...", False),
)  # fmt: skip

TAB = "a tab stands at the beginning of this line: indent with spaces"


def sentence(error: MarkedYAMLError, text: str) -> tuple[int, str]:
    """The line, counted from 1, and what to do about it."""
    where = error.problem_mark or error.context_mark
    line = where.line + 1 if where else 1
    lines = text.splitlines()
    if 0 < line <= len(lines) and re.match(r" *\t", lines[line - 1]):
        return line, TAB
    said = f"{error.context or ''} | {error.problem or ''}"
    for pattern, words, from_start in _SENTENCES:
        if re.search(pattern, said):
            return (error.context_mark.line + 1 if from_start and error.context_mark else line), words
    return line, f"this cannot be read as YAML: {error.problem or 'it is damaged'}"
