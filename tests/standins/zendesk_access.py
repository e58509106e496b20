"""Who may call Zendesk: OAuth tokens that a client's secret buys, and the API tokens of old that end in 2027."""

import base64
import binascii
import itertools
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from tests.standins.exchange import Answer, Asked, Refusal

LEGACY_ENDS = datetime(2027, 4, 30, tzinfo=UTC)
LEGACY_IDLE = timedelta(days=30)
_SCOPES = frozenset({"read", "write"})
_RESOURCES = ("tickets", "users", "organizations")


@dataclass(slots=True)
class Token:
    """A bearer token, its scopes, and when it ends."""

    value: str
    scopes: frozenset[str]
    until: datetime


class Gate:
    """Gives tokens, and looks at those that come back."""

    def __init__(self, client: tuple[str, str], legacy: tuple[str, str] | None, seconds: int) -> None:
        self.tokens: dict[str, Token] = {}
        self.seconds = seconds
        self._client = client
        self._legacy = legacy
        self._legacy_used: datetime | None = None
        self._numbers = itertools.count(1)

    def grant(self, asked: Asked) -> tuple[Answer, list[str]]:
        """The answer to a request for a token, and the rules it broke."""
        form = _form(asked)
        if form is None:
            return _oauth_error(400, "invalid_request"), ["the body is neither JSON nor a form, as Content-Type says"]
        if form.get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type"), ["the grant is not client_credentials"]
        if (form.get("client_id"), form.get("client_secret")) != self._client:
            return _oauth_error(401, "invalid_client"), []
        scopes = frozenset(str(form.get("scope", "")).split())
        if not scopes or not all(_is_scope(scope) for scope in scopes):
            return _oauth_error(400, "invalid_scope"), [f"no such scope: {form.get('scope', '')!r}"]
        seconds = self._life(form)
        if seconds is None:
            return _oauth_error(400, "invalid_request"), ["expires_in is not between 300 and 172,800 s"]
        return self._granted(scopes, seconds, asked.at), []

    def _life(self, form: Mapping[str, Any]) -> int | None:
        if "expires_in" not in form:
            return self.seconds
        text = str(form["expires_in"])
        return int(text) if text.isdecimal() and 300 < int(text) < 172_800 else None

    def _granted(self, scopes: frozenset[str], seconds: int, now: datetime) -> Answer:
        token = Token(f"token-{next(self._numbers):06}", scopes, now + timedelta(seconds=seconds))
        self.tokens[token.value] = token
        shown = {
            "access_token": token.value,
            "token_type": "bearer",
            "scope": " ".join(sorted(scopes)),
            "expires_in": seconds,
        }
        return Answer.of(200, shown)

    def admit(self, asked: Asked, wanted: Collection[str]) -> str | None:
        """None where it may pass, else the scopes that it lacks in a sentence; Refusal for wrong credentials.

        `wanted` are the scopes of which it needs one.
        """
        kind, _, value = asked.header("authorization").partition(" ")
        if kind.lower() == "bearer":
            token = self.tokens.get(value)
            if token is None or token.until <= asked.at:
                raise Refusal(_expired())
            return None if token.scopes & {*wanted} else f"the token has none of the scopes {', '.join(wanted)}"
        if kind.lower() == "basic" and self._legacy_passes(value, asked.at):
            return None
        raise Refusal(Answer.of(401, {"error": "Couldn't authenticate you"}))

    def may(self, asked: Asked, wanted: Collection[str]) -> bool:
        """Whether who was admitted has one of these scopes; the API token of old has all."""
        token = self.tokens.get(asked.header("authorization").partition(" ")[2])
        return token is None or bool(token.scopes & {*wanted})

    def expire_all(self) -> None:
        """Every token ends now."""
        self.tokens.clear()

    def _legacy_passes(self, value: str, now: datetime) -> bool:
        if self._legacy is None or now >= LEGACY_ENDS:
            return False
        if self._legacy_used is not None and now - self._legacy_used > LEGACY_IDLE:
            return False
        try:
            given = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        email, token = self._legacy
        if given != f"{email}/token:{token}":
            return False
        self._legacy_used = now
        return True


def _form(asked: Asked) -> dict[str, Any] | None:
    kind = asked.header("content-type").partition(";")[0].strip().lower()
    try:
        if kind == "application/json":
            value = asked.json()
            return value if isinstance(value, dict) else None
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
    return None


def _is_scope(scope: str) -> bool:
    resource, _, access = scope.rpartition(":")
    return access in _SCOPES and (not resource or resource in _RESOURCES)


def _oauth_error(code: int, error: str) -> Answer:
    return Answer.of(code, {"error": error, "error_description": f"The request was refused: {error}."})


def _expired() -> Answer:
    described = "The access token provided is expired, revoked, malformed or invalid for other reasons."
    return Answer.of(
        401, {"error": "invalid_token", "error_description": described}, {"WWW-Authenticate": 'Bearer realm="Zendesk"'}
    )
