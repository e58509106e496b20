"""What the running service may be asked for."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent.service.asking import asked_for
from agent.service.control import Commands, RefusedCommandError, Reply
from agent.service.state import State

Parameters = Mapping[str, Any]


def commands(state: State) -> Commands:
    """By name, what each does to the service."""

    def run(asked: Parameters) -> Reply:
        if state.live.picture.draining:
            raise RefusedCommandError("the service is ending: no more rounds begin")
        state.rounds.asked.put(asked_for(asked, state.agent()))
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
        "run": run, "reload": reload, "status": lambda _: shown(state), "pause": pause, "resume": resume,
        "drain": drain,
    }  # fmt: skip


def shown(state: State) -> Reply:
    """How the service is, as JSON has it."""
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
        "overdue": list(state.pulse.overdue()),
        **{name: at.isoformat() if at else None for name, at in moments.items()},
    }
