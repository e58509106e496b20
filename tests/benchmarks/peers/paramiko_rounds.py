"""The same probes over paramiko as people use it: paramiko_rounds.py ESTATE OUTPUT SCRIPT… Stands alone.

Each script gets a connection of its own to each host.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import paramiko

AT_ONCE = 16


def main(estate: Path, output: Path, scripts: list[Path]) -> None:
    """Write each host's transcripts to files named by host and script."""
    known = json.loads(estate.read_text())
    trusted = paramiko.HostKeys(known["known_hosts"])
    key = paramiko.PKey.from_path(known["key"])
    port = known["port"]

    def go(name: str) -> None:
        for script in scripts:
            with paramiko.SSHClient() as client:
                place = f"[{name}]:{port}"
                for type_, shown in (trusted.lookup(place) or {}).items():
                    client.get_host_keys().add(place, type_, shown)
                client.connect(name, port, known["user"], pkey=key, look_for_keys=False, allow_agent=False)
                stdin, stdout, _ = client.exec_command("sh -s")
                stdin.write(script.read_bytes())
                stdin.channel.shutdown_write()
                (output / f"{name}.{script.stem}").write_bytes(stdout.read())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(go, known["hosts"]):
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
