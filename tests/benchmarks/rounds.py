"""A round over many hosts: siterounds' visits against ssh, asyncssh, paramiko, ansible."""

import getpass
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from agent.collect.plan import Question
from agent.collect.script import build, encode
from agent.collect.transcript import read
from inventory.model import Host
from tests.benchmarks.estate import Estate, estate
from tests.benchmarks.measuring import Comparison, Contender, Goal, Measured, interleaved, timed
from tests.benchmarks.questions import questions

MARK = "0123456789abcdef0123456789abcdef"
HERE = Path(__file__).parent
PEERS = HERE / "peers"
ROOT = HERE.parent.parent
CURVE = ("-o", "KexAlgorithms=curve25519-sha256", "-o", "Ciphers=aes128-gcm@openssh.com")

SSH_DEFAULT = "ssh, xargs -P16"
SSH_CURVE = "ssh, xargs -P16, curve25519"
ANSIBLE = "ansible raw, forks=50"
ASYNCSSH = "asyncssh, 32 at once"
PARAMIKO = "paramiko, 16 threads, a connection a probe"

GOALS = (
    Goal(ANSIBLE, "wall", 4.0),
    Goal(ANSIBLE, "cpu", 20.0),
    Goal(SSH_CURVE, "wall", 1.0),
    Goal(SSH_CURVE, "cpu", 2.0),
    Goal(ASYNCSSH, "wall", 1 / 1.1),
)

Read = Callable[[Path, str, Sequence[Question]], Mapping[str, str]]
"""A host's output by question, out of the files that a contender left in a folder."""


def compare(folder: Path, hosts: int, repetitions: int, peers: Path | None, light: bool = False) -> Comparison:
    """`peers` is the Python of the environment that the peers live in, if there is one."""
    with estate(folder, hosts, light) as made:
        contenders, left_out = _contenders(made, peers)
        runs = interleaved(contenders, repetitions)
    remarks = [
        "Client and servers share this machine, and the servers take most of it: walls differ less here",
        "than from a machine apart; client CPU is what such a machine would see.",
        *left_out,
    ]
    goals = [goal for goal in GOALS if goal.peer in runs] if light else []
    what = "two probes that cost them nearly nothing" if light else "disk, firewall, one trivial probe"
    return Comparison(f"A round over {hosts} hosts: {what}", runs, goals, remarks)


def _contenders(made: Estate, peers: Path | None) -> tuple[list[Contender], list[str]]:
    scripts = _scripts(made)
    python = peers or Path(sys.executable)
    whole, parts = scripts[0], scripts[1:]
    run = _Runner(made)
    ours: list[str | Path] = [sys.executable, "-m", "tests.benchmarks.peers.siterounds_rounds", made.description]
    found = [
        Contender("siterounds", lambda: run([*ours, run.output], _from_json)),
        Contender(SSH_CURVE, lambda: run(_ssh(made, whole, run.output, CURVE), _from_whole)),
        Contender(SSH_DEFAULT, lambda: run(_ssh(made, whole, run.output), _from_whole)),
        Contender(
            PARAMIKO,
            lambda: run([python, PEERS / "paramiko_rounds.py", made.description, run.output, *parts], _from_parts),
        ),
    ]
    left_out = []
    asyncssh = [python, PEERS / "asyncssh_rounds.py", made.description]
    if reason := _missing([python, "-c", "import asyncssh"]):
        left_out.append(f"Left out: {ASYNCSSH}: {reason}")
    else:
        found.append(Contender(ASYNCSSH, lambda: run([*asyncssh, run.output, whole], _from_whole)))
    ansible = python.with_name("ansible")
    if reason := _missing([ansible, "--version"]):
        left_out.append(f"Left out: {ANSIBLE}: {reason}")
    else:
        found.append(Contender(ANSIBLE, lambda: run(_ansible(made, ansible, whole, run.output), _from_ansible)))
    return found, left_out


class _Runner:
    """Lets one contender after the other answer into the same empty folder, and looks at what it left there."""

    def __init__(self, made: Estate) -> None:
        self._estate = made
        self.output = made.folder / "output"

    def __call__(self, command: Sequence[str | Path], read_answers: Read) -> Measured:
        shutil.rmtree(self.output, ignore_errors=True)
        self.output.mkdir()
        before = self._estate.processor_seconds()
        measured, _ = timed(command, env=self._estate.environment, cwd=ROOT)
        after = self._estate.processor_seconds()
        asked = _asked(self._estate)
        for name in self._estate.hosts:
            _verify(name, asked, read_answers(self.output, name, asked))
        return replace(measured, server=after - before)


