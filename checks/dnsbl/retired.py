"""Block lists that ended: to ask one is to be told nothing, or that the whole world is listed."""

RETIRED = {
    "sorbs.net": "SORBS was emptied on 2024-06-05",
    "ix.dnsbl.manitu.net": "NiX Spam is empty since 2025-01-16",
    "dnsbl.inps.de": "inps.de ended in 2020",
    "unsubscore.com": "the Lashback list is offline",
    "dsbl.org": "DSBL ended in 2008 and listed the world from 2012 on",
    "ordb.org": "ORDB ended in 2006 and listed the world later",
    "njabl.org": "NJABL ended in 2013",
    "ahbl.org": "AHBL ended in 2015 and listed the world",
    "rfc-ignorant.org": "RFC-Ignorant ended in 2012",
    "spamcannibal.org": "SpamCannibal ended in 2018 and its parked domain answers everything",
    "burnt-tech.com": "the domain has expired and its new owner answers everything",
    "abuse.ch": "abuse.ch has closed its DNS lists",
    "msrbl.net": "MSRBL has ended",
    "five-ten-sg.com": "Five-Ten-SG has ended",
    "emailbasura.org": "EmailBasura has ended and listed the world",
    "cbl.abuseat.org": "the CBL is a part of zen.spamhaus.org",
    "dnsbl-2.uceprotect.net": "UCEPROTECT level 2 lists whole networks for what a neighbour did",
    "dnsbl-3.uceprotect.net": "UCEPROTECT level 3 lists whole providers for what a customer did",
    "list.dnswl.org": "dnswl.org is a list of good senders",
}
"""Zone, with all zones below it, and why nobody should ask it."""


def why_retired(zone: str) -> str:
    """The reason not to ask this zone, or nothing."""
    labels = zone.lower().rstrip(".").split(".")
    tails = (".".join(labels[start:]) for start in range(len(labels)))
    return next((RETIRED[tail] for tail in tails if tail in RETIRED), "")
