"""Reports that rounds make due, filed, and those that are approved let go."""

from typing import TYPE_CHECKING

from agent.clock import now
from agent.collect.plan import Selection
from agent.run import Agent

if TYPE_CHECKING:
    from agent.store.store import Store


def file_reports(store: "Store", agent: Agent, selection: Selection) -> list[str]:
    """File the reports that are due of those whom a selection is for, and let go what needs nobody's approval.

    Gives a sentence for each that could not be made or mailed; raises StoreError.
    """
    if agent.inventory.services.mail is None:
        return []
    from agent.health.making import Maker  # here, because it takes long to load
    from agent.health.sending import file_due, send_approved

    maker = Maker(store, agent.inventory, agent.registry.titles())
    return [*file_due(maker, selection, now()), *send_approved(maker, now())]
