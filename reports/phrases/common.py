"""The words for what any check may find."""

from checks.phrases import PhraseTemplate
from reports.phrases.types import Kinds, all_well

_ACCESS = "We see to it that we can look again; what is written below for your engineer says what is missing."

COMMON: Kinds = {
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


SITEROUNDS: Kinds = {
    "siterounds-clock": (),
    "siterounds-credential": (),
    "siterounds-refused": (),
    "siterounds-room": (),
    "siterounds-unvisited": (),
    "siterounds-version": (),
}
