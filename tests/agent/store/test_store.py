"""The store: what is recorded comes back, a round is whole or not there, and mistakes are sentences."""

import itertools
import json
import os
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from agent.domain.errors import BusyError, StoreError
from agent.domain.incidents import Change, Incident, IncidentUpdate, Key, Phase
from agent.store import tables
from agent.store.engine import HEAD, open_engine
from agent.store.rows import evidence_of, evidence_row, finding_row
from agent.store.store import RoundRecord, Store
from checks import Cause, Finding, State
from inventory.contracts import TimeRule
from inventory.subject import Subject
from reports.contract import ContractStatus
from reports.model import Coverage, DueCheck, Location, NotRun, ReportedFinding, RoundInfo
from tests.agent.store.beside import disconnect, transaction

START = datetime(2026, 11, 23, 6, tzinfo=UTC)
INFO = RoundInfo(None, START, START + timedelta(seconds=9))
COVERAGE = Coverage.of(
    [DueCheck("web1", None, "disk"), DueCheck("web1", "shop", "users")],
    [
        NotRun(
            "web1",
            "shop",
            "users",
            "permission denied",
            "add the line to sudoers",
            cause=Cause.NO_PERMISSION,
            internal=True,
        )
    ],
)
SAID = Finding(
    State.CRITICAL, "disk-space", "/var", "96 % used", 96.0, "%", ("grows 2 GB a day",), "clean up", {"free": 12}
)
FINDING = ReportedFinding(SAID, Location("web1", "shop", "harbour", ("harbour",)), "disk")
KEY = Key(Subject.parse("host:web1"), "disk", "/var")
INCIDENT = Incident(KEY, Phase.OPEN, State.CRITICAL, "disk-space", "96 % used", START, START, 0, START)
STEP = IncidentUpdate(KEY, INCIDENT, Change.OPENED, SAID)
MEMORIES = {(Subject.parse("host:web1"), "disk"): {"sizes": {"/var": 12}}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        yield opened


def record(store: Store) -> int:
    return store.record(RoundRecord(INFO, COVERAGE, [FINDING], MEMORIES, [STEP]))


def test_what_is_recorded_comes_back(store: Store) -> None:
    number = record(store)
    with Store(store.folder) as again:
        assert again.last_round() == (replace(INFO, id=number), COVERAGE)
        assert again.findings(number) == (FINDING,)
        assert again.memories() == MEMORIES
        assert again.incidents() == {KEY: (1, INCIDENT)}
        assert again.changes_in(number) == {1: Change.OPENED}
        past = again.history(1)[0]
    assert (past.change, past.round_id, past.at, past.evidence) == (Change.OPENED, number, INFO.ended_at, STEP.evidence)


@pytest.mark.parametrize("in_scope", [True, False])
def test_whether_a_contract_covered_it_is_kept(store: Store, in_scope: bool) -> None:
    finding = replace(FINDING, in_scope=in_scope)
    number = store.record(RoundRecord(INFO, COVERAGE, [finding], {}, []))
    assert store.findings(number) == (finding,)


def test_the_contracts_of_a_round_come_back_as_they_were(store: Store) -> None:
    agreed = ContractStatus(
        "harbour", "Harbour Books", "extended", "teamwork", START, (date(2026, 11, 15), date(2026, 12, 14)),
        Decimal("4.00"), Decimal("1.25"), START, Decimal("3.12"), Decimal(3), ("Disk space",), frozenset({"disk"}),
        frozenset({"logs", "users"}), False, {"urgent": 1.5}, {"urgent": 4.0}, "business", ("a remark",),
        TimeRule("minimum", Decimal("0.5")), 17, 42, "unknown", "trouble", "remedy",
    )  # fmt: skip
    number = store.record(
        RoundRecord(INFO, COVERAGE, [], {}, [], standings=[agreed, ContractStatus("quay", "Quay & Söhne")])
    )
    later = store.record(RoundRecord(INFO, COVERAGE, [], {}, [], standings=[replace(agreed, used=Decimal(2))]))
    with Store(store.folder) as again:
        assert again.standings(number) == (agreed, ContractStatus("quay", "Quay & Söhne"))
        assert again.standings(later) == (replace(agreed, used=Decimal(2)),)
        assert again.standings(later + 1) == ()


def test_contracts_go_with_their_round(store: Store) -> None:
    number = store.record(RoundRecord(INFO, COVERAGE, [], {}, [], standings=[ContractStatus("quay", "Quay & Söhne")]))
    with transaction(store) as connection:
        connection.execute(sa.delete(tables.rounds))
    assert store.standings(number) == ()


def test_what_the_first_version_wrote_is_read_as_covered(tmp_path: Path) -> None:
    with as_file(files("agent.store") / "migrations") as scripts, sqlite_engine(tmp_path).connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(scripts))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO round VALUES (1, '2026-11-23 06:00:00', '2026-11-23 06:00:09')")
        row = {name: json.dumps(value) if name in ("clients", "details", "data") else value for name, value in OLD}
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(f":{name}" for name in row)
        connection.execute(sa.text(f"INSERT INTO finding (round_id, {names}) VALUES (1, {values})"), row)
        connection.commit()
    with Store(tmp_path) as store:
        assert store.findings(1) == (FINDING,)
        assert store.standings(1) == ()


