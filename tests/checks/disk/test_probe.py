"""The disk probe against real file systems: full, crowded, read-only, gone, and one that never answers."""

import os
import shlex
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checks.disk import PROBE, Facts, Settings, arguments, check, evaluate, parse
from checks.disk.facts import Mount, by_point
from checks.findings import CheckResult, Finding, Memory, State
from checks.probes import Target
from inventory.model import Host
from tests.servers.folders import open_folder
from tests.servers.shells import PATH, SHELLS, ask, needs_root

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TARGET = Target(Host("web1"))
REPOSITORY = Path(__file__).parents[3]


def told(settings: Settings, memory: Memory | None = None) -> list[str]:
    """The arguments the probe gets in a round."""
    return list(arguments(TARGET, settings, memory or {}))


def make_disk(image: Path, megabytes: int = 64, *options: str) -> None:
    """An ext4 file system in a file."""
    with image.open("wb") as file:
        file.truncate(megabytes * 2**20)
    subprocess.run(["mkfs.ext4", "-q", "-F", *options, image], check=True, env={"PATH": PATH})


def the(facts: Facts, point: Path | str) -> Mount:
    """The mount at a point."""
    return by_point(facts.mounts)[str(point)]


def finding(judgement: CheckResult, item: Path | str) -> Finding:
    """The only finding about an item."""
    (found,) = (one for one in judgement.findings if one.item == str(item))
    return found


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_reads_this_machine(shell: str) -> None:
    facts = parse(ask(PROBE, told(Settings()), shell=shell))
    root = the(facts, "/")
    numbers = os.statvfs("/")
    assert root.space is not None
    assert root.space.inodes == numbers.f_files
    assert root.space.size == pytest.approx(
        (numbers.f_blocks - numbers.f_bfree + numbers.f_bavail) * numbers.f_frsize, rel=0.05
    )
    assert root.device == f"{os.major(Path('/').stat().st_dev)}:{os.minor(Path('/').stat().st_dev)}"


def test_an_ordinary_user_is_told_the_same() -> None:
    facts = parse(ask(PROBE, told(Settings()), user="nobody" if os.geteuid() == 0 else None))
    assert the(facts, "/").space is not None


@needs_root
@pytest.mark.parametrize("shell", SHELLS)
def test_any_name_can_be_a_mount_point(shell: str, tmp_path: Path) -> None:
    point = tmp_path / 'a disk\'s \\040 100% "mount" *\nof ours '
    point.mkdir()
    make_disk(tmp_path / "image")
    setup = f"""
        mount -o loop '{tmp_path}/image' {shlex.quote(str(point))}
        head -c 54000000 /dev/zero >{shlex.quote(str(point))}/file 2>/dev/null || :
    """
    facts = parse(ask(PROBE, told(Settings()), shell=shell, setup=setup))
    assert the(facts, point).type == "ext4"
    assert finding(evaluate(facts, Settings(), {}, NOW), point).state is State.CRITICAL


@needs_root
@pytest.mark.parametrize("shell", SHELLS)
def test_a_full_disk_names_what_fills_it(shell: str, tmp_path: Path) -> None:
    image, point = tmp_path / "image", tmp_path / "da ta"
    point.mkdir()
    make_disk(image, 64)
    setup = f"""
        mount -o loop '{image}' '{point}'
        mkdir -p '{point}/www/shop/var/log' '{point}/www/shop/pub'
        head -c 40000000 /dev/zero >'{point}/www/shop/var/log/debug.log'
        head -c 9000000 /dev/zero >'{point}/www/shop/pub/dump.sql'
        head -c 1000 /dev/zero >'{point}/small'
    """
    facts = parse(ask(PROBE, told(Settings()), shell=shell, setup=setup))
    found = finding(evaluate(facts, Settings(), {}, NOW), point)
    assert [Path(grower["path"]).name for grower in found.data["growers"]] == ["debug.log", "dump.sql"]
    assert found.data["growers"][0]["size"] == pytest.approx(40_000_000, rel=0.01)


@needs_root
def test_what_grew_since_the_last_alarm_is_named(tmp_path: Path) -> None:
    image, point = tmp_path / "image", tmp_path / "data"
    point.mkdir()
    make_disk(image)
    fill = f"mount -o loop '{image}' '{point}'; head -c %d /dev/zero >'{point}/%s'"
    settings = Settings(floor_gib=0)
    first = evaluate(parse(ask(PROBE, told(settings), setup=fill % (46_000_000, "old"))), settings, {}, NOW)
    assert finding(first, point).state is State.WARNING
    later = ask(PROBE, told(settings, first.memory), setup=fill % (5_000_000, "new") + f"; echo x >>'{point}/old'")
    second = evaluate(parse(later), settings, first.memory, NOW + timedelta(days=1))
    third_output = ask(PROBE, told(settings, second.memory), setup=fill % (7_000_000, "new"))
    third = evaluate(parse(third_output), settings, second.memory, NOW + timedelta(days=2))
    assert finding(third, point).state is State.CRITICAL
    assert finding(third, point).summary.endswith(f"most in {point}/new (6.7 MiB, 1.9 MiB of it new)")


