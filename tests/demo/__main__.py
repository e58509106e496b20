"""Run the demo: build the estate, make a round by the `siterounds` command, say where the report lies."""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.demo.agency import SECRETS, told
from tests.demo.estate import Estate, estate, something_new

OUTPUT = Path("demo-output")


def main() -> int:
    """Show two rounds from end to end, and what came of them."""
    OUTPUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="siterounds-demo-") as made, estate(Path(made), datetime.now(UTC)) as built:
        Path(made).chmod(0o755)
        print("An estate of two servers and three sites runs on loopback, with faults planted in it, and stand-ins for")
        print("Zendesk, Harvest and Teamwork. What is there at the first look is known debt: one ticket for all of it.")
        for missing in built.without:
            print(f"{missing} is not on this machine: what needs it will be shown as UNKNOWN, with the reason.")
        report = OUTPUT / "report.html"
        code = siterounds(built, "run", last=4)
        something_new(built, datetime.now(UTC))
        print("\nSomebody changes a plugin, and a shop begins to fail. What is new has a ticket of its own.")
        code = code or siterounds(built, "run", "--html", str(report))
        for command in (["contracts"], ["incidents"], ["outbox", "--all"]):
            siterounds(built, *command)
        print(f"\n{told(built.agency)}")
    if code == 0:
        print(f"\nOpen the report a client reads:  file://{report.resolve()}")
    return code


def siterounds(built: Estate, *arguments: str, last: int | None = None) -> int:
    """One command, as a person would type it; `last` shows no more than its last lines."""
    given = [
        "--inventory",
        str(built.inventory),
        "--state",
        str(built.folder / "state"),
        "--nameserver",
        built.nameserver,
    ]
    print(f"\n$ siterounds {' '.join(arguments)}", flush=True)
    command: list[str | Path] = [Path(sys.executable).with_name("siterounds"), *given, *arguments]
    output = subprocess.PIPE if last else None
    done = subprocess.run(command, check=False, env={**os.environ, **SECRETS}, stdout=output, text=True)
    if last:
        print("\n".join(["…", *done.stdout.splitlines()[-last:]]))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
