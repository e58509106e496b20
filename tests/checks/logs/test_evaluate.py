"""What follows from what was read: pure, over rounds, with a driven clock."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checks import Cause, CheckResult, Finding, NotChecked, State
from checks.logs import check
from checks.logs.facts import AccessCounts, Cursor, Hour, LogFacts, LogFile, LogGroup
from checks.logs.settings import Settings
from tests.checks.logs.site import by_item

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
T = int(NOW.timestamp())
APP = LogFile(
    "/srv/shop/app.log",
    "app.log",
    "app.log",
    "0" * 16,
    "php",
    "application",
    "read",
    how="continued",
    lines=9,
    headers=9,
)
CURSOR = Cursor(1, 10, 10, "a" * 16, "b" * 16, T)


def group(message: str = "x() is gone", count: int = 1, ago: int = 60, **more: Any) -> LogGroup:
    at = T - ago
    known: dict[str, Any] = {
        "name": hashlib.sha256(message.encode()).hexdigest()[:12],
        "level": "",
        "type": "fatal error",
        "class_": "Error",
        "uncaught": True,
        "shown": False,
        "message": message,
        "file": "p.php",
        "also": (),
        "first": at,
        "last": at,
        "counts": ((0, at // 3600, count),),
    }
    return LogGroup(**{**known, **more})


def error(message: str = "feed refused", count: int = 1, ago: int = 60, **more: Any) -> LogGroup:
    return group(
        message, count, ago, **{"type": "", "class_": "", "uncaught": False, "level": "error", "file": "", **more}
    )


def facts(*groups: LogGroup, files: tuple[LogFile, ...] = (APP,), now: int = T, **more: Any) -> LogFacts:
    grave = sum(n for one in groups for _, _, n in one.counts)
    return LogFacts(now=now, files=files, groups=groups, grave=grave, cursors={"0" * 16: CURSOR}, **more)


class Rounds:
    """A site's memory over rounds."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.memory: Any = {}

    def __call__(self, read: LogFacts) -> dict[str, Finding]:
        judgement: CheckResult = check.evaluate(read, self.settings, self.memory, NOW)
        self.memory = json.loads(json.dumps(judgement.memory))
        return by_item(judgement)


def fatal_of(found: dict[str, Finding]) -> Finding:
    [finding] = [finding for finding in found.values() if finding.kind == "fatal-error"]
    return finding


def later(hours: float, *groups: LogGroup, **more: Any) -> LogFacts:
    return facts(*groups, now=T + int(hours * 3600), **more)


def test_a_fatal_error_is_critical_and_says_what_and_where() -> None:
    finding = fatal_of(Rounds()(facts(group(count=3))))
    assert (finding.state, finding.value) == (State.CRITICAL, 3.0)
    assert finding.summary.startswith("Error: x() is gone (in p.php): 3 times since 2026-11-22 12:29 UTC")
    assert finding.item.startswith("fatal:")
    assert finding.data["file"] == "p.php"
    assert "app.log" in finding.remedy


def test_a_fatal_error_stays_until_it_was_quiet_long_enough() -> None:
    rounds = Rounds()
    item = fatal_of(rounds(facts(group()))).item
    for hours in (1, 12, 23.9):
        finding = rounds(later(hours))[item]
        assert (finding.state, finding.data["new"]) == (State.CRITICAL, 0)
        assert "once, 2026-11-22 12:29 UTC" in finding.summary
    for hours in (24, 30, 48):
        assert rounds(later(hours))[item].state == State.OK
    again = rounds(later(49, group(ago=-48 * 3600)))[item]
    assert (again.state, again.value) == (State.CRITICAL, 2.0)


def test_an_old_one_is_forgotten() -> None:
    rounds = Rounds()
    item = fatal_of(rounds(facts(group()))).item
    assert item not in rounds(later(15 * 24))
    assert rounds.memory["troubles"] == []


def test_silence_of_a_log_that_cannot_be_read_is_not_quiet() -> None:
    rounds = Rounds()
    item = fatal_of(rounds(facts(group()))).item
    blind = replace(APP, state="unreadable", reason="permission denied: app.log", remedy="x")
    found = rounds(later(48, files=(blind,)))
    assert found[item].state == State.CRITICAL
    assert found["log:app.log"].state == State.UNKNOWN


def test_the_same_round_twice_says_the_same_items() -> None:
    read = facts(group("a"), group("b"), error("c", 9))
    assert set(Rounds()(read)) == set(Rounds()(read))
    rounds = Rounds()
    first = {item for item, finding in rounds(read).items() if finding.state != State.OK}
    second = {item for item, finding in rounds(later(0.1)).items() if finding.state != State.OK}
    assert first == second


