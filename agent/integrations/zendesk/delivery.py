"""The delivery of tickets: opened once, and each comment added once, even if a request or this process fails midway."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from markupsafe import escape

from agent.clock import now
from agent.domain.errors import PermanentError, TransientError, UnknownOutcomeError
from agent.domain.messages import Delivered, DeliveryStore, Message, Postponed
from agent.domain.payloads import OpenTicket, UpdateTicket
from agent.domain.tickets import Ticket, TicketAction, higher
from agent.integrations.protocol import payload_of
from agent.integrations.zendesk.client import TicketNow, ZendeskClient


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A change of a ticket's fields, and the remark about it in the comment."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""


def opening(payload: OpenTicket, uploads: Sequence[str], predecessor: TicketNow | int | None) -> dict[str, Any]:
    """Return the request body of a new ticket. `predecessor` is the closed ticket that it follows, or just a number."""
    html = payload.html
    follows = predecessor.id if isinstance(predecessor, TicketNow) and predecessor.status == "closed" else None
    if predecessor is not None and follows is None:
        html += f"\n<p>It was there before: #{predecessor if isinstance(predecessor, int) else predecessor.id}</p>"
    ticket = {
        "subject": payload.subject,
        "comment": _comment(html, payload.public, uploads),
        "external_id": payload.external_id,
        "type": payload.type,
        "priority": payload.priority,
        "tags": list(payload.tags),
        "custom_fields": [{"id": number, "value": value} for number, value in payload.fields.items()],
        "organization_id": payload.organization,
        "requester_id": payload.requester,
        "group_id": payload.group,
        "assignee_id": payload.assignee,
        "brand_id": payload.brand,
        "ticket_form_id": payload.form,
        "via_followup_source_id": follows,
    }
    return {"ticket": {name: value for name, value in ticket.items() if value not in (None, [])}}


def telling(
    payload: UpdateTicket, ref: str, uploads: Sequence[str], now: TicketNow, change: FieldChange
) -> dict[str, Any]:
    """Return the request body of an update, which Zendesk rejects if the ticket was changed since `now`."""
    said = (payload.html, f"<p>{escape(change.remark)}</p>" if change.remark else "", f"<p>{marker(ref)}</p>")
    raised = payload.priority if higher(payload.priority, now.priority) else None
    return {
        "ticket": {
            "comment": _comment("\n".join(filter(None, said)), payload.public, uploads),
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
    """Return the JSON bytes of a body; equal bodies give equal bytes."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _comment(html: str, public: bool, uploads: Sequence[str]) -> dict[str, Any]:
    return {"html_body": html, "public": public, **({"uploads": list(uploads)} if uploads else {})}


KEY_LIFE = timedelta(minutes=110)
"""How long an idempotency key is relied on; Zendesk forgets it after two hours."""
UPLOAD_LIFE = timedelta(minutes=50)
"""How long an upload is relied on; Zendesk forgets it after an hour."""
SKEW = timedelta(minutes=5)
"""How far Zendesk's clock and ours may differ."""
DAILY = timedelta(days=1)
"""Time between two comments on a ticket, unless its problem worsens."""
ATTEMPTS = 3
"""How often an update is built again because somebody else changed the ticket meanwhile."""

_OVER = frozenset({"solved", "closed"})
_WONT_FIX = re.compile(r"siterounds[-_]wont[-_]fix(?:[-_]until[-_](\d{4})[-_](\d{2})[-_](\d{2}))?")