def sqlite_engine(folder: Path) -> sa.Engine:
    return sa.create_engine(f"sqlite:///{folder / 'siterounds.sqlite'}")


FIRST = {"client", "clients", "site", "host", "check", "item", "state", "kind", "summary", "value", "unit", "details",
         "remedy", "data"}  # fmt: skip
OLD = [(name, value) for name, value in finding_row(FINDING).items() if name in FIRST]
"""A finding as the first version had it."""


def test_what_a_problem_changed_by_is_read_back_even_from_an_earlier_version() -> None:
    assert evidence_of(evidence_row(SAID)) == SAID
    assert evidence_of(evidence_row(None)) is None
    bare = {"state": "critical", "kind": "disk-space", "item": "/var", "summary": "96 % used", "details": []}
    assert evidence_of(bare) == Finding(State.CRITICAL, "disk-space", "/var", "96 % used")


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.last_round() is None
    assert store.incidents() == {}
    assert store.memories() == {}


def test_memory_and_incidents_are_replaced_and_forgotten(store: Store) -> None:
    record(store)
    resolved = replace(INCIDENT, phase=Phase.RESOLVED, resolved_at=START)
    store.record(
        RoundRecord(
            INFO,
            COVERAGE,
            [],
            {(Subject.parse("host:web1"), "disk"): {}},
            [IncidentUpdate(KEY, resolved, Change.RESOLVED)],
        )
    )
    assert store.incidents() == {KEY: (1, resolved)}
    assert store.memories() == {}
    assert [past.change for past in store.history(1)] == [Change.OPENED, Change.RESOLVED]
    store.record(RoundRecord(INFO, COVERAGE, [], {}, [IncidentUpdate(KEY, None)]))
    assert store.incidents() == {}


def test_times_keep_their_instant_and_naive_ones_are_refused(store: Store) -> None:
    east = replace(INFO, started_at=START.astimezone(timezone(timedelta(hours=5))))
    number = store.record(RoundRecord(east, COVERAGE, [], {}, []))
    assert store.last_round() == (replace(INFO, id=number), COVERAGE)
    with pytest.raises(Exception, match="without a zone"):
        store.record(RoundRecord(replace(INFO, started_at=START.replace(tzinfo=None)), COVERAGE, [], {}, []))


def test_the_tables_are_what_the_migrations_make(tmp_path: Path) -> None:
    engine = open_engine(tmp_path)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert MigrationContext.configure(connection).get_current_revision() == HEAD
    engine.dispose()


def test_a_second_round_is_refused_with_who_has_it(store: Store) -> None:
    with (
        store.round_lock(),
        pytest.raises(BusyError, match=rf"under way \(process {os.getpid()}, since 20"),
        store.round_lock(),
    ):
        pytest.fail("two rounds at once")
    with store.round_lock():
        pass


def test_a_store_of_a_newer_version_is_left_alone(store: Store) -> None:
    with sqlite3.connect(store.path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="written by a newer siterounds"):
        Store(store.folder)


def test_what_is_no_store_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "siterounds.sqlite").write_text("no database at all, but long enough to be read as a header " * 40)
    with pytest.raises(StoreError, match=r"siterounds\.sqlite is not a store"):
        Store(tmp_path)


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made: Not a directory"):
        Store(tmp_path / "file" / "state")


def test_a_full_disk_is_said_so_and_leaves_the_store_as_it_was(store: Store) -> None:
    record(store)
    with transaction(store) as connection:  # the limit stands for the disk: SQLite says the same sentence
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    long = replace(FINDING, finding=replace(SAID, summary="x" * 100_000))

    def limit(made: sqlite3.Connection, _: object) -> None:
        made.execute(f"PRAGMA max_page_count = {pages}")

    disconnect(store)
    sa.event.listen(sa.Engine, "connect", limit)
    try:
        with pytest.raises(StoreError, match="no space is left"), Store(store.folder) as full:
            full.record(RoundRecord(INFO, COVERAGE, [long] * 50, MEMORIES, [STEP]))
    finally:
        sa.event.remove(sa.Engine, "connect", limit)
    assert store.last_round() == (replace(INFO, id=1), COVERAGE)
    assert len(store.findings(1)) == 1


def test_a_round_killed_at_any_statement_is_whole_or_not_there(tmp_path: Path) -> None:
    killed = 0
    for statement in range(1, 40):
        folder = tmp_path / str(statement)
        child = os.fork()
        if child == 0:
            _record_and_die_at(folder, statement)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with Store(folder) as store:
            whole = store.last_round() is not None
            assert bool(store.incidents()) == bool(store.memories()) == whole
        if ended == 0:
            assert whole
            break
        assert ended == -signal.SIGKILL
        killed += 1
    assert killed >= 6


def _record_and_die_at(folder: Path, statement: int) -> None:
    """In a process of its own: record, and be killed before the statement or commit of that number."""
    try:
        store = Store(folder)
        seen = itertools.count(1)

        def die(*_: object) -> None:
            if next(seen) == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(sa.Engine, "before_cursor_execute", die)
        sa.event.listen(sa.Engine, "commit", die)
        record(store)
        os._exit(0)
    finally:
        os._exit(1)