def test_an_error_is_a_finding_when_it_is_new_and_frequent() -> None:
    rounds = Rounds()
    assert not [one for one in rounds(facts(error("old", 500))).values() if one.kind == "frequent-error"]
    found = rounds(facts(error("old", 500), error("rare", 4), error("often", 5)))
    frequent = [one for one in found.values() if one.kind == "frequent-error"]
    assert [(one.state, one.data["message"]) for one in frequent] == [(State.WARNING, "often")]
    assert "error, 4: rare" in found[""].details
    assert any("frequent errors were there when the site was first visited" in detail for detail in found[""].details)
    assert rounds(later(23))[frequent[0].item].state == State.WARNING
    assert rounds(later(25))[frequent[0].item].state == State.OK


def test_an_hour_is_counted_over_rounds() -> None:
    rounds = Rounds()
    rounds(facts())
    assert not [one for one in rounds(facts(error("x", 3))).values() if one.kind == "frequent-error"]
    assert [one.state for one in rounds(facts(error("x", 3))).values() if one.kind == "frequent-error"] == [
        State.WARNING
    ]


def test_warnings_and_notices_never_alarm() -> None:
    read = facts(error("slow", 900, type="warning"), error("buffered", 900, level="warn"), notices=7, deprecated=8)
    found = Rounds()(read)
    assert set(found) == {""}
    assert found[""].state == State.OK
    assert dict(found[""].data) == {
        "logs": 1, "lines": 9, "fatal": 0, "errors": 0, "warnings": 1800, "notices": 7, "deprecated": 8,
    }  # fmt: skip


def test_excluded_messages_are_counted_not_reported() -> None:
    rounds = Rounds(exclude=(r"^Error: x\(\)",))
    found = rounds(facts(group(), group("y() is gone")))
    assert fatal_of(found).data["message"] == "y() is gone"
    assert "1 kinds of messages are excluded by the settings" in found[""].details
    rounds = Rounds()
    rounds(facts(group()))
    rounds.settings = Settings(exclude=("gone",))
    assert set(rounds(later(1))) == {""}