class ZendeskDelivery:
    """A session in which tickets are opened and commented on."""

    name = "zendesk"

    def __init__(self, api: ZendeskClient) -> None:
        """Deliver through this client."""
        self._api = api

    def close(self) -> None:
        """Close the connections."""
        self._api.__exit__()

    def deliver(self, message: Message, store: DeliveryStore) -> Delivered | Postponed:
        """Open or update a ticket, effectively once. Raises ServiceError, SupersededError."""
        if isinstance(message.payload, OpenTicket):
            return self._open(message, message.payload, store)
        return self._update(message, payload_of(message, UpdateTicket), store)

    def _open(self, message: Message, payload: OpenTicket, store: DeliveryStore) -> Delivered:
        """Look the ticket up by its external id, then create it: an earlier attempt of ours may have done so."""
        external_id = payload.external_id
        if found := self._existing(message, external_id, store):
            return Delivered(f"ticket #{found.id}, which was there", found.id, found.submitter_id)
        life = UPLOAD_LIFE if payload.attachment else KEY_LIFE
        if message.body is not None and message.tried_at and now() - message.tried_at < life:
            key, body = message.key, message.body
        else:
            key, body = key_of(message, external_id), self._opening(message, payload, store)
        message = store.mark_sending(message, key, body)
        try:
            created = self._api.create(body, key)
        except PermanentError as error:
            if error.code == 409:
                raise UnknownOutcomeError(error.reason, after=10.0) from error
            if error.name == "IdempotentRequestError":
                raise UnknownOutcomeError(f"{error.reason}: it will be looked for") from error
            raise
        return Delivered(f"ticket #{created.id}", created.id, created.submitter_id)

    def _existing(self, message: Message, external_id: str, store: DeliveryStore) -> TicketNow | None:
        """Return the ticket created by an attempt without a response, or by a store that was lost. None means none.

        A solved ticket older than the message does not count: who solved it cannot have known the message.
        """
        known = store.known(external_id)
        since = message.created_at - SKEW
        for ticket in self._api.find(external_id):
            if ticket.id not in known and (ticket.status not in _OVER or ticket.created_at >= since):
                return ticket
        return None

    def _opening(self, message: Message, payload: OpenTicket, store: DeliveryStore) -> bytes:
        before = store.ticket(message.row).predecessor
        number = store.ticket(before).number if before else None
        predecessor = self._now(number) if number else None
        uploads = self._uploads(payload)
        return encoded(opening(payload, uploads, predecessor or number))

    def _uploads(self, payload: OpenTicket | UpdateTicket) -> tuple[str, ...]:
        return (self._api.upload("evidence.txt", payload.attachment),) if payload.attachment else ()

    def _now(self, number: int) -> TicketNow | None:
        """Return a ticket as it is now. None means that it was deleted."""
        try:
            return self._api.show(number)
        except PermanentError as error:
            if error.code != 404:
                raise
            return None

    def _update(self, message: Message, payload: UpdateTicket, store: DeliveryStore) -> Delivered | Postponed:
        """Read the ticket, decide by what people did with it, then add the comment unless it is already there."""
        ticket, at = store.ticket(message.row), now()
        if ticket.number is None:  # what would have opened it comes before this message, and was dropped
            return _not_commentable(payload, "somebody has dropped the ticket itself")
        if waits := _postponed_by_daily_limit(message, payload, ticket, at):
            return waits
        refused: FieldChange | None = None
        for _ in range(ATTEMPTS):
            current = self._now(ticket.number)
            if current is None:
                return _not_commentable(payload, f"#{ticket.number} was deleted")
            if self._comment_exists(message, current):  # whatever people did with it afterwards
                return Delivered(f"comment on #{current.id}, which was there", commented=True)
            if decided := _decided_by_people(payload, current, at):
                return decided
            said = self._add_comment(message, store, current, refused or _change(payload, ticket, current))
            if isinstance(said, Delivered):
                return said
            message = store.reload(message)
            if said.code == 422:
                refused = FieldChange({}, f"It could not be changed: {said.reason}")
        raise TransientError(f"others keep changing #{ticket.number}", after=60.0)

    def _add_comment(
        self, message: Message, store: DeliveryStore, current: TicketNow, change: FieldChange
    ) -> Delivered | PermanentError:
        """Add a comment. Returns the error if another attempt may help: the ticket changed, or a field was rejected."""
        try:
            self._comment(message, store, current, change)
        except PermanentError as error:
            if error.code in (404, 409) or (error.code == 422 and (change.fields or self._ended(current.id))):
                return error
            raise
        return Delivered(f"comment on #{current.id}" + (f". {change.remark}" if change.remark else ""), commented=True)

    def _comment(self, message: Message, store: DeliveryStore, current: TicketNow, change: FieldChange) -> None:
        payload = payload_of(message, UpdateTicket)
        tags = [tag for tag in payload.tags if tag not in current.tags]
        if tags:
            self._api.add_tags(current.id, tags)
            current = self._api.show(current.id)
        ref = ref_of(message)
        body = encoded(telling(payload, ref, self._uploads(payload), current, change))
        store.mark_sending(message, ref, body)
        self._api.update(current.id, body)

    def _ended(self, number: int) -> bool:
        """Whether a ticket accepts no more comments."""
        ticket = self._now(number)
        return ticket is None or ticket.status == "closed"

    def _comment_exists(self, message: Message, current: TicketNow) -> bool:
        """Whether the comment exists: from an attempt without a response, or from before a store was restored."""
        if not message.uncertain and current.updated_at < message.created_at - SKEW:
            return False
        since = (message.tried_at or message.created_at) - DAILY  # one of both clocks may be wrong by hours
        mark = marker(message.key or ref_of(message))
        return any(mark in one.html_body or mark in one.body for one in self._api.comments(current.id, since))


