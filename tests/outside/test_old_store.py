"""A store of an earlier revision, with messages of every action waiting in it, is opened and worked off."""

import email
import email.policy
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.domain.errors import StoreError
from agent.domain.messages import Action
from agent.store.rows import payload_json, payload_of_json
from agent.store.store import Store
from tests.agent.integrations.smtp.inbox import Inbox, inbox
from tests.outside.agency import Agency
from tests.standins.harvest_office import OURSELVES

OLD = Path(__file__).parent / "before_payload_types.sql"
DISK = "siterounds:rehearsal:site:shop:rehearsal:disk"
MAIL = "siterounds:rehearsal:site:shop:rehearsal:mail"


def unpacked(folder: Path) -> sqlite3.Connection:
    folder.mkdir(exist_ok=True)
    database = sqlite3.connect(folder / "siterounds.sqlite", isolation_level=None)
    database.executescript(OLD.read_text())
    database.row_factory = sqlite3.Row
    return database


def rows(folder: Path) -> list[dict[str, Any]]:
    database = unpacked(folder)
    found = [dict(row) for row in database.execute("SELECT * FROM message ORDER BY id")]
    database.close()
    return found


@pytest.fixture
def box() -> Iterator[Inbox]:
    with inbox(auth_required=False) as made:
        yield made


@pytest.fixture
def old(at: Agency, box: Inbox) -> Agency:
    """The agency with that store, and its services as the rounds of then had left them."""
    at.mail = f"{{host: 127.0.0.1, port: {box.port}, security: none, from: {{name: Desk, email: l2@agency.example}}}}"
    at.zendesk.add_field(360001, "Server")
    there = at.zendesk.add_ticket("[CRITICAL] shop.example: Rehearsal: It is full", external_id=DISK)
    database = unpacked(at.state)
    database.execute("UPDATE ticket SET number = ? WHERE external_id = ?", (there.id, DISK))
    for row in database.execute("SELECT * FROM time_entry WHERE number IS NOT NULL").fetchall():
        project = {"harbour": 111, "regatta": 112}[row["client"]]
        made = at.harvest.add_entry(
            project, float(row["hours"]), date.fromisoformat(row["spent_on"]), task=222, user=OURSELVES,
            external_reference_id=row["reference"],
        )  # fmt: skip
        database.execute("UPDATE time_entry SET number = ? WHERE id = ?", (made.id, row["id"]))
    database.close()
    at.write()
    return at


def test_every_payload_is_read_and_would_be_written_as_it_was(tmp_path: Path) -> None:
    found = rows(tmp_path)
    assert {one["action"] for one in found if one["stage"] == "waiting"} == {one.value for one in Action}
    for row in found:
        assert payload_json(payload_of_json(row["payload"], row)) == json.loads(row["payload"]), row["id"]


def test_it_is_shown_and_worked_off(old: Agency, box: Inbox) -> None:
    assert [one["id"] for one in old.json("outbox")] == [5, 6, 7, 8, 9, 11]
    shown = {(one["method"], one["path"]) for one in old.json("deliver", "--dry-run")}
    assert {"POST", "PUT", "PATCH", "SEND"} == {method for method, _ in shown}

    assert old.siterounds("deliver").code == 0
    assert old.json("outbox") == []
    assert len(old.json("outbox", "--all")) == 11

    (eased,) = (one for one in old.zendesk.tickets.values() if one.external_id == DISK)
    assert "from CRITICAL to WARNING" in eased.comments[-1].html_body
    (waits,) = (one for one in old.zendesk.tickets.values() if one.external_id == MAIL)
    assert (waits.subject, waits.organization_id) == ("[CRITICAL] shop.example: Rehearsal: It waits", 456)
    references = [(one.external_reference or {}).get("id") for one in old.harvest.entries.values()]
    hours = dict(zip(references, (one.hours for one in old.harvest.entries.values()), strict=True))
    assert {str(name)[-22:]: count for name, count in hours.items()} == {
        "-harbour-2024-11-23T06": 0.5, "-regatta-2024-11-23T06": 0.1,
        "-harbour-2024-11-23T18": 0.5, "-regatta-2024-11-23T18": 0.1,
    }  # fmt: skip
    (received,) = box.received
    mail = email.message_from_bytes(received.content, policy=email.policy.default)
    assert mail["To"] == "Ann K\u00f6ster <ann@shop.example>"
    assert "logo" in received.content.decode()
    assert [one.get_filename() for one in mail.iter_attachments()] == ["harbour.pdf"]