@pytest.mark.parametrize(
    ("requests", "failed", "state"),
    [
        (100, 8, State.OK),
        (125, 10, State.WARNING),
        (126, 10, State.OK),
        (10, 10, State.WARNING),
        (9, 9, State.OK),
        (0, 0, State.OK),
        (10**9, 10**8, State.WARNING),
    ],
)
def test_failed_requests_alarm_by_share_and_number(requests: int, failed: int, state: State) -> None:
    access = AccessCounts(0, requests, failed, (Hour(T // 3600, requests, failed, 0),), (("500 /checkout", failed),))
    finding = Rounds()(facts(access=(access,)))["requests"]
    assert finding.state == state
    assert finding.details == (f"{failed} times: 500 /checkout",)


def logins(number: int, ago: int = 0) -> AccessCounts:
    return AccessCounts(0, number, 0, (Hour((T - ago) // 3600, number, 0, number),), ())


def test_failed_logins_are_counted_by_the_hour_over_rounds() -> None:
    rounds = Rounds()
    assert rounds(facts(access=(logins(299),)))["logins"].state == State.OK
    assert rounds(facts(access=(logins(1),)))["logins"].state == State.WARNING
    assert rounds(later(3, access=(logins(1, ago=-3 * 3600),)))["logins"].state == State.OK
    assert Rounds()(facts(access=(logins(299), logins(299, ago=3600))))["logins"].state == State.OK


def test_no_access_log_no_word_about_requests() -> None:
    assert set(Rounds()(facts())) == {""}


OFF = LogFile(
    "/srv/shop/debug.log", "debug.log", "debug.log", "1" * 16, "php", "application", "off",
    off="WP_DEBUG_LOG is off", remedy="define it",
)  # fmt: skip
SILENT = replace(OFF, name="index.php", spec="index.php", key="2" * 16, purpose="php", off="$debug is 0")
POOL = replace(APP, name="pool.log", spec="pool.log", key="3" * 16, purpose="php")
EE = replace(OFF, name="log-*.php", spec="log-*.php", key="4" * 16, format="ee", off="log_threshold is 0")
TRAFFIC = replace(APP, name="a.log", spec="a.log", key="5" * 16, format="nginx-access", purpose="access")


@pytest.mark.parametrize(
    ("files", "warned"),
    [
        ((OFF,), {"log:debug.log"}),
        ((OFF, APP), {"log:debug.log"}),
        ((OFF, POOL), set()),
        ((EE, POOL), {"log:log-*.php"}),
        ((SILENT, POOL), {"log:index.php"}),
        ((SILENT, TRAFFIC), set()),
        ((replace(OFF, state="read", headers=1),), {"log:debug.log"}),
    ],
)
def test_logging_that_is_off_is_said_unless_another_log_has_it(files: tuple[LogFile, ...], warned: set[str]) -> None:
    found = Rounds()(facts(files=files))
    assert {item for item, finding in found.items() if finding.kind == "logging-off"} == warned
    for item in warned:
        assert found[item].state == State.WARNING
        assert found[item].remedy == "define it"
    assert not [one for one in Rounds(must_log=False)(facts(files=files)).values() if one.kind == "logging-off"]


def test_what_a_platform_cannot_tell_is_unknown_not_off() -> None:
    unsure = replace(OFF, off="not known: wp-config.php: permission denied", unsure=Cause.NO_PERMISSION)
    found = Rounds()(facts(files=(unsure,)))["log:debug.log"]
    assert (found.state, found.data["cause"]) == (State.UNKNOWN, Cause.NO_PERMISSION)


def test_a_large_log_alarms_only_if_nobody_rotates_it() -> None:
    rounds = Rounds()
    large = replace(APP, size=600 << 20)
    assert rounds(facts(files=(large,)))["large:app.log"].state == State.WARNING
    assert rounds(facts(files=(replace(large, rotates=True),)))["large:app.log"].state == State.OK
    assert "large:app.log" not in Rounds()(facts(files=(replace(large, rotates=True),)))


def test_gaps_of_the_platform_are_findings() -> None:
    found = Rounds()(facts(gaps=(NotChecked("site", "not recognised", "correct `root`"),)))
    assert (found["site"].state, found["site"].remedy) == (State.UNKNOWN, "correct `root`")


def test_a_site_without_any_log_is_not_healthy() -> None:
    finding = Rounds()(LogFacts(now=T))[""]
    assert finding.state == State.UNKNOWN
    assert finding.remedy


def test_little_that_was_not_read_is_a_detail() -> None:
    found = Rounds()(facts(files=(replace(APP, later=500),)))
    assert set(found) == {""}
    assert "app.log: 500 bytes were not read" in found[""].details


def test_errors_that_found_no_place_cost_the_coverage() -> None:
    found = Rounds()(replace(facts(group(count=97)), grave=100, grave_other=3))
    assert found["groups"].state == State.UNKNOWN
    assert "groups" not in Rounds()(replace(facts(group(count=99)), grave=100, grave_other=1))


def test_memory_keeps_cursors_of_logs_that_are_away_for_a_while() -> None:
    rounds = Rounds()
    rounds(facts())
    away = LogFacts(now=T + 86400, files=(replace(APP, state="missing"),))
    rounds(away)
    assert list(rounds.memory["cursors"]) == ["0" * 16]
    rounds(replace(away, now=T + 60 * 86400))
    assert rounds.memory["cursors"] == {}


def test_memory_is_bounded_and_holds_nothing_that_was_not_redacted() -> None:
    rounds = Rounds()
    for turn in range(3):
        many = [
            group(f"kind {turn} {number} " + "m" * 400, name=format(turn * 1000 + number, "012x"))
            for number in range(400)
        ]
        cursors = {format(turn * 1000 + number, "016x"): CURSOR for number in range(400)}
        rounds(replace(facts(*many), cursors=cursors))
    assert len(json.dumps(rounds.memory)) < 120_000


@pytest.mark.parametrize(
    "memory",
    [
        {"troubles": "x", "cursors": [], "logins": 3, "bad": [1, None]},
        {"troubles": [{}, None, {"id": 1}, 7], "cursors": {"a": None}, "logins": {"x": "y"}, "bad": []},
    ],
)
def test_a_memory_of_another_making_is_not_trusted(memory: Any) -> None:
    found = by_item(check.evaluate(facts(group()), Settings(), memory, NOW))
    assert fatal_of(found).state == State.CRITICAL


def test_a_clock_that_was_set_back_closes_nothing_and_reopens_nothing() -> None:
    rounds = Rounds()
    item = fatal_of(rounds(facts(group()))).item
    assert rounds(later(-500))[item].state == State.CRITICAL
    assert rounds(later(-500 + 23))[item].state == State.CRITICAL
    assert rounds(later(-500 + 25))[item].state == State.OK


def test_a_host_that_does_not_tell_its_time_is_taken_to_have_ours() -> None:
    at = int((NOW - timedelta(minutes=1)).timestamp())
    assert fatal_of(Rounds()(facts(group(last=at), now=0))).state == State.CRITICAL


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"paths": {"/x": "json"}}, "use one of: php, monolog"),
        ({"exclude": ("(",)}, "no regular expression"),
        ({"quiet_hours": 0}, "quiet_hours must be above 0"),
        ({"seconds": 51}, "at most 50"),
    ],
)
def test_settings_that_cannot_be_obeyed_are_refused(given: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Settings(**given)
