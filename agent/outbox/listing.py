"""The outbox's messages as they are shown."""

from collections.abc import Collection, Iterator, Mapping

from agent.domain.messages import Action, Message, Stage
from agent.store.store import Store
from reports.outbox import ListedMessage


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
