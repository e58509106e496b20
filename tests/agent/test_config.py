"""Where secrets are fetched from."""

from pathlib import Path

import pytest

from agent.config import SecretError, read_secret
from inventory.secrets import Reference


def test_each_place(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    environment = {"TOKEN": "s3cret", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    for text in ("env:TOKEN", f"file:{tmp_path}/token", "credential:token"):
        assert read_secret(Reference.parse(text), environment) == "s3cret"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("env:TOKEN", "env:TOKEN: that variable is not set"),
        ("env:EMPTY", "env:EMPTY: that variable is not set"),
        ("file:/no/such/file", "file:/no/such/file: No such file or directory"),
        ("credential:token", "credential:token: there are no systemd credentials here (LoadCredential= in the unit)"),
    ],
)
def test_a_secret_that_is_not_there(text: str, said: str) -> None:
    with pytest.raises(SecretError) as caught:
        read_secret(Reference.parse(text), {"EMPTY": ""})
    assert str(caught.value) == said


@pytest.mark.parametrize(("content", "said"), [(b"\n", "empty"), (b"", "empty"), (b"\xff\xfe", "not text")])
def test_a_file_that_holds_none(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(SecretError, match=said):
        read_secret(Reference("file", str(tmp_path / "token")))
