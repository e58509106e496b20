"""The phrases for kinds that any check may give, and for each cause why something could not be checked."""

from collections.abc import Mapping

from checks import Cause
from checks.phrases import PhrasesByKind, PhraseTemplate, all_well

_ACCESS = "We see to it that we can look again; what is written below for your engineer says what is missing."

COMMON: PhrasesByKind = {
    "not-checked": (
        PhraseTemplate(
            "The disks could not all be looked at",
            "A disk that is full stops orders and mail, and nobody would have seen it coming. {cause:why}",
            _ACCESS,
            when={"check": "disk"},
        ),
        PhraseTemplate(
            "The firewall could not be looked at as a whole",
            "Whether the server is open to strangers is not known until we can look. {cause:why}",
            _ACCESS,
            when={"check": "firewall"},
        ),
        PhraseTemplate(
            "The logs could not be read",
            "Errors that visitors meet are written there, and nobody has read them. {cause:why}",
            _ACCESS,
            when={"check": "logs", "item": ""},
        ),
        PhraseTemplate(
            "A part of the logs could not be read",
            "Errors that visitors meet may be written there, unread. {cause:why}",
            _ACCESS,
            when={"check": "logs"},
        ),
        PhraseTemplate(
            "Which software is installed could not be read",
            "Whether security updates are missing is not known until we can look. {cause:why}",
            _ACCESS,
            when={"check": "versions", "item": ""},
        ),
        PhraseTemplate(
            "A part of the installed software could not be looked at",
            "Whether that part lacks security updates is not known. {cause:why}",
            _ACCESS,
            when={"check": "versions"},
        ),
        PhraseTemplate(
            "Who can administer the site could not be read",
            "Accounts that nobody uses any more would go unnoticed. {cause:why}",
            _ACCESS,
            when={"check": "users", "item": ""},
        ),
        PhraseTemplate(
            "A part of the accounts could not be looked at",
            "Among them may be accounts that nobody uses any more. {cause:why}",
            _ACCESS,
            when={"check": "users"},
        ),
        PhraseTemplate(
            "Whether your addresses are on block lists could not be found out completely",
            "Mail from a listed address is refused by many receivers. {cause:why}",
            "We try again in the next round.",
            when={"check": "dnsbl"},
        ),
        PhraseTemplate(
            "How many of the agreed hours are used could not be found out",
            "Nobody would notice in time that they are used up. {cause:why}",
            "We see to it that the contract and the booked hours can be read again.",
            when={"check": "contract"},
        ),
        PhraseTemplate(
            "Something could not be checked", "Nobody can say whether all is well here. {cause:why}", _ACCESS
        ),
    ),
    "settled": (all_well("No longer a problem: {item}"),),
    "waived": (all_well("Accepted by {owner} until {expires:day}: {reason}"),),
}


SITEROUNDS: PhrasesByKind = {
    "siterounds-clock": (),
    "siterounds-credential": (),
    "siterounds-refused": (),
    "siterounds-room": (),
    "siterounds-unvisited": (),
    "siterounds-version": (),
}


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