def _postponed_by_daily_limit(
    message: Message, payload: UpdateTicket, ticket: Ticket, at: datetime
) -> Postponed | None:
    if message.uncertain or payload.urgent or ticket.commented_at is None:
        return None
    tomorrow = ticket.commented_at + DAILY
    if at >= tomorrow:
        return None
    return Postponed(tomorrow, "a ticket gets one comment a day, unless its problem gets worse")


def _decided_by_people(payload: UpdateTicket, current: TicketNow, at: datetime) -> Delivered | Postponed | None:
    """Return the result that people's changes of the ticket lead to. None means that the comment may be added."""
    if current.status == "closed":
        return _not_commentable(payload, f"#{current.id} is closed")
    if payload.aim is TicketAction.SOLVE:
        return None
    for tag in current.tags:
        if match := _WONT_FIX.fullmatch(tag):
            until = _midnight(match)
            if until is None:
                return Delivered(f"nothing: the tag {tag} on #{current.id} says that it will not be fixed")
            if until > at:
                return Postponed(until, f"the tag {tag} on #{current.id} says that it will not be fixed until then")
    return None


def _midnight(match: re.Match[str]) -> datetime | None:
    try:
        return datetime.combine(date(*map(int, match.groups())), time(), UTC)
    except (TypeError, ValueError):  # no date, or an invalid one: it holds without end
        return None


def _not_commentable(payload: UpdateTicket, why: str) -> Delivered:
    """Return the result for a ticket that accepts no comments: a follow-up only if there is urgent news."""
    if payload.follow_up and (payload.urgent or payload.aim is TicketAction.REOPEN or payload.tags):
        return Delivered(f"{why}: another ticket follows", follow_up=payload.follow_up)
    return Delivered(f"nothing: {why}")


def _change(payload: UpdateTicket, ticket: Ticket, current: TicketNow) -> FieldChange:
    """Return the change of the ticket's fields and the remark about it; people's own changes take precedence."""
    if payload.aim is TicketAction.SOLVE and current.status != "solved":
        if current.status == "hold":
            return FieldChange({}, "It is on hold, so it is left as it is.")
        if current.assignee_id not in (None, ticket.submitter):
            return FieldChange({}, "It is assigned to somebody, who may close it.")
        taken = {"assignee_id": ticket.submitter} if current.assignee_id is None and ticket.submitter else {}
        return FieldChange({"status": "solved", **taken})
    if current.status == "solved" and (payload.aim is TicketAction.REOPEN or payload.urgent):
        return FieldChange({"status": "open"})
    return FieldChange()
