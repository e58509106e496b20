"""Credentials for Zendesk: an access token by OAuth client credentials, or the legacy API token."""

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
"""How long before its expiry a token is renewed."""
LIFE = 1800
"""Seconds of life that are requested for a token, Zendesk's default."""
LONGEST_LIFE = 172_800
"""Seconds that a token may live at most."""


def account(config: Zendesk) -> Limit:
    """Return the rate limit of all requests of the account."""
    return Limit("account", config.requests_a_minute, 60.0)


class ZendeskCredentials(Protocol):
    """Adds credentials to a request and never reveals them elsewhere."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the credentials. Raises ServiceError if there are none."""

    def renew(self) -> bool:
        """Discard credentials that were rejected. Returns whether there are new ones to try."""


class LegacyToken:
    """An e-mail address and an API token. Zendesk ends all of these on 2027-04-30."""

    def __init__(self, email: str, token: str) -> None:
        """Keep them for this process."""
        self._basic = HTTPBasicAuth(f"{email}/token", sound_token("Zendesk", token))

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the credentials."""
        self._basic(request)
        return request

    def renew(self) -> bool:
        """Return False: there are no others."""
        return False


class ClientCredentials:
    """An access token by OAuth client credentials: fetched when needed, kept in memory, renewed before it expires."""

    def __init__(self, config: Zendesk, secret: str, context: ClientContext) -> None:
        """Create it without a token."""
        self._config = config
        self._secret = secret
        self._context = context
        self._token = ""
        self._until: datetime | None = None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token. Raises ServiceError if none can be fetched."""
        if self._until is None or now() >= self._until - EARLY:
            self._fetch()
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def renew(self) -> bool:
        """Make the next request fetch a new token."""
        self._until = None
        return True

    def _fetch(self) -> None:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        body = {
            "grant_type": "client_credentials",
            "client_id": self._config.client_id,
            "client_secret": self._secret,
            "scope": self._config.scope,
            "expires_in": LIFE,
        }
        with HttpClient("Zendesk", self._config.url, _no_credentials, headers, self._context) as service:
            try:
                limits = (account(self._config),)
                answer = service.request("POST", "/oauth/tokens", limits, body=json.dumps(body).encode())
            except (PermanentError, AuthenticationError) as error:
                if isinstance(error, AuthenticationError) and error.code != requests.codes.unauthorized:
                    raise
                remedy = "check services.zendesk.client_id, its secret and its scope; the client must be confidential"
                raise AuthenticationError(
                    error.reason, remedy
                ) from error  # without the code: no other token is to be had
        try:
            token = _TokenResponse.model_validate(answer.json())
        except ValidationError as error:
            raise AuthenticationError("Zendesk gave no token, but something else") from error
        self._token = sound_token("Zendesk", token.access_token)
        self._until = now() + timedelta(seconds=min(token.expires_in or LIFE, LONGEST_LIFE))


class _TokenResponse(BaseModel):
    access_token: str = Field(min_length=1)
    expires_in: int | None = None


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Add no credentials, not even those of ~/.netrc."""
    return request


def zendesk_credentials(config: Zendesk, context: ClientContext) -> ZendeskCredentials:
    """Return the credentials that the inventory configures. Raises SecretError, AuthenticationError."""
    if config.client_secret is not None:
        return ClientCredentials(config, context.secrets(config.client_secret), context)
    if config.token is None or config.email is None:
        raise AuthenticationError("the inventory names no way into Zendesk")
    return LegacyToken(config.email, context.secrets(config.token))
