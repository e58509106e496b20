"""The words for installed software."""

from checks.phrases import PhrasesByKind, PhraseTemplate, all_well

_HOLES = (
    "The missing updates close known security holes. Attackers search the whole internet for sites that lack them, "
    "mostly within days."
)
_BEHIND = "Old versions stop fitting the rest of the site, and the longer an update waits, the harder it becomes."
_UPDATE = "Install the update: with a backup before, and a test of the most important pages after it."
_ENTRY = "{name}: {version} installed, {latest} is out"


def _security(headline: str, many: str, **when: object) -> PhraseTemplate:
    action = f"{_UPDATE} Do not put it off."
    return PhraseTemplate(headline, _HOLES, action, many=many, entry=_ENTRY, when=when)


def _outdated(headline: str, many: str, **when: object) -> PhraseTemplate:
    return PhraseTemplate(headline, _BEHIND, _UPDATE, many=many, entry=_ENTRY, when=when)


VERSIONS: PhrasesByKind = {
    "version-current": (all_well("{name} {version} is up to date."),),
    "version-supported": (all_well("{product} {line} is maintained until {ends:day}."),),
    "version-untracked": (all_well("Extensions whose newest version only their makers know: {names:names}."),),
    "updates-known": (all_well("The site asked for updates on {asked:day} ({source:known})."),),
    "version-security": (
        _security(
            "{name} {version} lacks security updates: {latest} is out",
            "Programs that lack security updates: {findings}",
            what="core",
        ),
        _security(
            "A plugin lacks a security update: {name} {version}, newest {latest}",
            "Plugins that lack security updates: {findings}",
            what="plugin",
        ),
        _security(
            "A theme lacks a security update: {name} {version}, newest {latest}",
            "Themes that lack security updates: {findings}",
            what="theme",
        ),
        _security(
            "An extension lacks a security update: {name} {version}, newest {latest}",
            "Extensions that lack security updates: {findings}",
            what="module",
        ),
        _security(
            "An add-on lacks a security update: {name} {version}, newest {latest}",
            "Add-ons that lack security updates: {findings}",
            what="addon",
        ),
        _security(
            "{name} {version} lacks security updates: {latest} is out",
            "Programs that lack security updates: {findings}",
        ),
    ),
    "version-outdated": (
        _outdated(
            "{name} is out of date: {version} is installed, {latest} is out",
            "Programs that are out of date: {findings}",
            what="core",
        ),
        _outdated(
            "A plugin is out of date: {name} {version}, newest {latest}",
            "Plugins that are out of date: {findings}",
            what="plugin",
        ),
        _outdated(
            "A theme is out of date: {name} {version}, newest {latest}",
            "Themes that are out of date: {findings}",
            what="theme",
        ),
        _outdated(
            "An extension is out of date: {name} {version}, newest {latest}",
            "Extensions that are out of date: {findings}",
            what="module",
        ),
        _outdated(
            "An add-on is out of date: {name} {version}, newest {latest}",
            "Add-ons that are out of date: {findings}",
            what="addon",
        ),
        _outdated(
            "{name} is out of date: {version} is installed, {latest} is out",
            "Programs that are out of date: {findings}",
        ),
    ),
    "version-withdrawn": (
        PhraseTemplate(
            "{name} was withdrawn from where its updates came from",
            "Its maker gave it up, or it was taken down, perhaps for a security hole. No update will come any more.",
            "Find out why, and replace it by something that is maintained.",
            many="Extensions that were withdrawn: {findings}",
            entry="{name} {version}",
        ),
    ),
    "version-unreadable": (
        PhraseTemplate(
            "Which version of {name} is installed could not be read",
            "Whether it lacks security updates is not known until we can.",
            "We find out what is different about this installation, and look again.",
            many="Software whose version could not be read: {findings}",
            entry="{name}",
        ),
    ),
    "update-unfinished": (
        PhraseTemplate(
            "Work on {name} was begun and not finished",
            "An update that is not ended, or a site left in maintenance, works until somebody opens the wrong page, "
            "or not at all.",
            "Finish it, with a backup before it.",
            many="Work that was begun and not finished: {findings}",
            entry="{name}",
        ),
    ),
    "end-of-life": (
        PhraseTemplate(
            "{product} {line} has had no security updates since {ends:day}",
            "Holes that are found from now on stay open for good. Insurers and payment providers ask for software "
            "that is maintained.",
            "Plan the move to a version that is maintained. It is a project of its own: extensions and design may "
            "have to follow.",
            many="Software that gets no security updates any more: {findings}",
            entry="{product} {line}: none since {ends:day}",
        ),
    ),
    "end-of-life-soon": (
        PhraseTemplate(
            "{product} {line} gets security updates only until {ends:day}",
            "After that day, holes that are found stay open.",
            "Plan the move to a newer version before that day.",
            many="Software whose security updates end soon: {findings}",
            entry="{product} {line}: until {ends:day}",
        ),
    ),
    "catalogue-old": (
        PhraseTemplate(
            "Whether {product} {version} is still maintained is not known to us",
            "It is newer than our list of maintained versions, which is of {as_of:day}.",
            "We renew our list.",
        ),
    ),
    "updates-unknown": (
        PhraseTemplate(
            "The site does not know whether updates are out ({source:known})",
            "It has not asked for them lately, or got no answer. Security updates may be missing without "
            "anybody being told.",
            "Find out why the site no longer asks: mostly its scheduled tasks do not run.",
            many="Places where the site asks for updates, and got no fresh answer: {findings}",
            entry="{source:known}",
        ),
    ),
}
