"""What a stand-in is asked, and what it answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from tests.standins.faults import How


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in whole. The names of headers are in lower case; `ids` are the numbers in its path."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    kind: str
    ids: tuple[int, ...]
    at: datetime

    def header(self, name: str) -> str:
        """A header's value, "" where it was not sent."""
        return self.headers.get(name.lower(), "")

    def json(self) -> Any:
        """The body as JSON; ValueError where it is none."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it is remembered. `answered` is the status that was sent, None where the connection was cut first.

    `kind` is its method and path template, such as "PUT /api/v2/tickets/{id}"; `fault` is what it suffered, if any.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    kind: str
    at: datetime
    answered: int | None = None
    fault: How | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. `finish` is called when it is about to leave, after the wait of a slow one."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    finish: Callable[[], None] | None = None

    @classmethod
    def of(cls, status: int, value: object, headers: Mapping[str, str] | None = None) -> Self:
        """One that carries JSON."""
        return cls(status, json.dumps(value, ensure_ascii=False).encode(), headers or {})


class Refusal(Exception):  # noqa: N818  no error of ours: it is how a rule ends a request
    """The service will not do it; `answer` says why."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body.decode(errors='replace')}")
        self.answer = answer
