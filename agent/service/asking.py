"""A round that somebody asks the running service for, read and held against the inventory."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from agent.collect.plan import Selection
from agent.run import Agent
from agent.service.control import RefusedCommandError
from agent.service.rounds import RoundRequest
from inventory.mistakes import choices
from inventory.model import Client, Host, Site

PARTS = ("clients", "hosts", "sites", "tags", "checks")


def asked_for(asked: Mapping[str, Any], agent: Agent) -> RoundRequest:
    """The round; RefusedCommandError where it names what is not there."""
    inventory = agent.inventory
    tagged: list[Client | Host | Site] = [*inventory.clients.values(), *inventory.hosts.values()]
    tagged += inventory.sites.values()
    known = {
        "clients": set(inventory.clients),
        "hosts": set(inventory.hosts),
        "sites": set(inventory.sites),
        "tags": {tag for one in tagged for tag in one.tags},
        "checks": set(agent.registry.checks),
    }
    named = {}
    for part in PARTS:
        names = asked.get(part) or []
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise RefusedCommandError(f"{part} must be a list of names")
        for name in names:
            if name not in known[part]:
                raise RefusedCommandError(
                    f"{name}: there is none of that name among the {part}; {choices(name, known[part])}"
                )
        named[part] = frozenset(names)
    return RoundRequest(Selection(**named), _slot(asked.get("slot") or ""))


def _slot(text: object) -> str:
    """The name of a routine round, which begins with its day; "" where it is none."""
    if text == "":
        return ""
    if isinstance(text, str) and re.fullmatch(r"[0-9-]{10}[A-Za-z0-9:._-]{0,30}", text):
        try:
            date.fromisoformat(text[:10])
        except ValueError:
            pass
        else:
            return text
    raise RefusedCommandError("slot: begin with the day, as in 2026-12-31 or 2026-12-31T18")
