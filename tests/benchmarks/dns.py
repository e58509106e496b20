"""Many DNS questions: siterounds' resolver against dnspython's own, on the server that block lists run on."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.measuring import Comparison, Contender, Goal, Measured, interleaved, timed
from tests.servers.rbldnsd import rbldnsd

ROOT = Path(__file__).parent.parent.parent
ZONES = 10
LISTED_ONE_IN = 10
SYNC = "dnspython Resolver, 16 threads"
ASYNC = "dnspython asyncresolver, 64 at once"
WAYS = {"siterounds": "siterounds", SYNC: "sync", ASYNC: "async"}
GOALS = (Goal(ASYNC, "cpu", 5.0), Goal(SYNC, "cpu", 7.0))


def compare(folder: Path, queries: int, repetitions: int) -> Comparison:
    """So many questions in each run; one in ten is about a listed address."""
    addresses = [
        f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}" for number in range(queries // ZONES)
    ]
    listed = addresses[::LISTED_ONE_IN]
    zones = {f"list{number}.example": ("ip4set", _zone(listed)) for number in range(ZONES)}
    names = folder / "names"
    names.write_text("\n".join(f"{_reversed(address)}.{zone}" for zone in zones for address in addresses))
    with rbldnsd(zones) as (server, port):

        def run(how: str) -> Measured:
            program: list[str | Path] = [
                sys.executable,
                "-m",
                "tests.benchmarks.peers.names",
                how,
                server,
                str(port),
                names,
            ]
            told = json.loads(timed(program, cwd=ROOT)[1])
            if told["listed"] != len(listed) * ZONES:
                raise AssertionError(f"{how} found {told['listed']} listed, not {len(listed) * ZONES}")
            return Measured(told["wall"], told["cpu"])

        contenders = [Contender(name, lambda how=how: run(how)) for name, how in WAYS.items()]  # type: ignore[misc]
        runs = interleaved(contenders, repetitions)
    remarks = ["The asking alone, without the start of Python. The name server is on the same machine."]
    amount = len(addresses) * ZONES
    return Comparison(f"{amount} DNS questions to rbldnsd, {ZONES} lists", runs, GOALS, remarks, amount)


def _zone(listed: Sequence[str]) -> str:
    return ":127.0.0.2:Listed\n127.0.0.2\n" + "".join(f"{address}\n" for address in listed)


def _reversed(address: str) -> str:
    return ".".join(reversed(address.split(".")))
