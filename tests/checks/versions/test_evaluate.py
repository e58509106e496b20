"""What is said of software, by what is known of it."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.findings import CheckResult, Finding, NotChecked, State
from checks.platforms.facts import SiteFacts, Software
from checks.versions import Settings, check
from checks.versions.settings import Severities
from checks.waivers import Waiver

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ASKED = NOW - timedelta(hours=3)
SOURCE = "WordPress' own update check"

CORE = Software(
    "core", "wordpress", "WordPress", "6.9.1", True, "6.9.1", listed=True, known_at=ASKED, known_from=SOURCE
)
AKISMET = Software(
    "plugin",
    "akismet/akismet.php",
    "Akismet",
    "5.1",
    active=True,
    latest="5.1",
    listed=True,
    known_at=ASKED,
    known_from=SOURCE,
    update="wp plugin update akismet",
)
CUSTOM = Software("plugin", "own/own.php", "Own", "1.0", active=True, listed=False, known_at=ASKED, known_from=SOURCE)
MAGENTO = Software("core", "magento/product-community-edition", "Magento Open Source", "2.4.7-p3", active=True)


def judged(
    *software: Software,
    gaps: Iterable[NotChecked] = (),
    settings: Settings | None = None,
    memory: object = None,
    now: datetime = NOW,
    as_of: datetime | None = None,
) -> CheckResult:
    facts = SiteFacts("some", software, software_gaps=tuple(gaps), as_of=as_of or now)
    return check.evaluate(facts, settings or Settings(), memory or {}, now)  # type: ignore[arg-type]


def by_item(judgement: CheckResult) -> dict[str, Finding]:
    found = {finding.item: finding for finding in judgement.findings}
    assert len(found) == len(judgement.findings), "an item has one finding"
    return found


def said(*software: Software, **more: object) -> dict[str, tuple[State, str]]:
    found = by_item(judged(*software, **more))  # type: ignore[arg-type]
    return {item: (finding.state, finding.kind) for item, finding in found.items()}


@pytest.mark.parametrize(
    ("software", "expected"),
    [
        (CORE, (State.OK, "version-current")),
        (replace(CORE, latest="7.1", latest_in_line="6.9.7"), (State.CRITICAL, "version-security")),
        (replace(CORE, latest="7.1", latest_in_line="6.9.1"), (State.WARNING, "version-outdated")),
        (replace(CORE, latest="7.1", latest_in_line=None), (State.WARNING, "version-outdated")),
        (replace(CORE, latest="7.1", security=True), (State.CRITICAL, "version-security")),
        (replace(CORE, latest="6.9.2", latest_in_line="6.9.2", security=False), (State.WARNING, "version-outdated")),
        (replace(CORE, version="7.2", latest="7.1"), (State.OK, "version-current")),
        (replace(CORE, version="6.9.10", latest="6.9.9"), (State.OK, "version-current")),
        (replace(CORE, version=None), (State.UNKNOWN, "version-unreadable")),
    ],
)
def test_a_core_is_as_bad_as_what_it_misses(software: Software, expected: tuple[State, str]) -> None:
    assert said(software)["core"] == expected


@pytest.mark.parametrize(
    ("software", "expected"),
    [
        (AKISMET, (State.OK, "version-current")),
        (replace(AKISMET, latest="5.3"), (State.WARNING, "version-outdated")),
        (replace(AKISMET, latest="5.3", active=False), (State.WARNING, "version-outdated")),
        (replace(AKISMET, latest="5.3", security=True), (State.CRITICAL, "version-security")),
        (replace(AKISMET, version="5.3-RC1", latest="5.3"), (State.WARNING, "version-outdated")),
        (replace(AKISMET, version=None, latest="5.3"), (State.UNKNOWN, "version-unreadable")),
    ],
)
def test_a_plugin_is_as_bad_as_what_it_misses(software: Software, expected: tuple[State, str]) -> None:
    assert said(CORE, software)["plugin:akismet/akismet.php"] == expected


def test_an_outdated_plugin_names_both_versions_and_the_command() -> None:
    finding = by_item(judged(CORE, replace(AKISMET, latest="5.3", active=False)))["plugin:akismet/akismet.php"]
    assert finding.summary == "Akismet 5.1 is installed, 5.3 is out (not active)"
    assert finding.remedy == "wp plugin update akismet"
    assert finding.details[0] == "so says WordPress' own update check, asked 3 hours ago"
    assert "its files can be reached all the same" in finding.details[1]
    assert finding.data == {
        "name": "Akismet", "what": "plugin", "version": "5.1", "active": False, "latest": "5.3", "newest": "5.3"
    }  # fmt: skip


def test_the_target_in_the_line_is_named_before_the_next_major() -> None:
    finding = by_item(judged(replace(CORE, latest="7.1", latest_in_line="6.9.7")))["core"]
    assert finding.summary == "WordPress 6.9.1 is installed, 6.9.7 is out, with the security fixes of its line"
    assert "the newest of all is 7.1" in finding.details
    assert (finding.data["latest"], finding.data["newest"]) == ("6.9.7", "7.1")


def test_what_nobody_lists_is_neither_current_nor_an_alarm() -> None:
    found = by_item(judged(CORE, AKISMET, CUSTOM, replace(CUSTOM, key="b/b.php", name="Bare", version=None)))
    assert "plugin:own/own.php" not in found
    untracked = found["untracked"]
    assert (untracked.state, untracked.kind, untracked.value) == (State.OK, "version-untracked", 2.0)
    assert untracked.data == {"count": 2, "of": 4, "names": ["Bare (declares no version)", "Own 1.0"]}
    assert untracked.summary == "the newest release of 2 of 4 is not known: no update source knows them"


def test_a_plugin_that_left_the_directory_is_reported_as_long_as_it_is_there() -> None:
    first = judged(CORE, replace(CUSTOM, listed=True, latest="1.0"))
    second = judged(CORE, CUSTOM, memory=first.memory)
    third = judged(CORE, CUSTOM, memory=second.memory)
    for judgement in (second, third):
        finding = by_item(judgement)["plugin:own/own.php"]
        assert (finding.state, finding.kind) == (State.WARNING, "version-withdrawn")
        assert "untracked" not in by_item(judgement)
    hidden = judged(CORE, gaps=[NotChecked("plugins", "permission denied")], memory=third.memory)
    assert by_item(judged(CORE, CUSTOM, memory=hidden.memory))["plugin:own/own.php"].kind == "version-withdrawn"
    removed = judged(CORE, memory=third.memory)
    assert by_item(removed)["plugin:own/own.php"].kind == "settled"
    assert "plugin:own/own.php" not in by_item(judged(CORE, CUSTOM, memory=removed.memory))


@pytest.mark.parametrize(
    ("known_at", "reason"),
    [
        (NOW - timedelta(hours=49), "last asked 49 hours ago"),
        (NOW - timedelta(days=9), "last asked 9 days ago"),
        (None, "no answer of it is kept on the site"),
        (NOW + timedelta(hours=2), "its last answer is dated 2026-11-23 14:00, which lies in the future"),
    ],
)
def test_old_or_missing_knowledge_is_one_unknown_a_source(known_at: datetime | None, reason: str) -> None:
    everything = [replace(one, known_at=known_at) for one in (CORE, AKISMET, replace(AKISMET, key="b", name="B"))]
    found = by_item(judged(*everything))
    assert set(found) == {"updates:core"}
    finding = found["updates:core"]
    assert (finding.state, finding.kind) == (State.UNKNOWN, "updates-unknown")
    assert finding.summary == f"{SOURCE}: {reason}; whether 3 of 3 are current is not known"
    assert finding.data["source"] == SOURCE
    assert finding.details == ("not known to be current: Akismet 5.1, B 5.1, WordPress 6.9.1",)
    assert finding.remedy


def test_old_knowledge_of_a_newer_release_is_still_knowledge() -> None:
    old = replace(AKISMET, latest="5.3", known_at=NOW - timedelta(days=30))
    found = by_item(judged(CORE, old))
    assert found["plugin:akismet/akismet.php"].kind == "version-outdated"
    assert "asked 720 hours ago" in found["plugin:akismet/akismet.php"].details[0]
    assert found["updates:core"].data["count"] == 1
    assert found["core"].kind == "version-current"


def test_a_source_that_names_no_release_is_no_knowledge() -> None:
    finding = by_item(judged(replace(CORE, latest=None)))["updates:core"]
    assert finding.state is State.UNKNOWN
    assert "names no newest release" in finding.summary


def test_each_source_is_judged_by_itself() -> None:
    premium = replace(AKISMET, key="p", known_from="a shop's licence server", known_at=NOW - timedelta(days=5))
    found = by_item(judged(CORE, premium))
    assert found["updates:core"].kind == "updates-known"
    assert found["updates:plugin"].kind == "updates-unknown"


@pytest.mark.parametrize("known_at", [None, NOW - timedelta(days=30)])
def test_forgotten_knowledge_does_not_make_a_plugin_current(known_at: datetime | None) -> None:
    first = judged(CORE, replace(AKISMET, latest="5.3"))
    forgotten = replace(AKISMET, latest=None, known_at=known_at)
    assert "plugin:akismet/akismet.php" not in by_item(judged(CORE, forgotten, memory=first.memory))


def test_how_old_knowledge_may_be_is_a_setting() -> None:
    old = replace(CORE, known_at=NOW - timedelta(hours=49))
    assert said(old, settings=Settings(knowledge_hours=50))["core"] == (State.OK, "version-current")


def test_a_time_is_measured_by_the_clock_that_wrote_it() -> None:
    slow = NOW - timedelta(hours=10)
    assert said(replace(CORE, known_at=slow), as_of=slow)["updates:core"] == (State.OK, "updates-known")
    ahead = replace(CORE, known_at=NOW + timedelta(hours=10))
    assert said(ahead, as_of=NOW + timedelta(hours=10))["updates:core"] == (State.OK, "updates-known")
    assert said(ahead, as_of=NOW + timedelta(days=400))["updates:core"] == (State.UNKNOWN, "updates-unknown")


@pytest.mark.parametrize(
    ("software", "item", "state"),
    [
        (replace(CORE, unfinished="the database is at 60421, the files want 60717"), "core/unfinished", State.CRITICAL),
        (replace(AKISMET, unfinished="half"), "plugin:akismet/akismet.php/unfinished", State.WARNING),
    ],
)
def test_a_half_done_update_is_a_finding_of_its_own(software: Software, item: str, state: State) -> None:
    found = by_item(judged(software))
    finding = found[item]
    assert (finding.state, finding.kind, finding.remedy) == (state, "update-unfinished", software.update)
    assert software.unfinished in finding.summary
    assert found[item.removesuffix("/unfinished")].kind == "version-current"


def test_an_update_that_was_finished_is_said_to_be_over() -> None:
    first = judged(replace(CORE, unfinished="half"))
    stale = replace(CORE, known_at=None)
    found = by_item(judged(stale, memory=first.memory))
    assert (found["core/unfinished"].state, found["core/unfinished"].kind) == (State.OK, "settled")
    assert found["updates:core"].state is State.UNKNOWN


@pytest.mark.parametrize(
    ("version", "day", "expected"),
    [
        ("8.2.36", date(2026, 11, 23), (State.OK, "version-supported")),
        ("8.2.36", date(2026, 12, 1), (State.WARNING, "end-of-life-soon")),
        ("8.2", date(2026, 12, 31), (State.WARNING, "end-of-life-soon")),
        ("8.2.36", date(2027, 1, 1), (State.WARNING, "end-of-life")),
        ("8.1.2-1ubuntu2.14", date(2026, 11, 23), (State.WARNING, "end-of-life")),
        ("5.6.40", date(2040, 1, 1), (State.WARNING, "end-of-life")),
        ("8.5.1", date(2026, 11, 23), (State.OK, "version-supported")),
        ("8.5.1", date(2028, 11, 23), (State.UNKNOWN, "catalogue-old")),
        ("9.0.0", date(2026, 11, 23), (State.UNKNOWN, "catalogue-old")),
    ],
)
def test_php_is_mended_until_a_day_that_is_known(version: str, day: date, expected: tuple[State, str]) -> None:
    php = Software("runtime", "php-fpm", "PHP (web server)", version, active=True)
    now = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
    assert said(php, now=now) == {"runtime:php-fpm/support": expected}


def test_the_end_of_a_line_names_day_source_and_what_a_number_hides() -> None:
    php = Software("runtime", "php-cli", "PHP (command line)", "8.1.34")
    finding = by_item(judged(php))["runtime:php-cli/support"]
    assert finding.summary == "PHP 8.1 has not been mended since 2025-12-31 (installed: 8.1.34)"
    assert (finding.value, finding.unit) == (-327, "days")
    assert "as of 2026-07-02" in finding.details[0]
    assert "a distribution may mend its own packages for longer" in finding.details[0]
    assert finding.data["ends"] == "2025-12-31"
    assert "8.5" in finding.remedy


@pytest.mark.parametrize(
    ("software", "expected"),
    [
        (MAGENTO, {"core": (State.CRITICAL, "version-security"), "core/support": (State.OK, "version-supported")}),
        (
            replace(MAGENTO, version="2.4.8-p5"),
            {"core": (State.OK, "version-current"), "core/support": (State.OK, "version-supported")},
        ),
        (
            replace(MAGENTO, version="2.4.6-p15"),
            {"core": (State.OK, "version-current"), "core/support": (State.CRITICAL, "end-of-life")},
        ),
        (
            replace(MAGENTO, key="magento/product-enterprise-edition", version="2.4.6-p15"),
            {"core": (State.OK, "version-current"), "core/support": (State.OK, "version-supported")},
        ),
        (
            Software("core", "magento1", "Magento", "1.9.4.5"),
            {"core": (State.OK, "version-current"), "core/support": (State.CRITICAL, "end-of-life")},
        ),
        (
            replace(MAGENTO, version="2.5.0"),
            {"core/support": (State.UNKNOWN, "catalogue-old")},
        ),
        (
            Software("core", "openmage/magento-lts", "OpenMage", "20.10.0"),
            {"untracked": (State.OK, "version-untracked")},
        ),
    ],
)
def test_magento_is_judged_by_the_catalogue(software: Software, expected: dict[str, tuple[State, str]]) -> None:
    assert said(software) == expected


def test_a_catalogue_that_is_too_old_calls_nothing_current() -> None:
    later = datetime(2027, 9, 1, tzinfo=UTC)
    assert said(replace(MAGENTO, version="2.4.8-p5"), now=later) == {"core/support": (State.UNKNOWN, "catalogue-old")}
    assert said(MAGENTO, now=later)["core"] == (State.CRITICAL, "version-security")


def test_gaps_are_unknown_and_keep_what_was_known() -> None:
    first = judged(CORE, replace(AKISMET, latest="5.3"))
    gap = NotChecked("plugins", "permission denied: /srv/wp-content/plugins", "let us read it")
    found = by_item(judged(CORE, gaps=[gap], memory=first.memory))
    assert (found["plugins"].state, found["plugins"].remedy) == (State.UNKNOWN, "let us read it")
    assert "plugin:akismet/akismet.php" not in found
    assert by_item(judged(CORE, memory=first.memory))["plugin:akismet/akismet.php"].kind == "settled"


def test_an_exception_covers_one_item_until_it_ends() -> None:
    outdated = replace(AKISMET, latest="5.3", unfinished="half")
    waiver = Waiver("waits for the relaunch", "Ada", NOW.date())
    settings = Settings(ignore={"plugin:akismet/akismet.php": waiver})
    found = by_item(judged(CORE, outdated, settings=settings))
    assert found["plugin:akismet/akismet.php"].kind == "waived"
    assert found["plugin:akismet/akismet.php/unfinished"].state is State.WARNING
    after = judged(CORE, replace(outdated, known_at=NOW), settings=settings, now=NOW + timedelta(days=1))
    assert by_item(after)["plugin:akismet/akismet.php"].kind == "version-outdated"


def test_severities_are_settings() -> None:
    strict = Settings(severities=Severities(plugin=State.CRITICAL, end_of_life=State.OK))
    php = Software("runtime", "php-cli", "PHP", "7.4.33")
    found = said(replace(AKISMET, latest="5.3"), php, settings=strict)
    assert found["plugin:akismet/akismet.php"] == (State.CRITICAL, "version-outdated")
    assert found["runtime:php-cli/support"] == (State.OK, "end-of-life")
    with pytest.raises(ValueError, match="plugin: unknown is for what could not be looked at"):
        Severities(plugin=State.UNKNOWN)
    with pytest.raises(ValueError, match="knowledge_hours must be above 0"):
        Settings(knowledge_hours=0)


text = st.text(max_size=30)
numbers = st.one_of(st.none(), st.text(alphabet="0123456789.-pRCbeta", max_size=8))
moments = st.one_of(st.none(), st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
anything = st.builds(
    Software,
    st.sampled_from(["core", "plugin", "theme", "module", "addon", "runtime"]),
    st.one_of(text, st.just("php-fpm"), st.just("magento/product-community-edition")),
    text,
    numbers,
    st.none() | st.booleans(),
    numbers,
    numbers,
    st.none() | st.booleans(),
    st.none() | st.booleans(),
    moments,
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "half"]),
    text,
)


@given(st.lists(anything, max_size=8), st.lists(anything, max_size=8), st.booleans())
def test_whatever_a_site_says_of_itself_is_judged_and_remembered(
    software: list[Software], later: list[Software], hidden: bool
) -> None:
    gaps = [NotChecked("database", "down")] if hidden else []
    first = judged(*software, gaps=gaps)
    second = judged(*later, memory=json.loads(json.dumps(first.memory)), now=NOW + timedelta(days=1))
    for judgement, those in ((first, software), (second, later)):
        json.dumps(judgement.memory)
        unsure = {f"{one.kind}:{one.key}" if one.kind != "core" else "core" for one in those if one.version is None}
        for item, finding in by_item(judgement).items():
            json.dumps(dict(finding.data))
            assert finding.summary
            assert not (finding.kind == "version-current" and item in unsure and len(those) == 1)
