"""The same script over asyncssh, one connection a host: asyncssh_rounds.py ESTATE OUTPUT SCRIPT. Stands alone."""

import asyncio
import json
import sys
from pathlib import Path

import asyncssh  # type: ignore[import-not-found]  # lives in the peers' environment alone

AT_ONCE = 32


async def main(estate: Path, output: Path, script: bytes) -> None:
    """Write each host's transcript to a file of its name."""
    known = json.loads(estate.read_text())
    key, trusted = asyncssh.read_private_key(known["key"]), asyncssh.read_known_hosts(known["known_hosts"])
    room = asyncio.Semaphore(AT_ONCE)
    more = {"username": known["user"], "client_keys": [key], "known_hosts": trusted, "agent_path": None, "config": []}

    async def go(name: str) -> None:
        async with room, asyncssh.connect(name, known["port"], **more) as connection:
            done = await connection.run("sh -s", input=script, encoding=None, check=True)
        (output / f"{name}.all").write_bytes(done.stdout)

    await asyncio.gather(*map(go, known["hosts"]))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]).read_bytes()))
