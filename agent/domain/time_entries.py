"""The time entry of a routine round for one client, as the store keeps it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """The time booked for a client and a slot. A round that is repeated for the same slot corrects it."""

    client: str
    slot: str  # the key of the routine round's slot, "2026-11-26"
    spent_on: date
    hours: Decimal  # two decimals
    withheld: str = ""  # why it is not booked; "" means that it is
    id: int | None = None  # its row; None: not stored yet
    number: int | None = None  # in Harvest
    reference: str = ""  # the external reference by which Harvest finds it
