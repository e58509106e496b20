"""Logs that are huge, broken or no logs at all cost neither time nor memory, and what was not read is said."""

import json
import os
import time
from pathlib import Path

import pytest

from checks import State
from checks.logs.facts import LogFile
from tests.checks.logs.php import call
from tests.checks.logs.site import PlainSite, by_item, nowhere
from tests.checks.logs.writers import append, fatal, stamp

MEMORY = 32 * 1024 * 1024


@pytest.fixture
def site(tmp_path: Path) -> PlainSite:
    site = PlainSite(tmp_path / "shop", nowhere(tmp_path))
    site.sources({"path": "app.log", "format": "php"})
    return site


def only(site: PlainSite) -> LogFile:
    [row] = site.facts().files
    return row


def test_a_gigabyte_is_read_from_its_end(site: PlainSite) -> None:
    log = site.root / "app.log"
    log.touch()
    os.truncate(log, 1 << 30)
    append(log, "\n" + fatal(1))
    document = json.loads(site.document())
    assert document["peak"] <= MEMORY
    facts, judgement = site.visit()
    assert sum(count for group in facts.groups for _, _, count in group.counts) == 1
    assert facts.files[0].read <= 5 * 1024 * 1024
    found = by_item(judgement)
    assert found["large:app.log"].state == State.WARNING
    assert found["large:app.log"].kind == "log-large"
    append(log, fatal(2))
    assert site.visit()[0].files[0].records == 1


def test_what_is_beyond_a_rounds_bytes_is_said(tmp_path: Path) -> None:
    site = PlainSite(tmp_path / "shop", nowhere(tmp_path, megabytes=1))
    site.sources({"path": "app.log", "format": "php"})
    log = site.root / "app.log"
    log.write_text(fatal(1))
    site.visit()
    append(log, f"[{stamp()} UTC] chatter {'x' * 400}\n" * 8000 + fatal(2))
    document = json.loads(site.document())
    assert document["peak"] <= MEMORY
    facts, judgement = site.visit()
    finding = by_item(judgement)["log:app.log"]
    assert finding.state == State.UNKNOWN
    assert "2 MB of app.log were not read" in finding.summary
    assert [group.message for group in facts.groups] == ["order 2 failed"]
    assert by_item(site.visit()[1])["log:app.log"].state == State.OK


def test_when_time_is_up_the_rest_is_left_for_the_next_round(tmp_path: Path) -> None:
    site = PlainSite(tmp_path / "shop", nowhere(tmp_path, seconds=0.000001))
    site.sources({"path": "app.log", "format": "php"})
    log = site.root / "app.log"
    log.write_text(fatal(1, seconds_ago=200_000) + fatal(2) + "\n" * 2_000_000)
    facts, _ = site.visit()
    assert facts.files[0].later == log.stat().st_size
    site.settings = nowhere(tmp_path)
    facts, _ = site.visit()
    assert [group.message for group in facts.groups] == ["order 2 failed"], "history is still no news"
    assert facts.files[0].records == 1


HURRIED = """
class Hurried extends SrLogBudget
{
    public $turns = 2;

    public function spent()
    {
        return $this->turns-- <= 0;
    }
}
$run = new SrLogRun($given['options'], array('root' => $given['root']));
$run->budget = $given['hurried'] ? new Hurried($given['options']) : $run->budget;
$source = sr_logs_source($given['path'], 'php', 'application');
sr_logs_read($run, array('path' => $given['path'], 'source' => $source));
return array('row' => $run->rows[0], 'cursors' => $run->cursors, 'groups' => $run->groups->rows());
"""


