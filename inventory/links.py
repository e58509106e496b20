"""Names in the inventory that refer to other parts of it: each must exist, and no way may go in a circle."""

from collections.abc import Collection, Iterator, Mapping

from inventory.mistakes import Mistake, choices, shown
from inventory.nodes import entries
from inventory.reporting import MAILED
from inventory.sources import Merged, Written

_ONLY_SSH = ("port", "user", "key", "passphrase", "host_key", "jump")
_SERVICES = ("zendesk", "harvest", "teamwork")


def broken_links(merged: Merged, platforms: Collection[str], checks: Collection[str]) -> Iterator[Mistake]:
    """A mistake for each name that refers to nothing, or to something it must not refer to."""
    clients, hosts, sites = merged["clients"], merged["hosts"], merged["sites"]
    for client in clients.values():
        for key in ("scope", "out_of_scope"):
            yield from _unknown_of(client.below("contract", key), "check", checks)
        yield from _services(client, merged["services"])
    yield from _mail(merged["report"].get("when"), merged["services"])
    for host in hosts.values():
        yield from _unknown(host.below("client"), "client", clients)
        yield from _ways(host, hosts)
    yield from _circles(hosts)
    for site in sites.values():
        yield from _unknown(site.below("client"), "client", clients)
        yield from _unknown(site.below("host"), "host", hosts)
        yield from _unknown(site.below("platform"), "platform", {"auto", *platforms})
    for window in merged["maintenance"].values():
        for kind, known in {"client": clients, "host": hosts, "site": sites, "check": checks}.items():
            yield from _unknown_of(window.below(f"{kind}s"), kind, known)
    yield from _words_for(merged["services"].get("teamwork"), checks)


def _unknown(written: Written | None, kind: str, known: Collection[str]) -> Iterator[Mistake]:
    name = written and written.node.value
    if written and isinstance(name, str) and name not in known:
        yield written.mistake(f"no {kind} is called '{shown(name)}'; {choices(name, known)}")


def _unknown_of(names: Written | None, kind: str, known: Collection[str]) -> Iterator[Mistake]:
    for name in names.items() if names else ():
        yield from _unknown(name, kind, known)


def _words_for(teamwork: Written | None, checks: Collection[str]) -> Iterator[Mistake]:
    scope = teamwork.below("scope") if teamwork else None
    for name in entries(scope.node) if scope else ():
        if scope and name not in checks and (written := scope.below(name)):
            yield written.mistake(f"no check is called '{shown(name)}'; {choices(name, checks)}")


def _services(client: Written, services: Mapping[str, Written]) -> Iterator[Mistake]:
    """What a client needs a service for that is not written, and time that no task is known for."""
    yield from _mail(client.below("report", "when"), services)
    for name in _SERVICES:
        service, written = services.get(name), client.below(name)
        if written is None or written.node.value is None:
            continue
        if service is None or service.node.value is None:
            yield written.mistake(f"needs services.{name}: write there how to reach it, or remove this")
        elif name == "harvest" and not any(_is_written(one.below("task")) for one in (service, written)):
            yield written.mistake("needs a task: write its id as task here, or in services.harvest for all clients")


def _mail(when: Written | None, services: Mapping[str, Written]) -> Iterator[Mistake]:
    mail = services.get("mail")
    if when and when.node.value in tuple(MAILED) and not (mail and mail.node.value):
        yield when.mistake("needs services.mail: write there how mail goes out, or here never")


def _is_written(written: Written | None) -> bool:
    return written is not None and written.node.value is not None


def _ways(host: Written, hosts: Mapping[str, Written]) -> Iterator[Mistake]:
    for jump in _jumps(host):
        yield from _unknown(jump, "host", hosts)
        if _is_local(hosts.get(str(jump.node.value))):
            yield jump.mistake(f"'{shown(str(jump.node.value))}' is this very machine: name hosts reached over SSH")
    if _is_local(host):
        for written in filter(None, map(host.below, _ONLY_SSH)):
            yield written.mistake("is not used with transport: local: remove one of the two")


def _circles(hosts: Mapping[str, Written]) -> Iterator[Mistake]:
    """One mistake for each circle of jumps, at the host by which it is entered first."""
    done: set[str] = set()
    for start in hosts:
        way: list[str] = []
        pending = [(start, 0)]
        while pending:
            name, depth = pending.pop()
            del way[depth:]
            if name in way:
                circle = way[way.index(name) :]
                written = hosts[circle[-1]].below("jump")
                if written:
                    yield written.mistake(f"goes in a circle: {_arrows([*circle, name])}")
            elif name in hosts and name not in done:
                done.add(name)
                way.append(name)
                pending.extend((str(jump.node.value), depth + 1) for jump in _jumps(hosts[name]))


def _arrows(names: list[str]) -> str:
    few = names if len(names) <= 10 else [*names[:5], "…", *names[-2:]]
    return " → ".join(shown(one) for one in few)


def _jumps(host: Written) -> list[Written]:
    jump = host.below("jump")
    return [one for one in jump.items() if isinstance(one.node.value, str)] if jump else []


def _is_local(host: Written | None) -> bool:
    transport = host.below("transport") if host else None
    return transport is not None and transport.node.value == "local"
