"""The words for a server that was or was not reached."""

from checks.phrases import PhrasesByKind, PhraseTemplate, all_well

_UNSEEN = (
    "None of the sites on this server could be looked at in this round. They may be well; we do not know. A site that "
    "visitors can open is not down because of this."
)
_ACCESS = "We restore our access and look again."
_NETWORK = "We find out whether the server or the way to it is disturbed, and look again."

CONNECTION: PhrasesByKind = {
    "ssh-connected": (all_well("The server was reached and answered.", overall=True),),
    "ssh-name-not-resolved": (
        PhraseTemplate(
            "The server's name leads nowhere", _UNSEEN, "We check the name under which we visit the server."
        ),
    ),
    "ssh-refused": (PhraseTemplate("The server refused our visit", _UNSEEN, _NETWORK),),
    "ssh-unreachable": (PhraseTemplate("The server could not be reached", _UNSEEN, _NETWORK),),
    "ssh-timed-out": (PhraseTemplate("The server did not answer in time", _UNSEEN, _NETWORK),),
    "ssh-cut": (PhraseTemplate("The connection to the server broke off during our visit", _UNSEEN, _NETWORK),),
    "ssh-host-key-unknown": (
        PhraseTemplate(
            "We do not know this server yet, and did not log in",
            _UNSEEN,
            "Whoever runs the server confirms its fingerprint to us; then we visit it.",
        ),
    ),
    "ssh-host-key-changed": (
        PhraseTemplate(
            "The server no longer identifies itself as the one we know",
            "Either it was set up anew, or somebody has put another machine in its place to catch passwords. We did "
            "not log in, and nothing on it was looked at.",
            "Whoever runs the server says whether it was set up anew, and confirms its new fingerprint to us. Until "
            "then, enter no passwords there that you use elsewhere.",
        ),
    ),
    "ssh-host-key-revoked": (
        PhraseTemplate(
            "The server identifies itself with a key that was declared invalid",
            "A key is declared invalid when it may be in the wrong hands. We did not log in, and nothing on the server "
            "was looked at.",
            "Whoever runs the server gives it a new key and confirms its fingerprint to us.",
        ),
    ),
    "ssh-authentication-failed": (
        PhraseTemplate("The server no longer lets us in", _UNSEEN, "Whoever runs the server lets our key in again."),
    ),
    "ssh-key-unusable": (PhraseTemplate("Our key for this server cannot be used", _UNSEEN, _ACCESS),),
    "ssh-protocol": (PhraseTemplate("The server and we found no common language", _UNSEEN, _ACCESS),),
    "ssh-no-shell": (PhraseTemplate("The server let us in, but not look around", _UNSEEN, _ACCESS),),
    "ssh-configuration": (PhraseTemplate("Our own settings for this server are wrong", _UNSEEN, "We correct them."),),
}
