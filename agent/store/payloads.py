"""Conversions between payloads of messages and the JSON objects that the store keeps."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from agent.domain.errors import StoreError
from agent.domain.messages import Action, Stage
from agent.domain.payloads import MailPayload, OpenTicket, Payload, PrunedMail, TimeEntryPayload, UpdateTicket

_TYPES: Mapping[Action, type[Payload]] = {
    Action.OPEN: OpenTicket,
    Action.UPDATE: UpdateTicket,
    Action.BOOK: TimeEntryPayload,
    Action.CORRECT: TimeEntryPayload,
    Action.SEND: MailPayload,
}
_ADAPTERS: Mapping[type[Payload], TypeAdapter[Any]] = {
    one: TypeAdapter(one) for one in (*dict.fromkeys(_TYPES.values()), PrunedMail)
}


def to_json(payload: Payload) -> dict[str, Any]:
    """Return the JSON object that a payload is stored as."""
    data: dict[str, Any] = _ADAPTERS[type(payload)].dump_python(payload, mode="json")
    return data


def from_json(text: str, row: Mapping[Any, Any]) -> Payload:
    """Return the payload of a row; `row` has its `id`, `action` and `stage`.

    A mail that was delivered or dropped may be pruned. Raises StoreError, which names the row, if it is invalid.
    """
    try:
        action, stage = Action(row["action"]), Stage(row["stage"])
    except ValueError as error:
        raise _unreadable(row, str(error)) from error
    pruned = action is Action.SEND and stage in (Stage.DELIVERED, Stage.DROPPED)
    for kind in (_TYPES[action], *([PrunedMail] if pruned else [])):
        try:
            return _ADAPTERS[kind].validate_json(text)  # type: ignore[no-any-return]
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    raise _unreadable(row, f"{'.'.join(map(str, first['loc'])) or action}: {first['msg']}")


def _unreadable(row: Mapping[Any, Any], why: str) -> StoreError:
    return StoreError(
        f"message #{row['id']} in the store cannot be read ({why}): "
        f"do by hand what it is for and say `siterounds outbox drop {row['id']}`, or restore the store from its backup"
    )
