"""The way from the inventory's files to the inventory, or to everything that is wrong with them."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from inventory import brand_shapes, service_shapes, shapes
from inventory.agreement import disagreements
from inventory.cleartext import secrets_in_clear
from inventory.composer import compose
from inventory.explain import explain
from inventory.files import inventory_files, read_text
from inventory.forms import FOLDER
from inventory.levels import wrong_settings
from inventory.links import broken_links
from inventory.maintenance_shapes import window
from inventory.mistakes import InventoryError, Mistake, key_path
from inventory.model import Inventory
from inventory.nodes import Node, entries, locate, plain
from inventory.report_shapes import reporting
from inventory.schedule_shapes import schedule
from inventory.scheduling import Schedule
from inventory.serving_shapes import service
from inventory.sources import SECTIONS, Source, merge

_EMPTY = (
    "nobody is looked after yet: write a client, a host and a site, such as "
    "clients: {harbour: {title: Harbour Books}}, hosts: {web1: {address: 203.0.113.10, user: l2}}, "
    "sites: {shop: {client: harbour, host: web1, url: https://shop.example, root: /srv/shop}}"
)
_SCHEMA = shapes.FileShape.model_json_schema()


def load(
    path: Path,
    checks: Mapping[str, Any],
    platforms: Collection[str],
    host_checks: Collection[str] = (),
    client_checks: Collection[str] = (),
) -> Inventory:
    """Read a file, or all *.yaml and *.yml of a folder as one inventory; InventoryError holds all mistakes at once.

    `checks` are the default settings by check's name, `platforms` the names that a site may write besides auto.
    `host_checks` are the checks that ask about a host alone, `client_checks` those about a client: settings for them
    below their level would have no effect, and are refused.
    """
    mistakes: list[Mistake] = []
    sources: list[Source] = []
    unreadable = 0
    for file in inventory_files(Path(path), mistakes):
        text = read_text(file, mistakes)
        before = len(mistakes)
        root = compose(text, str(file), mistakes) if text is not None else None
        if text is None or (root is None and len(mistakes) > before):
            unreadable += 1
        elif root is not None and root.value is not None:
            sources.append(Source(str(file), root))
    read = [_shape(source, mistakes) for source in sources]
    merged = merge(sources, mistakes)
    for source in sources:
        mistakes.extend(secrets_in_clear(source.file, source.root))
    mistakes.extend(wrong_settings(merged, checks, host_checks, client_checks))
    mistakes.extend(disagreements(merged))
    if not unreadable:  # what is missing here may stand there
        mistakes.extend(broken_links(merged, platforms, checks))
        if not mistakes and not merged["hosts"] and not merged["sites"]:
            mistakes.append(Mistake(str(path), 1, "", _EMPTY))
    if mistakes:
        raise InventoryError(mistakes)
    return _inventory([shape for shape in read if shape])


def _shape(source: Source, mistakes: list[Mistake]) -> shapes.FileShape | None:
    if not isinstance(source.root.value, dict):
        sentence = f"an inventory is a block of keys: {', '.join(SECTIONS)}; perhaps a space after : is missing"
        mistakes.append(Mistake(source.file, source.root.line, "", sentence))
        return None
    try:
        folder = {FOLDER: Path(source.file).parent}
        return shapes.FileShape.model_validate_json(json.dumps(_data(source.root)), context=folder)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            at = tuple(part for part in one["loc"] if part != "[key]")
            line, _ = locate(source.root, at)
            mistakes.append(Mistake(source.file, line, key_path(at), explain(one, _SCHEMA)))
    return None


def _data(root: Node) -> dict[str, Any]:
    """What the shapes judge: without keys beginning with x-, and with empty blocks where nothing is written."""
    data = {key: plain(entry.node) for key, entry in entries(root).items() if not key.startswith("x-")}
    for section in ("clients", "hosts", "sites", "maintenance"):
        named = data.get(section)
        if named is None:
            data.pop(section, None)
        elif isinstance(named, dict):
            data[section] = {name: {} if entry is None else entry for name, entry in named.items()}
    return data


def _inventory(read: Sequence[shapes.FileShape]) -> Inventory:
    settings: dict[str, Mapping[str, Any]] = {}
    for shape in read:
        settings |= shapes.settings(shape.settings)
    brand = brand_shapes.brand([shape.brand for shape in read if shape.brand])
    services = service_shapes.services([shape.services for shape in read if shape.services])
    zone = services.zone
    rounds = schedule([shape.schedule for shape in read if shape.schedule], Schedule(zone=zone))
    sites = {name: one for shape in read for name, one in shape.sites.items()}
    clients = {name: shapes.client(name, one, zone, rounds) for shape in read for name, one in shape.clients.items()}
    return Inventory(
        clients=clients,
        hosts={name: shapes.host(name, one) for shape in read for name, one in shape.hosts.items()},
        sites={name: shapes.site(name, one, clients[one.client].schedule) for name, one in sites.items()},
        settings=settings,
        services=services,
        maintenance={name: window(name, one, zone) for shape in read for name, one in shape.maintenance.items()},
        brand=brand,
        report=reporting([shape.report for shape in read if shape.report], (), zone),
        schedule=rounds,
        service=service([shape.service for shape in read if shape.service]),
    )
