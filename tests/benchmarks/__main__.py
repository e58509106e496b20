"""Run the benchmarks: python -m tests.benchmarks [--quick] [--repetitions N] [--hosts N] [NAME…]."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import delivery, dns, mail, probe, rounds, startup
from tests.benchmarks.measuring import Comparison
from tests.benchmarks.showing import shown

PEERS = Path(__file__).parent.parent.parent / "build/benchmarks/bin/python"


@dataclass(frozen=True, slots=True)
class Dose:
    """How much is done."""

    repetitions: int = 5
    hosts: int = 50
    queries: int = 4000
    sites: tuple[int, ...] = (1000, 5000)
    messages: int = 1000
    reports: int = 50


QUICK = Dose(1, 5, 200, (100,), 12, 3)

BENCHMARKS: dict[str, Callable[[Path, Dose, Path | None], list[Comparison]]] = {
    "rounds": lambda folder, dose, peers: [
        rounds.compare(folder, dose.hosts, dose.repetitions, peers, light) for light in (True, False)
    ],
    "probe": lambda folder, dose, _: [probe.compare(folder, dose.repetitions)],
    "dns": lambda folder, dose, _: [dns.compare(folder, dose.queries, dose.repetitions)],
    "startup": lambda folder, dose, peers: startup.compare(folder, dose.sites, dose.repetitions, peers),
    "mail": lambda folder, dose, peers: mail.compare(folder, dose.reports, dose.repetitions, peers),
    "delivery": lambda folder, dose, _: [delivery.compare(folder, dose.messages)],
}


def comparisons(names: list[str], dose: Dose, peers: Path | None) -> Iterator[Comparison]:
    """Each benchmark's results as soon as they are there."""
    for name in names:
        with tempfile.TemporaryDirectory(prefix="siterounds-benchmark-") as folder:
            yield from BENCHMARKS[name](Path(folder), dose, peers)


def main() -> None:
    """Print how siterounds compares. Times are never judged here: they are the reader's."""
    usual = Dose()
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=main.__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which: {', '.join(BENCHMARKS)}; all if none is named"
    )
    parser.add_argument("--quick", action="store_true", help="a small dose, once: shows that it runs")
    parser.add_argument("--repetitions", type=int, default=usual.repetitions)
    parser.add_argument("--hosts", type=int, default=usual.hosts)
    told = parser.parse_args()
    if unknown := set(told.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    dose = QUICK if told.quick else Dose(repetitions=told.repetitions, hosts=told.hosts)
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"{os.cpu_count()} cores, load {load:.1f} before anything was started. 'x ours' is a peer's time\n"
    )
    sys.stdout.write("divided by siterounds': above 1 siterounds is faster.\n\n")
    for comparison in comparisons(told.names or list(BENCHMARKS), dose, PEERS if PEERS.exists() else None):
        sys.stdout.write(shown(comparison) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
