"""The block lists that come with siterounds: few, alive, and heeded by those who receive mail."""

from checks.dnsbl.blocklist import BlockList, Code

MALWARE = "malware, a hacked site or an open proxy on the server"
SENDING = "spam that left this address: a hacked mailbox, contact form or web shop"
HACKED = "the site was hacked and pages or redirects were planted in it"
SPAMVERTISED = "the domain is linked to in spam: a hacked site, or mailings people did not ask for"

SPAMHAUS_TERMS = (
    "free for small, non-commercial use through a resolver of one's own; else a Data Query Service key, whose zone "
    "goes into `zones`."
)

ZEN = BlockList(
    zone="zen.spamhaus.org",
    title="Spamhaus ZEN",
    kinds=("v4", "v6"),
    tier=1,
    codes=(
        Code("127.0.0.2", "SBL: a source of spam, or a service for it", cause=SENDING),
        Code("127.0.0.3", "CSS: sends unsolicited mail", cause=SENDING),
        Code("127.0.0.4", "XBL: infected or taken over", cause=MALWARE),
        Code("127.0.0.5", "XBL: infected or taken over", cause=MALWARE),
        Code("127.0.0.6", "XBL: infected or taken over", cause=MALWARE),
        Code("127.0.0.7", "XBL: infected or taken over", cause=MALWARE),
        Code("127.0.0.9", "DROP: a network that is to be dropped entirely"),
        Code("127.0.0.10", "PBL: its provider says no mail comes from here", policy=True),
        Code("127.0.0.11", "PBL: Spamhaus says no mail should come from here", policy=True),
        Code("127.0.0.30", "BCL: controls a botnet", cause=MALWARE),
    ),
    delist="https://check.spamhaus.org/",
    terms=SPAMHAUS_TERMS,
)

DBL = BlockList(
    zone="dbl.spamhaus.org",
    title="Spamhaus DBL",
    kinds=("domain",),
    tier=1,
    codes=(
        Code("127.0.1.2", "a domain of low reputation", cause=SPAMVERTISED),
        Code("127.0.1.4", "a phishing domain", cause=HACKED),
        Code("127.0.1.5", "a malware domain", cause=HACKED),
        Code("127.0.1.6", "a domain that controls a botnet", cause=HACKED),
        Code("127.0.1.102", "a legitimate domain abused in spam", cause=HACKED),
        Code("127.0.1.103", "an abused redirector", cause="an open redirect in the site"),
        Code("127.0.1.104", "a legitimate domain abused for phishing", cause=HACKED),
        Code("127.0.1.105", "a legitimate domain abused for malware", cause=HACKED),
        Code("127.0.1.106", "a legitimate domain abused to control a botnet", cause=HACKED),
    ),
    errors=(Code("127.0.1.255", "it was asked about an address, and lists domains"),),
    listed={"domain": "dbltest.com"},
    delist="https://check.spamhaus.org/",
    terms=SPAMHAUS_TERMS,
)

SURBL = BlockList(
    zone="multi.surbl.org",
    title="SURBL",
    kinds=("domain",),
    tier=1,
    bitmask=True,
    codes=(
        Code("4", "DM: a disposable mail domain"),
        Code("8", "PH: phishing", cause=HACKED),
        Code("16", "MW: malware", cause=HACKED),
        Code("32", "CT: a click tracker"),
        Code("64", "ABUSE: linked to in spam", cause=SPAMVERTISED),
        Code("128", "CR: a cracked site", cause=HACKED),
    ),
    errors=(Code("127.0.0.1", "it has blocked this resolver"),),
    listed={"domain": "surbl-org-permanent-test-point.com"},
    delist="https://surbl.org/surbl-analysis",
    terms="free at low volume through a resolver of one's own.",
)

URIBL = BlockList(
    zone="multi.uribl.com",
    title="URIBL",
    kinds=("domain",),
    tier=1,
    bitmask=True,
    codes=(
        Code("2", "black: linked to in spam", cause=SPAMVERTISED),
        Code("4", "grey: linked to in bulk mail that one can leave", tier=3),
        Code("8", "red: seen in mail, and young or anonymous", tier=3),
    ),
    errors=(
        Code("127.0.0.1", "it refuses this resolver"),
        Code("127.0.0.255", "it refuses this resolver"),
    ),
    listed={"domain": "2.0.0.127"},
    delist="https://admin.uribl.com/",
    terms="free at low volume through a resolver of one's own.",
)

SPAMCOP = BlockList(
    zone="bl.spamcop.net",
    title="SpamCop",
    kinds=("v4",),
    codes=(Code("127.0.0.2", "reported as a source of spam", cause=SENDING),),
    delist="https://www.spamcop.net/bl.shtml",
    terms="free. A listing ends about a day after the last report.",
)

PSBL = BlockList(
    zone="psbl.surriel.com",
    title="PSBL",
    kinds=("v4",),
    codes=(Code("127.0.0.2", "sent mail to a spam trap", cause=SENDING),),
    delist="https://psbl.org/remove",
    terms="free.",
)

DRONEBL = BlockList(
    zone="dnsbl.dronebl.org",
    title="DroneBL",
    kinds=("v4",),  # it lists IPv6 too, but whether it has that test entry is not published
    codes=tuple(
        Code(f"127.0.0.{last}", meaning, cause=MALWARE)
        for last, meaning in {
            3: "an IRC drone",
            5: "a bottler",
            6: "an unknown worm or spam robot",
            7: "a drone for denial of service",
            8: "an open SOCKS proxy",
            9: "an open HTTP proxy",
            10: "a chain of proxies",
            11: "a web page proxy",
            12: "an open DNS resolver",
            13: "tries passwords",
            14: "an open WinGate proxy",
            15: "a taken-over router or gateway",
            16: "a worm that takes over machines",
            17: "a member of a botnet",
            18: "perhaps a taken-over name or mail server",
            19: "an abused VPN",
            255: "a threat of no class",
        }.items()
    ),
    test_codes=("127.0.0.1", "127.0.0.2"),
    delist="https://dronebl.org/lookup",
    terms="free, for commercial use too.",
)

BARRACUDA = BlockList(
    zone="b.barracudacentral.org",
    title="Barracuda",
    kinds=("v4",),
    codes=(Code("127.0.0.2", "a source of spam", cause=SENDING),),
    delist="https://www.barracudacentral.org/rbl/removal-request",
    terms="answers only resolvers whose address was registered with Barracuda.",
)

MAILSPIKE = BlockList(
    zone="bl.mailspike.net",
    title="Mailspike",
    kinds=("v4",),
    codes=(
        Code("127.0.0.2", "part of a wave of spam", cause=SENDING),
        Code("127.0.0.10", "the worst reputation", cause=SENDING),
        Code("127.0.0.11", "a very bad reputation", cause=SENDING),
        Code("127.0.0.12", "a bad reputation", cause=SENDING),
    ),
    delist="https://mailspike.org/iplookup.html",
    terms="free at low volume.",
)

LISTS = {row.zone: row for row in (ZEN, DBL, SURBL, URIBL, SPAMCOP, PSBL, DRONEBL, BARRACUDA, MAILSPIKE)}
"""Every list known by name, which is the zone its operator publishes."""

DEFAULT = tuple(row.zone for row in (ZEN, DBL, SURBL, URIBL, SPAMCOP, PSBL, DRONEBL))
"""Those asked where the settings name none: they need no registration, and say what their test entry is."""
