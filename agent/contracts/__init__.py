"""The contracts of all clients: terms from Teamwork and the inventory, hours used from Harvest."""

from agent.contracts.hours import MAX_AGE
from agent.contracts.standings import contract_statuses, facts_of
from agent.contracts.teamwork_cache import COPY_AGE

__all__ = ["COPY_AGE", "MAX_AGE", "contract_statuses", "facts_of"]
