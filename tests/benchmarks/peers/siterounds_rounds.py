"""Visits every host of an estate as a round does: python -m tests.benchmarks.peers.siterounds_rounds ESTATE OUTPUT."""

import json
import sys
from pathlib import Path

from agent.collect.plan import Plan
from agent.collect.ssh import HostKeys, Limits, visit_all
from inventory.model import Host, Inventory
from tests.benchmarks.questions import questions


def main(estate: Path, output: Path) -> None:
    """Write each host's answers to a file of its name, as JSON by question."""
    known = json.loads(estate.read_text())
    more = {"port": known["port"], "user": known["user"], "key": Path(known["key"])}
    hosts = [Host(name, address=name, host_key=host_key, **more) for name, host_key in known["hosts"].items()]
    plans = [Plan(host, (), questions(host, known["light"])) for host in hosts]
    limits = Limits(parallel=16)
    visits = visit_all(plans, Inventory({}, {host.name: host for host in hosts}, {}), (), limits, keys=HostKeys())
    for name, visit in visits.items():
        answers = {id: answer.output for id, answer in visit.answers.items() if answer.outcome == "answered"}
        (output / f"{name}.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
