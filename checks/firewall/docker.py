"""What containers publish."""

import json
import re
from collections.abc import Iterator, Mapping

from checks.text import clean

Published = Mapping[tuple[str, int], str]
"""Names of containers by protocol and port of the host."""

_PORTS = re.compile(r"(?P<host>\S+):(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?->\S+/(?P<protocol>tcp|udp)\b")
_MOST_PORTS = 1000


def parse(text: str) -> Published:
    """From the lines of `docker ps --format '{{json .}}'`; ports published to this machine alone are left out."""
    found: dict[tuple[str, int], str] = {}
    for line in text.splitlines():
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict):
            name = clean(str(said.get("Names", "a container")), 60)
            for door in _doors(str(said.get("Ports", ""))):
                found.setdefault(door, name)
    return found


def _doors(text: str) -> Iterator[tuple[str, int]]:
    """ "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 127.0.0.1:3307->3306/tcp, 9000/tcp"."""
    for one in _PORTS.finditer(text[:20_000]):
        if one["host"].startswith(("127.", "[::1]", "::1")):
            continue
        first, last = int(one["first"]), int(one["last"] or one["first"])
        for port in range(first, min(last, first + _MOST_PORTS, 65535) + 1):
            yield one["protocol"], port
