"""The delivery of time entries: booked once and corrected in place, even if a request or this process fails midway."""

import json
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, StrictBool, ValidationError

from agent.domain.errors import PermanentError, TransientError, UnknownOutcomeError
from agent.domain.messages import Action, Delivered, DeliveryStore, Message
from agent.domain.payloads import TimeEntryPayload
from agent.integrations.harvest.client import general
from agent.integrations.http import ApiResponse, HttpClient
from agent.integrations.protocol import payload_of
from inventory.services import Harvest

DAY = 24 * 60
"""Minutes of a day; no entry extends beyond its day."""

_LOCKED = (
    "have the period or the project opened again in Harvest and say `siterounds outbox retry {id}`, "
    "or book it there by hand and say `siterounds outbox drop {id}`"
)


class EntryNow(BaseModel):
    """A time entry as Harvest shows it."""

    class Reference(BaseModel):
        """The external reference that we gave it."""

        id: str | None = None

    id: int
    hours: Decimal
    notes: str | None = None
    is_locked: bool = False
    locked_reason: str | None = None
    is_closed: bool = False
    is_billed: bool = False
    is_running: bool = False
    external_reference: Reference | None = None

    @property
    def locked(self) -> str:
        """Return why it cannot be changed; "" means that it can."""
        if self.is_billed:
            return "it is invoiced"
        if self.is_closed:
            return "it is approved"
        return (self.locked_reason or "it is locked") if self.is_locked else ""


class _Company(BaseModel):
    """The time-keeping settings of an account."""

    wants_timestamp_timers: StrictBool  # times of day instead of durations
    clock: str = "12h"  # or "24h"


class _Entries(BaseModel):
    time_entries: tuple[EntryNow, ...]


