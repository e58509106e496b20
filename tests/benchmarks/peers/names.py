"""Asks a name server many questions in one of three ways: names.py HOW SERVER PORT NAMES; prints what it took as JSON.

HOW is siterounds, sync or async. Only the asking is measured, not the start of Python.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dns.asyncresolver
import dns.resolver

from agent.collect.plan import DnsLookup
from agent.collect.resolver import Resolver
from checks import DnsOutcome, Lookup, LookupSteps, Query, Scope, Target
from inventory.model import Host

THREADS = 16
IN_FLIGHT = 64

Ask = Callable[[str, int, Sequence[str]], int]
"""How many of the names have an address."""


def siterounds(server: str, port: int, names: Sequence[str]) -> int:
    """As a round does, all questions in one batch."""

    def ask(target: Target, settings: object) -> LookupSteps[int]:
        answers = yield [Query(name) for name in names]
        silent = [answer.reason for answer in answers.values() if answer.outcome is DnsOutcome.TIMEOUT]
        if silent:
            raise RuntimeError(f"{len(silent)} questions were not answered: {silent[0]}")
        return sum(answer.outcome is DnsOutcome.ANSWERED for answer in answers.values())

    inquiry = DnsLookup(Lookup("names", ask, Scope.HOST), Target(Host("any")), None)
    found = Resolver((f"{server}:{port}",)).ask_all([inquiry])[inquiry]
    if not isinstance(found, int):
        raise TypeError(str(found))
    return found


def sync(server: str, port: int, names: Sequence[str]) -> int:
    """dnspython's Resolver, shared by threads."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [server], port

    def one(name: str) -> bool:
        try:
            return bool(resolver.resolve(f"{name}.", "A"))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return False

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(one, names))


def asynchronous(server: str, port: int, names: Sequence[str]) -> int:
    """dnspython's asyncresolver, so many questions at once."""
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [server], port

    async def all_of_them() -> int:
        room = asyncio.Semaphore(IN_FLIGHT)

        async def one(name: str) -> bool:
            async with room:
                try:
                    return bool(await resolver.resolve(f"{name}.", "A"))
                except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
                    return False

        return sum(await asyncio.gather(*map(one, names)))

    return asyncio.run(all_of_them())


WAYS: dict[str, Ask] = {"siterounds": siterounds, "sync": sync, "async": asynchronous}


def main(how: str, server: str, port: int, names: Sequence[str]) -> None:
    """Ask, and print {"listed", "wall", "cpu"}."""
    wall, cpu = time.perf_counter(), time.process_time()
    listed = WAYS[how](server, port, names)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sys.stdout.write(json.dumps({"listed": listed, "wall": wall, "cpu": cpu}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]).read_text().split())
