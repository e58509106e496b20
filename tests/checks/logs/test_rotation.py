"""Every way a log is rotated: each record is counted once, and what may be lost is said."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from checks import State
from checks.logs.facts import LogFacts, LogFile
from tests.checks.logs.site import PlainSite, by_item, nowhere
from tests.checks.logs.writers import append, fatal, pack, rotate_copy, rotate_dated, rotate_rename


def records(*numbers: int) -> str:
    return "".join(fatal(number) for number in numbers)


@pytest.fixture
def site(tmp_path: Path) -> PlainSite:
    site = PlainSite(tmp_path / "shop", nowhere(tmp_path))
    site.sources({"path": "app.log", "format": "php"})
    return site


def counted(facts: LogFacts) -> int:
    return sum(number for group in facts.groups for _, _, number in group.counts)


def row(facts: LogFacts) -> LogFile:
    [row] = [row for row in facts.files if row.name == "app.log"]
    return row


def grows(log: Path) -> None:
    append(log, records(3, 4))


def renamed(log: Path) -> None:
    append(log, records(3))
    rotate_rename(log)
    append(log, records(4))


def renamed_and_not_made_yet(log: Path) -> None:
    append(log, records(3, 4))
    rotate_rename(log, create=False)
    log.write_text("")


def copied(log: Path) -> None:
    append(log, records(3))
    rotate_copy(log)
    append(log, records(4))


def copied_and_grown_past(log: Path) -> None:
    rotate_copy(log)
    append(log, "\n" * 4000 + records(3, 4))


def dated(log: Path) -> None:
    append(log, records(3))
    rotate_dated(log, "20261122")
    append(log, records(4))


def packed(log: Path) -> None:
    append(log, records(3))
    rotate_rename(log)
    pack(log.with_name("app.log.1"))
    append(log, records(4))


def rotated_twice(log: Path) -> None:
    append(log, records(3))
    rotate_rename(log)
    append(log, records(4))
    rotate_rename(log)


def rotated_thrice_and_packed(log: Path) -> None:
    append(log, records(3))
    rotate_rename(log)
    append(log, records(4))
    rotate_rename(log)
    pack(log.with_name("app.log.2"))
    rotate_rename(log)


def dated_twice(log: Path) -> None:
    append(log, records(3))
    rotate_dated(log, "2026112201")
    append(log, records(4))
    rotate_dated(log, "2026112202")


def dated_within_the_name(log: Path) -> None:
    append(log, records(3))
    log.rename(log.with_name("app-20261122.log"))
    log.write_text(records(4))


def moved_back_from_a_copy(log: Path) -> None:
    append(log, records(3, 4))
    other = log.with_name("copy")
    other.write_bytes(log.read_bytes())
    other.replace(log)


@pytest.mark.parametrize(
    "change",
    [
        grows,
        renamed,
        renamed_and_not_made_yet,
        copied,
        copied_and_grown_past,
        dated,
        packed,
        rotated_twice,
        rotated_thrice_and_packed,
        dated_twice,
        dated_within_the_name,
        moved_back_from_a_copy,
    ],
)
def test_no_record_is_lost_nor_counted_twice(site: PlainSite, change: Callable[[Path], None]) -> None:
    log = site.root / "app.log"
    log.write_text(records(1, 2))
    assert counted(site.visit()[0]) == 2
    change(log)
    facts, _ = site.visit()
    assert counted(facts) == 2
    assert row(facts).lost == ""
    append(log, records(5))
    facts, _ = site.visit()
    assert counted(facts) == 1
    assert row(facts).how == "continued"


def truncated(log: Path) -> None:
    append(log, records(3))
    os.truncate(log, 0)
    append(log, fatal(4, said="{}"))


def replaced(log: Path) -> None:
    append(log, records(3))
    log.unlink()
    log.write_text(records(4))


def rewritten_to_the_same_length(log: Path) -> None:
    old = log.stat().st_size
    with log.open("r+") as stream:
        stream.write((records(4) + "x" * old)[: old - 1] + "\n")
    assert log.stat().st_size == old


def rotated_away(log: Path) -> None:
    append(log, records(3))
    rotate_rename(log)
    log.with_name("app.log.1").unlink()
    append(log, records(4))


def rotated_beyond_what_is_kept(log: Path) -> None:
    rotate_rename(log)
    append(log, records(3))
    rotate_rename(log)
    log.with_name("app.log.2").unlink()
    append(log, records(4))


@pytest.mark.parametrize(
    "change", [truncated, replaced, rewritten_to_the_same_length, rotated_away, rotated_beyond_what_is_kept]
)
def test_what_may_be_lost_is_said(site: PlainSite, change: Callable[[Path], None]) -> None:
    log = site.root / "app.log"
    log.write_text(records(1, 2))
    site.visit()
    change(log)
    facts, judgement = site.visit()
    assert counted(facts) == 1
    assert row(facts).lost
    finding = by_item(judgement)["log:app.log"]
    assert finding.state == State.UNKNOWN
    assert "may be lost" in finding.summary
    assert finding.remedy
    append(log, records(5))
    facts, judgement = site.visit()
    assert counted(facts) == 1
    assert by_item(judgement)["log:app.log"].state == State.OK


@pytest.mark.parametrize("replaces", [True, False])
def test_lines_that_somebody_kept_are_not_news(site: PlainSite, replaces: bool) -> None:
    log = site.root / "app.log"
    log.write_text("".join(fatal(number, seconds_ago=60) for number in range(9)))
    site.visit()
    kept = "".join(log.read_text().splitlines(keepends=True)[-10:])
    if replaces:
        log.unlink()
    log.write_text(kept + records(1))
    facts, _ = site.visit()
    assert counted(facts) == 1
    assert row(facts).lost


def test_a_file_that_ends_alike_is_another_one(site: PlainSite) -> None:
    log = site.root / "app.log"
    tail = fatal(1, seconds_ago=60) * 3
    log.write_text(fatal(1, seconds_ago=60) + tail)
    site.visit()
    with log.open("r+") as stream:
        stream.write(fatal(2, seconds_ago=60) + tail + records(3))
    facts, _ = site.visit()
    assert counted(facts) == 1
    assert row(facts).how == "rewritten"


def test_an_inode_that_is_used_again_is_another_file(site: PlainSite) -> None:
    log = site.root / "app.log"
    log.write_text(records(1, 2))
    site.visit()
    inode = log.stat().st_ino
    for _ in range(50):
        log.unlink()
        log.write_text(records(3) + records(4) * 9)
        if log.stat().st_ino == inode:
            break
    else:
        log.write_text(records(3) + records(4) * 9)  # this file system does not give a number twice so soon
    facts, _ = site.visit()
    assert counted(facts) == 10
    assert row(facts).lost


def test_a_log_that_was_empty_is_followed_through_its_rotation(site: PlainSite) -> None:
    log = site.root / "app.log"
    log.write_text("")
    site.visit()
    append(log, records(1))
    rotate_rename(log)
    append(log, records(2))
    facts, _ = site.visit()
    assert counted(facts) == 2
    assert row(facts).lost == ""


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("packs", [True, False])
def test_what_is_still_written_to_the_rotated_file_counts_too(site: PlainSite, fresh: bool, packs: bool) -> None:
    log = site.root / "app.log"
    log.write_text(records(1, 2))
    site.visit()
    rotate_rename(log)
    append(log, records(7) if fresh else "")
    site.visit()
    append(log.with_name("app.log.1"), records(3))
    append(log, records(4))
    if packs:
        pack(log.with_name("app.log.1"))
    assert counted(site.visit()[0]) == 2
    assert counted(site.visit()[0]) == 0


def test_a_copy_of_an_empty_logs_lines_is_not_missed(site: PlainSite) -> None:
    log = site.root / "app.log"
    log.write_text("")
    site.visit()
    append(log, records(1))
    rotate_copy(log)
    append(log, records(2))
    assert counted(site.visit()[0]) == 2


def test_a_line_that_is_being_written_is_left_for_the_next_round(site: PlainSite) -> None:
    log = site.root / "app.log"
    log.write_text(records(1) + fatal(2)[:50])
    assert counted(site.visit()[0]) == 1
    append(log, fatal(2)[50:])
    assert counted(site.visit()[0]) == 1
    assert counted(site.visit()[0]) == 0


def test_a_rotated_file_that_is_listed_too_is_not_read_twice(tmp_path: Path) -> None:
    site = PlainSite(tmp_path / "shop", nowhere(tmp_path))
    site.sources({"path": "*.log", "format": "php"})
    log = site.root / "app.log"
    log.write_text(records(1, 2))
    site.visit()
    append(log, records(3))
    log.rename(site.root / "app-20261122.log")
    log.write_text(records(4))
    assert counted(site.visit()[0]) == 2
    assert counted(site.visit()[0]) == 0


def test_a_log_that_got_another_name_goes_on(tmp_path: Path) -> None:
    site = PlainSite(tmp_path / "shop", nowhere(tmp_path))
    site.sources({"path": "*.log", "format": "php"})
    (site.root / "a.log").write_text(records(1, 2))
    site.visit()
    (site.root / "a.log").rename(site.root / "b.log")
    append(site.root / "b.log", records(3))
    assert counted(site.visit()[0]) == 1


def test_gz_without_zlib_is_a_loss_that_is_said(site: PlainSite) -> None:
    log = site.root / "app.log"
    log.write_text(records(1, 2))
    site.visit()
    rotate_rename(log)
    packed = log.with_name("app.log.1")
    packed.rename(log.with_name("app.log.1.xz"))
    facts, judgement = site.visit()
    assert "packed in another way" in row(facts).lost
    assert by_item(judgement)["log:app.log"].state == State.UNKNOWN