def test_what_the_tools_could_not_see_is_marked_as_such(tmp_path: Path) -> None:
    with closing(unpacked(tmp_path)) as database:
        for reason, audience in (("no list answers", "agency"), ("permission denied", "client")):
            values = ("web1", "shop", "dnsbl", reason)
            database.execute(
                'INSERT INTO not_run (round_id, host, site, "check", reason, remedy, partly)'
                " VALUES (4, ?, ?, ?, ?, '', 0)", values,
            )  # fmt: skip
            database.execute(
                'INSERT INTO finding (round_id, clients, host, site, "check", item, state, kind, summary, unit,'
                " details, remedy, data) VALUES (4, '[]', ?, ?, ?, '', 'UNKNOWN', 'not-checked', ?, '', '[]', '', ?)",
                (*values, json.dumps({"audience": audience})),
            )
    with Store(tmp_path) as store:
        last = store.last_round()
    assert last is not None
    marks = {one.reason: one.internal for one in last[1].not_run}
    assert (marks["no list answers"], marks["permission denied"]) == (True, False)


def test_a_round_goes_on_with_it(old: Agency) -> None:
    old.problems("shop")
    assert old.siterounds("run", "--no-deliver").code == 0
    assert old.siterounds("deliver").code == 0
    (over,) = (one for one in old.zendesk.tickets.values() if one.external_id == DISK)
    assert len([one for one in over.comments if "siterounds message" in one.html_body]) == 1


@pytest.mark.parametrize("closed", ["closed", "deleted"])
def test_what_follows_a_closed_ticket_is_read_from_it(old: Agency, closed: str) -> None:
    (ticket,) = (one for one in old.zendesk.tickets.values() if one.external_id == DISK)
    with closing(sqlite3.connect(old.state / "siterounds.sqlite")) as database, database:
        database.execute("UPDATE message SET payload = json_set(payload, '$.urgent', json('true')) WHERE id = 7")
    if closed == "closed":
        old.zendesk.set_status(ticket.id, "closed")
    else:
        old.zendesk.delete(ticket.id)
    assert old.siterounds("deliver").code == 0
    assert "[WARNING] shop.example: Rehearsal: It fills" in {one.subject for one in old.zendesk.ours()}


@pytest.mark.parametrize(
    "damage",
    [
        "payload = substr(payload, 1, 100)",
        "payload = json_remove(payload, '$.subject')",
        "payload = json_set(payload, '$.tells', json('{\"1\": [\"open\"]}'))",
        "payload = '[]'",
        "payload = ''",
        "action = 'sing'",
    ],
)
def test_a_damaged_message_is_named_and_can_be_dropped(old: Agency, damage: str) -> None:
    with closing(sqlite3.connect(old.state / "siterounds.sqlite")) as database, database:
        database.execute(f"UPDATE message SET {damage} WHERE id = 6")
    for command in (("deliver",), ("outbox",), ("outbox", "retry", "6")):
        done = old.siterounds(*command)
        assert done.code == 73
        assert "message #6 " in done.err
        assert "siterounds outbox drop 6" in " ".join(done.err.split())
    assert old.siterounds("outbox", "drop", "6", "--reason", "opened by hand").code == 0
    assert old.siterounds("deliver").code == 0


def test_a_mail_that_is_not_whole_is_not_taken_for_one_that_was_sent(tmp_path: Path) -> None:
    database = unpacked(tmp_path)
    database.execute("UPDATE message SET payload = json_remove(payload, '$.html') WHERE id = 11")
    database.close()
    with Store(tmp_path) as store, pytest.raises(StoreError, match="#11"):
        store.outbox.get(11)
