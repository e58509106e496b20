"""What is forgotten, what stays, and copies that can be trusted."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.domain.errors import StoreError
from agent.domain.messages import Message
from agent.domain.payloads import MailPayload, MailRecipient, PrunedMail
from agent.domain.schedule import Slot, StartSlot
from agent.service.jobs import run_maintenance
from agent.store import tables
from agent.store.backups import back_up, backups
from agent.store.rows import payload_json
from agent.store.store import Store
from inventory.service import Backup, Service
from inventory.subject import Subject
from tests.agent.store.beside import transaction

NOW = datetime(2026, 11, 26, 2, 30, tzinfo=UTC)
OLD = NOW - timedelta(days=500)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as made:
        yield made


def put(store: Store, table: sa.Table, **row: object) -> int:
    with transaction(store) as connection:
        return int(connection.execute(sa.insert(table).returning(table.c.id), row).scalar_one())


def a_round(store: Store, at: datetime, client: str = "") -> int:
    number = put(store, tables.rounds, started_at=at, ended_at=at)
    put(
        store, tables.findings, round_id=number, clients=[], check="disk", item="", state="ok", kind="", summary="s",
        unit="", details=[], remedy="", data={},
    )  # fmt: skip
    if client:
        with transaction(store) as connection:
            connection.execute(sa.insert(tables.whole_rounds), {"client": client, "round_id": number})
    return number


def an_incident(store: Store, phase: str, resolved_at: datetime | None, round_id: int) -> None:
    number = put(
        store, tables.incidents, subject=Subject.parse("site:s"), check="disk", item=f"{round_id}", phase=phase,
        state="critical", kind="", summary="", since=OLD, seen_at=OLD, streak=1, opened_at=OLD, resolved_at=resolved_at,
    )  # fmt: skip
    put(
        store, tables.changes, incident_id=number, round_id=round_id, at=OLD, change="opened", state="critical",
        summary="", evidence={"why": "because"},
    )  # fmt: skip


MAIL = MailPayload(
    subject="s", html="x" * 9_000, text="t", language="en", to=MailRecipient("A", "a@b.example"), client="c",
    period="2026-11", message_id="m@b.example", date=OLD,
)  # fmt: skip


def a_message(store: Store, stage: str, ended_at: datetime | None, action: str = "send") -> int:
    payload = payload_json(MAIL)
    return put(
        store, tables.messages, integration="mail", action=action, stream=f"mail:{ended_at}{stage}", payload=payload,
        stage=stage, created_at=OLD, due_at=OLD, attempts=1, key="k", body=b"y" * 9_000, uncertain=0, trouble="",
        remedy="", outcome="sent", ended_at=ended_at,
    )  # fmt: skip


def numbers(store: Store, table: sa.Table, column: str = "id") -> list[int]:
    with transaction(store) as connection:
        return list(connection.execute(sa.select(table.c[column]).order_by(table.c[column])).scalars())


def test_old_rounds_are_forgotten_but_never_the_evidence_of_what_is_open(store: Store) -> None:
    gone = a_round(store, OLD, "a")
    evidence, over, lately = (a_round(store, OLD) for _ in range(3))
    an_incident(store, "open", None, evidence)
    an_incident(store, "resolved", OLD, over)
    an_incident(store, "resolved", NOW, lately)
    newest_of_a, newest_of_b, young = a_round(store, OLD, "a"), a_round(store, OLD, "b"), a_round(store, NOW, "a")
    a_round(store, OLD)
    last = a_round(store, OLD)
    counts = store.retention.forget(NOW - timedelta(days=400))

    assert numbers(store, tables.rounds) == [evidence, lately, newest_of_b, young, last]
    assert {gone, over, newest_of_a}.isdisjoint(numbers(store, tables.findings, "round_id"))
    assert counts["rounds"] == 4
    assert len(numbers(store, tables.incidents)) == 3
    assert store.retention.forget(NOW - timedelta(days=400))["rounds"] == 0


def test_what_was_delivered_is_known_for_ever_but_not_what_it_said(store: Store) -> None:
    old, young, waiting = (
        a_message(store, "delivered", OLD),
        a_message(store, "delivered", NOW),
        a_message(store, "waiting", None),
    )
    assert store.retention.forget(NOW - timedelta(days=400))["messages"] == 1

    stripped = message(store, old)
    assert (stripped.body, stripped.key) == (None, "k")
    assert stripped.payload == PrunedMail(MAIL.to, "c")
    for one in (message(store, young), message(store, waiting)):
        assert one.body == b"y" * 9_000
        assert one.payload == MAIL


def message(store: Store, number: int) -> Message:
    found = store.outbox.get(number)
    assert found is not None
    return found


def test_the_newest_slot_of_each_subject_stays(store: Store) -> None:
    slots = [
        Slot(OLD + timedelta(days=day), subject, f"{day}")
        for day in range(3)
        for subject in (Subject.parse("client:a"), Subject.parse("site:s"))
    ]
    store.schedule_runs.begin([StartSlot(slot, timedelta()) for slot in slots], NOW)
    assert store.retention.forget(NOW - timedelta(days=400))["slots"] == 4
    assert {one.slot.key for one in store.schedule_runs.newest().values()} == {"2"}


def test_a_file_that_is_mostly_empty_is_made_smaller(store: Store) -> None:
    assert store.retention.tidy() is False
    one = sa.select(*(column for column in tables.messages.c if column.name != "id"))
    copies = sa.insert(tables.messages).from_select([column.name for column in one.selected_columns], one)
    a_message(store, "delivered", OLD)
    with transaction(store) as connection:
        for _ in range(10):  # each time, as many again: 1,024 in the end
            connection.execute(copies)
    before = store.path.stat().st_size
    with transaction(store) as connection:
        connection.execute(sa.delete(tables.messages))
    assert store.retention.tidy() is True
    assert store.path.stat().st_size < before / 4
    with closing(sqlite3.connect(store.path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_copy_is_whole_private_and_one_of_so_many(store: Store, tmp_path: Path) -> None:
    number = a_round(store, NOW)
    folder = tmp_path / "copies"
    for day in range(4):
        found = back_up(store.path, folder, 3, NOW + timedelta(days=day))
    assert [one.name for one in backups(folder)] == [f"siterounds-2026-11-{day}T023000.sqlite" for day in (27, 28, 29)]
    assert found == backups(folder)[-1]
    assert (found.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    assert {one.name for one in folder.iterdir()} == {one.name for one in backups(folder)}
    with closing(sqlite3.connect(found)) as raw:
        assert raw.execute("SELECT id FROM round").fetchall() == [(number,)]
    assert back_up(store.path, folder, 0, NOW) is None


def test_what_is_not_ours_stays_in_the_folder(store: Store, tmp_path: Path) -> None:
    (tmp_path / "copies").mkdir()
    for name in ("siterounds-mine.sqlite", "other"):
        (tmp_path / "copies" / name).write_text("")
    back_up(store.path, tmp_path / "copies", 1, NOW)
    back_up(store.path, tmp_path / "copies", 1, NOW + timedelta(days=1))
    assert len(list((tmp_path / "copies").iterdir())) == 3


def test_a_copy_that_cannot_be_made_says_why_and_leaves_the_others(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="could not be copied into"):
        back_up(store.path, tmp_path / "file", 3, NOW)
    store.path.with_name("bad.sqlite").write_bytes(b"no database at all" * 99)
    back_up(store.path, tmp_path / "copies", 1, NOW)
    with pytest.raises(StoreError, match="not a database"):
        back_up(store.path.with_name("bad.sqlite"), tmp_path / "copies", 1, NOW + timedelta(days=1))
    assert [one.name for one in (tmp_path / "copies").iterdir()] == ["siterounds-2026-11-26T023000.sqlite"]


def test_all_of_it_in_a_night(store: Store) -> None:
    a_round(store, OLD)
    a_round(store, NOW)
    said = run_maintenance(store, Service(), NOW)
    assert said == "copied to siterounds-2026-11-26T023000.sqlite, forgot 1 rounds"
    with store.round_lock():
        assert run_maintenance(store, Service(backup=Backup(count=0)), NOW) == "nothing was to be done"
