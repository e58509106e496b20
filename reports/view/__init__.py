"""What a health report shows, as values: the same for the page, the mail and its text part."""

from reports.view.limits import FULL, MAIL, Limits
from reports.view.making import told, view_of
from reports.view.parts import View
from reports.view.telling import Telling

__all__ = ["FULL", "MAIL", "Limits", "Telling", "View", "told", "view_of"]
