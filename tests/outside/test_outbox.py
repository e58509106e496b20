"""What is not delivered is kept, shown with what to do, and delivered later; nothing is sent that was not asked for."""

import os
import threading
from pathlib import Path
from unittest.mock import patch

import pytest

from agent.store.store import Store
from tests.outside.agency import SECRETS, Agency
from tests.standins import Fault, How

CREATE = "POST /api/v2/tickets"


def troubled(at: Agency) -> None:
    """A problem for which a ticket is owed."""
    at.problems("shop", "disk critical It is full")


def test_a_service_that_is_down_costs_no_round(at: Agency) -> None:
    troubled(at)
    at.zendesk.fault("POST /oauth/tokens", Fault(How.NOT_REACHED), 9)
    at.harvest.fault("POST /v2/time_entries", Fault(How.FAILED_BEFORE), 9)
    done = at.siterounds("run")
    assert done.code == 0
    assert "Outbox: " in done.err
    assert [one["stage"] for one in at.json("outbox")] == ["waiting"] * 3
    shown = at.siterounds("outbox").out
    assert "harvest: book 0.25 h for harbour on " in " ".join(shown.split())
    assert "next try at " in shown
    at.zendesk.clear_faults()
    at.harvest.clear_faults()
    numbers = [str(one["id"]) for one in at.json("outbox")]
    assert at.siterounds("outbox", "retry", *numbers).code == 0
    assert len(at.zendesk.ours()) <= 1


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(at: Agency) -> None:
    troubled(at)
    at.siterounds("run", "--no-deliver")
    asked = len(at.zendesk.seen) + len(at.harvest.seen)
    with patch.dict(SECRETS, clear=True):
        shown = at.json("deliver", "--dry-run")
    assert [(one["method"], one["path"]) for one in shown] == [
        ("POST", "/api/v2/tickets"), ("POST", "/v2/time_entries"), ("POST", "/v2/time_entries"),
    ]  # fmt: skip
    assert shown[0]["body"]["ticket"]["comment"]["public"] is False
    assert shown[1]["body"]["hours"] == 0.25
    assert '"subject": "Known debt on ' in at.siterounds("deliver", "--dry-run").out
    assert len(at.zendesk.seen) + len(at.harvest.seen) == asked
    assert at.siterounds("deliver").code == 0
    assert len(at.zendesk.ours()) == 1


def test_what_a_service_declines_is_parked_and_goes_out_once_it_is_mended(at: Agency) -> None:
    troubled(at)
    del at.zendesk.users[20]
    at.siterounds("run")
    at.problems("shop", "disk critical It is full", "mail critical It waits")
    done = at.siterounds("run")
    assert done.code == 0
    assert "1 declined (`siterounds outbox` tells why)" in " ".join(done.err.split())
    stuck = at.json("outbox")
    assert [one["stage"] for one in stuck] == ["parked", "parked"]
    assert "422" in stuck[0]["trouble"]
    at.zendesk.add_user(23, organizations=[456])
    text = (at.folder / "inventory.yaml").read_text()
    (at.folder / "inventory.yaml").write_text(text.replace("requester: 20}", "requester: 23}"))
    assert at.siterounds("outbox", "retry", "--all").code == 0
    assert at.siterounds("deliver").code == 0
    assert [one.requester_id for one in at.zendesk.ours()] == [23, 23]
    assert at.json("outbox") == []


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({"ZENDESK_SECRET": "wrong"}, "check services.zendesk.client_id, its secret and its scope"),
        ({"ZENDESK_SECRET": ""}, "env:ZENDESK_SECRET: that variable is not set"),
        ({"ZENDESK_SECRET": "two\nlines"}, "check services.zendesk.client_id, its secret and its scope"),
        ({"HARVEST_TOKEN": "wrong"}, "harvest: Harvest answered 401"),
    ],
)
def test_wrong_credentials_are_said_and_nothing_is_lost(at: Agency, secrets: dict[str, str], said: str) -> None:
    troubled(at)
    at.siterounds("run", "--no-deliver")
    with patch.dict(SECRETS, secrets):
        done = at.siterounds("deliver")
    assert done.code == 1
    assert said in " ".join(done.err.split())
    assert all(one["stage"] == "waiting" for one in at.json("outbox"))
    everything = done.out + done.err + at.siterounds("outbox").out + _bytes(at.state)
    assert "wrong" not in everything.replace("what was wrong", "")


