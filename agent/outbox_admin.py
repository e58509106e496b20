"""The outbox for the commands: listing, retry and preview of messages."""

from collections.abc import Collection, Mapping
from datetime import datetime

from agent.clock import now
from agent.domain.messages import Message, Stage
from agent.domain.payloads import MailPayload, OpenTicket, PrunedMail, TimeEntryPayload, UpdateTicket
from agent.integrations.registry import outbox_integrations
from agent.outbox.worker import SqlDeliveryStore
from agent.store.store import Store
from inventory.model import Inventory
from inventory.services import Services
from reports.terminal.outbox import ListedMessage, MessagePreview


def list_messages(store: Store, stages: Collection[Stage]) -> tuple[ListedMessage, ...]:
    """Return the messages in these stages for people, oldest first."""
    unfinished = store.outbox.messages((Stage.WAITING, Stage.PARKED))
    first = {one.stream: one.id for one in reversed(unfinished)}
    with store.reading() as (repository, _):
        numbers = {one.id: one.number for one in repository.all()}
    return tuple(_listed(one, first, numbers) for one in store.outbox.messages(stages))


def _listed(one: Message, first: Mapping[str, int], numbers: Mapping[int, int | None]) -> ListedMessage:
    ahead = first.get(one.stream)
    behind = ahead if one.stage is Stage.WAITING and ahead is not None and ahead < one.id else None
    return ListedMessage(
        one.id, one.integration, _what(one, numbers), one.stage.value, one.created_at, one.due_at,
        one.attempts, behind, one.trouble, one.remedy, one.outcome,
    )  # fmt: skip


def _what(one: Message, numbers: Mapping[int, int | None]) -> str:
    match one.payload:
        case OpenTicket(subject=subject):
            return f"open a ticket: {subject}"
        case UpdateTicket(aim=aim):
            number = numbers.get(one.row)
            return f"{aim} ticket #{number}" if number else f"{aim} a ticket that is not there yet"
        case MailPayload(client=client, to=to) | PrunedMail(client=client, to=to):
            whose = f"the report for {client}" if client is not None else "the overview"
            return f"send {whose} to {to.email}"
        case TimeEntryPayload(client=client, hours=hours, spent_on=spent_on):
            return f"{one.action} {hours} h for {client} on {spent_on}"


def retry(store: Store, inventory: Inventory, numbers: Collection[int], at: datetime) -> tuple[int, ...]:
    """Make these messages due now, addressed by the present inventory.

    Returns the numbers that are neither waiting nor parked.
    """
    named = outbox_integrations(inventory.services)
    unknown = []
    for number in numbers:
        message = store.outbox.get(number)
        if message is None or message.stage not in (Stage.WAITING, Stage.PARKED):
            unknown.append(number)
            continue
        integration = named.get(message.integration)
        says = (integration.readdress(message, inventory) if integration else message).payload
        store.outbox.requeue(message, says, at)
    return tuple(unknown)


def build_previews(store: Store, services: Services) -> tuple[MessagePreview, ...]:
    """Return every due message as the request that it would send."""
    delivery_store = SqlDeliveryStore(store)
    named = outbox_integrations(services)
    due = [one for name in named for one in store.outbox.due(name, now())]
    requests = [named[one.integration].preview(one, delivery_store) for one in due]
    return tuple(
        MessagePreview(one.id, one.integration, request.method, request.path, request.body)
        for one, request in zip(due, requests, strict=True)
    )
