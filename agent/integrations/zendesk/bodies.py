"""The JSON that Zendesk is sent."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import escape

from agent.domain.messages import Message
from agent.domain.tickets import higher
from agent.integrations.zendesk.api import TicketNow

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """How a ticket's fields are changed with a comment, and what the comment says about that."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""


def opening(payload: Payload, uploads: Sequence[str], predecessor: TicketNow | int | None) -> dict[str, Any]:
    """A new ticket. `predecessor` is a closed one that it follows up, or the number of one that is named only."""
    html = payload["html"]
    follows = predecessor.id if isinstance(predecessor, TicketNow) and predecessor.status == "closed" else None
    if predecessor is not None and follows is None:
        html += f"\n<p>It was there before: #{predecessor if isinstance(predecessor, int) else predecessor.id}</p>"
    ticket = {
        "subject": payload["subject"],
        "comment": _comment(html, payload["public"], uploads),
        "external_id": payload["external_id"],
        "type": payload["type"],
        "priority": payload["priority"],
        "tags": payload["tags"],
        "custom_fields": [{"id": int(number), "value": value} for number, value in payload["fields"].items()],
        "organization_id": payload["organization"],
        "requester_id": payload["requester"],
        "group_id": payload["group"],
        "assignee_id": payload["assignee"],
        "brand_id": payload["brand"],
        "ticket_form_id": payload["form"],
        "via_followup_source_id": follows,
    }
    return {"ticket": {name: value for name, value in ticket.items() if value not in (None, [])}}


def telling(payload: Payload, ref: str, uploads: Sequence[str], now: TicketNow, change: Change) -> dict[str, Any]:
    """A comment on a ticket, and a change of it, if nobody else has changed it since `now`."""
    said = (payload["html"], f"<p>{escape(change.remark)}</p>" if change.remark else "", f"<p>{marker(ref)}</p>")
    raised = payload.get("priority") if higher(payload.get("priority"), now.priority) else None
    return {
        "ticket": {
            "comment": _comment("\n".join(filter(None, said)), payload["public"], uploads),
            **({"priority": raised} if raised else {}),
            **change.fields,
            "safe_update": True,
            "updated_stamp": now.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    }


def marker(ref: str) -> str:
    """What stands in a comment, so that it is recognised."""
    return f"siterounds message {ref}"


def ref_of(message: Message) -> str:
    """What a comment is recognised by: the message that it comes from, of whichever store."""
    written = f"{message.stream} {message.id} {message.created_at.isoformat()}"
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def key_of(message: Message, external_id: str) -> str:
    """The Idempotency-Key of a creation: another one for each time that it has to begin anew."""
    begun = f"{external_id} {message.stream} {message.id} {message.created_at.isoformat()} {message.attempts}"
    return f"siterounds-{hashlib.sha256(begun.encode()).hexdigest()}"


def encoded(body: Mapping[str, Any]) -> bytes:
    """The bytes as they are sent, the same whenever they are made from the same."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _comment(html: str, public: bool, uploads: Sequence[str]) -> dict[str, Any]:
    return {"html_body": html, "public": public, **({"uploads": list(uploads)} if uploads else {})}
