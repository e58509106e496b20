"""What services say when they decline, as a sentence that may be kept: nothing in it is secret, and nothing breaks."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.integrations.http import described

JSON = "application/json; charset=utf-8"
DETAILS = {"details": {"subject": [{"description": "Subject: is too long", "error": "InvalidValue"}]}}

SAID: list[tuple[Any, str, str]] = [
    ({"error": "RecordNotFound", "description": "Not found"}, "RecordNotFound", "RecordNotFound: Not found"),
    (
        {"error": "RecordInvalid", "description": "Record validation errors", **DETAILS},
        "RecordInvalid",
        "RecordInvalid: Record validation errors: Subject: is too long",
    ),
    ({"error": {"title": "Forbidden", "message": "No access"}}, "Forbidden", "Forbidden: No access"),
    ({"message": "Project is archived"}, "", "Project is archived"),
    ({"errors": [{"title": "Bad", "detail": "No such project"}]}, "", "No such project: Bad"),
    ({"MESSAGE": "Invalid key", "STATUS": "Error"}, "", "Invalid key"),
    ({"error": "Couldn't authenticate you"}, "Couldn't authenticate you", "Couldn't authenticate you"),
    ({"error": {"title": {"odd": 1}}}, "", ""),
    ({"error": {"title": ["odd"]}}, "", "odd"),
    ({"error": 5, "message": 6}, "", ""),
    ([], "", ""),
    (None, "", ""),
    ("only a text", "", ""),
]


@pytest.mark.parametrize(("said", "name", "sentence"), SAID, ids=lambda value: repr(value)[:40])
def test_every_form_becomes_one_sentence(said: Any, name: str, sentence: str) -> None:
    assert described(JSON, json.dumps(said).encode()) == (name, sentence)


def test_text_is_kept_and_pages_are_not() -> None:
    assert described("text/plain; charset=utf-8", b"Number of requests\nexceeded") == (
        "",
        "Number of requests exceeded",
    )
    assert described("text/html", b"<h1>We will be back</h1>") == ("", "")
    assert described("", b"\xff\xfe\x00") == ("", "")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("the requester ann@shop.example is suspended", "ann@shop.example"),
        ("Authorization: Bearer token-000001 is expired", "token-000001"),
        ("client_secret=zendesk-client-secret is wrong", "zendesk-client-secret"),
        ("refused for 203.0.113.7", "203.0.113.7"),
        ("\x1b[31mred\x1b[0m", "\x1b"),
    ],
)
def test_what_must_not_be_kept_is_left_out(text: str, hidden: str) -> None:
    for kind, body in ((JSON, json.dumps({"error": text}).encode()), ("text/plain", text.encode())):
        assert not any(hidden in part for part in described(kind, body))


def test_what_is_very_long_or_very_deep_is_cut() -> None:
    assert len(described(JSON, json.dumps({"error": "word " * 500_000}).encode())[1]) <= 300
    assert len(described(JSON, json.dumps({"errors": ["a", *(f"no. {n}" for n in range(9))]}).encode())[1]) < 40
    assert described(JSON, b"[" * 200_000) == ("", "")
    assert described(JSON, b'{"errors":' * 300 + b'"x"' + b"}" * 300) == ("", "")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["error", "errors", "title", "details", "base", "message", "x"]), inner)
    ),
    max_leaves=20,
)


@given(values, st.sampled_from([JSON, "text/plain", "text/html", ""]))
def test_any_json_becomes_two_short_texts(value: Any, kind: str) -> None:
    name, sentence = described(kind, json.dumps(value).encode())
    assert len(name) <= 300
    assert len(sentence) <= 300
    assert "\n" not in sentence


@given(st.binary(max_size=300), st.sampled_from([JSON, "text/plain"]))
def test_any_bytes_become_two_short_texts(body: bytes, kind: str) -> None:
    assert all(len(text) <= 300 for text in described(kind, body))
