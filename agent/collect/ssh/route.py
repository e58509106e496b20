"""The route to a host: its jump hosts, and how each is logged in to."""

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent.collect.ssh.config import Options, SshConfig
from agent.collect.ssh.socket import connection_error
from checks.ssh import Outcome
from inventory.model import Host, Inventory
from inventory.secrets import Reference

_JUMP = re.compile(r"(?:ssh://)?(?:(?P<user>[^@/]+)@)?(?P<host>\[[^\]]+\]|[^:/@\[\]]+)(?::(?P<port>\d{1,5}))?/?")
_OLD_JUMP = re.compile(r"(?:/usr/bin/)?ssh\s+(?:-q\s+)?-W\s+\[?%h\]?:%p\s+(?:-q\s+)?(?P<jump>[^\s-]\S*)")


@dataclass(frozen=True, slots=True)
class Hop:
    """One machine on the way, the host itself being the last."""

    name: str  # as the inventory or ~/.ssh/config has it
    address: str
    port: int
    user: str
    host_key: str | None = None  # pinned in the inventory
    key: Path | None = None  # named in the inventory
    passphrase: Reference | None = None
    identities: tuple[Path, ...] = ()  # named in ~/.ssh/config
    identities_only: bool = False
    agent: Path | None = None  # the socket of the agent that holds keys
    known_hosts: tuple[Path, ...] | None = None  # instead of the user's own
    alias: str | None = None  # what known-hosts files call it, where that is not its address
    connect_timeout: float | None = None  # seconds
    notes: tuple[str, ...] = ()  # what ~/.ssh/config asks for and did not get
    jump: bool = False  # on the way to another one
    inventoried: bool = True
    legacy: bool = False  # whether old algorithms may be used


def plan_route(host: Host, inventory: Inventory, config: SshConfig) -> tuple[Hop, ...]:
    """The hops to a host, nearest to the agent first. NoConnectionError where there is no such way."""
    hops = _route(host, inventory, config, ())
    return (*(replace(hop, jump=True) for hop in hops[:-1]), hops[-1])


def _route(host: Host, inventory: Inventory, config: SshConfig, seen: tuple[str, ...]) -> tuple[Hop, ...]:
    if host.name in seen:
        circle = " → ".join((*seen, host.name))
        raise connection_error(Outcome.CONFIGURATION, f"jump hosts go in a circle: {circle}")
    options = config.options([name for name in (host.name, host.address) if name], host.user)
    hop = _hop(host, options, host.name in inventory.hosts)
    jumps = [_named(name, inventory) for name in host.jump] or _configured_jumps(hop, options, inventory)
    if not jumps:
        return (hop,)
    way = _route(jumps[0], inventory, config, (*seen, host.name))
    for jump in jumps[1:]:
        if jump.name in {*seen, host.name, *(passed.name for passed in way)}:
            raise connection_error(
                Outcome.CONFIGURATION, f"the jump host {jump.name} stands twice on the way", hop=jump.name
            )
        onward = config.options([name for name in (jump.name, jump.address) if name], jump.user)
        way = (*way, _hop(jump, onward, jump.name in inventory.hosts))
    return (*way, hop)


def _hop(host: Host, options: Options, inventoried: bool) -> Hop:
    user = host.user or options.first("user") or _me()
    if not user:
        raise connection_error(
            Outcome.CONFIGURATION, f"nobody to log in to {host.name} as", "set `user:` in the inventory"
        )
    address = host.address or _expand(options.first("hostname") or host.name, {"%h": host.name, "%n": host.name})
    port = host.port or _port(options) or 22
    tokens = {"%h": address, "%n": host.name, "%p": str(port), "%r": user, "%u": _me()}
    return Hop(
        name=host.name,
        address=address.strip("[]"),
        port=port,
        user=user,
        host_key=host.host_key,
        key=host.key.expanduser() if host.key else None,
        passphrase=host.passphrase,
        identities=tuple(
            _path(word, tokens) for word in options.values.get("identityfile", ()) if word.lower() != "none"
        ),
        identities_only=options.yes("identitiesonly"),
        agent=_agent(options, tokens),
        known_hosts=_known_hosts(options, tokens),
        alias=options.first("hostkeyalias"),
        connect_timeout=_seconds(options.first("connecttimeout")),
        notes=options.notes,
        inventoried=inventoried,
        legacy=host.legacy_ssh,
    )


def _me() -> str:
    """Who runs this process; "" in a container that knows no names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _named(name: str, inventory: Inventory) -> Host:
    if name not in inventory.hosts:
        raise connection_error(Outcome.CONFIGURATION, f"the jump host {name} is not in the inventory", hop=name)
    return inventory.hosts[name]


def _configured_jumps(hop: Hop, options: Options, inventory: Inventory) -> list[Host]:
    """The jump hosts that ~/.ssh/config asks for; those that the inventory knows by the same name are that host."""
    text = " ".join(options.values["proxyjump"]) if "proxyjump" in options.values else None
    command = options.texts.get("proxycommand", "none")
    if text is None and command.lower() != "none":
        old = _OLD_JUMP.fullmatch(command)
        if not old:
            reason = f"{options.places['proxycommand']} sets a ProxyCommand, which siterounds does not run"
            raise connection_error(Outcome.CONFIGURATION, reason, f"use ProxyJump there, or `jump:` for {hop.name}")
        text = old["jump"]
    if text is None or text.lower() == "none":
        return []
    jumps = [_parsed_jump(part.strip(), options, inventory) for part in text.split(",")]
    return [jump for jump in jumps if jump.name != hop.name]  # as under `Host *`, where the jump host finds itself


def _parsed_jump(text: str, options: Options, inventory: Inventory) -> Host:
    found = _JUMP.fullmatch(text)
    if not found:
        place = options.places.get("proxyjump") or options.places.get("proxycommand", "")
        raise connection_error(Outcome.CONFIGURATION, f"{place}: {text!r} names no jump host")
    name = found["host"].strip("[]")
    known = inventory.hosts.get(name, Host(name))
    port = int(found["port"]) if found["port"] else known.port
    return replace(known, user=found["user"] or known.user, port=port)


def _port(options: Options) -> int | None:
    text = options.first("port") or ""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,4}", text) and int(text) < 65536 else None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and re.fullmatch(r"[1-9][0-9]{0,5}", text) else None


def _agent(options: Options, tokens: Mapping[str, str]) -> Path | None:
    named = options.first("identityagent") or "SSH_AUTH_SOCK"
    if named.lower() == "none":
        return None
    if named == "SSH_AUTH_SOCK" or named.startswith("$"):
        found = os.environ.get(named.strip("${}"))
        return Path(found) if found else None
    return _path(named, tokens)


def _known_hosts(options: Options, tokens: Mapping[str, str]) -> tuple[Path, ...] | None:
    words = options.values.get("userknownhostsfile")
    return tuple(_path(word, tokens) for word in words if word.lower() != "none") if words else None


def _path(word: str, tokens: Mapping[str, str]) -> Path:
    home = str(Path.home())
    return Path(_expand(word, {**tokens, "%d": home})).expanduser()


def _expand(text: str, tokens: Mapping[str, str]) -> str:
    return re.sub(r"%.", lambda found: "%" if found[0] == "%%" else tokens.get(found[0], found[0]), text)
