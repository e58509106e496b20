"""Loads the inventory from its files, or reports all issues at once."""

import json
import os
import re
import stat
from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from inventory.document import SECTIONS, Source, entries, locate, merge, plain
from inventory.errors import InventoryError, InventoryIssue, Schema, alternatives, children, explain, key_path
from inventory.file import FileSchema, InventoryFile, ReadFile, put_together
from inventory.model import Inventory
from inventory.secrets import plaintext_secrets
from inventory.settings import settings_errors
from inventory.types import FOLDER
from inventory.validate import cross_field_errors, reference_errors
from inventory.yaml import compose

LARGEST = 20 * 1024 * 1024
"""Bytes in one file; five thousand sites need about one million."""

_SUFFIXES = (".yaml", ".yml")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMPTY = (
    "nobody is looked after yet: write a client, a host and a site, such as "
    "clients: {harbour: {title: Harbour Books}}, hosts: {web1: {address: 203.0.113.10, user: l2}}, "
    "sites: {shop: {client: harbour, host: web1, url: https://shop.example, root: /srv/shop}}"
)
_FILE = TypeAdapter(InventoryFile)
_SCHEMA = _FILE.json_schema(schema_generator=FileSchema)


def example() -> str:
    """Return the inventory to begin with, as `siterounds init` writes it: it loads without an issue."""
    return files("inventory").joinpath("example.yaml").read_text("utf-8")


def load(
    path: Path,
    checks: Mapping[str, Any],
    platforms: Collection[str],
    host_checks: Collection[str] = (),
    client_checks: Collection[str] = (),
) -> Inventory:
    """Read a file, or all *.yaml and *.yml of a folder as one inventory; InventoryError holds all issues at once.

    `checks` are the default settings by check's name, `platforms` the names that a site may write besides auto.
    `host_checks` are the checks that ask about a host alone, `client_checks` those about a client: settings for them
    below their level would have no effect, and are refused.
    """
    issues: list[InventoryIssue] = []
    sources: list[Source] = []
    unreadable = 0
    for file in inventory_files(Path(path), issues):
        text = read_text(file, issues)
        before = len(issues)
        root = compose(text, str(file), issues) if text is not None else None
        if text is None or (root is None and len(issues) > before):
            unreadable += 1
        elif root is not None and root.value is not None:
            sources.append(Source(str(file), root))
    read = [_read(source, issues) for source in sources]
    merged = merge(sources, issues)
    for source in sources:
        issues.extend(plaintext_secrets(source.file, source.root))
    issues.extend(settings_errors(merged, checks, host_checks, client_checks))
    issues.extend(cross_field_errors(merged))
    if not unreadable:  # what is missing here may stand there
        issues.extend(reference_errors(merged, platforms, checks))
        if not issues and not merged["hosts"] and not merged["sites"]:
            issues.append(InventoryIssue(str(path), 1, "", _EMPTY))
    if issues:
        raise InventoryError(issues)
    return put_together([file for file in read if file])


def _read(source: Source, issues: list[InventoryIssue]) -> ReadFile | None:
    if not isinstance(source.root.value, dict):
        sentence = f"an inventory is a block of keys: {', '.join(SECTIONS)}; perhaps a space after : is missing"
        issues.append(InventoryIssue(source.file, source.root.line, "", sentence))
        return None
    data = {key: plain(entry.node) for key, entry in entries(source.root).items() if not key.startswith("x-")}
    written = _without_empty(data, [_SCHEMA])
    try:
        folder = {FOLDER: Path(source.file).parent}
        return ReadFile(_FILE.validate_json(json.dumps(written), strict=True, context=folder), written)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            at = tuple(part for part in one["loc"] if part != "[key]")
            line, _ = locate(source.root, at)
            issues.append(InventoryIssue(source.file, line, key_path(at), explain(one, _SCHEMA)))
    return None


def _without_empty(value: Any, schemas: Sequence[Schema]) -> Any:
    """What was written, less the optional keys with nothing after them; a named part with nothing is an empty block."""
    if isinstance(value, list):
        return [_without_empty(one, _below(schemas, 0)) for one in value]
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {}
    blocks = _blocks(schemas)
    for key, one in value.items():
        below, known = _below(schemas, key), [block for block in blocks if key in block["properties"]]
        if one is None and not known and _blocks(below):
            kept[key] = {}
        elif one is not None or not known or any(key in block.get("required", ()) for block in known):
            kept[key] = _without_empty(one, below)
    return kept


def _below(schemas: Sequence[Schema], part: str | int) -> Sequence[Schema]:
    return [one for each in schemas for child in children(each, part) for one in alternatives(_SCHEMA, child)]


def _blocks(schemas: Sequence[Schema]) -> Sequence[Schema]:
    """Return the schemas that describe all keys of a block, not only how its keys relate."""
    return [one for one in schemas if one.get("additionalProperties") is False]


def inventory_files(path: Path, issues: list[InventoryIssue]) -> list[Path]:
    """Return the file itself, or a folder's *.yaml and *.yml by name, without subfolders and hidden files."""
    if not path.is_dir():
        return [path]
    try:
        found = sorted(one for one in path.iterdir() if one.suffix in _SUFFIXES and not one.name.startswith("."))
    except OSError as error:
        issues.append(InventoryIssue(str(path), 1, "", f"this folder cannot be read: {error.strerror}"))
        return []
    if not found:
        issues.append(
            InventoryIssue(str(path), 1, "", "this folder holds no inventory: no file in it ends in .yaml or .yml")
        )
    return found


def read_text(path: Path, issues: list[InventoryIssue]) -> str | None:
    """Return a file's text; None after adding an issue. Never waits for a pipe or reads more than LARGEST bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                issues.append(
                    InventoryIssue(str(path), 1, "", "this is not a file: write the inventory into a plain one")
                )
                return None
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        issues.append(InventoryIssue(str(path), 1, "", f"this file cannot be read: {reason}"))
        return None
    return _decoded(path, raw, issues)


def _decoded(path: Path, raw: bytes, issues: list[InventoryIssue]) -> str | None:
    if len(raw) > LARGEST:
        sentence = f"this file is larger than {LARGEST >> 20} MB: divide it into several files of one folder"
        issues.append(InventoryIssue(str(path), 1, "", sentence))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        issues.append(InventoryIssue(str(path), line, "", "this is not UTF-8 text: save the file in that encoding"))
        return None
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        code = f"U+{ord(found.group()):04X}"
        issues.append(InventoryIssue(str(path), line, "", f"the invisible character {code} is not allowed: remove it"))
        return None
    return text
