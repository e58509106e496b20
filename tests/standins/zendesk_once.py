"""Idempotency keys, as Zendesk keeps them for the creation of tickets."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.standins.exchange import Answer, Asked
from tests.standins.zendesk_answers import refusal

LIFE = timedelta(hours=2)
LONGEST = 255
_OTHER_BODY = "Request parameters don't match the given idempotency key"
_LOOKUP = "x-idempotency-lookup"


@dataclass(slots=True)
class Kept:
    """A key's body, and the answer once it has left."""

    body: bytes
    at: datetime
    answer: Answer | None = None


class Once:
    """The keys of one account."""

    def __init__(self) -> None:
        self.keys: dict[str, Kept] = {}

    def earlier(self, key: str, asked: Asked) -> Answer | None:
        """The answer that the key has had before; Refusal for another body, or while the first request is under way."""
        kept = self.keys.get(key)
        if kept is None or asked.at - kept.at >= LIFE:
            return None
        if kept.body != hashlib.sha256(asked.body).digest():
            raise refusal(400, "IdempotentRequestError", _OTHER_BODY)
        if kept.answer is None:
            raise refusal(409, "IdempotentRequestInProgress", "A request with this idempotency key is in progress")
        return replace(kept.answer, headers={**kept.answer.headers, _LOOKUP: "hit"})

    def keep(self, key: str, asked: Asked, answer: Answer) -> Answer:
        """Remember a creation; the key counts as in progress until the answer leaves."""
        kept = Kept(hashlib.sha256(asked.body).digest(), asked.at)
        self.keys[key] = kept

        def finish() -> None:
            kept.answer = answer

        return replace(answer, headers={**answer.headers, _LOOKUP: "miss"}, finish=finish)
