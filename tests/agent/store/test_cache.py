"""What services said is kept with its age; marks of paces are changed in one step."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from agent.store.cache import CachedAnswer
from agent.store.store import Store
from tests.agent.store.filled import AT, HOUR, fresh


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as made:
        yield made


@pytest.mark.parametrize("data", [{"a": [1, 2.5, None, True, "\u00fc"]}, [], "text", 0, None])
def test_what_is_kept_comes_back(store: Store, data: Any) -> None:
    store.cache.put("x", data, AT)
    with Store(store.folder) as again:
        assert again.cache.get("x") == CachedAnswer(data, AT)
        assert again.cache.get("y") is None


def test_the_newest_replaces_what_was_there(store: Store) -> None:
    store.cache.put("x", 1, AT)
    store.cache.put("x", 2, AT - HOUR)
    assert store.cache.get("x") == CachedAnswer(2, AT - HOUR)


def test_a_time_is_kept_whatever_its_zone(store: Store) -> None:
    store.cache.put("x", 1, AT.astimezone(timezone(timedelta(hours=5))))
    assert store.cache.get("x") == CachedAnswer(1, AT)


def test_what_is_no_json_is_not_kept(store: Store) -> None:
    store.cache.put("x", 1, AT)
    with pytest.raises(Exception, match="serializable"):
        store.cache.put("x", object(), AT)
    assert store.cache.get("x") == CachedAnswer(1, AT)


def test_a_mark_is_made_of_the_one_before(store: Store) -> None:
    seen: list[datetime | None] = []

    def later(mark: datetime | None) -> datetime:
        seen.append(mark)
        return (mark or AT) + HOUR

    assert [store.cache.reserve("a", later) for _ in range(2)] == [AT + HOUR, AT + 2 * HOUR]
    store.cache.reserve("b", later)
    assert seen == [None, AT + HOUR, None]


def test_a_mark_that_could_not_be_made_is_as_it_was(store: Store) -> None:
    def broken(mark: datetime | None) -> datetime:
        raise ZeroDivisionError

    store.cache.reserve("a", lambda _: AT)
    with pytest.raises(ZeroDivisionError):
        store.cache.reserve("a", broken)
    assert store.cache.reserve("a", lambda mark: mark or AT + HOUR) == AT