def _asked(made: Estate) -> Sequence[Question]:
    """The same of every host."""
    return questions(Host("any", port=made.port), made.light)


def _verify(name: str, asked: Sequence[Question], outputs: Mapping[str, str]) -> None:
    """Every probe of the host has answered, and what it says can be read as facts."""
    for question in asked:
        if question.id not in outputs:
            raise AssertionError(f"{name} did not answer {question.probe.name}")
        if not question.probe.parse(outputs[question.id]):
            raise AssertionError(f"{name} said nothing about {question.probe.name}")


def _scripts(made: Estate) -> list[Path]:
    """The script with all probes as siterounds sends it, and one with each probe alone."""
    asked = _asked(made)
    texts = {"all": asked, **{question.id: (question,) for question in asked}}
    for name, some in texts.items():
        (made.folder / f"{name}.sh").write_bytes(encode(build(some, (), MARK)))
    return [made.folder / f"{name}.sh" for name in texts]


def _ssh(made: Estate, script: Path, output: Path, options: Sequence[str] = ()) -> list[str | Path]:
    login = ["ssh", "-F", "none", "-i", str(made.key), "-p", str(made.port), "-l", getpass.getuser(), *options]
    for option in ("BatchMode=yes", "IdentitiesOnly=yes", f"UserKnownHostsFile={made.known_hosts}"):
        login += ["-o", option]
    inner = f"{' '.join(login)} {{}} sh -s < {script} > {output}/{{}}.all"
    return ["sh", "-c", f"printf '%s\\n' {' '.join(made.hosts)} | xargs -P16 -I{{}} sh -c '{inner}'"]


def _ansible(made: Estate, program: Path, script: Path, output: Path) -> list[str | Path]:
    inventory, told = made.folder / "ansible-hosts", ["-f", "50", "-m", "ansible.builtin.raw"]
    options = f"-F none -o UserKnownHostsFile={made.known_hosts} -o ControlMaster=no -o IdentitiesOnly=yes"
    inventory.write_text("\n".join([*made.hosts, "[all:vars]", f"ansible_port={made.port}", ""]))
    settings = ["ANSIBLE_PIPELINING=1", "ANSIBLE_SSH_USETTY=False", f"ANSIBLE_SSH_ARGS={options}", "LC_ALL=C.UTF-8"]
    settings += [f"ANSIBLE_REMOTE_USER={getpass.getuser()}", f"ANSIBLE_PRIVATE_KEY_FILE={made.key}"]
    sent = f": ; {{{{ lookup('ansible.builtin.file', '{script}') }}}}"

    return ["env", *settings, program, "all", "-i", inventory, "-t", output, *told, "-a", sent]


def _missing(command: Sequence[str | Path]) -> str:
    """Why a program cannot be used; empty where it can."""
    try:
        done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=120)
    except OSError as error:
        return f"{command[0]}: {error.strerror}; `make bench` installs it"
    return done.stderr.strip().rpartition("\n")[2] + "; `make bench` installs it" if done.returncode else ""


def _from_json(output: Path, name: str, asked: Sequence[Question]) -> Mapping[str, str]:
    answers: Mapping[str, str] = json.loads((output / f"{name}.json").read_text())
    return {question.id: answers[question.id] for question in asked if question.id in answers}


def _from_whole(output: Path, name: str, asked: Sequence[Question]) -> Mapping[str, str]:
    return _understood((output / f"{name}.all").read_bytes(), asked)


def _from_parts(output: Path, name: str, asked: Sequence[Question]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for one in asked:
        found |= _understood((output / f"{name}.{one.id}").read_bytes(), [one])
    return found


def _from_ansible(output: Path, name: str, asked: Sequence[Question]) -> Mapping[str, str]:
    return _understood(json.loads((output / name).read_text())["stdout"].encode(), asked)


def _understood(transcript: bytes, asked: Sequence[Question]) -> Mapping[str, str]:
    answers = read([transcript], asked, MARK)
    return {id: answer.output for id, answer in answers.items() if answer.outcome == "answered"}
