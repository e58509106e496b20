"""The commands that the running service accepts over its control socket."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from agent.collect.plan import Selection
from agent.run import RoundContext
from agent.service.control_socket import Commands, RefusedCommandError, Reply
from agent.service.daemon import Daemon
from agent.service.jobs import RoundRequest
from inventory.errors import suggest
from inventory.model import Client, Host, Site

PARTS = ("clients", "hosts", "sites", "tags", "checks")


def round_request(asked: Mapping[str, Any], agent: RoundContext) -> RoundRequest:
    """Return the requested round. Raises RefusedCommandError if it names what does not exist."""
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
                    f"{name}: there is none of that name among the {part}; {suggest(name, known[part])}"
                )
        named[part] = frozenset(names)
    return RoundRequest(Selection(**named), _slot(asked.get("slot") or ""))


def _slot(text: object) -> str:
    """Return the slot of a routine round, which begins with its day; "" means that it is none."""
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


Parameters = Mapping[str, Any]


def commands(state: Daemon) -> Commands:
    """Return the commands by name."""

    def run(asked: Parameters) -> Reply:
        if state.live.picture.draining:
            raise RefusedCommandError("the service is ending: no more rounds begin")
        state.rounds.asked.put(round_request(asked, state.agent()))
        running = state.live.picture.running
        state.look()
        after = " once the one that runs has ended" if any(what.startswith("round") for what in running) else ""
        return {"says": f"the round begins{after}"}

    def reload(_: Parameters) -> Reply:
        if mistakes := state.reload():
            raise RefusedCommandError("\n".join([*mistakes, "The inventory was not taken; the old one goes on."]))
        inventory = state.agent().inventory
        return {"says": f"read anew: {len(inventory.clients)} clients, {len(inventory.sites)} sites"}

    def pause(_: Parameters) -> Reply:
        state.pause(True)
        return {"says": "paused: what runs goes on to its end, and nothing else begins until it is resumed"}

    def resume(_: Parameters) -> Reply:
        state.pause(False)
        return {"says": "resumed: what was due meanwhile is made now"}

    def drain(_: Parameters) -> Reply:
        state.live.change(draining=True)
        state.woken()
        return {"says": "the service ends once what runs has ended"}

    return {
        "run": run, "reload": reload, "status": lambda _: encode_reply(state), "pause": pause, "resume": resume,
        "drain": drain,
    }  # fmt: skip


def encode_reply(state: Daemon) -> Reply:
    """Return the service's status as JSON."""
    picture = state.live.picture
    moments: Mapping[str, datetime | None] = {
        "started_at": picture.started_at, "ticked_at": picture.ticked_at, "next_due": picture.next_due,
        "loaded_at": picture.loaded_at,
    }  # fmt: skip
    return {
        "says": state.status(),
        "paused": picture.paused,
        "draining": picture.draining,
        "running": {what: since.isoformat() for what, since in picture.running.items()},
        "next_what": picture.next_what,
        "mistakes": list(picture.mistakes),
        "overdue": list(state.pulse.expired()),
        **{name: at.isoformat() if at else None for name, at in moments.items()},
    }
