"""What a health report shows, as values: the same for the page, the mail and its text part."""

from reports.view.build import make_context, view_of
from reports.view.context import FULL, MAIL, DisplayLimits, ViewContext
from reports.view.model import View

__all__ = ["FULL", "MAIL", "DisplayLimits", "View", "ViewContext", "make_context", "view_of"]
