"""Clients for the tests of the stand-ins: each sends what its service wants, unless a test says otherwise."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

from tests.standins.harvest import Harvest
from tests.standins.service import Service
from tests.standins.teamwork import Teamwork
from tests.standins.zendesk import Zendesk


class Caller:
    """One client. A header that a test gives as "" is left out."""

    def __init__(self, service: Service, headers: Mapping[str, str]) -> None:
        self.service = service
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.clear()
        self.session.headers.update({"Accept-Encoding": "identity", **headers})

    def __call__(
        self,
        method: str,
        path: str,
        value: object = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] = {},
        follow: bool = False,
        timeout: float | tuple[float, float] = 10,
    ) -> requests.Response:
        """Send it, and give the answer."""
        if value is not None:
            body, headers = json.dumps(value).encode(), {"Content-Type": "application/json", **headers}
        given: dict[str, Any] = {name: text or None for name, text in headers.items()}
        url = self.service.url + path
        return self.session.request(method, url, data=body, headers=given, allow_redirects=follow, timeout=timeout)


def basic(user: str, password: str) -> dict[str, str]:
    """Its Authorization."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def grant(zendesk: Zendesk, **changed: object) -> dict[str, object]:
    """The body that asks for a token."""
    return {
        "grant_type": "client_credentials",
        "client_id": zendesk.client_id,
        "client_secret": zendesk.client_secret,
        "scope": "read tickets:write",
        **changed,
    }


def zendesk_caller(zendesk: Zendesk) -> Caller:
    """A client with a token of its own."""
    caller = Caller(zendesk, {"Accept": "application/json"})
    token = caller("POST", "/oauth/tokens", grant(zendesk)).json()["access_token"]
    caller.session.headers["Authorization"] = f"Bearer {token}"
    return caller


def ticket(**changed: object) -> dict[str, object]:
    """The body of a new ticket."""
    comment = {"html_body": "<p>It expires in 6 days.</p>", "public": False}
    return {"ticket": {"subject": "TLS certificate", "external_id": "siterounds:a", "comment": comment, **changed}}


def until(condition: Callable[[], bool]) -> None:
    """Wait for what must come soon; AssertionError where it does not within a minute."""
    for _ in range(6_000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come")


def create(caller: Caller, key: str = "k1", **changed: object) -> requests.Response:
    """Create a ticket."""
    return caller("POST", "/api/v2/tickets", ticket(**changed), headers={"Idempotency-Key": key})


def harvest_caller(harvest: Harvest) -> Caller:
    """A client of the account."""
    return Caller(
        harvest,
        {
            "Authorization": f"Bearer {harvest.token}",
            "Harvest-Account-Id": str(harvest.account),
            "User-Agent": "siterounds (l2@agency.example)",
        },
    )


def teamwork_caller(teamwork: Teamwork) -> Caller:
    """A client with the key."""
    return Caller(teamwork, basic(teamwork.api_key, "x"))
