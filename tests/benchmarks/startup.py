"""How long a command takes before it does anything, and to read a large inventory."""

import json
import sys
from pathlib import Path

from tests.benchmarks.measuring import Comparison, Contender, Measured, interleaved, timed

SITES_A_HOST = 10


def compare(folder: Path, sizes: tuple[int, ...], repetitions: int, peers: Path | None) -> list[Comparison]:
    """`--version`, then `inventory check` of so many sites; beside them what Python itself or ansible takes."""
    return [_version(repetitions, peers), *(_inventory(folder, size, repetitions, peers) for size in sizes)]


def _version(repetitions: int, peers: Path | None) -> Comparison:
    program = _siterounds()
    contenders = [
        Contender("siterounds --version", lambda: _run([program, "--version"], "siterounds ")),
        Contender("python -c pass", lambda: _run([sys.executable, "-c", "pass"], "")),
    ]
    if peers and (ansible := peers.with_name("ansible")).exists():
        contenders.append(Contender("ansible --version", lambda: _run([ansible, "--version"], "ansible ")))
    return Comparison("Starting", interleaved(contenders, repetitions))


def _inventory(folder: Path, sites: int, repetitions: int, peers: Path | None) -> Comparison:
    ours, theirs = folder / f"inventory{sites}.yaml", folder / f"ansible{sites}.yaml"
    hosts = -(-sites // SITES_A_HOST)
    ours.write_text(inventory(sites))
    theirs.write_text("all:\n  hosts:\n" + "".join(_ansible_host(number) for number in range(sites)))
    check: list[str | Path] = [_siterounds(), "--inventory", ours, "inventory", "check", "--format", "json"]
    counts = json.dumps({"clients": hosts, "hosts": hosts, "sites": sites})
    contenders = [Contender("siterounds inventory check", lambda: _run(check, counts))]
    remarks = []
    if peers and (program := peers.with_name("ansible-inventory")).exists():
        known = f"server{sites - 1}.example"
        listing: list[str | Path] = [program, "-i", theirs, "--list"]
        contenders.append(Contender("ansible-inventory --list", lambda: _run(listing, known)))
        remarks.append(f"ansible-inventory reads {sites} hosts of two variables each, and judges nothing in them.")
    title = f"An inventory of {sites} sites on {hosts} hosts"
    return Comparison(title, interleaved(contenders, repetitions), (), remarks)


def inventory(sites: int) -> str:
    """The text of an inventory, ten sites to a host, as people write it."""
    hosts = range(-(-sites // SITES_A_HOST))
    lines = ["clients:", *(f"  client{number}: {{title: Client {number}, language: en}}" for number in hosts)]
    lines += ["hosts:", *(f"  web{number}: {{address: web{number}.example, user: l2}}" for number in hosts), "sites:"]
    for number in range(sites):
        host = number // SITES_A_HOST
        lines += [
            f"  shop{number}:",
            f"    client: client{host}",
            f"    host: web{host}",
            f"    url: https://shop{number}.example",
            f"    root: /srv/shop{number}",
            f"    tags: [group{number % 7}]",
        ]
    return "\n".join([*lines, ""])


def _ansible_host(number: int) -> str:
    return f"    server{number}.example:\n      ansible_user: l2\n      root: /srv/shop{number}\n"


def _siterounds() -> Path:
    return Path(sys.executable).with_name("siterounds")


def _run(command: list[str | Path], answer: str) -> Measured:
    measured, said = timed(command)
    if answer not in said:
        raise AssertionError(f"{command[0]} said {said[:200]!r}, without {answer!r}")
    return measured
