"""Run the demo: build the estate, make a round by the `siterounds` command, say where the report lies."""

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.demo.estate import Estate, estate

OUTPUT = Path("demo-output")


def main() -> int:
    """Show a round from end to end."""
    OUTPUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="siterounds-demo-") as made, estate(Path(made), datetime.now(UTC)) as built:
        Path(made).chmod(0o755)
        print("An estate of two servers and three sites runs on loopback, with faults planted in it.")
        for missing in built.without:
            print(f"{missing} is not on this machine: what needs it will be shown as UNKNOWN, with the reason.")
        report = OUTPUT / "report.html"
        code = siterounds(built, "run", "--html", str(report))
        siterounds(built, "incidents")
    if code == 0:
        print(f"\nOpen the report a client reads:  file://{report.resolve()}")
    return code


def siterounds(built: Estate, *arguments: str) -> int:
    """One command, as a person would type it."""
    told = [
        "--inventory",
        str(built.inventory),
        "--state",
        str(built.folder / "state"),
        "--nameserver",
        built.nameserver,
    ]
    print(f"\n$ siterounds {' '.join(arguments)}", flush=True)
    return subprocess.run([Path(sys.executable).with_name("siterounds"), *told, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
