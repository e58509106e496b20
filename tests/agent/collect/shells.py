"""The shells that a host may have for sh, as the tests of the script run them."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agent.collect.plan import Answer, AnswerOutcome, Question
from agent.collect.script import SHELL, build, encode
from agent.collect.transcript import Transcript

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


def answered(answer: Answer) -> str:
    assert answer.outcome is AnswerOutcome.ANSWERED, answer
    return answer.output


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
