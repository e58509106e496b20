"""What messages say goes into the store as JSON and comes back as it was."""

import json
from datetime import UTC, date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.errors import StoreError
from agent.domain.incidents import Phase
from agent.domain.messages import Action, Stage
from agent.domain.payloads import MailPayload, OpenTicket, Payload, PrunedMail, TimeEntryPayload, UpdateTicket
from agent.domain.tickets import LastNotified
from agent.store.rows import payload_json, payload_of_json
from checks import State
from tests.agent.outbox.office import telling

TELLS = st.dictionaries(
    st.integers(1), st.builds(LastNotified, st.sampled_from(Phase), st.sampled_from(State)), max_size=3
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
OPENINGS = st.builds(OpenTicket, tells=TELLS, subject=TEXT, fields=st.dictionaries(st.integers(1), TEXT, max_size=2))
DATES = st.datetimes(timezones=st.just(UTC))
SAID = {
    Action.OPEN: OPENINGS,
    Action.UPDATE: st.builds(UpdateTicket, tells=TELLS, html=TEXT, follow_up=st.none() | OPENINGS),
    Action.BOOK: st.builds(
        TimeEntryPayload, spent_on=st.dates(date(2000, 1, 1)), hours=st.decimals("0", "99.99", places=2), notes=TEXT
    ),
    Action.SEND: st.builds(MailPayload, subject=TEXT, html=TEXT, date=DATES, pdf=st.none() | st.binary(max_size=50)),
}


def row(action: str = "update", stage: str = "waiting") -> dict[str, object]:
    return {"id": 7, "action": action, "stage": stage}


@given(st.sampled_from([*SAID]).flatmap(lambda action: st.tuples(st.just(action), SAID[action])))
def test_what_is_written_is_read_back(said: tuple[Action, Payload]) -> None:
    action, payload = said
    assert payload_of_json(json.dumps(payload_json(payload)), row(action)) == payload


@pytest.mark.parametrize("stage", [*Stage])
def test_a_mail_may_have_been_pruned_only_once_it_has_ended(stage: Stage) -> None:
    text = '{"client": null, "to": {"name": "Ann", "email": "ann@shop.example"}}'
    if stage in (Stage.DELIVERED, Stage.DROPPED):
        assert isinstance(payload_of_json(text, row("send", stage)), PrunedMail)
        return
    with pytest.raises(StoreError, match="message #7 "):
        payload_of_json(text, row("send", stage))


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("", row()),
        ("{", row()),
        ("null", row()),
        ("{}", row()),
        (json.dumps({**payload_json(telling()), "aim": "burn"}), row()),
        (json.dumps({**payload_json(telling()), "tells": {"one": ["open", "ok"]}}), row()),
        (json.dumps(payload_json(telling())), row("open")),
        (json.dumps(payload_json(telling())), row("sing")),
        (json.dumps(payload_json(telling())), row(stage="nowhere")),
    ],
)
def test_what_cannot_be_read_names_its_row_and_how_to_be_rid_of_it(text: str, known: dict[str, object]) -> None:
    with pytest.raises(StoreError, match=r"message #7 .*`siterounds outbox drop 7`"):
        payload_of_json(text, known)


def test_what_a_later_version_adds_is_left_out() -> None:
    assert payload_of_json(json.dumps({**payload_json(telling()), "mood": "good"}), row()) == telling()
