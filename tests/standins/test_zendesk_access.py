"""Who may call Zendesk's stand-in."""

import base64

import pytest

from tests.standins import HandClock, Zendesk
from tests.standins.calling import Caller, basic, grant

DAY = 24 * 60 * 60


@pytest.fixture
def nobody(zendesk: Zendesk) -> Caller:
    return Caller(zendesk, {"Accept": "application/json"})


def _token(caller: Caller, **changed: object) -> dict[str, str]:
    assert isinstance(caller.service, Zendesk)
    given = caller("POST", "/oauth/tokens", grant(caller.service, **changed)).json()
    return {"Authorization": f"Bearer {given['access_token']}"}


def test_a_token_lives_as_long_as_it_says(zendesk: Zendesk, nobody: Caller, clock: HandClock) -> None:
    given = nobody("POST", "/oauth/tokens", grant(zendesk)).json()
    assert (given["token_type"], given["expires_in"], given["scope"]) == ("bearer", 1800, "read tickets:write")
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    clock.forward(1799)
    assert nobody("GET", "/api/v2/users/me.json", headers=bearer).json()["user"]["id"] == 900
    clock.forward(1)
    answer = nobody("GET", "/api/v2/users/me.json", headers=bearer)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert zendesk.violations == []


def test_a_token_may_be_asked_for_by_a_form_and_with_a_life(zendesk: Zendesk, nobody: Caller) -> None:
    form = f"grant_type=client_credentials&client_id=siterounds&client_secret={zendesk.client_secret}&scope=read"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = nobody("POST", "/oauth/tokens", body=f"{form}&expires_in=3600".encode(), headers=headers)
    assert answer.json()["expires_in"] == 3600
    assert zendesk.violations == []


@pytest.mark.parametrize(
    ("changed", "refused", "violations"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client"), 0),
        ({"client_id": "wrong"}, (401, "invalid_client"), 0),
        ({"grant_type": "password"}, (400, "unsupported_grant_type"), 1),
        ({"scope": ""}, (400, "invalid_scope"), 1),
        ({"scope": "read tickets:delete"}, (400, "invalid_scope"), 1),
        ({"expires_in": 300}, (400, "invalid_request"), 1),
        ({"expires_in": 172_800}, (400, "invalid_request"), 1),
        ({"expires_in": "soon"}, (400, "invalid_request"), 1),
    ],
)
def test_wrong_grants_are_refused(
    zendesk: Zendesk, nobody: Caller, changed: dict[str, object], refused: tuple[int, str], violations: int
) -> None:
    answer = nobody("POST", "/oauth/tokens", grant(zendesk, **changed))
    assert (answer.status_code, answer.json()["error"]) == refused
    assert len(zendesk.violations) == violations


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_a_grant_that_cannot_be_read_is_refused(zendesk: Zendesk, nobody: Caller, body: bytes) -> None:
    answer = nobody("POST", "/oauth/tokens", body=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert len(zendesk.violations) == 1


def test_scopes_bound_what_a_token_may(zendesk: Zendesk, nobody: Caller) -> None:
    reading = _token(nobody, scope="tickets:read")
    assert nobody("GET", "/api/v2/tickets", headers=reading).status_code == 200
    assert nobody("GET", "/api/v2/users/me", headers=reading).status_code == 403
    answer = nobody("POST", "/api/v2/tickets", {"ticket": {}}, headers={**reading, "Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["error"]) == (403, "Forbidden")
    assert len(zendesk.violations) == 2


def test_revoked_tokens_are_expired_ones(zendesk: Zendesk, nobody: Caller) -> None:
    bearer = _token(nobody)
    zendesk.expire_tokens()
    assert nobody("GET", "/api/v2/users/me", headers=bearer).json()["error"] == "invalid_token"
    assert nobody("GET", "/api/v2/users/me", headers=_token(nobody)).status_code == 200


def test_nobody_is_refused(zendesk: Zendesk, nobody: Caller) -> None:
    answer = nobody("GET", "/api/v2/users/me")
    assert (answer.status_code, answer.json()) == (401, {"error": "Couldn't authenticate you"})
    assert zendesk.violations == ["GET /api/v2/users/me: Authorization is missing"]


def test_the_api_token_of_old_works_while_it_is_used(zendesk: Zendesk, nobody: Caller, clock: HandClock) -> None:
    good = basic("l2@agency.example/token", "legacy-token")
    for _ in range(3):
        assert nobody("GET", "/api/v2/users/me", headers=good).status_code == 200
        clock.forward(30 * DAY)
    clock.forward(1)
    assert nobody("GET", "/api/v2/users/me", headers=good).status_code == 401


def test_the_api_token_of_old_ends_in_2027(zendesk: Zendesk, nobody: Caller, clock: HandClock) -> None:
    clock.forward(158 * DAY)
    assert clock().isoformat() == "2027-04-30T09:00:00+00:00"
    good = basic("l2@agency.example/token", "legacy-token")
    assert nobody("GET", "/api/v2/users/me", headers=good).status_code == 401


@pytest.mark.parametrize(
    "authorization",
    [
        basic("l2@agency.example", "legacy-token")["Authorization"],
        basic("l2@agency.example/token", "wrong")["Authorization"],
        "Basic !",
        "Basic " + base64.b64encode(b"\xff").decode(),
        "Bearer ",
        "Digest x",
    ],
)
def test_wrong_credentials_are_refused(zendesk: Zendesk, nobody: Caller, authorization: str) -> None:
    assert nobody("GET", "/api/v2/users/me", headers={"Authorization": authorization}).status_code == 401


def test_headers_are_wanted(zendesk: Zendesk, nobody: Caller) -> None:
    bearer = _token(nobody)
    nobody("GET", "/api/v2/users/me", headers={**bearer, "Accept": "*/*"})
    assert zendesk.violations == ["GET /api/v2/users/me: Accept: application/json is missing"]
    answer = nobody("PUT", "/api/v2/tickets/1/tags", body=b"{}", headers=bearer)
    assert answer.status_code == 415
    assert zendesk.violations[1:] == ["PUT /api/v2/tickets/{id}/tags: Content-Type: application/json is missing"]