def test_what_was_begun_goes_on_where_it_stopped(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    filler = f"[{stamp()} UTC] chatter {'x' * 400}\n"
    log.write_text(fatal(1) + filler * 2000 + fatal(2, seconds_ago=200_000) + fatal(3))
    given = {"options": {}, "root": str(tmp_path), "path": str(log), "hurried": True}
    first = call(HURRIED, given, tmp_path)
    assert 0 < first["row"]["read"] < log.stat().st_size
    assert first["row"]["later"] == log.stat().st_size - first["row"]["read"]
    assert [group["message"] for group in first["groups"]] == ["order 1 failed"]
    rest = call(HURRIED, {**given, "hurried": False, "options": {"cursors": first["cursors"]}}, tmp_path)
    assert [group["message"] for group in rest["groups"]] == ["order 3 failed"], "history is still no news"
    assert first["row"]["read"] + rest["row"]["read"] == log.stat().st_size


def test_a_line_of_eight_megabytes_costs_only_itself(site: PlainSite) -> None:
    log = site.root / "app.log"
    log.write_text(fatal(1))
    site.visit()
    append(log, f"[{stamp()} UTC] PHP Fatal error:  {'y' * (8 << 20)} in /p.php on line 1\n" + fatal(2))
    document = json.loads(site.document())
    assert document["peak"] <= MEMORY
    facts, _ = site.visit()
    assert sorted(len(group.message) < 1000 for group in facts.groups) == [True, True]
    assert facts.files[0].records == 2


def test_a_line_without_end_is_passed_over_once_it_is_too_long(tmp_path: Path) -> None:
    site = PlainSite(tmp_path / "shop", nowhere(tmp_path, megabytes=8))
    site.sources({"path": "app.log", "format": "php"})
    log = site.root / "app.log"
    log.write_text(fatal(1))
    site.visit()
    append(log, "z" * (9 << 20))
    row = site.visit()[0].files[0]
    assert row.skipped >= 9 << 20
    append(log, "\n" + fatal(2))
    facts, _ = site.visit()
    assert facts.files[0].records == 1


def test_a_hole_that_truncation_left_is_no_line(site: PlainSite) -> None:
    log = site.root / "app.log"
    log.write_text("")
    site.visit()
    os.truncate(log, 20 << 20)
    append(log, fatal(1))
    assert site.visit()[0].files[0].records == 1


def test_a_flood_of_different_errors_is_bounded_and_said(site: PlainSite) -> None:
    words = [f"{a}{b}{c}" for a in "abcdefghij" for b in "klmnopqrst" for c in "uvwxyzabcd"]
    site.visit()
    (site.root / "app.log").write_text("".join(fatal(1, said=f"{word} {word[::-1]} broke") for word in words * 2))
    document = json.loads(site.document())
    assert document["peak"] <= MEMORY
    assert len(document["groups"]) <= 500
    _, judgement = site.visit()
    assert by_item(judgement)["groups"].state == State.UNKNOWN
    assert len(judgement.findings) < 150
    assert len(json.dumps(judgement.memory)) < 100_000


def test_hours_are_given_up_before_the_answer_grows_too_long(tmp_path: Path) -> None:
    code = """
    $groups = new SrLogGroups(array(), time());
    for ($hour = 0; $hour < $given; $hour++) { $groups->add($hour % 2, 1000000 + 3600 * $hour, 'error', 'broke'); }
    return $groups->rows();
    """
    [row] = call(code, 40_000, tmp_path)
    assert len(row["counts"]) == 15_000
    assert sum(number for _, _, number in row["counts"]) == 40_000


def test_binary_is_no_record_and_breaks_nothing(site: PlainSite) -> None:
    (site.root / "app.log").write_bytes(bytes(range(256)) * 4000 + b"\n" + fatal(1).encode() + b"\xff\xfe\n")
    facts, _ = site.visit()
    assert facts.files[0].records == 1


@pytest.mark.parametrize("name", ["a b.log", 'it\'s "quoted".log', "two\nlines.log", "[x]*?.log", "$(id);`id`.log"])
def test_a_name_may_hold_any_sign(tmp_path: Path, name: str) -> None:
    root = tmp_path / "shop [1] 'é'"
    site = PlainSite(root, nowhere(tmp_path))
    (root / name).write_text(fatal(1))
    site.sources({"path": name, "format": "php"})
    assert site.visit()[0].files[0].records == 1
    append(root / name, fatal(2))
    row = site.visit()[0].files[0]
    assert (row.records, row.how) == (1, "continued")


def test_a_name_that_is_no_text_is_read_too(site: PlainSite) -> None:
    (site.root / os.fsdecode(b"latin-\xe9.log")).write_text(fatal(1))
    site.sources({"path": "latin*.log", "format": "php"})
    assert site.visit()[0].files[0].records == 1
    assert site.visit()[0].files[0].how == "continued"


def make_folder(path: Path) -> None:
    path.mkdir()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [make_folder, make_pipe, make_link_to_a_device])
def test_what_is_no_file_is_not_waited_for(site: PlainSite, make: object) -> None:
    assert callable(make)
    make(site.root / "app.log")
    _, judgement = site.visit()
    finding = by_item(judgement)["log:app.log"]
    assert finding.state == State.UNKNOWN
    assert "not a regular file" in finding.summary


def test_links_that_lead_in_a_circle_are_not_followed(site: PlainSite) -> None:
    (site.root / "app.log").symlink_to(site.root / "b.log")
    (site.root / "b.log").symlink_to(site.root / "app.log")
    assert only(site).state == "odd"
    assert by_item(site.visit()[1])["log:app.log"].state == State.UNKNOWN


def test_a_link_to_nowhere_is_not_a_log_that_has_nothing_to_say(site: PlainSite) -> None:
    (site.root / "app.log").symlink_to("/mnt/logs/app.log")
    assert "a link that leads nowhere" in by_item(site.visit()[1])["log:app.log"].summary


def test_a_link_is_read_where_it_leads(site: PlainSite) -> None:
    (site.root / "real").write_text(fatal(1))
    (site.root / "app.log").symlink_to(site.root / "real")
    assert site.visit()[0].files[0].records == 1


def test_a_log_that_is_not_there_yet_is_fine(site: PlainSite) -> None:
    _, judgement = site.visit()
    found = by_item(judgement)
    assert found[""].state == State.OK
    assert "app.log is not there; it is made when there is something to write" in found[""].details
    assert not any(finding.state != State.OK for finding in judgement.findings)


def test_more_logs_than_a_round_reads_are_said(site: PlainSite) -> None:
    for number in range(160):
        (site.root / f"{number}.log").write_text(fatal(number))
    site.sources({"path": "*.log", "format": "php"})
    facts, judgement = site.visit()
    assert (len(facts.files), facts.left) == (150, 10)
    assert by_item(judgement)["files"].state == State.UNKNOWN
    assert len(json.dumps(judgement.memory)) < 60_000


def test_a_clock_that_was_set_back_breaks_nothing(site: PlainSite) -> None:
    (site.root / "app.log").write_text(fatal(1))
    site.visit()
    ahead = json.loads(json.dumps(site.memory))
    for cursor in ahead["cursors"].values():
        cursor["w"] += 9_000_000
    for trouble in ahead["troubles"]:
        trouble["last"] += 9_000_000
    site.memory = {**ahead, "read_at": ahead["read_at"] + 9_000_000}
    append(site.root / "app.log", fatal(2))
    facts, judgement = site.visit()
    assert facts.files[0].records == 1
    [finding] = [finding for finding in judgement.findings if finding.kind == "fatal-error"]
    assert finding.data["last"] <= time.time() + 1
