"""Reading from a service: a mere question may be asked again, and its answer is read exactly."""

import json
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

from agent.domain.errors import UncertainError
from agent.integrations.pace import Limit
from agent.integrations.service import Answer, Service

PAUSE = 0.5
"""Seconds before a question is asked a second time."""


def read(
    service: Service, path: str, limits: Sequence[Limit], params: Mapping[str, str | int] | None = None
) -> Mapping[str, Any]:
    """The JSON object at a path, with every number that has a fraction as a Decimal. Raises ServiceError.

    What was not answered is asked once more, unless the service wants to be left alone.
    """
    try:
        return _object(service.name, service.ask("GET", path, limits, params=params))
    except UncertainError as error:
        if error.after is not None:
            raise
    time.sleep(PAUSE)
    return _object(service.name, service.ask("GET", path, limits, params=params))


def rows(answer: Mapping[str, Any], key: str, name: str) -> Sequence[Mapping[str, Any]]:
    """The list of objects under a key of an answer; UncertainError where there is none."""
    found = answer.get(key)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UncertainError(f"{name} answered without a list of {key}")
    return found


def _object(name: str, answer: Answer) -> Mapping[str, Any]:
    try:
        value = json.loads(answer.body, parse_float=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise UncertainError(f"{name} answered with what is no whole JSON document") from error
    if not isinstance(value, dict):
        raise UncertainError(f"{name} answered with JSON that is no object")
    return value


def _refused(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
