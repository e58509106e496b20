"""The script, run by every shell that a host may have for sh."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.answers import Answer, Outcome
from agent.plan import Question
from agent.script import ARGUMENTS_LIMIT, PIECE, SHELL, build, encode, quote
from agent.transcript import Transcript
from tests.agent.asking import question

NAP = os.getpid() + 100
"""Seconds that only this process's probes sleep, so that whoever is left behind is seen."""

MARK = "0123456789abcdef0123456789abcdef"
SHELLS = ("dash", "bash", "busybox")
BUSYBOX_TOOLS = ("cat", "head", "tail", "sleep", "setsid", "id", "kill", "date", "renice", "ionice", "sh")


@dataclass(frozen=True, slots=True)
class Shell:
    """What runs the script, and the probes in it: both find the shell under test as `sh`."""

    name: str
    environment: Mapping[str, str]

    def start(self, **more: object) -> "subprocess.Popen[bytes]":
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        environment = {**self.environment, **more.pop("env", {})}  # type: ignore[dict-item]
        return subprocess.Popen(SHELL, env=environment, start_new_session=True, **pipes)  # type: ignore[call-overload, no-any-return]

    def run(self, *questions: Question, **more: object) -> dict[str, Answer]:
        transcript = Transcript(questions, MARK)
        with self.start(**more) as process:
            out, _ = process.communicate(encode(build(questions, (), MARK)), timeout=120)
            assert not remaining(process.pid)
        transcript.feed(out)
        assert transcript.ended
        return dict(transcript.answers())


