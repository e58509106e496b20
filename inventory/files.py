"""The files of an inventory: one, or all of a folder; found, bounded, decoded."""

import os
import re
import stat
from pathlib import Path

from inventory.mistakes import Mistake

LARGEST = 20 * 1024 * 1024
"""Bytes in one file; five thousand sites need about one million."""

_SUFFIXES = (".yaml", ".yml")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def inventory_files(path: Path, mistakes: list[Mistake]) -> list[Path]:
    """The file itself, or a folder's *.yaml and *.yml by name; subfolders and hidden files are left alone."""
    if not path.is_dir():
        return [path]
    try:
        found = sorted(one for one in path.iterdir() if one.suffix in _SUFFIXES and not one.name.startswith("."))
    except OSError as error:
        mistakes.append(Mistake(str(path), 1, "", f"this folder cannot be read: {error.strerror}"))
        return []
    if not found:
        mistakes.append(
            Mistake(str(path), 1, "", "this folder holds no inventory: no file in it ends in .yaml or .yml")
        )
    return found


def read_text(path: Path, mistakes: list[Mistake]) -> str | None:
    """A file's text, None after noting why there is none. Never waits for a pipe, never reads more than LARGEST."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                mistakes.append(Mistake(str(path), 1, "", "this is not a file: write the inventory into a plain one"))
                return None
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        mistakes.append(Mistake(str(path), 1, "", f"this file cannot be read: {reason}"))
        return None
    return _decoded(path, raw, mistakes)


def _decoded(path: Path, raw: bytes, mistakes: list[Mistake]) -> str | None:
    if len(raw) > LARGEST:
        sentence = f"this file is larger than {LARGEST >> 20} MB: divide it into several files of one folder"
        mistakes.append(Mistake(str(path), 1, "", sentence))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        mistakes.append(Mistake(str(path), line, "", "this is not UTF-8 text: save the file in that encoding"))
        return None
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        code = f"U+{ord(found.group()):04X}"
        mistakes.append(Mistake(str(path), line, "", f"the invisible character {code} is not allowed: remove it"))
        return None
    return text
