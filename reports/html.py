"""The HTML report of a round, as `run` and `report` write it: the health report's design, from the round alone."""

from collections.abc import Mapping

from inventory.model import Inventory
from reports.audience import told_to_client
from reports.health import Brand, Happened, HealthReport, Period
from reports.health_html import health_html
from reports.language import ENGLISH, Language
from reports.model import Round, place_of

OURS = Brand()
"""Nobody's: no name, no logo."""


def html_report(
    shown: Round,
    inventory: Inventory,
    titles: Mapping[str, str],
    client: str | None = None,
    language: Language = ENGLISH,
) -> str:
    """The report; `titles` are the checks' names for people, `client` is the one it is for, None the agency."""
    if client is not None:
        shown = told_to_client(shown, language)
    return health_html(health_of(shown, inventory, client), inventory, titles, OURS, language)


def health_of(shown: Round, inventory: Inventory, client: str | None = None) -> HealthReport:
    """What a round alone says about the health of all, or of one client; nothing is known of the time before it."""
    known = inventory.clients.get(client or "")
    info = shown.round
    standings = {one.client: one for one in shown.contracts}
    return HealthReport(
        client=client,
        title=known.title if known else client or "",
        period=Period("round", info.ended_at.date().isoformat(), None, info.ended_at),
        shown=shown,
        rounds=1,
        happened=_happened(shown),
        standing=standings.get(client or ""),
    )


def _happened(shown: Round) -> tuple[Happened, ...]:
    """What this round changed; nothing of the very first one, in which all is new."""
    info = shown.round
    if info.id is None or info.id == 1:
        return ()
    kinds = {place_of(one): one.kind for one in shown.findings}
    return tuple(
        Happened(one, one.change, info.ended_at, info.id, kinds.get(place_of(one), ""))
        for one in shown.incidents
        if one.change is not None
    )