@needs_root
def test_space_kept_for_root_is_no_space_for_users(tmp_path: Path) -> None:
    image, point = tmp_path / "image", tmp_path / "data"
    point.mkdir()
    make_disk(image, 64, "-m", "50")
    fill = f"mount -o loop '{image}' '{point}'; head -c 27000000 /dev/zero >'{point}/file'"
    found = finding(evaluate(parse(ask(PROBE, told(Settings()), setup=fill)), Settings(), {}, NOW), point)
    assert found.state is State.CRITICAL
    assert found.value is not None
    assert found.value > 95


@needs_root
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_out_of_inodes(shell: str, tmp_path: Path) -> None:
    image, point = tmp_path / "image", tmp_path / "data"
    point.mkdir()
    make_disk(image, 16, "-N", "256")
    setup = f"""
        mount -o loop '{image}' '{point}'
        mkdir -p '{point}/var/session'
        n=0
        while [ $n -lt 238 ]; do : >'{point}/var/session/'$n; n=$((n + 1)); done
    """
    facts = parse(ask(PROBE, told(Settings()), shell=shell, setup=setup))
    judged = evaluate(facts, Settings(), {}, NOW)
    assert finding(judged, point).state is State.OK
    found = finding(judged, f"inodes:{point}")
    assert (found.state, found.kind) == (State.CRITICAL, "disk-inodes")
    assert found.data["left"] < 10
    assert f"in {point}/var/session" in found.details[0]
    assert "session.gc_maxlifetime" in found.remedy


@needs_root
def test_a_busybox_without_inode_counts_says_so(tmp_path: Path) -> None:
    image, point, commands = tmp_path / "image", tmp_path / "data", tmp_path / "bin"
    point.mkdir()
    commands.mkdir()
    make_disk(image, 16, "-N", "64")
    setup = f"""
        mount -o loop '{image}' '{point}'
        n=0
        while [ $n -lt 50 ]; do : >'{point}/'$n; n=$((n + 1)); done
        busybox --install -s '{commands}'
        PATH='{commands}'
    """
    facts = parse(ask(PROBE, told(Settings()), shell="busybox", setup=setup))
    found = finding(evaluate(facts, Settings(), {}, NOW), f"inodes:{point}")
    assert found.state is State.CRITICAL
    assert found.details == ("what uses them could not be counted: the du of this host has no --inodes",)


@needs_root
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("space_in_name", ["", " "])
def test_where_stat_knows_no_file_systems_df_serves(shell: str, space_in_name: str, tmp_path: Path) -> None:
    image, point, commands = tmp_path / "image", tmp_path / f"da{space_in_name}ta", tmp_path / "bin"
    point.mkdir()
    commands.mkdir()
    (commands / "stat").write_text("#!/bin/sh\necho 'stat: unrecognized option: f' >&2\nexit 1\n")
    (commands / "stat").chmod(0o755)
    make_disk(image)
    setup = f"""
        mount -o loop '{image}' '{point}'
        head -c 30000000 /dev/zero >'{point}/file'
        PATH='{commands}':$PATH
    """
    both = [
        parse(ask(PROBE, told(Settings()), shell=shell, setup=one)) for one in (setup, setup.replace("PATH=", ": "))
    ]
    by_df, by_stat = (the(facts, point).space for facts in both)
    assert by_df is not None
    assert by_stat is not None
    assert (by_df.inodes, by_df.inodes_used) == (by_stat.inodes, by_stat.inodes_used)
    assert by_df.used == pytest.approx(by_stat.used, rel=0.01)
    assert by_df.available == pytest.approx(by_stat.available, rel=0.01)


