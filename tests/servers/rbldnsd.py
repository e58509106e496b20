"""The real server that block lists run on: Debian's rbldnsd, on a free port of loopback."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from tests.servers.ports import free_port

SOA = "$SOA 60 ns.invalid. nobody.invalid. 1 60 60 60 60\n"


@contextmanager
def rbldnsd(zones: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, int]]:
    """Serve zones, each a kind of data set (ip4set, ip6trie, dnset …) with its text, and tell at which address.

    The folder of the zones is readable for all: as root, rbldnsd gives its rights away before it reads them.
    """
    program = shutil.which("rbldnsd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert program, "rbldnsd is not installed: make test installs Debian's package of that name"
    folder = Path(tempfile.mkdtemp(prefix="siterounds-rbldnsd-"))
    folder.chmod(0o755)
    try:
        specifications = []
        for number, (zone, (kind, text)) in enumerate(zones.items()):
            (folder / f"zone{number}").write_text(SOA + text, encoding="ascii")
            (folder / f"zone{number}").chmod(0o644)
            specifications.append(f"{zone}:{kind}:{folder}/zone{number}")
        with _started(program, specifications, next(iter(zones))) as address:
            yield address
    finally:
        shutil.rmtree(folder)


@contextmanager
def _started(program: str, specifications: list[str], zone: str) -> Iterator[tuple[str, int]]:
    for _ in range(20):
        port = free_port(kind=socket.SOCK_DGRAM)
        arguments = [program, "-n", "-b", f"127.0.0.1/{port}", *specifications]
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            if _answers(process, port, zone):
                yield "127.0.0.1", port
                return
        finally:
            process.terminate()
            _, said = process.communicate()
    raise RuntimeError(f"rbldnsd does not start: {said}")


def _answers(process: subprocess.Popen[str], port: int, zone: str) -> bool:
    question = dns.message.make_query(zone, "SOA")
    for _ in range(100):
        if process.poll() is not None:
            return False
        try:
            return bool(dns.query.udp(question, "127.0.0.1", 0.2, port).answer)
        except (dns.exception.Timeout, OSError):
            time.sleep(0.05)
    return False
