"""Whose clock to measure a host's times by."""

from datetime import datetime, timedelta
from typing import Final

_TRUSTED: Final = timedelta(hours=24)


def trusted_clock(theirs: datetime | None, ours: datetime) -> datetime:
    """The host's clock, by which its own times are measured; ours where theirs is missing or a day and more off."""
    return theirs if theirs is not None and abs(theirs - ours) <= _TRUSTED else ours
