"""The words for the hours that were agreed. They are the agency's own business: no client's report shows them."""

from checks.phrases import PhrasesByKind, PhraseTemplate, all_well

_TALK = "Talk to the client before more work is done: agree on more hours, or put off what is not urgent."

CONTRACT: PhrasesByKind = {
    "contract-hours": (
        all_well("Hours used this contract month: {used:decimal} of {agreed:decimal}; left: {left:decimal}.", True),
        PhraseTemplate(
            "The agreed hours are nearly used up: {used:decimal} of {agreed:decimal}",
            "Hours left this contract month: {left:decimal}. What comes on top is not paid for.",
            _TALK,
        ),
    ),
    "contract-hours-exceeded": (
        all_well("Hours used this contract month: {used:decimal} of {agreed:decimal}.", True),
        PhraseTemplate(
            "More hours are used than were agreed: {used:decimal} of {agreed:decimal}",
            "Hours of this contract month that are not paid for: {left:decimal}.",
            _TALK,
        ),
    ),
    "contract-cap": (
        PhraseTemplate(
            "Time of routine rounds was not booked: {rounds:number} in this contract month",
            "The hours that may be booked for routine work this contract month are used up. The rounds are made all "
            "the same.",
            "Raise the limit in the contract, or leave it unbooked.",
        ),
    ),
}
