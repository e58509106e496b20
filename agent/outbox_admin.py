"""The outbox's messages as they are shown."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from agent.clock import now
from agent.domain.messages import Action, Ledger, Message, Stage
from agent.integrations import harvest
from agent.integrations.smtp.delivery import preview
from agent.integrations.zendesk import delivery
from agent.integrations.zendesk.client import TicketNow
from agent.outbox.worker import StoreLedger
from agent.store.store import Store
from agent.tickets.payload import Desk, Estate
from inventory.model import Inventory
from inventory.services import Services
from reports.terminal.outbox import ListedMessage, Previewed


def listed(store: Store, stages: Collection[Stage]) -> tuple[ListedMessage, ...]:
    """The messages in these stages, the oldest first."""
    unfinished = store.outbox.messages((Stage.WAITING, Stage.PARKED))
    first = {one.stream: one.id for one in reversed(unfinished)}
    with store.reading() as (books, _):
        numbers = {one.id: one.number for one in books.all()}
    return tuple(_listed(one, first, numbers) for one in store.outbox.messages(stages))


def _listed(one: Message, first: Mapping[str, int], numbers: Mapping[int, int | None]) -> ListedMessage:
    ahead = first.get(one.stream)
    behind = ahead if one.stage is Stage.WAITING and ahead is not None and ahead < one.id else None
    return ListedMessage(
        one.id, one.integration, " ".join(_what(one, numbers)), one.stage.value, one.created_at, one.due_at,
        one.attempts, behind, one.trouble, one.remedy, one.outcome,
    )  # fmt: skip


def _what(one: Message, numbers: Mapping[int, int | None]) -> Iterator[str]:
    payload = one.payload
    if one.action is Action.OPEN:
        yield f"open a ticket: {payload['subject']}"
    elif one.action is Action.UPDATE:
        number = numbers.get(one.row)
        yield f"{payload['aim']} ticket #{number}" if number else f"{payload['aim']} a ticket that is not there yet"
    elif one.action is Action.SEND:
        whose = f"the report for {payload['client']}" if payload["client"] is not None else "the overview"
        yield f"send {whose} to {payload['to']['email']}"
    else:
        yield f"{one.action} {payload['hours']} h for {payload['client']} on {payload['spent_on']}"


def retry(store: Store, inventory: Inventory, numbers: Collection[int], at: datetime) -> tuple[int, ...]:
    """Have these messages tried by the next delivery; gives those of them that neither wait nor are stuck."""
    unknown = []
    for number in numbers:
        message = store.outbox.get(number)
        if message is None or message.stage not in (Stage.WAITING, Stage.PARKED):
            unknown.append(number)
        else:
            store.outbox.again(message, _readdressed(message, inventory), at)
    return tuple(unknown)


def _readdressed(message: Message, inventory: Inventory) -> Mapping[str, Any]:
    """What it says, to whom the inventory names today."""
    payload, services = message.payload, inventory.services
    client = inventory.clients.get(payload.get("client") or "")
    if message.action is Action.OPEN and services.zendesk is not None:
        desk = Desk(services.zendesk, Estate(inventory, {}, {}, {}))
        address = desk.address(payload["client"], managed=payload["managed"])
        organization = address["organization"] or payload["organization"]
        return {**payload, **address, "organization": organization if address["requester"] else None}
    if message.action in (Action.BOOK, Action.CORRECT) and client is not None and client.harvest is not None:
        task = client.harvest.task or (services.harvest.task if services.harvest else None)
        return {**payload, "project": client.harvest.project, "task": task or payload["task"]}
    return payload


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
        return "POST", "/api/v2/tickets", delivery.opening(payload, (), before)
    at = now()
    unseen = TicketNow(id=ticket.number or 0, status="open", created_at=at, updated_at=at, priority="urgent")
    fields = {"solve": {"status": "solved"}, "reopen": {"status": "open"}}.get(payload["aim"], {})
    body = delivery.telling(payload, delivery.ref_of(message), (), unseen, delivery.Change(fields))
    return "PUT", f"/api/v2/tickets/{ticket.number or '(number)'}", body


def _time_request(message: Message, ledger: Ledger) -> Request:
    number, payload = ledger.entry(message.row).number, message.payload
    if message.action is Action.CORRECT and number is not None:
        return "PATCH", f"/v2/time_entries/{number}", harvest.durations(payload)
    return "POST", "/v2/time_entries", harvest.durations(payload) | harvest.identity(payload)
