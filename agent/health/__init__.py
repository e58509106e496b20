"""The health report of a client, or of all for the agency: when it is due, and what it is made from."""

from agent.health.branding import BrandError, brand_of, templates_of
from agent.health.gathering import changed_since, gather, newest_whole
from agent.health.periods import due_period

__all__ = ["BrandError", "brand_of", "changed_since", "due_period", "gather", "newest_whole", "templates_of"]
