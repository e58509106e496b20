"""What a delivery would send, as far as that is known without a look at any service."""

from collections.abc import Mapping
from typing import Any

from agent.clock import now
from agent.domain.messages import Action, Ledger, Message
from agent.integrations import harvest
from agent.integrations.zendesk import bodies
from agent.integrations.zendesk.api import TicketNow
from agent.mail.payload import preview
from agent.outbox.delivering import StoreLedger
from agent.store.store import Store
from inventory.services import Services
from reports.outbox import Previewed

Request = tuple[str, str, Mapping[str, Any]]
"""Method, path, JSON; of mail, SEND, the recipient, and its header fields."""


def previews(store: Store, services: Services) -> tuple[Previewed, ...]:
    """Every message that is due, as the request that it would make."""
    named = {"zendesk": services.zendesk, "harvest": services.harvest, "mail": services.mail}
    due = (one for name, service in named.items() if service for one in store.outbox.due(name, now()))
    ledger = StoreLedger(store)
    return tuple(Previewed(one.id, one.integration, *_request(one, ledger, services)) for one in due)


def _request(message: Message, ledger: Ledger, services: Services) -> Request:
    if message.action is Action.SEND and services.mail is not None:
        return "SEND", message.payload["to"]["email"], preview(message.payload, services.mail)
    if message.action in (Action.BOOK, Action.CORRECT):
        return _time_request(message, ledger)
    ticket, payload = ledger.ticket(message.row), message.payload
    if message.action is Action.OPEN:
        before = ledger.ticket(ticket.predecessor).number if ticket.predecessor else None
        return "POST", "/api/v2/tickets", bodies.opening(payload, (), before)
    at = now()
    unseen = TicketNow(id=ticket.number or 0, status="open", created_at=at, updated_at=at, priority="urgent")
    fields = {"solve": {"status": "solved"}, "reopen": {"status": "open"}}.get(payload["aim"], {})
    body = bodies.telling(payload, bodies.ref_of(message), (), unseen, bodies.Change(fields))
    return "PUT", f"/api/v2/tickets/{ticket.number or '(number)'}", body


def _time_request(message: Message, ledger: Ledger) -> Request:
    number, payload = ledger.entry(message.row).number, message.payload
    if message.action is Action.CORRECT and number is not None:
        return "PATCH", f"/v2/time_entries/{number}", harvest.durations(payload)
    return "POST", "/v2/time_entries", harvest.durations(payload) | harvest.identity(payload)
