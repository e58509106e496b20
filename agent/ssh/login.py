"""Logging in: the agent proves to the server who it is."""

import os
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import paramiko

from agent.ssh.keys import Credential, KeyAgent, KeyUnusableError, public_blob, read_key
from agent.ssh.route import Hop
from agent.ssh.trouble import NoConnectionError, trouble
from agent.stop import Stop
from agent.transcript import line
from agent.visit import Limits
from checks.ssh import Outcome

DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
"""What is looked for in ~/.ssh where neither the inventory nor ~/.ssh/config names a key."""


def authenticate(transport: paramiko.Transport, hop: Hop, limits: Limits, stop: Stop) -> None:
    """Log in with the first key that the server takes. NoConnectionError if there is none."""
    agent, problems = _open_agent(hop)
    try:
        credentials, more = _credentials(hop, agent)
        problems += more
        if not credentials:
            raise _no_key(hop, problems)
        deadline = time.monotonic() + limits.authentication
        accepted: Sequence[str] = ()
        for tried, credential in enumerate(credentials, 1):
            try:
                accepted = _offer(transport, hop, credential, deadline, stop)
            except _LostError:
                raise _lost(transport, hop, [one.name for one in credentials[:tried]]) from None
            if transport.is_authenticated():
                return
        raise _refused(hop, [credential.name for credential in credentials], problems, accepted)
    finally:
        if agent:
            agent.close()


class _LostError(Exception):
    """The server hung up during a login."""


def _offer(
    transport: paramiko.Transport, hop: Hop, credential: Credential, deadline: float, stop: Stop
) -> Sequence[str]:
    """Offer one key. What the server would take besides, where it did not take this one."""
    done = threading.Event()
    try:
        transport.auth_publickey(hop.user, credential.key, done)
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise _LostError from error
    if not stop.wait(done, deadline - time.monotonic()):
        raise trouble(Outcome.TIMED_OUT, f"the login of {hop.user} got no answer in time")
    if not transport.is_active():
        raise _LostError
    if transport.is_authenticated():
        return ()
    refusal = transport.get_exception()
    if isinstance(refusal, paramiko.ssh_exception.PartialAuthentication):
        types = ", ".join(map(line, refusal.allowed_types))
        reason = f"{hop.user}'s key {credential.name} is accepted, but the server wants {types} besides"
        raise trouble(Outcome.AUTHENTICATION_FAILED, reason, f"let {hop.user} log in with the key alone")
    return tuple(refusal.allowed_types) if isinstance(refusal, paramiko.BadAuthenticationType) else ()


def _open_agent(hop: Hop) -> tuple[KeyAgent | None, list[KeyUnusableError]]:
    if hop.agent is None:
        return None, []
    try:
        return KeyAgent(hop.agent), []
    except (OSError, EOFError, paramiko.SSHException) as error:
        return None, [KeyUnusableError(f"the agent at {hop.agent} does not answer: {error}")]


def _credentials(hop: Hop, agent: KeyAgent | None) -> tuple[list[Credential], list[KeyUnusableError]]:
    """What to offer: the inventory's key alone; else those of ~/.ssh/config, the agent's, the usual files, in order."""
    held = agent.credentials() if agent else ()
    if hop.key:
        return _from_files([hop.key], hop, held)
    found, problems = _from_files(hop.identities, hop, held)
    if not hop.identities_only:
        found += [one for one in held if one not in found]
    if not hop.identities:
        folder = Path("~/.ssh").expanduser()
        usual = [folder / name for name in DEFAULT_KEYS if os.access(folder / name, os.F_OK)]
        more, others = _from_files(usual, hop, held)
        found += [one for one in more if one not in found]
        problems += others
    return found, problems


def _from_files(
    paths: Iterable[Path], hop: Hop, held: Sequence[Credential]
) -> tuple[list[Credential], list[KeyUnusableError]]:
    """The keys of these files; the agent's where it holds the same one, which spares us the passphrase."""
    found: list[Credential] = []
    problems: list[KeyUnusableError] = []
    for path in paths:
        try:
            found += read_key(path, hop.passphrase)
        except KeyUnusableError as error:
            blob = public_blob(path)
            same = [one for one in held if blob and one.key.asbytes() == blob]
            found += same
            if not same:
                problems.append(error)
    return found, problems


def _no_key(hop: Hop, problems: Sequence[KeyUnusableError]) -> NoConnectionError:
    if problems:
        reason = "; ".join(problem.reason for problem in problems)
        return trouble(Outcome.KEY_UNUSABLE, reason, next((p.remedy for p in problems if p.remedy), ""))
    remedy = f"name one in the inventory (key:) or in ~/.ssh/config for {hop.name}, or load one: ssh-add"
    return trouble(Outcome.KEY_UNUSABLE, "there is no key to log in with", remedy)


def _refused(
    hop: Hop, tried: Sequence[str], problems: Sequence[KeyUnusableError], accepted: Sequence[str]
) -> NoConnectionError:
    reason = f"{hop.user} is not let in with {', '.join(tried)}"
    if accepted and "publickey" not in accepted:
        reason += f"; the server only takes {', '.join(map(line, accepted))}"
    reason += "".join(f"; {problem.reason}" for problem in problems)
    remedy = f"put the public key into ~{hop.user}/.ssh/authorized_keys on {hop.name}, or correct `user:`"
    return trouble(Outcome.AUTHENTICATION_FAILED, reason, remedy)


def _lost(transport: paramiko.Transport, hop: Hop, tried: Sequence[str]) -> NoConnectionError:
    error = transport.get_exception()
    why = f": {line(str(error))}" if error and str(error) else ""
    reason = f"the server hung up while {hop.user} was logging in with {', '.join(tried)}{why}"
    remedy = f"name the right key for {hop.name} in the inventory (key:)" if len(tried) > 3 else ""
    return trouble(Outcome.AUTHENTICATION_FAILED, reason, remedy)
