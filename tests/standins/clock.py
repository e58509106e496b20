"""A clock that moves by hand."""

from datetime import UTC, datetime, timedelta


class HandClock:
    """Stands still until `forward`; call it for the time. For the `clock` of a stand-in and of its client alike."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time, in UTC."""
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
