"""The way into Zendesk: one token, used as long as it lasts, renewed before its end, and never shown."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.domain.errors import AuthenticationError, PermanentError, ServiceError, UnknownOutcomeError
from agent.integrations.protocol import ClientContext
from agent.integrations.zendesk.auth import EARLY, LIFE, zendesk_credentials
from agent.integrations.zendesk.client import ZendeskClient
from inventory.secrets import Reference
from inventory.services import Zendesk as Config
from tests.agent.integrations.raw import plain, raw
from tests.agent.integrations.test_http import Marks
from tests.agent.outbox.office import by_hand
from tests.standins import Fault, HandClock, How, Zendesk

TOKENS = "POST /oauth/tokens"
ME = "GET /api/v2/users/me"
REFERENCE = Reference("env", "ZENDESK")
LEGACY = {"email": "l2@agency.example", "token": REFERENCE}


@pytest.fixture
def clock() -> Iterator[HandClock]:
    with by_hand(HandClock()) as hand:
        yield hand


@pytest.fixture
def zendesk(clock: HandClock) -> Iterator[Zendesk]:
    with Zendesk() as there:
        there.clock = clock
        yield there
        assert there.elsewhere.credentials == []


def api(url: str, secret: str = "zendesk-client-secret", **way_in: Any) -> ZendeskClient:
    config = Config(url, **(way_in or {"client_id": "siterounds", "client_secret": REFERENCE, "scope": "read"}))
    context = ClientContext(Marks(), lambda _: secret)
    return ZendeskClient(config, zendesk_credentials(config, context), context)


def test_a_token_is_fetched_when_it_is_needed_and_used_until_shortly_before_its_end(
    zendesk: Zendesk, clock: HandClock
) -> None:
    with api(zendesk.url) as there:
        assert zendesk.seen == []
        for passed in (0, LIFE / 2, LIFE / 2 - EARLY.total_seconds() - 1):
            clock.forward(passed)
            assert there.me()["name"] == "siterounds"
        assert len(zendesk.asked(TOKENS)) == 1
        clock.forward(1)
        there.me()
        assert len(zendesk.asked(TOKENS)) == 2
    assert zendesk.violations == []
    assert {seen.answered for seen in zendesk.seen} == {200}, "no request was sent with a token that had ended"


def test_a_request_for_a_token_carries_no_other_credentials(zendesk: Zendesk) -> None:
    with api(zendesk.url) as there:
        there.me()
    asked = zendesk.asked(TOKENS)[0]
    assert "authorization" not in asked.headers
    assert b"zendesk-client-secret" in asked.body
    assert "zendesk-client-secret" not in repr(zendesk.asked(ME))


def test_a_token_that_was_revoked_is_renewed_once(zendesk: Zendesk) -> None:
    with api(zendesk.url) as there:
        there.me()
        zendesk.expire_tokens()
        there.me()
        assert [seen.answered for seen in zendesk.asked(ME)] == [200, 401, 200]
        assert len(zendesk.asked(TOKENS)) == 2


def test_a_token_that_is_never_accepted_is_given_up(zendesk: Zendesk, clock: HandClock) -> None:
    given = plain(200, b'{"access_token": "other", "expires_in": 1800}')
    with raw(given, plain(401), given, plain(401)) as there, api(there.url) as ours:
        with pytest.raises(AuthenticationError, match="answered 401") as caught:
            ours.me()
        assert "renew them" in caught.value.remedy
        assert len(there.asked) == 4


def test_a_wrong_secret_is_said_once_with_what_to_do(zendesk: Zendesk) -> None:
    with api(zendesk.url, "wrong-secret") as there, pytest.raises(AuthenticationError) as caught:
        there.me()
    assert caught.value.reason.startswith("Zendesk answered 401: invalid_client")
    assert "services.zendesk.client_id, its secret" in caught.value.remedy
    assert len(zendesk.seen) == 1, "another try would be refused, too"


def test_a_scope_that_does_not_exist_is_said_with_what_to_do(zendesk: Zendesk) -> None:
    way_in: dict[str, Any] = {"client_id": "siterounds", "client_secret": REFERENCE, "scope": "everything"}
    with api(zendesk.url, **way_in) as there, pytest.raises(AuthenticationError, match="invalid_scope") as caught:
        there.me()
    assert "its scope" in caught.value.remedy


def test_what_the_scope_does_not_allow_is_said_with_what_to_do(zendesk: Zendesk) -> None:
    with api(zendesk.url) as there, pytest.raises(PermanentError, match="403") as caught:
        there.create(b"{}", "key")
    assert "this right" in caught.value.remedy


@pytest.mark.parametrize("how", [How.FAILED_BEFORE, How.LOST, How.NOT_JSON, How.CUT_JSON, How.TRUNCATED])
def test_without_a_token_nothing_is_sent(zendesk: Zendesk, how: How) -> None:
    zendesk.fault(TOKENS, Fault(how))
    with api(zendesk.url) as there:
        with pytest.raises(UnknownOutcomeError):
            there.me()
        assert zendesk.asked(ME) == []
        there.me()


def test_a_token_is_not_asked_for_elsewhere(zendesk: Zendesk) -> None:
    zendesk.fault(TOKENS, Fault(How.REDIRECT))
    with api(zendesk.url) as there, pytest.raises(AuthenticationError, match="credentials do not go there"):
        there.me()
    assert zendesk.elsewhere.seen == []


@pytest.mark.parametrize(
    "given",
    [
        b"[]",
        b"{}",
        b'{"access_token": ""}',
        b'{"access_token": 5}',
        b'{"access_token": "a\\r\\nX: y"}',
        b'{"access_token": "\\u20ac"}',
        b'{"access_token": "a b"}',
        b'{"access_token": "a", "expires_in": "soon"}',
    ],
)
def test_what_is_no_token_is_not_used(given: bytes) -> None:
    with raw(plain(200, given)) as there, api(there.url) as ours:
        with pytest.raises(AuthenticationError):
            ours.me()
        assert len(there.asked) == 1


@pytest.mark.parametrize("seconds", ["-5", "0", "1", "1e9", "9" * 30, "null"])
def test_any_life_of_a_token_will_do(seconds: str) -> None:
    token = plain(200, f'{{"access_token": "abc", "expires_in": {seconds}}}'.encode())
    with raw(token, plain(200, b'{"user": {}}')) as there, api(there.url) as ours:
        assert ours.me() == {}
        assert b"Authorization: Bearer abc" in there.asked[1]


def test_the_token_of_old_still_lets_us_in(zendesk: Zendesk) -> None:
    with api(zendesk.url, "legacy-token", **LEGACY) as there:
        assert there.me()["name"] == "siterounds"
    assert zendesk.asked(TOKENS) == []
    assert zendesk.violations == []


def test_a_token_of_old_that_has_ended_is_said_once(zendesk: Zendesk) -> None:
    with api(zendesk.url, "wrong", **LEGACY) as there, pytest.raises(AuthenticationError, match="401") as caught:
        there.me()
    assert caught.value.remedy
    assert len(zendesk.seen) == 1


@pytest.mark.parametrize("secret", ["a b", "\u20ac", "a\nb", ""])
def test_what_cannot_be_a_token_of_old_is_said_before_anything_is_sent(zendesk: Zendesk, secret: str) -> None:
    with pytest.raises(AuthenticationError, match="is no token"):
        api(zendesk.url, secret, **LEGACY)
    assert zendesk.seen == []


def test_an_inventory_without_a_way_in_is_said() -> None:
    with pytest.raises(AuthenticationError, match="names no way"):
        zendesk_credentials(Config("http://127.0.0.1:1"), ClientContext(Marks(), lambda _: "x"))


def test_no_secret_shows(zendesk: Zendesk, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    shown = []
    for way_in in ({}, LEGACY):
        for secret in ("zendesk-client-secret", "legacy-token"):
            with api(zendesk.url, secret, **way_in) as there:
                shown += [repr(there), repr(vars(there))]
                try:
                    there.me()
                except ServiceError as error:
                    shown += [repr(error), error.reason, error.remedy]
    text = "\n".join(shown) + caplog.text
    assert "127.0.0.1" in text
    assert not any(secret in text for secret in ("zendesk-client-secret", "legacy-token", "token-0000"))
