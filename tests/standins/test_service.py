"""What every stand-in does: faults, quotas, redirects, and clients that die."""

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.standins import Fault, HandClock, How, Zendesk
from tests.standins.calling import Caller, create, ticket, until, zendesk_caller

CREATE, LIST, ME = "POST /api/v2/tickets", "GET /api/v2/tickets", "GET /api/v2/users/me"


@pytest.mark.parametrize(("how", "applied"), [(How.LOST, 1), (How.NOT_REACHED, 0)])
def test_a_cut_connection_does_not_say_whether_it_was_applied(
    zendesk: Zendesk, agent: Caller, how: How, applied: int
) -> None:
    zendesk.fault(CREATE, Fault(how))
    with pytest.raises(requests.ConnectionError):
        create(agent)
    assert len(zendesk.tickets) == applied
    assert zendesk.asked(CREATE)[0].answered is None
    assert zendesk.asked(CREATE)[0].fault is how
    assert create(agent).status_code == 201
    assert len(zendesk.tickets) == 1
    assert zendesk.violations == []


@pytest.mark.parametrize(("how", "applied"), [(How.FAILED_BEFORE, 0), (How.FAILED_AFTER, 1)])
def test_a_failure_is_no_json_and_may_have_been_applied(
    zendesk: Zendesk, agent: Caller, how: How, applied: int
) -> None:
    zendesk.fault(CREATE, Fault(how, status=502, retry_after=7))
    answer = create(agent)
    assert answer.status_code == 502
    assert answer.headers["Retry-After"] == "7"
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert len(zendesk.tickets) == applied
    assert zendesk.asked(CREATE)[0].answered == 502


def test_too_many_is_not_applied_and_is_to_be_waited_for(zendesk: Zendesk, agent: Caller, clock: HandClock) -> None:
    zendesk.fault(CREATE, Fault(How.TOO_MANY, retry_after=30))
    answer = create(agent)
    assert (answer.status_code, answer.headers["Retry-After"], len(zendesk.tickets)) == (429, "30", 0)
    assert zendesk.violations == []
    clock.forward(29)
    agent("GET", "/api/v2/users/me")
    assert len(zendesk.violations) == 1
    assert "before the Retry-After" in zendesk.violations[0]
    clock.forward(1)
    assert create(agent).status_code == 201
    assert len(zendesk.violations) == 1


@pytest.mark.parametrize(("said", "sent"), [("", None), ("Mon, 23 Nov 2026 09:01:00 GMT", "Mon, 23"), ("soon", "soon")])
def test_retry_after_may_be_missing_or_strange(
    zendesk: Zendesk, agent: Caller, clock: HandClock, said: str, sent: str | None
) -> None:
    zendesk.fault(ME, Fault(How.TOO_MANY, retry_after=said))
    given = agent("GET", "/api/v2/users/me").headers.get("Retry-After")
    assert given is None if sent is None else given is not None and given.startswith(sent)
    agent("GET", "/api/v2/users/me")
    assert len(zendesk.violations) == (1 if said.endswith("GMT") else 0)


def test_a_slow_one_is_applied_before_it_is_answered(zendesk: Zendesk, agent: Caller) -> None:
    zendesk.fault(CREATE, Fault(How.SLOW, seconds=5))
    with pytest.raises(requests.ReadTimeout):
        agent("POST", "/api/v2/tickets", ticket(), headers={"Idempotency-Key": "k1"}, timeout=(30, 0.2))
    until(lambda: bool(zendesk.asked(CREATE)))
    assert len(zendesk.tickets) == 1
    assert (create(agent).status_code, len(zendesk.tickets)) == (409, 1)
    assert zendesk.violations == []


def test_a_truncated_answer_ends_before_its_length(zendesk: Zendesk, agent: Caller) -> None:
    zendesk.fault(CREATE, Fault(How.TRUNCATED))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        create(agent)
    assert len(zendesk.tickets) == 1
    assert create(agent).headers["x-idempotency-lookup"] == "hit"


@pytest.mark.parametrize("how", [How.CUT_JSON, How.NOT_JSON])
def test_json_may_be_cut_in_a_well_formed_answer(zendesk: Zendesk, agent: Caller, how: How) -> None:
    zendesk.fault(CREATE, Fault(how))
    answer = create(agent)
    assert answer.status_code == 201
    assert len(answer.content) == int(answer.headers["Content-Length"])
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)
    assert len(zendesk.tickets) == 1


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_leads_elsewhere_where_credentials_are_counted(zendesk: Zendesk, agent: Caller, status: int) -> None:
    zendesk.fault(CREATE, Fault(How.REDIRECT, status=status), times=2)
    assert create(agent).headers["Location"] == zendesk.elsewhere.url + "/api/v2/tickets"
    assert zendesk.elsewhere.seen == []
    token = agent.session.headers["Authorization"]
    assert requests.get(zendesk.elsewhere.url + "/x", headers={"Authorization": token}, timeout=5).json() == {}
    assert zendesk.elsewhere.credentials == [f"authorization: {token!s}"]
    requests.post(zendesk.elsewhere.url, data={"client_secret": zendesk.client_secret}, timeout=5)
    assert zendesk.elsewhere.credentials[1:] == ["client secret"]
    assert len(zendesk.elsewhere.seen) == 2
    assert zendesk.tickets == {}