class HarvestDelivery:
    """A session in which time is booked and corrected."""

    name = "harvest"

    def __init__(self, config: Harvest, service: HttpClient) -> None:
        """Deliver through this client."""
        self._service = service
        self._limits = (general(config),)
        self._company: _Company | None = None

    def close(self) -> None:
        """Close the connections."""
        self._service.__exit__()

    def deliver(self, message: Message, store: DeliveryStore) -> Delivered:
        """Book or correct time, effectively once. Raises ServiceError, SupersededError."""
        payload, number = payload_of(message, TimeEntryPayload), store.entry(message.row).number
        if message.action is Action.CORRECT and number is not None:
            return self._correct(message, payload, store, number)
        found = self._find(payload)
        if found is not None:
            return self._match_payload(message, payload, store, found)
        body = self._encoded(payload, new=True)
        store.mark_sending(message, payload.reference, body)
        created = _entry(self._ask("POST", "/v2/time_entries", message, body))
        if created.is_running:
            created = self._stopped(created)
        return Delivered(f"entry {created.id} with {created.hours} h", created.id)

    def _find(self, payload: TimeEntryPayload) -> EntryNow | None:
        """Return the entry with our reference: the oldest, because Harvest does not keep references unique."""
        day = payload.spent_on.isoformat()
        params: dict[str, str | int] = {"external_reference_id": payload.reference, "from": day, "to": day}
        answer = self._service.request("GET", "/v2/time_entries", self._limits, params=params)
        ours = (one for one in _read(_Entries, answer).time_entries if _reference(one) == payload.reference)
        return min(ours, key=lambda one: one.id, default=None)

    def _correct(self, message: Message, payload: TimeEntryPayload, store: DeliveryStore, number: int) -> Delivered:
        try:
            now = _entry(self._service.request("GET", f"/v2/time_entries/{number}", self._limits))
        except PermanentError as error:
            if error.code != 404:
                raise
            return Delivered(f"nothing: somebody has removed entry {number}")
        return self._match_payload(message, payload, store, now)

    def _match_payload(
        self, message: Message, payload: TimeEntryPayload, store: DeliveryStore, now: EntryNow
    ) -> Delivered:
        """Make an entry equal to the payload; this is idempotent."""
        if now.is_running:
            now = self._stopped(now)
        wanted = self._hours(payload)
        if (now.hours, now.notes) == (wanted, payload.notes):
            return Delivered(f"entry {now.id} with {now.hours} h, which was there", now.id)
        if now.locked:
            reason = f"entry {now.id} says {now.hours} h instead of {wanted} h, and {now.locked}"
            raise PermanentError(reason, _LOCKED.format(id=message.id))
        body = self._encoded(payload, new=False)
        store.mark_sending(message, payload.reference, body)
        changed = _entry(self._ask("PATCH", f"/v2/time_entries/{now.id}", message, body))
        return Delivered(f"entry {changed.id} corrected to {changed.hours} h", changed.id)

    def _ask(self, method: str, path: str, message: Message, body: bytes) -> ApiResponse:
        try:
            return self._service.request(method, path, self._limits, body=body, headers=_JSON)
        except PermanentError as error:
            if error.code == 422:
                raise PermanentError(error.reason, _LOCKED.format(id=message.id), code=422) from error
            raise

    def _stopped(self, entry: EntryNow) -> EntryNow:
        """Stop a running timer, which would count hours that nobody worked."""
        return _entry(self._service.request("PATCH", f"/v2/time_entries/{entry.id}/stop", self._limits, body=b""))

    def _encoded(self, payload: TimeEntryPayload, *, new: bool) -> bytes:
        body = self._values(payload) | (identity(payload) if new else {})
        return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()

    def _values(self, payload: TimeEntryPayload) -> dict[str, Any]:
        """Return the fields of the payload: hours, or start and end, by the account's settings."""
        company = self._settings()
        return times(payload, company.clock) if company.wants_timestamp_timers else durations(payload)

    def _hours(self, payload: TimeEntryPayload) -> Decimal:
        """Return the hours that Harvest will show: whole minutes where the account keeps times of day."""
        if not self._settings().wants_timestamp_timers:
            return payload.hours
        return (Decimal(_minutes(payload)) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def _settings(self) -> "_Company":
        if self._company is None:
            answer = self._service.request("GET", "/v2/company", self._limits)
            try:
                self._company = _Company.model_validate_json(answer.body)
            except ValidationError as error:
                raise TransientError("Harvest does not say whether it keeps durations or times of day") from error
        return self._company


M = TypeVar("M", bound=BaseModel)
_JSON = {"Content-Type": "application/json"}


def durations(payload: TimeEntryPayload) -> dict[str, Any]:
    """Return the fields for an account that keeps durations."""
    return {"hours": float(payload.hours), "notes": payload.notes}


def times(payload: TimeEntryPayload, clock: str = "12h") -> dict[str, Any]:
    """Return the fields for an account that keeps times of day, to the minute; an entry ends on its day."""
    minutes = _minutes(payload)
    if minutes >= DAY:
        raise PermanentError(f"{payload.hours} h do not fit into one day of an account that keeps times of day")
    start = min(payload.minute, DAY - 1 - minutes)
    begun, ended = _clock(start, clock), _clock(start + minutes, clock)
    return {"started_time": begun, "ended_time": ended, "notes": payload.notes}


def identity(payload: TimeEntryPayload) -> dict[str, Any]:
    """Return the fields that never change."""
    return {
        "project_id": payload.project,
        "task_id": payload.task,
        "spent_date": payload.spent_on.isoformat(),
        "external_reference": {"id": payload.reference, "group_id": payload.client},
    }


def _minutes(payload: TimeEntryPayload) -> int:
    return int((payload.hours * 60).to_integral_value(ROUND_CEILING))


def _clock(minute: int, clock: str) -> str:
    """Format a minute of the day as the account does: "8:05am", or "8:05" with a 24-hour clock."""
    hour, rest = divmod(minute, 60)
    if clock == "24h":
        return f"{hour}:{rest:02}"
    return f"{(hour - 1) % 12 + 1}:{rest:02}{'am' if hour < 12 else 'pm'}"


def _reference(entry: EntryNow) -> str | None:
    return entry.external_reference.id if entry.external_reference else None


def _entry(answer: ApiResponse) -> EntryNow:
    return _read(EntryNow, answer)


def _read(model: type[M], answer: ApiResponse) -> M:
    try:
        return model.model_validate_json(answer.body)
    except ValidationError as error:
        raise UnknownOutcomeError("Harvest answered something that is not as documented") from error
