"""The README says what is true: its inventories load, its example is the example, its two commands are there."""

import re
from pathlib import Path

import pytest

from checks import registry
from inventory.load import load

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
INVENTORIES = re.findall(r"```yaml\n(.*?)```", README, re.S)


@pytest.mark.parametrize("text", INVENTORIES)
def test_its_inventories_load(text: str, tmp_path: Path) -> None:
    known = registry.load()
    (tmp_path / "inventory.yaml").write_text(text)
    assert load(tmp_path / "inventory.yaml", known.settings(), known.platforms, known.host_checks()).hosts


def test_its_example_is_the_example() -> None:
    example = (ROOT / "tests/plugin_example/siterounds_example/mail_queue.py").read_text()
    shown = re.search(r"```python\n(.*?)```", README, re.S)
    assert shown
    for part in re.split(r"\n\n|    \.\.\.\n", shown[1]):
        assert part.strip() in example


def test_its_two_commands_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    assert {command.split()[1] for command in re.findall(r"^make [a-z]+", README, re.M)} <= targets


def test_every_check_is_in_its_table() -> None:
    assert {f"| `{check.name}` |" in README for check in registry.CHECKS} == {True}
