"""What a health report shows, as values: the same for the page, the mail and its text part."""

from reports.view.build import told, view_of
from reports.view.context import FULL, MAIL, Limits, Telling
from reports.view.model import View

__all__ = ["FULL", "MAIL", "Limits", "Telling", "View", "told", "view_of"]
