"""Which checks the tasks of a contract name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.integrations.teamwork.client import Project, ResultPage, with_address
from agent.integrations.teamwork.contract import FieldIds, alike
from agent.integrations.teamwork.scope import Task, scope_of, tasks_of
from checks.registry import CHECKS

SCOPE_WORDS = {check.name: check.scope_words for check in CHECKS if check.scope_words}


@pytest.mark.parametrize(
    ("text", "checks"),
    [
        ("Disk space", {"disk"}),
        ("DISKS and inodes", {"disk"}),
        ("Update plugins monthly", {"versions"}),
        ("Log files; error rate", {"logs"}),
        ("Firewall/ports", {"firewall"}),
        ("Mail: block   list", {"dnsbl"}),
        ("Our blog, catalogue and support", set()),
        ("Uptime", {"ssh"}),
        ("Everything else", set()),
    ],
)
def test_the_checks_that_a_task_names(text: str, checks: set[str]) -> None:
    found = scope_of([Task(text, alike(text))], SCOPE_WORDS, '"SLA"')
    assert found.inside == checks
    assert found.outside == set(SCOPE_WORDS) - checks
    assert bool(found.remark) is not bool(checks)


@given(texts=st.lists(st.text(max_size=60), min_size=1, max_size=5), word=st.text(min_size=1, max_size=10))
def test_any_text_and_any_word_are_taken_as_they_are(texts: list[str], word: str) -> None:
    tasks = [Task(text, alike(text)) for text in texts]
    found = scope_of(tasks, {"disk": (word,)}, '"SLA"')
    assert found.inside | found.outside == {"disk"}
    if alike(word) and re.match(r"\w", alike(word)) and any(alike(text).startswith(alike(word)) for text in texts):
        assert found.inside == {"disk"}


TAGS = {"701": {"id": 701, "name": "Excluded"}, "702": {"id": 702, "name": "disk"}}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"name": "A", "tags": [{"id": 701, "type": "tags"}]}, None),
        ({"name": "A", "tags": [{"id": 9, "name": "EXCLUDED"}]}, None),
        ({"name": "A", "tags": ["excluded"]}, None),
        ({"name": "A", "tagIds": [701]}, None),
        ({"name": "A", "status": "deleted"}, None),
        ({"name": "A", "tags": [{"id": 702, "type": "tags"}]}, "a disk"),
        ({"name": "A", "description": "<b>Disk</b>", "tags": None}, "a <b>disk</b>"),
        ({"name": "A", "tags": [{"id": 703}, 5, None, {}, []]}, "a"),
        ({"name": None, "description": 3, "tags": {}}, ""),
    ],
)
def test_what_is_written_about_a_task(row: dict[str, object], words: str | None) -> None:
    page = ResultPage([row], {"tags": TAGS})
    assert [" ".join(task.words.split()) for task in tasks_of(page)] == ([] if words is None else [words])


@pytest.mark.parametrize("tags", [None, [], {}, {"701": "x"}, [{"id": 701, "name": "excluded"}], "x"])
def test_tags_that_are_not_sent_along_leave_a_task_in_scope(tags: object) -> None:
    page = ResultPage([{"name": "Disk", "tags": [{"id": 702, "type": "tags"}]}], {"tags": tags})
    assert [task.name for task in tasks_of(page)] == ["Disk"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("https://shop.example", True),
        ("http://shop.example/", True),
        ("SHOP.example", True),
        ("https://shop.example:443/", True),
        ("https://shop.example:8443", False),
        ("https://shop.example/de", False),
        ("https://shop.example.evil.example", False),
        ("https://www.shop.example", False),
        ("", False),
        ("https://", False),
        ("https://[", False),
        ("https://shop.example:99999", False),
        ("javascript:alert(1)", False),
    ],
)
def test_a_site_is_known_by_its_address(written: str, found: bool) -> None:
    project = Project(1, "P", {})
    assert with_address([(project, written)], ["https://shop.example/"]) == ([project] if found else [])


def test_sites_without_an_address_are_nobodys() -> None:
    assert with_address([(Project(1, "P", {}), "")], ["", "https://["]) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (11, "Standard"),
        ("11", "Standard"),
        ([11], "Standard"),
        ({"id": 11}, "Standard"),
        ("standard", "Standard"),
        (12, None),
        ([11, 11], None),
        ([], None),
        (True, None),
        (None, None),
        (1.5, None),
        ({}, None),
    ],
)
def test_the_text_of_a_choice(value: object, shown: str | None) -> None:
    book = FieldIds({"kind": "SLA tier"}, {"kind": (1,)}, {1: {"11": "Standard"}})
    assert book.shown(1, value) == shown
    assert book.shown(2, value) == value


def test_a_dash_is_a_dash() -> None:
    assert alike("SLA \u2013  in Scope ") == alike("sla - in scope")
