"""What a host says stands in a ticket as text, whatever it would mean to Zendesk, Markdown or a browser."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import State
from reports.ticket import Changed, Problem, inert, opening_text, update_text

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
LIVE = "{{ticket.requester.email}}{% for x in y %}{{{a}}} [pay here](https://evil.example) <img src=x onerror=y>"


def problem(said: str) -> Problem:
    """One whose every word is a host's."""
    return Problem(1, State.CRITICAL, "Versions", said, said, said, said, NOW, (said,), said, said, said)


@pytest.mark.parametrize("kind", ["incident", "cause", "debt", "digest", "recommendations"])
def test_what_a_host_says_is_inert_in_a_new_ticket(kind: str) -> None:
    text = opening_text(kind, [problem(LIVE)], (LIVE,), NOW)
    for part in (text.subject, text.html):
        for word in ("{{", "{%", "]("):
            assert word not in part
    assert "<img" not in text.html
    assert "ticket.requester.email" in text.html, "it is still there to be read"


@pytest.mark.parametrize("change", ["worsened", "resolved", "left"])
def test_what_a_host_says_is_inert_in_a_comment(change: str) -> None:
    html = update_text([Changed(change, problem(LIVE), problem(LIVE))], "comment", (LIVE,)).html
    for word in ("{{", "{%", "](", "<img"):
        assert word not in html


@given(st.text(alphabet="{%#}]([x"))
def test_nothing_live_is_left(text: str) -> None:
    said = inert(text)
    assert not any(word in said for word in ("{{", "{%", "{#", "]("))
    assert said.replace("\u2060", "") == text
