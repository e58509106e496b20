"""Tickets opened once, and told once, whatever fails and whenever this process ends."""

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
    """How a ticket's fields are changed with a comment, and what the comment says about that."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""


def opening(payload: OpenTicket, uploads: Sequence[str], predecessor: TicketNow | int | None) -> dict[str, Any]:
    """A new ticket. `predecessor` is a closed one that it follows up, or the number of one that is named only."""
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
    """A comment on a ticket, and a change of it, if nobody else has changed it since `now`."""
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
    """The bytes as they are sent, the same whenever they are made from the same."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _comment(html: str, public: bool, uploads: Sequence[str]) -> dict[str, Any]:
    return {"html_body": html, "public": public, **({"uploads": list(uploads)} if uploads else {})}


KEY_LIFE = timedelta(minutes=110)
"""How long a key is relied on: Zendesk forgets it after two hours."""
UPLOAD_LIFE = timedelta(minutes=50)
"""How long a file that was handed in is relied on: Zendesk forgets it after an hour."""
SKEW = timedelta(minutes=5)
"""How far Zendesk's clock and ours may differ."""
DAILY = timedelta(days=1)
"""How often a ticket gets a comment, unless its problem gets worse."""
ATTEMPTS = 3
"""How often an update is made anew because somebody else changed the ticket meanwhile."""

_OVER = frozenset({"solved", "closed"})
_WONT_FIX = re.compile(r"siterounds[-_]wont[-_]fix(?:[-_]until[-_](\d{4})[-_](\d{2})[-_](\d{2}))?")


class ZendeskDelivery:
    """A session in which tickets are opened and commented on."""

    name = "zendesk"

    def __init__(self, api: ZendeskClient) -> None:
        """Deliver through this session."""
        self._api = api

    def close(self) -> None:
        """End its connections."""
        self._api.__exit__()

    def deliver(self, message: Message, store: DeliveryStore) -> Delivered | Postponed:
        """Have a ticket opened or told, once; raises ServiceError, SupersededError."""
        if isinstance(message.payload, OpenTicket):
            return self._open(message, message.payload, store)
        return self._tell(message, payload_of(message, UpdateTicket), store)

    def _open(self, message: Message, payload: OpenTicket, store: DeliveryStore) -> Delivered:
        """Look, then create: what was created before, by whomever of us, is found by its external id."""
        external_id = payload.external_id
        if found := self._ours(message, external_id, store):
            return Delivered(f"ticket #{found.id}, which was there", found.id, found.submitter_id)
        life = UPLOAD_LIFE if payload.attachment else KEY_LIFE
        if message.body is not None and message.tried_at and now() - message.tried_at < life:
            key, body = message.key, message.body
        else:
            key, body = key_of(message, external_id), self._opening(message, payload, store)
        message = store.mark_sending(message, key, body)
        try:
            made = self._api.create(body, key)
        except PermanentError as error:
            if error.code == 409:
                raise UnknownOutcomeError(error.reason, after=10.0) from error
            if error.name == "IdempotentRequestError":
                raise UnknownOutcomeError(f"{error.reason}: it will be looked for") from error
            raise
        return Delivered(f"ticket #{made.id}", made.id, made.submitter_id)

    def _ours(self, message: Message, external_id: str, store: DeliveryStore) -> TicketNow | None:
        """The ticket that a lost try, or a lost store of ours, has made.

        One that is over and older than the message is none: nobody who solved it knows of what the message tells.
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
        """A ticket as it is; None where it was deleted."""
        try:
            return self._api.show(number)
        except PermanentError as error:
            if error.code != 404:
                raise
            return None

    def _tell(self, message: Message, payload: UpdateTicket, store: DeliveryStore) -> Delivered | Postponed:
        """Look what people did, then comment: if nobody changes the ticket in between, and if it is not there yet."""
        ticket, at = store.ticket(message.row), now()
        if ticket.number is None:  # what would have opened it comes before this message, and was dropped
            return _gone(payload, "somebody has dropped the ticket itself")
        if waits := _until_tomorrow(message, payload, ticket, at):
            return waits
        refused: FieldChange | None = None
        for _ in range(ATTEMPTS):
            current = self._now(ticket.number)
            if current is None:
                return _gone(payload, f"#{ticket.number} was deleted")
            if self._has_it(message, current):  # whatever people did with it afterwards
                return Delivered(f"comment on #{current.id}, which was there", commented=True)
            if decided := _people_decided(payload, current, at):
                return decided
            said = self._say(message, store, current, refused or _change(payload, ticket, current))
            if isinstance(said, Delivered):
                return said
            message = store.reload(message)
            if said.code == 422:
                refused = FieldChange({}, f"It could not be changed: {said.reason}")
        raise TransientError(f"others keep changing #{ticket.number}", after=60.0)

    def _say(
        self, message: Message, store: DeliveryStore, current: TicketNow, change: FieldChange
    ) -> Delivered | PermanentError:
        """Comment on a ticket; the refusal where it is worth another try: the ticket has changed, or may not be so."""
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
        """Whether a ticket takes nothing any more."""
        ticket = self._now(number)
        return ticket is None or ticket.status == "closed"

    def _has_it(self, message: Message, current: TicketNow) -> bool:
        """Whether it was said before: by a try whose outcome was lost, or by a store that was since restored."""
        if not message.uncertain and current.updated_at < message.created_at - SKEW:
            return False
        since = (message.tried_at or message.created_at) - DAILY  # one of both clocks may be wrong by hours
        mark = marker(message.key or ref_of(message))
        return any(mark in one.html_body or mark in one.body for one in self._api.comments(current.id, since))


def _until_tomorrow(message: Message, payload: UpdateTicket, ticket: Ticket, at: datetime) -> Postponed | None:
    if message.uncertain or payload.urgent or ticket.commented_at is None:
        return None
    tomorrow = ticket.commented_at + DAILY
    if at >= tomorrow:
        return None
    return Postponed(tomorrow, "a ticket gets one comment a day, unless its problem gets worse")


def _people_decided(payload: UpdateTicket, current: TicketNow, at: datetime) -> Delivered | Postponed | None:
    """What follows from what people did with the ticket; None where we may go on."""
    if current.status == "closed":
        return _gone(payload, f"#{current.id} is closed")
    if payload.aim is TicketAction.SOLVE:
        return None
    for tag in current.tags:
        if match := _WONT_FIX.fullmatch(tag):
            until = _midnight(match)
            if until is None:
                return Delivered(f"nothing: the tag {tag} on #{current.id} says that it will not be mended")
            if until > at:
                return Postponed(until, f"the tag {tag} on #{current.id} says that it will not be mended until then")
    return None


def _midnight(match: re.Match[str]) -> datetime | None:
    try:
        return datetime.combine(date(*map(int, match.groups())), time(), UTC)
    except (TypeError, ValueError):  # no day, or none of any calendar: it holds without end
        return None


def _gone(payload: UpdateTicket, why: str) -> Delivered:
    """A ticket that takes no comment any more is left alone, unless there is news that needs somebody."""
    if payload.follow_up and (payload.urgent or payload.aim is TicketAction.REOPEN or payload.tags):
        return Delivered(f"{why}: another ticket follows", follow_up=payload.follow_up)
    return Delivered(f"nothing: {why}")


def _change(payload: UpdateTicket, ticket: Ticket, current: TicketNow) -> FieldChange:
    """How the ticket itself is changed, and what is said about it; what people do with it goes before."""
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
