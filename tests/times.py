"""The seconds that each folder of tests took, from what pytest wrote of a run: python -m tests.times build/tests.xml"""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree


def seconds(report: Path) -> Counter[str]:
    """Folder → seconds, fixtures included, from a file of pytest's --junitxml."""
    took: Counter[str] = Counter()
    for case in ElementTree.parse(report).iter("testcase"):
        folder = case.get("classname", "").partition(".test_")[0].replace(".", "/")
        took[folder] += float(case.get("time", "0"))  # type: ignore[assignment]
    return took


def main() -> None:
    """Print the folders, the slowest first."""
    report = Path(sys.argv[1])
    if not report.is_file():
        raise SystemExit(f"{report} is not there: run `make test` first")
    for folder, took in seconds(report).most_common():
        print(f"{took:8.1f} s  {folder}")


if __name__ == "__main__":
    main()