def test_faults_come_in_their_order_and_by_kind(zendesk: Zendesk, agent: Caller) -> None:
    zendesk.fault(LIST, Fault(How.FAILED_BEFORE, status=500), times=2)
    zendesk.fault(LIST, Fault(How.FAILED_BEFORE, status=504))
    assert len(zendesk.pending_faults()) == 3
    assert agent("GET", "/api/v2/users/me.json").status_code == 200
    assert [agent("GET", "/api/v2/tickets").status_code for _ in range(4)] == [500, 500, 504, 200]
    assert zendesk.pending_faults() == []
    zendesk.fault(LIST, Fault(How.LOST))
    zendesk.clear_faults()
    assert agent("GET", "/api/v2/tickets").status_code == 200


def test_a_kind_that_is_none_is_refused(zendesk: Zendesk) -> None:
    with pytest.raises(ValueError, match="no such kind"):
        zendesk.fault("GET /tickets", Fault(How.LOST))
    with pytest.raises(ValueError, match="no such kind"):
        zendesk.asked("GET /tickets")


def test_an_endpoint_that_is_none_is_a_violation(zendesk: Zendesk, agent: Caller) -> None:
    answer = agent("GET", "/api/v2/search.json?query=x")
    assert (answer.status_code, answer.json()["error"]) == (404, "InvalidEndpoint")
    assert zendesk.violations == ["GET /api/v2/search: there is no such endpoint"]


def test_the_account_has_a_quota_in_a_sliding_minute(clock: HandClock) -> None:
    with Zendesk(requests_a_minute=3) as zendesk:
        zendesk.clock = clock
        agent = zendesk_caller(zendesk)
        for left in (2, 1, 0):
            answer = agent("GET", "/api/v2/users/me")
            assert answer.headers["X-Rate-Limit-Remaining"] == answer.headers["ratelimit-remaining"] == str(left)
            assert answer.headers["X-Rate-Limit"] == answer.headers["ratelimit-limit"] == "3"
            clock.forward(10)
        zendesk.fault(ME, Fault(How.FAILED_BEFORE))
        answer = agent("GET", "/api/v2/users/me")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")
        assert zendesk.violations == ["GET /api/v2/users/me: too many requests, the account may send 3 in a minute"]
        assert len(zendesk.pending_faults()) == 1
        clock.forward(30)
        assert agent("GET", "/api/v2/users/me").status_code == 503
        assert len(zendesk.violations) == 1


def test_clients_that_die_leave_nothing_behind(zendesk: Zendesk, capfd: pytest.CaptureFixture[str]) -> None:
    port = int(zendesk.url.rpartition(":")[2])
    head = b"POST /api/v2/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    chunked = b"POST /api/v2/tickets HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    for sent in (
        b"",
        b"POS",
        chunked,
        head.replace(b"100", b"-5"),
        head,
        head + b'{"ticket"',
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x00\xff" * 9,
    ):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(sent)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    zendesk.fault(ME, Fault(How.SLOW, seconds=0.3))
    caller = zendesk_caller(zendesk)
    with pytest.raises(requests.ReadTimeout):
        caller("GET", "/api/v2/users/me", timeout=(30, 0.05))
    caller.session.close()
    until(lambda: bool(zendesk.asked(ME)))
    time.sleep(0.5)
    assert zendesk_caller(zendesk)("GET", "/api/v2/users/me").status_code == 200
    assert zendesk.tickets == {}
    assert zendesk.violations == []
    assert capfd.readouterr() == ("", "")


def test_many_connections_at_once_are_kept_alive() -> None:
    with Zendesk(requests_a_minute=10_000) as zendesk:

        def work(number: int) -> list[int]:
            caller = zendesk_caller(zendesk)
            return [create(caller, f"{number}-{turn}").status_code for turn in range(25)]

        with ThreadPoolExecutor(8) as pool:
            answered = [code for codes in pool.map(work, range(8)) for code in codes]
        assert answered == [201] * 200
        assert len(zendesk.tickets) == 200
        assert len(zendesk.asked(CREATE)) == 200
        assert zendesk.violations == []


def test_it_closes_with_connections_open_and_answers_under_way() -> None:
    before = threading.active_count()
    with Zendesk() as zendesk:
        caller = zendesk_caller(zendesk)
        zendesk.fault(ME, Fault(How.SLOW, seconds=60))
        pool = ThreadPoolExecutor(1)
        waiting = pool.submit(caller, "GET", "/api/v2/users/me")
        until(lambda: bool(zendesk.asked(ME)))
    assert isinstance(waiting.exception(), requests.ConnectionError)
    pool.shutdown()
    with pytest.raises(requests.ConnectionError):
        caller("GET", "/api/v2/users/me")
    until(lambda: threading.active_count() <= before)
    assert zendesk.violations == []
