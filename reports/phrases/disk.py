"""The words for the server's disks."""

from checks.phrases import PhrasesByKind, PhraseTemplate, all_well

_FULL = (
    "A full disk stops everything at once: orders fail, mail is lost, the database may be damaged. What takes the "
    "space, and what may safely be cleared, stands in the detail for your engineer."
)
_CLEAR = "Clear what nobody needs any more, or have the disk enlarged."


def _forecast(headline: str) -> PhraseTemplate:
    return PhraseTemplate(
        headline,
        "There is room today, but it shrinks steadily. A full disk stops orders and mail.",
        "Find out what grows, and clear it or enlarge the disk before it is full.",
    )


DISK: PhrasesByKind = {
    "disk-space": (
        all_well("Disk {mount}: {available:size} of {size:size} free."),
        PhraseTemplate(
            "The server's disk {mount} is {used_percent:percent} full: {available:size} are left",
            _FULL,
            _CLEAR,
            many="Disks of the server that are nearly full: {findings}",
            entry="{mount}: {used_percent:percent} full, {available:size} of {size:size} left",
        ),
    ),
    "disk-forecast": (
        _forecast("The server's disk {mount} will be full {full_in_days:in} if it goes on like this"),
        _forecast(
            "The server's disk {mount} will be full in {full_in_days:from} to {full_in_days:to} days if it goes on "
            "like this"
        ),
        _forecast("The server's disk {mount} will be full if it goes on like this: {full_in_days:earliest} or later"),
    ),
    "disk-inodes": (
        all_well("Disk {mount}, files that still find room: {left:number}."),
        PhraseTemplate(
            "The server's disk {mount} can hardly take any more files (still possible: {left:number})",
            "It has space, but counts its files, and the count is nearly used up. Then nothing can be stored: no "
            "order, no upload, no visitor's session. Mostly it is very many tiny leftovers.",
            "Clear the leftovers, and see that whatever makes them clears up after itself.",
        ),
    ),
    "disk-hung": (
        PhraseTemplate(
            "The server's disk {mount} does not answer",
            "Whatever needs a file from it waits for ever. Pages that use it hang, too.",
            "Whoever runs the server finds out whether the storage behind it can be reached, and reconnects it.",
        ),
    ),
    "disk-read-only": (
        PhraseTemplate(
            "Nothing can be written to the server's disk {mount}",
            "A server makes a disk read-only to save what is on it, mostly because the disk is failing. Orders, "
            "uploads and mail that should be stored there are lost.",
            "Make sure that there is a fresh backup. Then whoever runs the server examines the disk and replaces it "
            "where it is failing.",
        ),
    ),
    "disk-missing": (
        PhraseTemplate(
            "The server's disk {mount} is not there",
            "It should be connected and is not. What lies on it cannot be seen by the site, and what is written "
            "meanwhile ends up elsewhere.",
            "Connect it again, or tell us that it was removed on purpose.",
        ),
    ),
}
