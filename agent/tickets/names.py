"""The external id of a ticket: what finds it again in Zendesk, whatever happens to our own books."""

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import quote

from agent.incidents import Key
from agent.tickets.model import Kind

LONGEST = 255
"""ASCII characters."""


def of_incident(environment: str, key: Key) -> str:
    """For one problem: from its key alone, so that the same problem finds the same ticket."""
    return _fit(environment, f"{key.subject}:{key.check}:{key.item}")


def of_cause(environment: str, client: str, cause: str) -> str:
    """For one cause on many sites of a client."""
    return _fit(environment, f"client:{client}:{Kind.CAUSE}:{cause}")


def of_recommendations(environment: str, client: str) -> str:
    """For what a client's contract does not cover."""
    return _fit(environment, f"client:{client}:{Kind.RECOMMENDATIONS}")


def of_list(environment: str, kind: Kind, at: datetime) -> str:
    """For a list that one round makes."""
    return _fit(environment, f"{kind}:{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")


def _fit(environment: str, name: str) -> str:
    text = re.sub("[^ -~]|%", lambda match: quote(match[0]), f"siterounds:{environment}:{name}")
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 33]}~{hashlib.sha256(text.encode()).hexdigest()[:32]}"
