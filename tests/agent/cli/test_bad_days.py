"""Days on which everything around a round goes wrong; what is recorded stays true."""

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import paramiko
import pytest

from tests.agent.cli.command import Desk, desk, run
from tests.servers.embedded_ssh import Faults


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as made:
        yield made


def begun(at: Desk, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(at.arguments(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reached(at: Desk, going: "subprocess.Popen[Any]") -> None:
    """Wait until a round that is under way has asked the host."""
    while not at.server.commands:
        assert going.poll() is None
        time.sleep(0.05)


def rounds(at: Desk) -> int:
    with sqlite3.connect(at.state / "siterounds.sqlite") as connection:
        count = int(connection.execute("SELECT count(*) FROM round").fetchone()[0])
    connection.close()
    return count


def test_the_same_round_twice_opens_nothing_twice(at: Desk) -> None:
    at.server.close()
    for _ in range(4):
        at.siterounds("run")
    listed = at.siterounds("incidents", "--all", "--format", "json").json
    assert len(listed) == len({(one["host"], one["site"], one["check"], one["item"]) for one in listed})
    with sqlite3.connect(at.state / "siterounds.sqlite") as connection:
        counts = "SELECT incident_id, count(*) FROM change WHERE change = 'opened' GROUP BY 1"
        opened = connection.execute(counts).fetchall()
    connection.close()
    assert opened
    assert {count for _, count in opened} == {1}


def test_two_rounds_at_once_refuse_politely(at: Desk) -> None:
    at.server.misbehave(Faults(mute=True))
    first = begun(at, "run", "--check", "disk")
    try:
        reached(at, first)
        second = at.siterounds("run", "--check", "disk")
        assert second.code == 75
        assert f"another round is under way (process {first.pid}, since " in second.err
    finally:
        first.send_signal(signal.SIGINT)
        first.wait(30)
    at.server.misbehave(Faults())
    assert at.siterounds("run", "--check", "disk").code == 0


def test_ctrl_c_stops_promptly_and_records_nothing(at: Desk) -> None:
    at.server.misbehave(Faults(mute=True))
    going = subprocess.Popen(at.arguments("run"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    reached(at, going)
    going.send_signal(signal.SIGINT)
    _, said = going.communicate(timeout=30)  # a limit for a hang, not a measurement: the host would hold it for longer
    assert going.returncode == 130
    assert said == "Stopped. Nothing of this round was recorded.\n"
    assert rounds(at) == 0


def test_killed_at_any_moment_it_goes_on_next_time(at: Desk) -> None:
    seeded = random.Random(20261123)
    whole = 0
    for _ in range(6):
        going = begun(at, "run", "--check", "disk")
        time.sleep(seeded.uniform(0.2, 2.5))
        going.kill()
        going.wait(10)
        done = at.siterounds("run", "--check", "disk", "--format", "json")
        assert done.code == 0
        assert done.json["coverage"]["ran"] == done.json["coverage"]["due"]
        whole += 1
    assert rounds(at) >= whole


def test_a_full_state_disk_is_a_sentence_and_loses_nothing_recorded(at: Desk) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount the small file system that is filled")
    at.state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(at.state)], check=True)
    try:
        assert at.siterounds("run", "--check", "disk").code == 0
        with (at.state / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while filler.write(b"x" * 4096):
                pass
        full = at.siterounds("run", "--check", "disk")
        assert full.code == 73
        assert re.search(r"no space is left|disk full|No space left", full.err)
        (at.state / "filler").unlink()
        assert at.siterounds("run", "--check", "disk").code == 0
    finally:
        subprocess.run(["umount", "-l", str(at.state)], check=True)


def test_a_full_disk_for_the_report_is_a_sentence(at: Desk) -> None:
    at.siterounds("run", "--check", "disk")
    done = run(["sh", "-c", " ".join(at.arguments("report", "--format", "json")) + " > /dev/full"], at.folder)
    assert done.code != 0
    assert "No space left on device" in done.err


def test_a_state_folder_that_may_not_be_written(at: Desk) -> None:
    (at.folder / "file").write_text("")
    done = run([*at.arguments("run")[:3], "--state", str(at.folder / "file" / "state"), "run"], at.folder)
    assert done.code == 73
    assert "cannot be made: Not a directory" in done.err


def test_a_clock_that_steps_back_breaks_nothing(at: Desk) -> None:
    faketime = shutil.which("faketime")
    assert faketime, "Debian's package faketime is missing"
    at.siterounds("run", "--check", "disk")
    stepped = run([faketime, "-f", "-3d", *at.arguments("run", "--check", "disk", "--format", "json")], at.folder)
    assert stepped.code == 0
    assert stepped.json["coverage"]["ran"] == stepped.json["coverage"]["due"]
    assert "now" in at.siterounds("incidents").out or at.siterounds("incidents").out == "No incident.\n"
    assert at.siterounds("run", "--check", "disk").code == 0


def test_what_was_taken_out_of_the_inventory_resolves_as_gone(at: Desk) -> None:
    lost = "  lost: {address: 127.0.0.1, port: 9, user: nobody, host_key: " + at.server.host_key + "}\n"
    at.write(hosts=lost)
    for _ in range(2):
        at.siterounds("run")
    named = {one["host"]: one["phase"] for one in at.siterounds("incidents", "--format", "json").json}
    assert named["lost"] == "open"
    at.write()
    for _ in range(2):
        at.siterounds("run")
    ended = {one["host"]: one["phase"] for one in at.siterounds("incidents", "--all", "--format", "json").json}
    assert ended["lost"] == "resolved"
    assert "lost" not in at.siterounds("incidents").out


def test_a_connection_lost_in_the_middle_keeps_what_arrived(at: Desk) -> None:
    at.server.misbehave(Faults(cut_after=100))
    done = at.siterounds("run", "--format", "json")
    assert done.code == 0
    assert done.json["coverage"]["ran"] < done.json["coverage"]["due"]
    assert any(one["check"] == "ssh" and one["state"] == "unknown" for one in done.json["findings"])


def test_a_changed_host_key_is_loud_and_never_accepted(at: Desk) -> None:
    other = paramiko.ECDSAKey.generate()
    pinned = f"{other.get_name()} {other.get_base64()}"
    at.inventory.write_text(at.inventory.read_text().replace(at.server.host_key, pinned))
    done = at.siterounds("check")
    assert done.code == 2
    assert "host key changed" in done.out
    assert at.server.commands == []


def test_a_login_that_is_refused_says_whose(at: Desk) -> None:
    at.server.machine = replace(at.server.machine, authorized={})
    done = at.siterounds("check")
    assert done.code == 3
    assert "authentication" in done.out.lower()
