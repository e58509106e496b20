"""Probes that hang, never end or say too much, and scripts that are cut short, in every shell."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from agent.collect.plan import AnswerOutcome
from agent.collect.script import ARGUMENTS_LIMIT, SHELL, build, encode
from agent.collect.transcript import Transcript
from tests.agent.collect.asking import question
from tests.agent.collect.shells import BUSYBOX_TOOLS, MARK, Shell, answered, living

NAP = os.getpid() + 100
"""Seconds that only this process's probes sleep, so that whoever is left behind is seen."""


@pytest.fixture(autouse=True)
def no_sleeper_left() -> Iterator[None]:
    yield
    left = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and (entry / "cmdline").read_bytes() == f"sleep\0{NAP}\0".encode():
                left.append(entry.name)
    assert not left


def test_a_hung_probe_is_ended_with_all_its_children(shell: Shell, tmp_path: Path) -> None:
    nap = f"sleep {NAP}"
    script = (
        f"trap '' TERM INT HUP; {nap} & ({nap}; echo) & echo $$ > {tmp_path}/pid; echo part; while :; do {nap}; done"
    )
    answers = shell.run(question("q1", script, timeout=1), question("q2", "echo next"))
    assert answers["q1"].outcome is AnswerOutcome.TIMED_OUT
    assert answers["q1"].reason == "no answer within 1 s"
    assert answers["q1"].output == ""
    assert answered(answers["q2"]) == "next\n"
    assert not living(int((tmp_path / "pid").read_text()))


def test_a_probe_that_cannot_be_ended_costs_its_time_only(shell: Shell, tmp_path: Path) -> None:
    """A hung NFS stat and a sudo are out of reach, as is whatever leaves the group: it keeps all pipes open."""
    pid = tmp_path / "pid"
    script = f"cat >/dev/null; setsid sh -c 'echo $$ > {pid}; exec sleep 60' & wait"
    payload = "x" * 500_000
    try:
        answers = shell.run(question("q1", script, timeout=2, payload=payload), question("q2", "echo next"))
        assert answers["q1"].outcome is AnswerOutcome.TIMED_OUT
        assert answered(answers["q2"]) == "next\n"
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)


def test_a_probe_that_cannot_be_ended_and_reads_nothing_leaves_no_writer_behind(shell: Shell, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"setsid sh -c 'echo $$ > {pid}; exec sleep 60' <&0 & wait"
    try:
        answers = shell.run(question("q1", script, timeout=2, payload="x" * 500_000), question("q2", "echo next"))
        assert answers["q1"].outcome is AnswerOutcome.TIMED_OUT
        assert answered(answers["q2"]) == "next\n"
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)


