"""Messages tried once more after a person has mended what was wrong, in the inventory or in the service."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from agent.domain.messages import Action, Message, Stage
from agent.store.store import Store
from agent.tickets.payload import Desk
from agent.tickets.problems import Estate
from inventory.model import Inventory


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
