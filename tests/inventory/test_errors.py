"""Mistakes of a whole folder, and the words in which all are told."""

from pathlib import Path

import pytest

from inventory.errors import InventoryError, InventoryIssue, key_path, printable, suggest
from tests.inventory.samples import read


def test_mistakes_of_all_files_come_at_once_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text("hosts:\n  web1: {}\nsettings: {disk: {}}\nclients: {c: {}}\n")
    (tmp_path / "a.yaml").write_text("hosts:\n  web2: {port: 0}\n  web1: {}\nsettings: {disk: {}}\n")
    (tmp_path / "c.yaml").write_text("hosts: [")
    (tmp_path / ".hidden.yaml").write_text("nonsense")
    (tmp_path / "notes.txt").write_text("nonsense")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "d.yaml").write_text("nonsense")

    with pytest.raises(InventoryError) as raised:
        read(tmp_path)

    assert str(raised.value).replace(f"{tmp_path}/", "").splitlines() == [
        "a.yaml:2: hosts.web2.port: must be at least 1, not the number 0",
        f"b.yml:2: hosts.web1: is written twice: first in {tmp_path}/a.yaml:3".replace(f"{tmp_path}/", ""),
        "b.yml:3: settings.disk: is written twice: first in a.yaml:4",
        "c.yaml:1: a value is missing here, or begins with a character that needs quotes",
    ]


def test_what_an_unreadable_file_may_hold_is_not_called_unknown(tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text("hosts: {web1: {}\n")
    (tmp_path / "sites.yaml").write_text("sites: {s: {client: c, host: web1, url: https://s.example, root: /}}\n")

    with pytest.raises(InventoryError) as raised:
        read(tmp_path)

    assert [Path(mistake.file).name for mistake in raised.value.issues] == ["hosts.yaml"]


def test_a_folder_without_files_says_which_it_looks_for(tmp_path: Path) -> None:
    with pytest.raises(InventoryError) as raised:
        read(tmp_path)

    sentence = "this folder holds no inventory: no file in it ends in .yaml or .yml"
    assert raised.value.issues == (InventoryIssue(str(tmp_path), 1, "", sentence),)


def test_a_long_list_of_names_is_cut_and_a_far_name_not_guessed() -> None:
    assert suggest("zebra", [f"web{number:02}" for number in range(30)]).endswith("web11, … (30 in all)")
    assert "did you mean" not in suggest("zebra", [f"web{number:02}" for number in range(30)])


def test_what_is_shown_of_a_text_cannot_reach_the_terminal() -> None:
    assert printable("a\x1b[2J\nb") == "a\\x1b[2J\\nb"
    assert len(printable("x" * 500)) == 64
    assert key_path(("clients", "a\n", "contacts", 0, "email")) == "clients.a\\n.contacts[0].email"
