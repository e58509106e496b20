"""The words for block lists."""

from checks.dnsbl import lists
from checks.phrases import PhrasesByKind, PhraseTemplate, all_well

_AGENCY = "This is about the lists and our way to them, not about a site. What these lists say is not known this round."


def _listed(why: str, **when: object) -> PhraseTemplate:
    """The entry may have a cause that the list names: a sentence of its own."""
    meaning = (
        "Mail programs and providers ask such lists, and refuse or hide mail from what is on them. Order "
        "confirmations may not arrive."
    )
    return PhraseTemplate(
        "{target} is on the block list {list_title}",
        f"{meaning} {why}".rstrip(),
        "Find and mend the cause first; then ask the list to take the entry out. The other way round it comes back.",
        many="Entries on block lists: {findings}",
        entry="{target} on {list_title}",
        when=when,
    )


DNSBL: PhrasesByKind = {
    "lists-asked": (
        all_well(
            "Asked on block lists: {lists:count}; addresses: {addresses:number}, names: {domains:number}.", overall=True
        ),
    ),
    "no-longer-listed": (all_well("No longer on a block list: {item}."),),
    "no-longer-concerned": (all_well("No longer a question: {item}."),),
    "list-usable": (all_well("The list {item} can be believed again."),),
    "listed": (
        _listed("Its likely cause: a hacked site, malware or an open door on the server.", cause=lists.MALWARE),
        _listed("Its likely cause: spam that left the server by a hacked mailbox or form.", cause=lists.SENDING),
        _listed("Its likely cause: the site was hacked, and something was planted in it.", cause=lists.HACKED),
        _listed(
            "Its likely cause: spam that links to the site, or mailings that people did not ask for.",
            cause=lists.SPAMVERTISED,
        ),
        _listed(""),
    ),
    "listed-by-policy": (
        PhraseTemplate(
            "{target} may not send mail itself, says {list_title}",
            "Nothing bad was seen. The list says that mail should not come directly from an address of this kind, and "
            "receivers follow it.",
            "Send the site's mail through a mail server or a mail service.",
            many="Addresses from which mail should not come directly: {findings}",
            entry="{target}, says {list_title}",
        ),
    ),
    "listed-hint": (all_well("{target} stands on {list_title} in a way that harms nobody: a hint, no problem."),),
    "listing-unknown": (
        PhraseTemplate(
            "Whether {target} is on {list} is not known", _AGENCY, "We find out why the list does not answer."
        ),
    ),
    "list-unusable": (
        PhraseTemplate("The block list {list} cannot be used", _AGENCY, "We mend our access, or leave the list out."),
    ),
    "no-list-usable": (
        PhraseTemplate(
            "None of the block lists can be used", _AGENCY, "We mend our way to them: mostly it is the resolver."
        ),
    ),
    "no-dns-answer": (PhraseTemplate("The block lists could not be asked", _AGENCY, "We mend our name service."),),
    "resolver-rewrites": (
        PhraseTemplate(
            "Something between us and the block lists falsifies answers", _AGENCY, "We mend our name service."
        ),
    ),
}
