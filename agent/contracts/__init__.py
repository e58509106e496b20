"""What was agreed with every client and where it stands: Teamwork's copy, the inventory's word, Harvest's hours."""

from agent.contracts.copies import COPY_AGE
from agent.contracts.standings import facts_of, standings
from agent.contracts.usage import MAX_AGE

__all__ = ["COPY_AGE", "MAX_AGE", "facts_of", "standings"]
