"""Waivers: exceptions with an owner, a reason and an expiry date."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from checks.findings import Finding, State


@dataclass(frozen=True, slots=True)
class Waiver:
    """One exception. It ends by itself: after the day in `expires` what it covered is reported again."""

    reason: str
    owner: str
    expires: date  # the last day on which it holds

    def __post_init__(self) -> None:
        """Reject an exception that names no person responsible."""
        if not self.reason.strip() or not self.owner.strip():
            raise ValueError("an exception needs a reason and an owner, besides the day on which it expires")

    def holds(self, today: date) -> bool:
        """Return whether it has not expired."""
        return today <= self.expires


def waive(finding: Finding, waivers: Mapping[str, Waiver], keys: tuple[str, ...], today: date) -> Finding:
    """The finding as the exceptions leave it: accepted, as it is, or as it is with a word on the one that ran out.

    `keys` are the names under which an exception for it may stand. What could not be looked at is never accepted: an
    exception is for what is known.
    """
    waiver = next((waivers[key] for key in keys if key in waivers), None)
    if waiver is None or finding.state not in (State.WARNING, State.CRITICAL):
        return finding
    if not waiver.holds(today):
        ran_out = f"the exception of {waiver.owner} ran out on {waiver.expires}: {waiver.reason}"
        return replace(finding, details=(*finding.details, ran_out))
    accepted = f"accepted until {waiver.expires} by {waiver.owner}: {waiver.reason}"
    return replace(
        finding,
        state=State.OK,
        kind="waived",
        details=(accepted, *finding.details),
        remedy="",
        data={
            **finding.data,
            "waived": finding.kind,
            "reason": waiver.reason,
            "owner": waiver.owner,
            "expires": waiver.expires.isoformat(),
        },
    )