@needs_root
@pytest.mark.parametrize("why", ["remount,ro", "remount,abort"])
def test_a_disk_that_went_read_only(why: str, tmp_path: Path) -> None:
    image, point = tmp_path / "image", tmp_path / "data"
    point.mkdir()
    make_disk(image, 16, "-e", "remount-ro")
    mounted = f"mount -o loop '{image}' '{point}'"
    settings = Settings(vital=(str(tmp_path),))
    first = evaluate(parse(ask(PROBE, told(settings), setup=mounted)), settings, {}, NOW)
    assert finding(first, point).state is State.OK
    broken = parse(ask(PROBE, told(settings), setup=f"{mounted}\nmount -o {why} '{point}'"))
    second = evaluate(broken, settings, first.memory, NOW)
    assert (finding(second, point).state, finding(second, point).kind) == (State.CRITICAL, "disk-read-only")
    third = evaluate(broken, settings, second.memory, NOW)
    assert finding(third, point).kind == "disk-read-only", "it is not forgotten that it was writable"
    on_purpose = evaluate(broken, Settings(read_only=(str(point),)), first.memory, NOW)
    assert (finding(on_purpose, point).state is State.OK) == (why == "remount,ro"), "an error is never on purpose"


@needs_root
def test_a_disk_that_is_gone(tmp_path: Path) -> None:
    image, point = tmp_path / "image", tmp_path / "data"
    point.mkdir()
    make_disk(image, 16)
    first = evaluate(
        parse(ask(PROBE, told(Settings()), setup=f"mount -o loop '{image}' '{point}'")), Settings(), {}, NOW
    )
    second = evaluate(parse(ask(PROBE, told(Settings()))), Settings(), first.memory, NOW)
    assert (finding(second, point).state, finding(second, point).kind) == (State.WARNING, "disk-missing")


@needs_root
def test_what_fstab_names_is_missed(tmp_path: Path) -> None:
    table = tmp_path / "fstab"
    table.write_text(
        "# a comment\n"
        f"UUID=1 {tmp_path}/da\\040ta ext4 defaults 0 2\n"
        f"UUID=2 {tmp_path}/sometimes ext4 noauto 0 2\n"
        f"UUID=3 {tmp_path}/maybe\text4\tnofail 0 2\n"
        "UUID=4 none swap sw 0 0\n"
        f"tmpfs {tmp_path}/t tmpfs defaults\n"
    )
    facts = parse(ask(PROBE, told(Settings()), setup=f"mount --bind '{table}' /etc/fstab"))
    judged = evaluate(facts, Settings(), {}, NOW)
    missed = [one.item for one in judged.findings if one.kind == "disk-missing"]
    assert missed == [f"{tmp_path}/da ta"]


@needs_root
def test_memory_is_looked_at_only_when_asked_for(tmp_path: Path) -> None:
    point = tmp_path / "t"
    point.mkdir()
    setup = f"mount -t tmpfs -o size=4m tmpfs '{point}'; head -c 4100000 /dev/zero >'{point}/file'"
    unasked = parse(ask(PROBE, told(Settings()), setup=setup))
    assert str(point) not in by_point(unasked.mounts)
    settings = Settings(include=(str(point),))
    found = finding(evaluate(parse(ask(PROBE, told(settings), setup=setup)), settings, {}, NOW), point)
    assert found.state is State.CRITICAL


@needs_root
def test_bind_mounts_are_one_disk(tmp_path: Path) -> None:
    image, point = tmp_path / "image", tmp_path / "data"
    point.mkdir()
    (tmp_path / "a").mkdir()
    make_disk(image, 16)
    setup = f"""
        mount -o loop '{image}' '{point}'
        mkdir '{point}/inner'
        mount --bind '{point}/inner' '{tmp_path}/a'
    """
    judged = evaluate(parse(ask(PROBE, told(Settings()), setup=setup)), Settings(), {}, NOW)
    items = [one.item for one in judged.findings if str(tmp_path) in one.item]
    assert items == [str(point), f"inodes:{point}"]


@needs_root
@pytest.mark.parametrize("shell", SHELLS)
def test_a_mount_that_never_answers_costs_only_itself(shell: str, tmp_path: Path) -> None:
    image, point, dead = tmp_path / "image", tmp_path / "data", tmp_path / "dead"
    point.mkdir()
    dead.mkdir()
    make_disk(image)
    inside = ("unshare", "--mount", sys.executable, "-m", "tests.servers.hanging", str(dead))
    settings = Settings(patience=1, search=1, vital=(str(tmp_path),))
    setup = f"mount -o loop '{image}' '{point}'; head -c 54000000 /dev/zero >'{point}/file' 2>/dev/null || :"
    output = ask(
        PROBE,
        told(settings),
        shell=shell,
        inside=inside,
        setup=setup,
        environment={"PYTHONPATH": str(REPOSITORY)},
    )
    judged = evaluate(parse(output), settings, {}, NOW)
    assert (finding(judged, dead).state, finding(judged, dead).kind) == (State.CRITICAL, "disk-hung")
    assert finding(judged, point).state is State.CRITICAL
    assert [one["path"] for one in finding(judged, point).data["growers"]] == [f"{point}/file"]
    assert finding(judged, "/").value is not None


