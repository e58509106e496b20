"""Shows the outbox, previews of its requests, and the connections to services, for a terminal and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.text import Text

STYLES = {"waiting": "cyan", "delivered": "green", "parked": "bold red", "dropped": "dim"}
SYMBOLS = {"waiting": "…", "delivered": "✓", "parked": "✗", "dropped": "-"}


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """One message of the outbox."""

    id: int
    service: str
    what: str  # "open a ticket: [CRITICAL] …"
    stage: Literal["waiting", "delivered", "parked", "dropped"]
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    behind: int | None = None  # the message that has to be delivered before it
    trouble: str = ""
    remedy: str = ""
    outcome: str = ""


_listed = TypeAdapter(tuple[ListedMessage, ...])


def outbox_json(messages: Iterable[ListedMessage]) -> str:
    """Return the connections as JSON."""
    return _listed.dump_json(tuple(messages), indent=2).decode()


def outbox_view(messages: Sequence[ListedMessage], now: datetime) -> RenderableType:
    """Messages, each with what it is and where it stands."""
    if not messages:
        return Text("Nothing waits.")
    parts: list[RenderableType] = []
    for one in messages:
        text = Text(f"#{one.id} {SYMBOLS[one.stage]} {one.stage}", style=STYLES[one.stage])
        parts.append(text.append(f"  {one.service}: {one.what}", style="default"))
        parts += [Text(f"    {line}") for line in _lines(one, now)]
        if one.remedy:
            parts.append(Text(f"    → {one.remedy}", style="cyan"))
    return Group(*parts)


def _lines(one: ListedMessage, now: datetime) -> Iterable[str]:
    if one.outcome:
        yield one.outcome
    if one.behind is not None:
        yield f"waits for #{one.behind}"
    tried = f" ({_times(one.attempts)})" if one.attempts else ""
    if one.trouble:
        yield f"{one.trouble}{tried}"
    if one.stage == "waiting" and one.behind is None and one.due_at > now:
        yield f"next try at {one.due_at:%Y-%m-%d %H:%M} UTC"


def _times(count: int) -> str:
    return "sent once" if count == 1 else f"sent {count} times"


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """The request that a message would send."""

    id: int
    service: str
    method: str
    path: str
    body: Mapping[str, Any]


_previews = TypeAdapter(tuple[MessagePreview, ...])


def previews_json(previews: Iterable[MessagePreview]) -> str:
    """Return the requests as JSON."""
    return _previews.dump_json(tuple(previews), indent=2).decode()


def previews_view(previews: Sequence[MessagePreview]) -> RenderableType:
    """Return the requests for a terminal."""
    if not previews:
        return Text("Nothing is due.")
    parts: list[RenderableType] = []
    for one in previews:
        parts.append(Text(f"#{one.id} {one.service}: {one.method} {one.path}", style="bold"))
        parts += [Text(f"    {line}") for line in TypeAdapter(Any).dump_json(one.body, indent=2).decode().splitlines()]
    return Group(*parts)


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """The answer of a service to a first request; `troubles` lists what to fix."""

    service: str
    url: str
    said: str
    troubles: tuple[str, ...] = ()
    well: bool = True


_statuses = TypeAdapter(tuple[ConnectionStatus, ...])


def services_json(statuses: Sequence[ConnectionStatus]) -> str:
    """Return the connections as JSON."""
    return _statuses.dump_json(tuple(statuses), indent=2).decode()


def services_view(statuses: Sequence[ConnectionStatus]) -> RenderableType:
    """Return one line for each service, and one for each thing to fix."""
    parts: list[RenderableType] = []
    for one in statuses:
        sign = Text("✓ " if one.well else "✗ ", style="green" if one.well else "bold red")
        parts.append(sign.append(f"{one.service} {one.url}: {one.said}", style="default"))
        parts += [Text(f"    → {trouble}", style="cyan") for trouble in one.troubles]
    return Group(*parts) if parts else Text("The inventory names no service: write services: into it.")
