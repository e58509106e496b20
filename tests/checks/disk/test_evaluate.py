"""How the disks of a host are judged."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from checks.check import Threshold
from checks.disk import Settings, arguments, evaluate, parse
from checks.findings import CheckResult, Finding, State
from checks.probes import Target
from inventory.model import Host
from tests.checks.disk.answers import GIB, answer, disk

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
OK, WARNING, CRITICAL, UNKNOWN = State.OK, State.WARNING, State.CRITICAL, State.UNKNOWN


def judge(
    *lines: str, settings: Settings | None = None, memory: Mapping[str, Any] | None = None, now: datetime = NOW
) -> CheckResult:
    """What is said of an answer; memory goes through JSON as it does between rounds."""
    judged = evaluate(parse(answer(*lines)), settings or Settings(), memory or {}, now)
    return CheckResult(judged.findings, json.loads(json.dumps(judged.memory)))


def states(judged: CheckResult) -> dict[str, State]:
    """The state of each item."""
    return {finding.item: finding.state for finding in judged.findings}


def about(judged: CheckResult, item: str) -> Finding:
    """The finding about an item."""
    return next(finding for finding in judged.findings if finding.item == item)


@pytest.mark.parametrize(
    ("size", "used", "state"),
    [
        (0.5, 79.9, OK),  # a /boot is not judged harder than the percentages say
        (0.5, 80, WARNING),
        (0.5, 90, CRITICAL),
        (20, 79.9, OK),
        (20, 80, WARNING),
        (20, 90, CRITICAL),
        (1024, 90.8, OK),  # 94 GiB left
        (1024, 91, WARNING),
        (1024, 95.4, WARNING),
        (1024, 95.5, CRITICAL),
        (10240, 94, OK),
        (10240, 97.2, CRITICAL),
        (2**20, 97.7, OK),  # a petabyte
        (2**20, 98.9, CRITICAL),
    ],
)
def test_the_lines_rise_with_the_size(size: float, used: float, state: State) -> None:
    assert states(judge(disk(1, "/", size=size * GIB, used=used)))["/"] is state


@given(
    st.floats(min_value=0.001, max_value=2**24),
    st.floats(min_value=0.001, max_value=2**24),
    st.floats(min_value=0.1, max_value=1),
)
def test_a_larger_disk_is_never_judged_harder_and_never_keeps_less_free(
    one: float, other: float, growth: float
) -> None:
    settings = Settings(growth=growth)
    small, large = sorted((one, other))
    lower, higher = (settings.lines("/", int(gib * GIB)) for gib in (small, large))
    assert lower.warning <= higher.warning + 1e-9
    assert lower.critical <= higher.critical + 1e-9
    assert (100 - lower.critical) * small <= (100 - higher.critical) * large + 1e-6


def test_little_left_is_critical_whatever_the_percentages_say() -> None:
    lax = Settings(used=Threshold.above(99, 99.9))
    assert states(judge(disk(1, "/", size=100 * GIB, used=98.5), settings=lax))["/"] is CRITICAL
    assert states(judge(disk(1, "/", size=1 * GIB, used=94), settings=lax))["/"] is OK
    assert states(judge(disk(1, "/", size=1 * GIB, used=95.1), settings=lax))["/"] is CRITICAL
    off = Settings(used=Threshold.above(99, 99.9), floor_gib=0)
    assert states(judge(disk(1, "/", size=1 * GIB, used=95.1), settings=off))["/"] is OK


def test_lines_for_one_mount_are_taken_as_written() -> None:
    settings = Settings(used_on={"/backup": Threshold.above(97, 99)}, inodes_on={"/backup": Threshold.above(5, 50)})
    judged = judge(disk(1, "/backup", size=2048 * GIB, used=96.5), disk(2, "/other", used=96.5), settings=settings)
    assert states(judged) == {"/backup": OK, "inodes:/backup": WARNING, "/other": CRITICAL, "inodes:/other": OK}


def test_space_that_only_root_may_use_is_not_left() -> None:
    lines = ("mount 1 254:1 / / rw ext4 /dev/vda1 rw", "space 1 1 1000 50 0 10 5")
    found = about(judge(*lines), "/")
    assert (found.state, found.value) == (CRITICAL, 100)


@pytest.mark.parametrize(
    ("left", "state"), [(1000, OK), (101, OK), (100, WARNING), (51, WARNING), (50, CRITICAL), (0, CRITICAL)]
)
def test_inodes(left: int, state: State) -> None:
    found = about(judge(disk(1, "/", inodes=(1000, left))), "inodes:/")
    assert (found.state, found.kind, found.data["left"]) == (state, "disk-inodes", left)
    assert bool(found.remedy) == (state is not OK)


def test_a_file_system_without_inodes_has_no_finding_about_them() -> None:
    assert list(states(judge(disk(1, "/", kind="btrfs", inodes=(0, 0))))) == ["/"]


def test_the_engineers_line_has_it_all() -> None:
    found = about(
        judge(
            disk(1, "/var", size=50 * GIB, used=92),
            f"big 1 {30 * 2**20}\t/var/www/shop/var/log",
            f"big 1 {29 * 2**20}\t/var/www/shop/var/log/debug.log",
            f"big 1 {30 * 2**20}\t/var/www/shop/var",
            f"big 1 {12 * 2**20}\t/var/lib/mysql",
            f"big 1 {46 * 2**20}\t/var",
            "deleted 65025 1073741824 812 php-fpm8.2",
        ),
        "/var",
    )
    assert found.summary == (
        "/var is 92 % full: 4.0 GiB of 50.0 GiB left; most in /var/www/shop/var/log/debug.log (29.0 GiB)"
    )
    assert found.details == (
        "29.0 GiB /var/www/shop/var/log/debug.log",
        "12.0 GiB /var/lib/mysql",
        "1.0 GiB in deleted files held open by php-fpm8.2 (pid 812)",
    )
    assert "logrotate" in found.remedy
    assert "never delete its files by hand" in found.remedy
    assert found.data["growers"][0] == {"path": "/var/www/shop/var/log/debug.log", "size": 29 * GIB, "grown": None}


def test_known_places_count_for_the_disk_they_are_on() -> None:
    judged = judge(
        disk(1, "/", used=95),
        disk(2, "/var", used=95),
        disk(3, "/variable", used=10),
        f"place places {2**21}\t/var/log",
        f"place places {2**20}\t/home/shop/var/cache",
    )
    assert [one["path"] for one in about(judged, "/").data["growers"]] == ["/home/shop/var/cache"]
    assert [one["path"] for one in about(judged, "/var").data["growers"]] == ["/var/log"]


def test_a_well_disk_names_nobody() -> None:
    found = about(judge(disk(1, "/", used=50), f"big 1 {2**20}\t/var"), "/")
    assert (found.details, found.remedy, "growers" in found.data) == ((), "", False)


@pytest.mark.parametrize(
    ("fstab", "before", "settings", "state"),
    [
        ("fstab /dev/vd1 /data ext4 defaults", None, Settings(), WARNING),
        ("fstab /dev/vd1 /data ext4 ro", None, Settings(), OK),
        ("fstab /dev/vd1 /data ext4 ro", "rw", Settings(), OK),
        ("", None, Settings(), OK),
        ("", "rw", Settings(), WARNING),
        ("", "ro", Settings(), OK),
        ("", "rw", Settings(vital=("/data",)), CRITICAL),
        ("", "rw", Settings(read_only=("/data",)), OK),
    ],
)
def test_read_only(fstab: str, before: str | None, settings: Settings, state: State) -> None:
    lines = [fstab] if fstab else []
    memory = judge(*lines, disk(1, "/data", options=before)).memory if before else None
    found = about(judge(*lines, disk(1, "/data", options="ro", used=99), settings=settings, memory=memory), "/data")
    assert found.state is state
    assert (found.kind == "disk-read-only") == (state is not OK)


@pytest.mark.parametrize("point", ["/", "/var", "/var/lib/mysql", "/home", "/srv/www"])
def test_read_only_where_sites_live_is_critical(point: str) -> None:
    assert states(judge(f"fstab /dev/vd1 {point} ext4 rw", disk(1, point, options="ro")))[point] is CRITICAL


def test_a_full_disk_that_is_read_only_on_purpose_is_well() -> None:
    assert states(judge("fstab /dev/sr0 /media ext4 ro", disk(1, "/media", options="ro", used=100)))["/media"] is OK


def test_a_hung_mount_hides_nothing() -> None:
    lines = ("mount 9 0:50 / /mnt/nas rw nfs4 nas:/export rw", "hung 9", disk(1, "/", used=95))
    judged = judge(*lines)
    assert states(judged) == {"/": CRITICAL, "inodes:/": OK, "/mnt/nas": WARNING}
    assert about(judged, "/mnt/nas").kind == "disk-hung"
    assert about(judged, "/mnt/nas").data == {"mount": "/mnt/nas", "source": "nas:/export", "type": "nfs4"}
    vital = judge(*lines, settings=Settings(vital=("/mnt",)))
    assert states(vital)["/mnt/nas"] is CRITICAL


def test_a_hung_mount_does_not_end_the_trouble_with_its_inodes() -> None:
    first = judge(disk(1, "/mnt", inodes=(1000, 1)))
    hung = judge("mount 1 254:1 / /mnt rw nfs4 nas:/ rw", "hung 1", memory=first.memory)
    assert states(hung) == {"/mnt": WARNING, "inodes:/mnt": UNKNOWN}


def test_what_is_refused_is_unknown_and_says_why() -> None:
    judged = judge("mount 1 254:1 / /root/x rw ext4 /dev/vd1 rw", "refused 1 stat: Permission denied")
    found = about(judged, "/root/x")
    assert (found.state, found.kind) == (UNKNOWN, "not-checked")
    assert "Permission denied" in found.summary
    assert found.remedy


def test_one_disk_mounted_often_is_one_disk() -> None:
    judged = judge(
        disk(1, "/short", device="8:1", root="/inner"),
        disk(2, "/var/www/longer", device="8:1"),
        disk(3, "/mnt", device="8:1", root="/inner/more"),
        disk(4, "/data", device="8:2"),
    )
    assert [item for item in states(judged) if ":" not in item] == ["/data", "/var/www/longer"]


def test_of_mounts_on_top_of_each_other_the_last_counts() -> None:
    judged = judge(disk(1, "/data", used=99), disk(2, "/data", used=10))
    assert states(judged) == {"/data": OK, "inodes:/data": OK}


def test_file_systems_of_the_kernel_are_none() -> None:
    assert judge("mount 1 0:9 / /odd rw newpseudofs none rw", "space 1 4096 0 0 0 0 0").findings == ()


def test_what_is_to_be_ignored_is() -> None:
    settings = Settings(ignore=("/data", "/gone"))
    judged = judge("fstab /dev/vd2 /gone ext4 rw", disk(1, "/data", used=99), settings=settings)
    assert judged.findings == ()


@pytest.mark.parametrize(
    ("line", "missed"),
    [
        ("fstab UUID=1 /data ext4 defaults 0 2", True),
        ("fstab UUID=1 /data/ xfs rw", True),
        ("fstab /srv/a /data none bind", True),
        ("fstab nas:/x /data nfs4 _netdev", True),
        ("fstab UUID=1 /data ext4 noauto,rw", False),
        ("fstab UUID=1 /data ext4 nofail", False),
        ("fstab tmpfs /data tmpfs defaults", False),
        ("fstab /dev/sr0 /data iso9660 ro", False),
        ("fstab UUID=1 none swap sw", False),
        ("fstab UUID=1 data ext4 rw", False),
        ("fstab UUID=1", False),
        ("fstab UUID=1 /data ext4 x-systemd.automount\nautomount /data", False),
    ],
)
def test_what_fstab_names_must_be_there(line: str, missed: bool) -> None:
    judged = judge(line)
    assert ("disk-missing" in [finding.kind for finding in judged.findings]) == missed


def test_what_was_there_is_missed_for_a_week() -> None:
    memory: Mapping[str, Any] = judge(disk(1, "/"), disk(2, "/data")).memory
    for day in range(1, 11):
        judged = judge(disk(1, "/"), memory=memory, now=NOW + timedelta(days=day))
        memory = judged.memory
        assert states(judged).get("/data") is (WARNING if day <= 7 else OK if day > 7 else None)
    assert about(judged, "/data").kind == "settled"


def test_what_is_seldom_there_is_not_missed() -> None:
    memory = judge("fstab UUID=1 /data ext4 noauto", disk(2, "/data")).memory
    assert judge("fstab UUID=1 /data ext4 noauto", memory=memory).findings == ()


def test_what_nofail_allows_is_missed_once_it_was_there() -> None:
    line = "fstab UUID=1 /data ext4 nofail"
    memory = judge(line, disk(2, "/data")).memory
    assert states(judge(line, memory=memory, now=NOW + timedelta(days=30))) == {"/data": WARNING}


def test_a_mount_that_comes_back_is_well_again() -> None:
    first = judge(disk(2, "/data"))
    gone = judge(memory=first.memory)
    assert states(gone) == {"/data": WARNING}
    assert states(judge(disk(2, "/data"), memory=gone.memory)) == {"/data": OK, "inodes:/data": OK}


def test_growth_since_the_last_alarm() -> None:
    first = judge(disk(1, "/", used=92), f"big 1 {2**20}\t/a", f"big 1 {2**21}\t/b")
    second = judge(
        disk(1, "/", used=93),
        f"big 1 {2**20 + 2**19}\t/a",
        f"big 1 {2**21}\t/b",
        memory=first.memory,
        now=NOW + timedelta(days=2),
    )
    found = about(second, "/")
    assert found.details == ("2.0 GiB /b", "1.5 GiB /a, 512 MiB more than on 2026-11-23")
    assert found.summary.endswith("most in /a (1.5 GiB, 512 MiB of it new)")


@pytest.mark.parametrize(
    "memory",
    [
        {"mounts": None},
        {"mounts": {"/": None}},
        {"mounts": {"/": {}}},
        {"mounts": {"/": {"seen": "x"}}},
        {"mounts": {"/": {"seen": 1, "points": [[1]], "places": []}}},
    ],
)
def test_damaged_memory_is_forgotten(memory: Mapping[str, Any]) -> None:
    assert states(judge(disk(1, "/"), memory=memory)) == {"/": OK, "inodes:/": OK}


def test_what_the_probe_is_told() -> None:
    settings = Settings(
        used=Threshold.above(70.5, 90),
        inodes=Threshold.above(99.5, 100),
        used_on={"/a b": Threshold.above(0.5, 1)},
        include=("/tmp", "/x y"),
        patience=3,
        search=4,
    )
    memory = judge(disk(1, "/", size=1024 * GIB)).memory
    told = arguments(Target(Host("web1")), settings, memory)
    assert tuple(told) == ("70", "99", "3", "4", "1 /a b\n86 /", "/tmp", "/x y")


@pytest.mark.parametrize(
    "wrong",
    [
        {"growth": 1.1},
        {"normal_gib": 0},
        {"floor_gib": -1},
        {"patience": 0},
        {"search": 60},
        {"used": {"warning": 20, "critical": 10, "falling": True}},
        {"used": {"warning": 80, "critical": 120}, "inodes": {"warning": 0, "critical": 1}},
        {"used_on": {"/": {"warning": 101, "critical": 102}}},
    ],
)
def test_settings_without_meaning_are_refused(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Settings).validate_python(wrong)
