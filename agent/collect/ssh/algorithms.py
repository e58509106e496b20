"""Which algorithms are offered to a host, and what is said where it speaks none of them.

3DES, CBC, MD5 and SHA-1 are offered only to a host that the inventory names as one that needs them, after all others.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import paramiko

from agent.collect.ssh.route import Hop
from agent.collect.ssh.socket import HostConnectionError, connection_error
from checks.ssh import Outcome

_OLD = ("3des", "arcfour", "cbc", "md5", "ripemd", "sha1", "-96", "umac-64")
_OLD_KEYS = frozenset({"ssh-rsa", "ssh-dss", "ssh-rsa-cert-v01@openssh.com", "ssh-dss-cert-v01@openssh.com"})
_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9@.+_-]{0,63}")
_SHOWN = 6
"""Algorithms of a host that a sentence names."""


def is_legacy(name: str) -> bool:
    """Whether an algorithm is one of those that are no longer thought safe."""
    return name in _OLD_KEYS or any(part in name for part in _OLD)


class Transport(paramiko.Transport):
    """paramiko's, which also keeps what the server offered, and what could be offered to it."""

    offered: Mapping[str, Sequence[str]] | None = None
    """By paramiko's name of the kind; None until the server has said it."""
    known: Mapping[str, Sequence[str]] = {}  # replaced, never changed
    """All that paramiko speaks, by the option of sshd_config."""

    def _really_parse_kex_init(self, m: Any, ignore_first_byte: bool = False) -> dict[str, Any]:
        parsed: dict[str, Any] = super()._really_parse_kex_init(m, ignore_first_byte)  # type: ignore[misc]
        if not ignore_first_byte:  # with it, it is what we sent that is read
            self.offered = {name: tuple(value) for name, value in parsed.items() if isinstance(value, list)}
        return parsed


def restrict(transport: Transport, key_types: Iterable[str], *, legacy: bool) -> None:
    """Say what to offer, before the handshake: host keys of `key_types` first, old algorithms last or not at all."""
    transport.known = _current(transport)
    options = transport.get_security_options()
    wanted = [name for type_ in key_types for name in (_RSA if type_ == "ssh-rsa" else (type_,))]
    known = tuple(options.key_types)
    options.key_types = _offer((name for name in (*wanted, *known) if name in known), legacy=legacy)
    options.ciphers = _offer(options.ciphers, legacy=legacy)
    options.digests = _offer(options.digests, legacy=legacy)
    options.kex = _offer(options.kex, legacy=legacy)


def _current(transport: paramiko.Transport) -> Mapping[str, Sequence[str]]:
    """What is to be offered, by the option of sshd_config."""
    options = transport.get_security_options()
    each = (tuple(options.kex), tuple(options.key_types), tuple(options.ciphers), tuple(options.digests))
    return dict(zip((kind.option for kind in _KINDS), each, strict=True))


def _offer(names: Iterable[str], *, legacy: bool) -> tuple[str, ...]:
    each = tuple(dict.fromkeys(names))
    return (*(name for name in each if not is_legacy(name)), *(name for name in each if legacy and is_legacy(name)))


def legacy_in_use(transport: paramiko.Transport) -> tuple[str, ...]:
    """The old algorithms that a connection was agreed on with, sorted."""
    agreed = cast("Any", transport)  # these are public, though its types do not know them all
    ciphers = (agreed.local_cipher, agreed.remote_cipher)
    digests = (agreed.local_mac, agreed.remote_mac)
    used = {*ciphers, *(digest for cipher, digest in zip(ciphers, digests, strict=True) if "gcm" not in cipher)}
    return tuple(sorted(filter(is_legacy, used)))


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of algorithm that both sides must agree on."""

    title: str
    option: str  # of sshd_config
    offers: tuple[str, ...]  # by paramiko's names


_KINDS = (
    _Kind("key exchange", "KexAlgorithms", ("kex_algo_list",)),
    _Kind("host keys", "HostKeyAlgorithms", ("server_key_algo_list",)),
    _Kind("ciphers", "Ciphers", ("client_encrypt_algo_list", "server_encrypt_algo_list")),
    _Kind("MACs", "MACs", ("client_mac_algo_list", "server_mac_algo_list")),
)
"""In the order in which `_current` reads them."""


def no_agreement(transport: Transport, hop: Hop) -> HostConnectionError:
    """What is said of a server that speaks none of the algorithms that were offered."""
    offered, ours = transport.offered or {}, _current(transport)
    lists = [(kind, [offered.get(name, ()) for name in kind.offers]) for kind in _KINDS]
    missing = [(kind, each) for kind, each in lists if not all(set(one) & set(ours[kind.option]) for one in each)]
    described = "; ".join(f"{kind.title}: {_names(each)}" for kind, each in missing)
    reason = "its sshd offers no algorithm that we would use" + (f" ({described})" if described else "")
    options = ", ".join(kind.option for kind, _ in missing)
    remedy = "bring its OpenSSH up to date" + (f", and allow newer {options} in its sshd_config" if options else "")
    if missing and all(set(one) & set(transport.known[kind.option]) for kind, each in missing for one in each):
        where = f"of {hop.name} in the inventory" if hop.inventoried else f"for {hop.name}, once it is in the inventory"
        remedy += f"; until then, set `legacy_ssh: true` {where}"
    return connection_error(Outcome.PROTOCOL, reason, remedy)


def _names(lists: Iterable[Sequence[str]]) -> str:
    """A server's algorithms; what does not have the form of one is left out."""
    every = dict.fromkeys(name for one in lists for name in one)
    found = [name for name in every if _NAME.fullmatch(name)]
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more or "none"
