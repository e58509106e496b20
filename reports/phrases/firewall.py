"""The words for what a server leaves open to the internet."""

from checks.phrases import PhrasesByKind, PhraseTemplate, all_well

_DOORS = (
    "Every service that strangers can reach is one more door to try. What only the server itself needs should not "
    "answer to the whole internet."
)
_CLOSE = "Close it, or tell us who needs it: then it is written down as meant."
_DANGER = (
    "Services of this kind hold the shop's data or steer the server, and are attacked within minutes of being found. "
    "Nothing on the internet should be able to reach them."
)
_NOW = "Close it now. Where a partner needs it, let in that partner's address alone."
_NONE = (
    "Whatever is started on the server, on purpose or by mistake, is at once open to the whole internet. A firewall "
    "lets in only what is meant."
)
_SET_UP = "Set up a firewall that turns everything away but what is meant to be reached."

FIREWALL: PhrasesByKind = {
    "firewall-as-declared": (all_well("Open as agreed: {open:names}.", overall=True), all_well("Nothing is open.")),
    "firewall-policy": (all_well("What is not expressly allowed is turned away."),),
    "firewall-elsewhere": (all_well("The server is protected by {managed_elsewhere}."),),
    "no-firewall": (PhraseTemplate("The server has no firewall", _NONE, _SET_UP),),
    "firewall-default-open": (
        PhraseTemplate(
            "The server's firewall lets in whatever it does not know", _NONE, "Turn its default round: deny."
        ),
    ),
    "firewall-ipv6-open": (
        PhraseTemplate(
            "Half of the server's firewall is missing: newer internet addresses (IPv6) pass freely",
            "The front door is locked and the one beside it open. Attackers try both.",
            "Set the same rules for IPv6 as for IPv4.",
        ),
    ),
    "firewall-open-port": (
        PhraseTemplate(
            "A sensitive service on the server answers to the whole internet: {processes:names} (port {port})",
            _DANGER,
            _NOW,
            many="Sensitive services that answer to the whole internet: {findings}",
            entry="{processes:names} (port {port})",
            when={"dangerous": True},
        ),
        PhraseTemplate(
            "A sensitive service on the server answers to the whole internet: port {port}",
            _DANGER,
            _NOW,
            many="Sensitive services that answer to the whole internet: {findings}",
            entry="port {port}",
            when={"dangerous": True},
        ),
        PhraseTemplate(
            "A service that nobody announced answers to the whole internet: {processes:names} (port {port})",
            _DOORS,
            _CLOSE,
            many="Services that nobody announced answer to the whole internet: {findings}",
            entry="{processes:names} (port {port})",
        ),
        PhraseTemplate(
            "A service that nobody announced answers to the whole internet: port {port}",
            _DOORS,
            _CLOSE,
            many="Services that nobody announced answer to the whole internet: {findings}",
            entry="port {port}",
        ),
    ),
    "firewall-published-port": (
        PhraseTemplate(
            "A sensitive service in a container answers to the whole internet, past the firewall: port {port}",
            _DANGER,
            _NOW,
            many="Sensitive services in containers that answer to the whole internet, past the firewall: {findings}",
            entry="port {port}",
            when={"dangerous": True},
        ),
        PhraseTemplate(
            "A service in a container answers to the whole internet, past the firewall: port {port}",
            _DOORS,
            _CLOSE,
            many="Services in containers that answer to the whole internet, past the firewall: {findings}",
            entry="port {port}",
        ),
    ),
    "firewall-open-to-some": (
        PhraseTemplate(
            "A service is open to addresses that nobody announced: port {port}, from {sources:names}",
            "Somebody was let in, and it is not written down who and why. Such openings are forgotten and stay.",
            _CLOSE,
            many="Services that are open to addresses nobody announced: {findings}",
            entry="port {port}, from {sources:names}",
        ),
    ),
    "firewall-frontends": (
        PhraseTemplate(
            "Several programs steer the server's firewall, and undo each other's work: {frontends:names}",
            "Whichever starts last wins. After a restart the server may stand open.",
            "Keep one of them and switch the others off.",
        ),
    ),
    "firewall-testing": (
        PhraseTemplate(
            "The server's firewall is in test mode and switches itself off every few minutes",
            _NONE,
            "End the test mode.",
        ),
    ),
    "firewall-not-kept": (
        PhraseTemplate(
            "The server's firewall will do something else after a restart",
            "What was changed by hand was not stored. Doors that are shut today may be open then, or the other way "
            "round.",
            "Store the rules that are meant.",
        ),
    ),
    "firewall-changed": (
        PhraseTemplate(
            "The server's firewall was changed (rules that came: {came:number}, that went: {went:number})",
            "If you or your host did it, all is well. If nobody did, somebody else was on the server.",
            "Find out who changed it and why.",
        ),
    ),
}
