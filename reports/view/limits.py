"""How much of everything a report shows: all of it in a file, and so much in a mail that no program cuts it off."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers of what is shown at most; what is left out is counted and said."""

    cards: int  # in a section
    entries: int  # in a card
    lines: int  # in any list of changes or incidents
    glance: int  # sites in the list of all
    places: int  # sites with their checks
    facts: int  # an engineer's, for a check of a place
    well: bool  # whether those that are in order are among them
    details: int  # lines to a fact
    charts: int  # disks
    points: int  # to a chart
    letters: int  # of a line that the engineer reads
    full: bool = False  # the file: what is left out even there is nowhere else


FULL = Limits(60, 20, 60, 2000, 2000, 100, True, 20, 40, 12, 2000, full=True)
"""A file that a browser shows."""

MAIL = (
    Limits(20, 10, 12, 60, 12, 8, True, 8, 6, 8, 240),
    Limits(16, 8, 10, 60, 8, 5, False, 6, 4, 6, 200),
    Limits(12, 6, 8, 60, 5, 4, False, 4, 3, 6, 180),
    Limits(10, 5, 8, 60, 3, 3, False, 3, 2, 6, 160),
    Limits(8, 4, 6, 60, 1, 3, False, 2, 1, 5, 140),
    Limits(5, 3, 5, 40, 0, 0, False, 0, 1, 4, 120),
    Limits(3, 2, 3, 10, 0, 0, False, 0, 0, 4, 100),
)
"""A mail: the first of these with which it is small enough."""