def test_services_say_whether_they_let_us_in(at: Agency) -> None:
    done = at.siterounds("services")
    assert done.code == 0
    assert "lets us in as siterounds" in done.out
    assert "keeps durations" in done.out
    text = (at.folder / "inventory.yaml").read_text()
    text = text.replace("organization: 457", "organization: 9").replace("project: 111", "project: 9")
    (at.folder / "inventory.yaml").write_text(text)
    with patch.dict(SECRETS, {"ZENDESK_SECRET": "wrong"}):
        assert at.siterounds("services").code == 1
    greeted = {one["service"]: one for one in at.json("services")}
    assert greeted["zendesk"]["troubles"] == ["clients.regatta: there is no organization 9"]
    assert greeted["harvest"]["troubles"] == ["clients.harbour: we may not book on project 9: assign us to it"]


def test_no_secret_is_kept_or_said(at: Agency) -> None:
    troubled(at)
    at.zendesk.fault("GET /api/v2/tickets", Fault(How.FAILED_BEFORE))
    said = at.siterounds("--verbose", "run")
    said_again = at.siterounds("--verbose", "deliver")
    tokens = {
        one.headers["authorization"] for one in (*at.zendesk.seen, *at.harvest.seen) if "authorization" in one.headers
    }
    kept = _bytes(at.state) + said.out + said.err + said_again.out + said_again.err
    secrets = {token.split(" ", 1)[1] for token in tokens} | set(SECRETS.values())
    assert len(secrets) >= 4
    assert [secret for secret in secrets if secret in kept] == []


def test_one_process_delivers_at_a_time(at: Agency) -> None:
    troubled(at)
    at.siterounds("run", "--no-deliver")
    with Store(at.state) as store, store.delivery_lock():
        done = at.siterounds("deliver")
        assert done.code == 75
        assert f"another process is delivering (process {os.getpid()}, since 20" in done.err
        beside = at.siterounds("run")
        assert beside.code == 0
        assert "Not delivered by this round: another process is delivering" in beside.err
    assert at.siterounds("deliver").code == 0


def test_ctrl_c_loses_nothing(at: Agency) -> None:
    troubled(at)
    at.siterounds("run", "--no-deliver")
    with patch("agent.integrations.http.requests.Session.request", side_effect=KeyboardInterrupt):
        done = at.siterounds("deliver")
    assert (done.code, done.err) == (130, "Stopped.\n")
    assert at.siterounds("deliver").code == 0
    assert len(at.zendesk.ours()) == 1


def test_messages_for_a_service_that_is_named_no_more_are_said(at: Agency) -> None:
    troubled(at)
    at.siterounds("run", "--no-deliver")
    text = (at.folder / "inventory.yaml").read_text()
    lines = [line for line in text.splitlines() if "zendesk:" not in line]
    (at.folder / "inventory.yaml").write_text("\n".join(lines))
    done = at.siterounds("deliver")
    assert done.code == 1
    assert "zendesk: messages wait for it, and the inventory does not name it" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["retry"], "say which: their numbers, or --all"),
        (["retry", "99"], "no message that waits or is stuck has the number #99"),
        (["drop", "99", "--reason", "x"], "there is no message #99 that waits or is stuck"),
        (["drop", "1"], "Missing option '--reason'"),
    ],
)
def test_mistakes_are_sentences(at: Agency, arguments: list[str], said: str) -> None:
    at.siterounds("run")
    done = at.siterounds("outbox", *arguments)
    assert done.code == 2
    assert said in " ".join(done.err.split())


def test_before_the_first_round_there_is_nothing_to_show(at: Agency) -> None:
    for arguments in (["outbox"], ["incidents", "ack", "1", "--reason", "x"], ["outbox", "retry", "--all"]):
        done = at.siterounds(*arguments)
        assert (done.code, "make a round by `siterounds run`" in done.err) == (73, True)


def test_two_rounds_at_once_open_one_ticket(at: Agency) -> None:
    at.siterounds("run")
    troubled(at)
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(_in_a_process(at))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes)[0] == 0
    assert set(codes) <= {0, 75}
    assert [one.subject for one in at.zendesk.ours()] == ["[CRITICAL] shop.example: Rehearsal: It is full"]


def _in_a_process(at: Agency) -> int:
    from tests.agent.cli.command import environment
    from tests.outside.doomed import Stage

    told = ["--inventory", str(at.folder / "inventory.yaml"), "--state", str(at.state), "run"]
    code = Stage(environment(at.folder) | SECRETS).act(told, 0).code
    assert code is not None
    return code


def _bytes(folder: Path) -> str:
    """Everything in a folder, as text."""
    return "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())
