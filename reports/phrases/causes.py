"""Why something could not be looked at, in words that need no technician."""

from collections.abc import Mapping

from checks import Cause

CAUSES: Mapping[Cause, str] = {
    Cause.NOT_REACHED: "The server was not reached.",
    Cause.OUR_FAULT: "There is a fault in our own program; we mend it.",
    Cause.SUDO_REFUSED: "The server lets us in, but not into the files of this site.",
    Cause.NO_PERMISSION: "The server does not let us read what we need.",
    Cause.DATABASE_REFUSED: "The site's database did not let us in.",
    Cause.DATABASE: "The site's database could not be read.",
    Cause.NO_PROGRAM: "The server lacks a program that we need to read the site.",
    Cause.PROGRAM_FAILED: "A program that we need failed on the server.",
    Cause.TOO_MUCH: "There was more than we could read in one visit.",
    Cause.TIMED_OUT: "There was no answer in time.",
    Cause.BROKEN_OFF: "The connection broke off during our visit.",
    Cause.NOT_FOUND: "What we meant to read is not where it should be.",
    Cause.NO_LOG: "We found no log of this site.",
    Cause.NAME_SERVICE: "The name service gave no answer that can be used.",
    Cause.NOT_UNDERSTOOD: "There was an answer that we could not make sense of.",
    Cause.OTHER: "Something kept us from looking; our engineers have the details.",
}
"""The sentence for each cause."""
