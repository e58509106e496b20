"""A routine round's time for one client, as our own books have it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """What is booked for a client and a slot. A round that is made again for its slot corrects it."""

    client: str
    slot: str  # "2026-11-26": which routine round this is
    spent_on: date
    hours: Decimal  # two decimals
    withheld: str = ""  # why it is not booked; "" where it is
    id: int | None = None
    number: int | None = None  # in Harvest
    reference: str = ""  # the external reference by which Harvest finds it again
