"""How we come into Zendesk: a token of our own for a while, by OAuth client credentials; else the legacy API token."""

import json
from datetime import datetime, timedelta
from typing import Protocol

import requests
from pydantic import BaseModel, Field, ValidationError
from requests.auth import HTTPBasicAuth

from agent.clock import now
from agent.domain.errors import AuthenticationError, PermanentError
from agent.integrations.http import HttpClient, sound_token
from agent.integrations.protocol import ClientContext
from agent.integrations.rate_limit import Limit
from inventory.services import Zendesk

EARLY = timedelta(seconds=60)
"""How long before its end a token is renewed."""
LIFE = 1800
"""Seconds that a token is asked to live: what Zendesk gives by default."""
LONGEST_LIFE = 172_800
"""Seconds that a token may live."""


def account(config: Zendesk) -> Limit:
    """What all requests of the account together are limited to."""
    return Limit("account", config.requests_a_minute, 60.0)


class ZendeskCredentials(Protocol):
    """What adds credentials to a request. Says nothing of them to anybody else."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the credentials; raises ServiceError where none are to be had."""

    def renew(self) -> bool:
        """Forget what was refused; whether there is anything new to try."""


class LegacyToken:
    """An e-mail address and an API token, for accounts that still have one. All of them end on 2027-04-30."""

    def __init__(self, email: str, token: str) -> None:
        """Keep them for this process."""
        self._basic = HTTPBasicAuth(f"{email}/token", sound_token("Zendesk", token))

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the credentials."""
        self._basic(request)
        return request

    def renew(self) -> bool:
        """There is no other."""
        return False


class ClientCredentials:
    """A token by OAuth client credentials: fetched when needed, kept in memory, renewed before it ends."""

    def __init__(self, config: Zendesk, secret: str, context: ClientContext) -> None:
        """Fetch nothing yet."""
        self._config = config
        self._secret = secret
        self._context = context
        self._token = ""
        self._until: datetime | None = None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token; raises ServiceError where none is to be had."""
        if self._until is None or now() >= self._until - EARLY:
            self._fetch()
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def renew(self) -> bool:
        """Have the next request fetch a new token."""
        self._until = None
        return True

    def _fetch(self) -> None:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._config.client_id,
            "client_secret": self._secret,
            "scope": self._config.scope,
            "expires_in": LIFE,
        }
        with HttpClient("Zendesk", self._config.url, _nothing, headers, self._context) as service:
            try:
                limits = (account(self._config),)
                answer = service.request("POST", "/oauth/tokens", limits, body=json.dumps(asked).encode())
            except (PermanentError, AuthenticationError) as error:
                if isinstance(error, AuthenticationError) and error.code != requests.codes.unauthorized:
                    raise
                remedy = "check services.zendesk.client_id, its secret and its scope; the client must be confidential"
                raise AuthenticationError(
                    error.reason, remedy
                ) from error  # without the code: no other token is to be had
        try:
            given = _Given.model_validate(answer.json())
        except ValidationError as error:
            raise AuthenticationError("Zendesk gave no token, but something else") from error
        self._token = sound_token("Zendesk", given.access_token)
        self._until = now() + timedelta(seconds=min(given.expires_in or LIFE, LONGEST_LIFE))


class _Given(BaseModel):
    access_token: str = Field(min_length=1)
    expires_in: int | None = None


def _nothing(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials: none from ~/.netrc, either."""
    return request


def zendesk_credentials(config: Zendesk, context: ClientContext) -> ZendeskCredentials:
    """The way in that the inventory names; raises SecretError, RefusedError."""
    if config.client_secret is not None:
        return ClientCredentials(config, context.secrets(config.client_secret), context)
    if config.token is None or config.email is None:
        raise AuthenticationError("the inventory names no way into Zendesk")
    return LegacyToken(config.email, context.secrets(config.token))
