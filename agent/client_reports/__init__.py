"""Health reports of clients, and the agency's overview: when one is due, what it contains, rendering and sending."""

from agent.client_reports.build import build_report, changed_since, newest_whole
from agent.client_reports.periods import due_period
from agent.client_reports.render import BrandError, brand_of, templates_of

__all__ = ["BrandError", "brand_of", "build_report", "changed_since", "due_period", "newest_whole", "templates_of"]
