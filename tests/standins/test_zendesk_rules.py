"""What may not stand in a ticket: each rule by what breaks it, with what becomes of the request."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standins import Zendesk
from tests.standins.calling import Caller, create, zendesk_caller
from tests.standins.zendesk_rules import wrongs
from tests.standins.zendesk_tickets import from_html, from_plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["subject", "comment", "tags", "status", "custom_fields", "external_id", "due_at", "requester"])


def comment(**changed: object) -> dict[str, Any]:
    """A ticket's one comment."""
    return {"comment": {"body": "x", "public": False, **changed}}


ALWAYS = [
    ({"subject": "x" * 150}, 0, True),
    ({"subject": "x" * 151}, 1, False),
    ({"subject": 5}, 1, False),
    ({"external_id": "x" * 255}, 0, True),
    ({"external_id": "x" * 256}, 1, False),
    ({"external_id": "é"}, 1, False),
    ({"priority": "critical"}, 1, False),
    ({"type": "alarm"}, 1, False),
    ({"status": "done"}, 1, False),
    ({"group_id": "7"}, 1, False),
    ({"description": "x"}, 1, True),
    ({"Subject": "x"}, 1, True),
    ({"additional_tags": ["x"]}, 1, True),
    ({"custom_fields": [{"id": 1, "value": "x"}]}, 1, False),
    ({"custom_fields": {"1": "x"}}, 1, False),
    (comment(), 0, True),
    (comment(body="x" * 65_000), 0, True),
    (comment(body="x" * 65_001), 1, False),
    (comment(body="é" * 40_000), 1, False),
    (comment(body=" "), 1, False),
    (comment(body=None), 1, False),
    (comment(html_body="<p>x</p>"), 1, False),
    (comment(public=True), 1, True),
    (comment(public="no"), 1, False),
    (comment(attachments=["x"]), 1, True),
    (comment(uploads="x"), 1, False),
    ({"comment": {"body": "x"}}, 1, True),
    ({"comment": {"public": False}}, 1, False),
    ({"comment": "x"}, 1, False),
    ({"comment": {"html_body": "<a href='javascript:x'>y</a>", "public": False}}, 1, True),
    ({"comment": {"html_body": "<img src=x onerror=x>", "public": False}}, 1, True),
    ({"comment": {"html_body": "<p>&lt;script&gt; onerror= javascript:</p>", "public": False}}, 0, True),
]


@pytest.mark.parametrize(("changed", "violations", "taken"), ALWAYS)
def test_what_is_wrong_in_a_new_ticket(
    zendesk: Zendesk, agent: Caller, changed: dict[str, Any], violations: int, taken: bool
) -> None:
    answer = create(agent, **changed)
    assert answer.status_code == (201 if taken else 422)
    assert len(zendesk.violations) == violations
    assert len(zendesk.tickets) == taken
    if not taken:
        assert answer.json()["error"] == "RecordInvalid"
        assert answer.json()["details"]


@pytest.mark.parametrize(
    ("changed", "violations", "taken"),
    [
        ({"due_at": "2026-12-01T00:00:00Z"}, 1, False),
        ({"due_at": "2026-12-01T00:00:00Z", "type": "task"}, 0, True),
        ({"problem_id": 1}, 1, False),
        ({"tags": "x"}, 1, False),
        ({"group_id": 7}, 0, True),
        ({"requester_id": 7}, 0, False),
        ({"assignee_id": 7}, 0, False),
        (comment(author_id=7), 0, False),
    ],
)
def test_what_is_wrong_in_new_tickets_alone(
    zendesk: Zendesk, agent: Caller, changed: dict[str, Any], violations: int, taken: bool
) -> None:
    assert create(agent, **changed).status_code == (201 if taken else 422)
    assert len(zendesk.violations) == violations


def test_groups_brands_and_forms_are_known_once_one_is_seeded(zendesk: Zendesk, agent: Caller) -> None:
    zendesk.groups, zendesk.brands, zendesk.ticket_forms = {7}, {8}, {9}
    assert create(agent, group_id=7, brand_id=8, ticket_form_id=9).status_code == 201
    assert create(agent, "k2", group_id=8).status_code == 422
    assert zendesk.violations == []


def test_public_comments_may_be_allowed() -> None:
    with Zendesk(allow_public=True) as zendesk:
        create(zendesk_caller(zendesk), **comment(public=True))
        assert zendesk.tickets[35436].comments[0].public
        assert zendesk.violations == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff\xfe", b'{"subject": "x"}', b'{"ticket": []}', b'{"ticket": {}}']
)
def test_a_body_that_is_no_ticket_is_refused(zendesk: Zendesk, agent: Caller, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    assert agent("POST", "/api/v2/tickets", body=body, headers=headers).status_code in {400, 422}
    assert len(zendesk.violations) == 1
    assert zendesk.tickets == {}


def test_a_key_is_for_creation_alone(zendesk: Zendesk, agent: Caller) -> None:
    create(agent)
    agent("PUT", "/api/v2/tickets/35436", {"ticket": {"priority": "low"}}, headers={"Idempotency-Key": "k"})
    assert zendesk.violations == [
        "PUT /api/v2/tickets/{id}: Idempotency-Key is only for the creation of tickets",
    ]


@given(st.dictionaries(NAMES | st.text(max_size=4), JSON, max_size=5), st.booleans())
def test_any_ticket_is_judged(ticket: dict[str, Any], creating: bool) -> None:
    for wrong in wrongs(ticket, creating=creating, known_fields=[1]):
        assert wrong.sentence


@given(st.text(alphabet="ab <>/!-&;=\"'script\n", max_size=60))
def test_nothing_that_runs_is_kept(text: str) -> None:
    plain, shown = from_plain(text)
    assert "<script" not in shown
    assert plain == plain.strip()
    assert "mark" not in from_html(text + "<!-- mark -->")[1]
