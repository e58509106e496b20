"""Zendesk's errors and its two ways of paging."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from tests.standins.exchange import Answer, Asked, Refusal

PAGE = 100
_DEEPEST = 100


class Numbered(Protocol):
    """What has a number of its own."""

    @property
    def id(self) -> int:
        """The number."""
        ...


T = TypeVar("T", bound=Numbered)


def refusal(code: int, error: str, description: str = "", headers: Mapping[str, str] | None = None) -> Refusal:
    """An error as Zendesk words it."""
    value = {"error": error, "description": description} if description else {"error": error}
    return Refusal(Answer.of(code, value, headers))


def invalid(details: Mapping[str, Sequence[str]]) -> Refusal:
    """A 422 that names what is wrong with each property."""
    shown = {
        name: [{"description": sentence, "error": "InvalidValue", "field_key": name} for sentence in sentences]
        for name, sentences in details.items()
    }
    value = {"error": "RecordInvalid", "description": "Record validation errors", "details": shown}
    return Refusal(Answer.of(422, value))


def not_found() -> Refusal:
    """There is no such record."""
    return refusal(404, "RecordNotFound", "Not found")


def bad_request(description: str) -> Refusal:
    """The request could not be understood."""
    return refusal(400, "BadRequest", description)


def by_cursor(asked: Asked) -> bool:
    """Whether it pages by cursor."""
    return any(name.startswith("page[") for name in asked.query)


def paged(
    asked: Asked, name: str, records: Sequence[T], show: Callable[[T], Any], url: str
) -> tuple[Answer, str | None]:
    """One page of `records`, which are all and in order; and a rule that the request broke. `url` begins links."""
    cursor = by_cursor(asked)
    size = _number(asked.query.get("page[size]" if cursor else "per_page"), PAGE)
    wrong = None if size <= PAGE else f"a page of {size} was asked for, at most {PAGE} are given"
    size = min(size, PAGE)
    value = _after_cursor(asked, records, size, url) if cursor else _offset(asked, records, size, url)
    return Answer.of(200, {name: [show(record) for record in value.pop("records")], **value}), wrong


def _after_cursor(asked: Asked, records: Sequence[T], size: int, url: str) -> dict[str, Any]:
    start = 0
    if after := asked.query.get("page[after]"):
        numbers = [record.id for record in records]
        try:
            start = numbers.index(int(base64.urlsafe_b64decode(after).decode())) + 1
        except (binascii.Error, ValueError):
            raise bad_request("page[after] is not valid") from None
    chosen = records[start : start + size]
    more = start + size < len(records)
    last = base64.urlsafe_b64encode(str(chosen[-1].id).encode()).decode() if chosen else None
    first = base64.urlsafe_b64encode(str(chosen[0].id).encode()).decode() if chosen else None
    rest = {key: value for key, value in asked.query.items() if key not in {"page[after]", "page[before]"}}
    following = f"{url}{asked.path}.json?{urlencode({**rest, 'page[after]': last})}" if more else None
    return {
        "records": chosen,
        "meta": {"has_more": more, "after_cursor": last, "before_cursor": first},
        "links": {"prev": None, "next": following},
    }


def _offset(asked: Asked, records: Sequence[T], size: int, url: str) -> dict[str, Any]:
    page = _number(asked.query.get("page"), 1)
    if page > _DEEPEST:
        raise refusal(400, "InvalidPaginationDepth", "Your request exceeds the maximum number of pages")
    end = page * size

    def link(number: int) -> str:
        return f"{url}{asked.path}.json?{urlencode({**asked.query, 'page': number})}"

    return {
        "records": records[end - size : end],
        "next_page": link(page + 1) if end < len(records) else None,
        "previous_page": link(page - 1) if page > 1 else None,
        "count": len(records),
    }


def _number(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not text.isdecimal() or int(text) < 1:
        raise bad_request(f"{text!r} is no number of a page or of its records")
    return int(text)