@needs_root
def test_nobody_is_left_waiting(tmp_path: Path) -> None:
    """Those who hung were ended: the probe leaves no process behind, on a mount that lets them die."""
    dead = tmp_path / "dead"
    dead.mkdir()
    inside = ("unshare", "--mount", sys.executable, "-m", "tests.servers.hanging", str(dead), "dash", "-c")
    settings = Settings(patience=1)
    listed = 'for one in /proc/[0-9]*; do tr "\\0" " " <$one/cmdline; echo; done 2>/dev/null'
    script = f'"$@"; for _ in 1 2 3 4 5 6 7 8 9; do {listed} | grep -E "^(stat|df) " || break; sleep 1; done; {listed}'
    output = ask(PROBE, told(settings), inside=(*inside, script, "sh"), environment={"PYTHONPATH": str(REPOSITORY)})
    assert "\nhung " in output
    left = [line for line in output.splitlines() if str(dead) in line and line.startswith(("stat ", "df "))]
    assert left == []


def test_its_own_clock_ends_with_it() -> None:
    """A clock that outlives the probe holds up whoever waits for all that the probe began."""
    patience = 13  # seconds that nothing else here sleeps
    for _ in range(40):
        ask(PROBE, told(Settings(patience=patience)))
        assert not [one for one in Path("/proc").glob("[0-9]*/cmdline") if _said(one) == f"sleep\0{patience}\0"]


def _said(cmdline: Path) -> str:
    try:
        return cmdline.read_text(errors="replace")
    except OSError:  # it has ended
        return ""


@needs_root
def test_the_search_ends_when_its_time_is_over(tmp_path: Path) -> None:
    image, point, commands = tmp_path / "image", tmp_path / "data", tmp_path / "bin"
    point.mkdir()
    commands.mkdir()
    du = commands / "du"
    du.write_text(f'#!/bin/sh\nprintf "5000\\t{point}/found/in/time\\n"\nexec sleep 1000\n')
    du.chmod(du.stat().st_mode | stat.S_IXUSR)
    make_disk(image)
    setup = f"""
        mount -o loop '{image}' '{point}'
        head -c 54000000 /dev/zero >'{point}/file' 2>/dev/null || :
        PATH='{commands}':$PATH
    """
    settings = Settings(search=1)
    begun = time.monotonic()
    found = finding(evaluate(parse(ask(PROBE, told(settings), setup=setup)), settings, {}, NOW), point)
    assert time.monotonic() - begun < PROBE.timeout
    assert [one["path"] for one in found.data["growers"]] == [f"{point}/found/in/time"]
    assert "stopped after 1 seconds" in " ".join(found.details)


@needs_root
def test_what_is_deleted_and_still_open_is_named(tmp_path: Path) -> None:
    image, point = tmp_path / "image", tmp_path / "data"
    point.mkdir()
    make_disk(image)
    setup = f"""
        mount -o loop '{image}' '{point}'
        head -c 50000000 /dev/zero >'{point}/file'
        exec 7<'{point}/file'
        rm '{point}/file'
    """
    found = finding(evaluate(parse(ask(PROBE, told(Settings()), setup=setup)), Settings(), {}, NOW), point)
    assert any("47.7 MiB in deleted files held open by " in line for line in found.details)
    assert found.remedy.startswith("restart what holds deleted files open")


@pytest.fixture
def enterable() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@needs_root
def test_an_ordinary_user_says_what_could_not_be_read(enterable: Path) -> None:
    image, point = enterable / "image", enterable / "data"
    point.mkdir()
    make_disk(image)
    setup = f"""
        mount -o loop '{image}' '{point}'
        chmod 755 '{point}'
        mkdir -m 700 '{point}/private'
        mkdir -m 755 '{point}/public'
        head -c 40000000 /dev/zero >'{point}/private/file'
        head -c 9000000 /dev/zero >'{point}/public/file'
        set -- setpriv --reuid nobody --regid nogroup --clear-groups "$@"
    """
    found = finding(evaluate(parse(ask(PROBE, told(Settings()), setup=setup)), Settings(), {}, NOW), point)
    assert [one["path"] for one in found.data["growers"]] == [f"{point}/public/file"]
    assert any(line.startswith("1 ") and "could not be read" in line and "private" in line for line in found.details)


def test_the_check_is_whole() -> None:
    assert check.probe is PROBE
    assert check.settings == Settings()