@pytest.mark.skipif(
    os.geteuid() != 0 or not os.access("/dev/fuse", os.W_OK), reason="needs root and /dev/fuse to mount a file system"
)
def test_a_probe_stuck_in_the_kernel_costs_its_time_only(shell: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "mount"
    folder.mkdir()
    questions = [question("q1", f"stat {folder}", timeout=1), question("q2", "echo next")]
    command = ["unshare", "--mount", sys.executable, "-m", "tests.servers.stuck", str(folder), *SHELL]
    script = encode(build(questions, (), MARK))
    done = subprocess.run(command, env=shell.environment, input=script, capture_output=True, check=True, timeout=60)
    transcript = Transcript(questions, MARK)
    transcript.feed(done.stdout)
    assert transcript.answers()["q1"].outcome is AnswerOutcome.TIMED_OUT
    assert answered(transcript.answers()["q2"]) == "next\n"


def test_without_setsid_a_hang_ends_the_round_on_that_host(tmp_path: Path) -> None:
    program = shutil.which("busybox")
    assert program
    for tool in (*BUSYBOX_TOOLS, "printf"):
        if tool != "setsid":
            (tmp_path / tool).symlink_to(program)
    questions = [question("q1", "echo one"), question("q2", "sleep 2", timeout=1), question("q3", "echo three")]
    # The script adds the system's folders to PATH, so the command is hidden by a function of the shell's own.
    script = build(questions, (), MARK).replace("command -v setsid", "command -v no-setsid-here")
    done = subprocess.run(SHELL, env={"PATH": str(tmp_path)}, input=encode(script), capture_output=True, check=True)
    transcript = Transcript(questions, MARK)
    transcript.feed(done.stdout)
    answers = transcript.answers()
    assert answered(answers["q1"]) == "one\n"
    assert answers["q2"].outcome is AnswerOutcome.TIMED_OUT
    assert answers["q3"].outcome is AnswerOutcome.NOT_REACHED
    assert "setsid" in answers["q3"].reason
    assert "util-linux" in answers["q3"].remedy


@pytest.mark.parametrize("limit", [0, 1, 10, 100_000])
def test_output_over_the_limit_is_cut_off(limit: int, shell: Shell) -> None:
    answers = shell.run(
        question("q1", "while :; do echo yyyyyyyy; done", limit=limit),
        question("q2", f"head -c {limit} /dev/zero | tr '\\0' x", limit=limit),
        question("q3", "echo next"),
    )
    assert answers["q1"].outcome is AnswerOutcome.TOO_LONG
    assert answered(answers["q2"]) == "x" * limit
    assert answered(answers["q3"]) == "next\n"


def test_endless_complaints_are_cut_off(shell: Shell) -> None:
    endless = "i=0; while [ $i -lt 20000 ]; do echo complaint $i >&2; i=$((i + 1)); done"
    script = f"{endless}; echo out; echo last words >&2; exit 1"
    answers = shell.run(question("q1", script), question("q2", "echo next"))
    assert answers["q1"].reason == "last words"
    assert answered(answers["q2"]) == "next\n"


def test_quick_probes_never_wait_for_their_limit(shell: Shell) -> None:
    """The end of a probe may come before the clock beside it has begun to run."""
    questions = [question(f"q{number}", ":", timeout=30) for number in range(150)]
    assert {answer.outcome for answer in shell.run(*questions).values()} == {AnswerOutcome.ANSWERED}


def test_time_is_measured(shell: Shell) -> None:
    assert 0.2 <= shell.run(question("q1", "sleep 0.3"))["q1"].seconds < 20


def test_arguments_too_long_for_any_program_are_refused_in_words(shell: Shell) -> None:
    answers = shell.run(question("q1", "echo", "x" * ARGUMENTS_LIMIT), question("q2", "echo next"))
    assert answers["q1"].outcome is AnswerOutcome.FAILED
    assert "bytes of arguments" in answers["q1"].reason
    assert answered(answers["q2"]) == "next\n"
    assert answered(shell.run(question("q1", "echo ${#1}", "x" * (ARGUMENTS_LIMIT - 100)))["q1"]) == "119900\n"


def test_a_script_that_did_not_arrive_whole_does_nothing(shell: Shell, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    script = encode(build([question("q1", f"echo > {witness}", payload="some\npayload")], (), MARK))
    last = script.rindex(b"sr_rounds; exit")
    cuts = {*range(0, last, 97), *range(last - 40, last + len(b"sr_rounds") - 1)}
    for cut in sorted(cuts):
        with shell.start() as process:
            out, _ = process.communicate(script[:cut])
        assert MARK.encode() not in out, cut
    assert not witness.exists()


def test_a_stopped_runner_stops_its_probe(shell: Shell, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with shell.start() as process:
        assert process.stdin
        process.stdin.write(encode(build([question("q1", f"echo $$ > {pid}; sleep {NAP}", timeout=60)], (), MARK)))
        process.stdin.close()
        process.stdin = None
        while not (pid.exists() and pid.read_text().strip()):
            time.sleep(0.02)
        process.terminate()
        process.communicate()
    assert not living(int(pid.read_text()))
