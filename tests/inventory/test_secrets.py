"""References to secrets."""

import pytest

from inventory.secrets import Reference


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("env:ZENDESK_TOKEN", Reference("env", "ZENDESK_TOKEN")),
        ("file:/run/secrets/zendesk", Reference("file", "/run/secrets/zendesk")),
        ("file:~/.zendesk key", Reference("file", "~/.zendesk key")),
        ("credential:zendesk.token", Reference("credential", "zendesk.token")),
    ],
)
def test_a_reference_is_read_and_written(text: str, expected: Reference) -> None:
    assert Reference.parse(text) == expected
    assert str(expected) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "hunter2", "vault:a", "ENV:A", " env:A"),
        *("env:", "env:1A", "env:A-B"),
        *("file:", "file:relative", "file:/a\nb"),
        *("credential:", "credential:a/b", "credential:.."),
    ],
)
def test_anything_else_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a secret does not belong in the inventory") as raised:
        Reference.parse(text)
    assert str(raised.value).endswith("; write a reference: env:NAME, file:/path or credential:NAME")
    assert "hunter2" not in str(raised.value)
