"""How Harvest is asked: whose account, under which name, and how fast."""

from requests import PreparedRequest
from requests.auth import AuthBase

from agent.integrations.pace import Limit, Paces
from agent.integrations.service import Service
from agent.integrations.tokens import sound_token
from inventory.services import Harvest

REPORTS = Limit("reports", 100, 900, at_once=40)
"""What reports are counted by: there are few, one for each day of the month on which contract months begin."""


def general(config: Harvest) -> Limit:
    """What every request is counted by."""
    return Limit("general", config.requests_in_15_seconds, 15)


class Bearer(AuthBase):
    """A token in the Authorization header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add it to a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def harvest_service(config: Harvest, token: str, paces: Paces) -> Service:
    """A session with Harvest, to be closed by whoever uses it. RefusedError where the token cannot be one."""
    headers = {
        "Harvest-Account-Id": str(config.account),
        "User-Agent": f"siterounds ({config.contact})",
        "Accept": "application/json",
    }
    return Service("Harvest", config.url, Bearer(sound_token("Harvest", token)), headers, paces)
