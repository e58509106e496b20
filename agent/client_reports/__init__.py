"""The health report of a client, or of all for the agency: when it is due, and what it is made from."""

from agent.client_reports.build import build_report, changed_since, newest_whole
from agent.client_reports.periods import due_period
from agent.client_reports.render import BrandError, brand_of, templates_of

__all__ = ["BrandError", "brand_of", "build_report", "changed_since", "due_period", "newest_whole", "templates_of"]
