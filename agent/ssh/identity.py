"""Whether a server is who it should be."""

from collections.abc import Sequence

from agent.ssh.hostkeys import AUTHORITY, REVOKED, Entry, HostKeys, ServerKey
from agent.ssh.route import Hop
from agent.ssh.trouble import trouble
from checks.ssh import Outcome


def known_entries(hop: Hop, keys: HostKeys) -> tuple[Entry, ...]:
    """What is known of a hop's key: the inventory's word alone where it has one, else the known-hosts files'."""
    if hop.host_key:
        try:
            return (Entry(ServerKey.parse(hop.host_key), "the inventory"),)
        except ValueError as error:
            raise trouble(Outcome.CONFIGURATION, f"host_key of {hop.name}: {error}") from error
    return keys.find(hop.name, hop.alias or hop.address, 22 if hop.alias else hop.port, hop.known_hosts)


def verify(hop: Hop, shown: ServerKey, entries: Sequence[Entry]) -> None:
    """NoConnectionError unless the key the server holds is one that is trusted."""
    revoked = [entry for entry in entries if entry.marker == REVOKED and entry.key == shown]
    trusted = [entry for entry in entries if not entry.marker]
    seen = f"{shown.type} {shown.fingerprint}"
    if revoked:
        raise trouble(Outcome.HOST_KEY_REVOKED, f"the server's key {seen} is revoked ({revoked[0].source})")
    if any(entry.key == shown for entry in trusted):
        return
    if trusted:
        pinned = "; ".join(f"{entry.key.type} {entry.key.fingerprint} ({entry.source})" for entry in trusted[:4])
        remedy = (
            "somebody may stand between, or the machine was reinstalled: compare on its console "
            f"(ssh-keygen -lf /etc/ssh/ssh_host_{_file(shown.type)}_key.pub), and only if they agree, "
            + ("correct host_key in the inventory" if hop.host_key else _trusting(hop))
        )
        raise trouble(Outcome.HOST_KEY_CHANGED, f"the server shows {seen}, known is {pinned}", remedy)
    reason = f"the server shows {seen}, and nothing vouches for it"
    if authorities := [entry.source for entry in entries if entry.marker == AUTHORITY]:
        reason += f" (certificates, as in {authorities[0]}, are not supported)"
    raise trouble(Outcome.HOST_KEY_UNKNOWN, reason, _trusting(hop))


def _trusting(hop: Hop) -> str:
    if hop.inventoried:
        return f"siterounds hosts trust {hop.name}"
    return f"ssh to {hop.name} once by hand and compare its fingerprint, or add it to the inventory"


def _file(type_: str) -> str:
    """The part of /etc/ssh/ssh_host_…_key that a type of key has."""
    return {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}.get(type_, "ecdsa")