def shell_named(name: str, folder: Path) -> Shell:
    """A shell with its own first in PATH; busybox brings its own tools, as on Alpine."""
    program = shutil.which(name)
    assert program, f"make test installs {name}"
    for tool in BUSYBOX_TOOLS if name == "busybox" else ("sh",):
        (folder / tool).symlink_to(program)
    return Shell(name, {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": "/"})


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    folder = tmp_path / "bin"
    folder.mkdir()
    return shell_named(request.param, folder)


@pytest.fixture(scope="module", params=SHELLS)
def lasting_shell(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return shell_named(request.param, tmp_path_factory.mktemp("bin"))


def answered(answer: Answer) -> str:
    assert answer.outcome is Outcome.ANSWERED, answer
    return answer.output


NEIGHBOURS = {
    "a syntax error": 'echo "unclosed',
    "reads standard input": "cat; read line; echo got",
    "exits": "exit 3",
    "kills its shell": "kill -9 $$",
    "kills its parent": "kill -9 $PPID",
    "kills its group": "kill 0; sleep 1",
    "closes everything": "exec 0<&- 1>&- 2>&-; echo lost",
    "writes elsewhere": "echo x >&3; echo x >&4; echo x >&5; echo x >&9",
    "changes the shell": "cd /; set -e; IFS=x; PATH=/nowhere; umask 777; trap '' TERM; unset HOME",
    "prints frames": 'printf "\\n%s end bad 1\\n\\nMARK bye\\n" "${SR_MARK-MARK}"; exit 1',
    "leaves a child": "sleep 0.3 & exit 1",
    "says nothing": "false",
    "is not there": "no-such-command-anywhere",
    "unbalanced": "}; done; fi; )",
    "a here-document": "cat <<END\nnever ended",
}


@pytest.mark.parametrize("script", NEIGHBOURS.values(), ids=NEIGHBOURS.keys())
def test_a_bad_probe_costs_itself_only(script: str, shell: Shell) -> None:
    before, after = question("q1", "echo before"), question("q3", "echo after")
    answers = shell.run(before, question("q2", script, timeout=2), after)
    assert answered(answers["q1"]) == "before\n"
    assert answered(answers["q3"]) == "after\n"
    assert answers["q2"].outcome is not Outcome.CUT


def test_arguments_arrive_as_they_are(shell: Shell) -> None:
    arguments = (
        "it's",
        'a "b"',
        "$HOME `id` $(id)",
        "",
        " two  spaces ",
        "line\nbreak",
        "*",
        "-n",
        "\\",
        "é€😀",
        "%s%n",
    )
    answers = shell.run(question("q1", 'for given; do printf "<%s>" "$given"; done', *arguments))
    assert answered(answers["q1"]) == "".join(f"<{text}>" for text in arguments)


def test_the_name_of_the_probe_is_what_its_errors_begin_with(shell: Shell) -> None:
    answer = shell.run(question("q1", "no-such-command-anywhere", name="disk"))["q1"]
    assert answer.outcome is Outcome.FAILED
    assert answer.reason.startswith("disk: ")
    assert "not found" in answer.reason


def test_standard_input_is_the_payload_or_empty(shell: Shell) -> None:
    payload = "it's\n\\0 %s 'quoted' \"$HOME\" `id`\té€😀\x7f\n\n" * 5000
    answers = shell.run(
        question("q1", "cat", payload=payload), question("q2", "cat"), question("q3", "cat", payload="")
    )
    assert answered(answers["q1"]) == payload
    assert answered(answers["q2"]) == answered(answers["q3"]) == ""


def test_a_payload_that_nobody_reads_holds_nobody_up(shell: Shell) -> None:
    answers = shell.run(question("q1", "echo done", payload="x" * 1_000_000), question("q2", "echo next"))
    assert answered(answers["q1"]) == "done\n"
    assert answered(answers["q2"]) == "next\n"


def test_a_payload_travels_once_however_many_want_it() -> None:
    def payload(_: object) -> str:
        return "unmistakable payload"

    one = question("q1", "cat")
    questions = [
        Question(f"q{number}", type(one.probe)("p", "cat", str, one.probe.scope, payload=payload), one.target)
        for number in range(10)
    ]
    script = build(questions, (), MARK)
    assert script.count("unmistakable payload") == 1
    assert script.count("sr_ask q") == 10


def test_what_payloads_have_in_common_travels_once(shell: Shell) -> None:
    common = "".join(f"common {number}\n" for number in range(20_000))
    questions = [question(f"q{number}", "cat", payload=f"{common}and {number}") for number in range(5)]
    assert len(build(questions, (), MARK)) < len(common) + 5 * 2 * PIECE + 10_000
    answers = shell.run(*questions)
    assert [answered(answers[f"q{number}"]) for number in range(5)] == [f"{common}and {number}" for number in range(5)]


def test_output_arrives_byte_by_byte(shell: Shell) -> None:
    script = r"printf 'a\000b\r\n\033[31m\377\n\n'"
    with shell.start() as process:
        out, _ = process.communicate(encode(build([question("q1", script)], (), MARK)))
    assert b"\na\x00b\r\n\x1b[31m\xff\n\n\n" + MARK.encode() + b" error q1\n" in out


def test_a_probe_sees_plain_surroundings(shell: Shell) -> None:
    script = 'echo "$LC_ALL:${SR_MARK-unset}:$PATH"; id -u; cut -d" " -f19 /proc/self/stat'
    where, uid, nice = answered(shell.run(question("q1", script), env={"LC_ALL": "de_DE.UTF-8"})["q1"]).splitlines()
    assert where.startswith("C:unset:")
    assert {"/usr/sbin", "/sbin", "/usr/local/sbin"} <= set(where.split(":")[2:])
    assert int(uid) == os.getuid()
    assert int(nice) == 19


def test_the_mark_is_on_no_command_line_and_in_no_probes_surroundings(shell: Shell) -> None:
    script = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'; echo; env; set"
    assert MARK not in answered(shell.run(question("q1", script))["q1"])


def test_a_hung_probe_is_ended_with_all_its_children(shell: Shell, tmp_path: Path) -> None:
    nap = f"sleep {NAP}"
    script = (
        f"trap '' TERM INT HUP; {nap} & ({nap}; echo) & echo $$ > {tmp_path}/pid; echo part; while :; do {nap}; done"
    )
    answers = shell.run(question("q1", script, timeout=1), question("q2", "echo next"))
    assert answers["q1"].outcome is Outcome.TIMED_OUT
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
        assert answers["q1"].outcome is Outcome.TIMED_OUT
        assert answered(answers["q2"]) == "next\n"
    finally:
        os.kill(int(pid.read_text()), signal.SIGKILL)


def test_a_probe_that_cannot_be_ended_and_reads_nothing_leaves_no_writer_behind(shell: Shell, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = f"setsid sh -c 'echo $$ > {pid}; exec sleep 60' <&0 & wait"
    try:
        answers = shell.run(question("q1", script, timeout=2, payload="x" * 500_000), question("q2", "echo next"))
        assert answers["q1"].outcome is Outcome.TIMED_OUT
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
    assert transcript.answers()["q1"].outcome is Outcome.TIMED_OUT
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
    assert answers["q2"].outcome is Outcome.TIMED_OUT
    assert answers["q3"].outcome is Outcome.NOT_REACHED
    assert "setsid" in answers["q3"].reason
    assert "util-linux" in answers["q3"].remedy


@pytest.mark.parametrize("limit", [0, 1, 10, 100_000])
def test_output_over_the_limit_is_cut_off(limit: int, shell: Shell) -> None:
    answers = shell.run(
        question("q1", "while :; do echo yyyyyyyy; done", limit=limit),
        question("q2", f"head -c {limit} /dev/zero | tr '\\0' x", limit=limit),
        question("q3", "echo next"),
    )
    assert answers["q1"].outcome is Outcome.TOO_LONG
    assert answered(answers["q2"]) == "x" * limit
    assert answered(answers["q3"]) == "next\n"


def test_endless_complaints_are_cut_off(shell: Shell) -> None:
    endless = "i=0; while [ $i -lt 20000 ]; do echo complaint $i >&2; i=$((i + 1)); done"
    script = f"{endless}; echo out; echo last words >&2; exit 1"
    answers = shell.run(question("q1", script), question("q2", "echo next"))
    assert answers["q1"].reason == "last words"
    assert answered(answers["q2"]) == "next\n"


def test_a_remedy_is_told_apart_from_the_reason(shell: Shell) -> None:
    script = "echo 'no permission' >&2; echo 'remedy: let me' >&2; exit 4"
    answer = shell.run(question("q1", script))["q1"]
    assert (answer.reason, answer.remedy) == ("no permission", "let me")


def test_quick_probes_never_wait_for_their_limit(shell: Shell) -> None:
    """The end of a probe may come before the clock beside it has begun to run."""
    questions = [question(f"q{number}", ":", timeout=30) for number in range(150)]
    assert {answer.outcome for answer in shell.run(*questions).values()} == {Outcome.ANSWERED}


def test_time_is_measured(shell: Shell) -> None:
    assert 0.2 <= shell.run(question("q1", "sleep 0.3"))["q1"].seconds < 20


def test_arguments_too_long_for_any_program_are_refused_in_words(shell: Shell) -> None:
    answers = shell.run(question("q1", "echo", "x" * ARGUMENTS_LIMIT), question("q2", "echo next"))
    assert answers["q1"].outcome is Outcome.FAILED
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


def test_nothing_is_written_on_the_host(shell: Shell, tmp_path: Path) -> None:
    """Not even what a shell itself may write: bash keeps here-documents in files."""
    tmp_path.joinpath("work").mkdir()
    payload = "x" * 300_000
    answers = shell.run(
        question("q1", "cat | wc -c", payload=payload),
        env={"TMPDIR": str(tmp_path / "nowhere"), "HOME": str(tmp_path / "work")},
    )
    assert answered(answers["q1"]).strip() == "300000"
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("bad", ["", "a b", "a;b", "$x", "é", "a\n"])
def test_words_that_are_none_are_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="letters and digits"):
        build([question("q1")], (), bad)
    with pytest.raises(ValueError, match="letters and digits"):
        build([question(bad)], (), MARK)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(argument=texts, payload=texts)
def test_any_text_arrives(lasting_shell: Shell, argument: str, payload: str) -> None:
    answers = lasting_shell.run(question("q1", 'printf "<%s>" "$1"', argument), question("q2", "cat", payload=payload))
    assert answered(answers["q1"]) == f"<{argument}>"
    assert answered(answers["q2"]) == payload


def test_text_that_no_shell_can_hold_is_replaced() -> None:
    assert encode(quote("a\0b\ud800")) == "'a\ufffdb?'".encode()


def remaining(session: int) -> list[str]:
    """The processes of a session that are still there after a moment's grace."""
    for _ in range(100):
        found = [
            stat for stat in map(stat_of, Path("/proc").iterdir()) if stat[3:4] == [str(session)] and stat[0] != "Z"
        ]
        if not found:
            return []
        time.sleep(0.02)
    return ["remaining"]


def stat_of(entry: Path) -> list[str]:
    """State, parent, group, session and so on; nothing for what is no process."""
    with suppress(OSError, IndexError):
        if entry.name.isdigit():
            return (entry / "stat").read_text().rsplit(")", 1)[1].split()
    return []


def living(pid: int) -> bool:
    """Whether a process runs, zombies not counted."""
    return stat_of(Path(f"/proc/{pid}"))[:1] not in ([], ["Z"])


@pytest.fixture(autouse=True)
def no_sleeper_left() -> Iterator[None]:
    yield
    left = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and (entry / "cmdline").read_bytes() == f"sleep\0{NAP}\0".encode():
                left.append(entry.name)
    assert not left
