"""Isolation of checks: an exception of a check's own code fails that check only."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from checks import Cause, NotCheckedError

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a check could not be asked or judged."""

    reason: str
    remedy: str = ""
    cause: Cause = Cause.OTHER


def isolate(call: Callable[[], T], whose: str) -> T | Failure:
    """The value of `call()`, or why there is none; the traceback of a fault in the check's own code goes to the log."""
    try:
        return call()
    except NotCheckedError as error:
        return Failure(error.reason, error.remedy, error.cause)
    except Exception as error:
        log.error("%s failed", whose, exc_info=error)
        reason = f"the check itself failed: {type(error).__name__}: {error}"
        return Failure(reason, "this is a fault in the check, not in the site; --verbose shows where", Cause.OUR_FAULT)
