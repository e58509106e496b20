"""Visiting one host over SSH: one connection, one channel, one script."""

import logging
import secrets
from collections.abc import Sequence

import paramiko

from agent.conversation import Early, converse
from agent.plan import Question
from agent.script import build, encode
from agent.ssh.channel import ChannelLine
from agent.ssh.connecting import Connector
from agent.ssh.trouble import NoConnectionError
from agent.transcript import Transcript, last_line
from agent.visit import Visit
from checks.platforms.platform import Platform
from checks.ssh import Connection, Outcome
from inventory.model import Host

# What paramiko logs as errors, traceback and all, are answers to us.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)


def visit_ssh(host: Host, questions: Sequence[Question], platforms: Sequence[Platform], connector: Connector) -> Visit:
    """Ask a host everything. Never raises for what a network or a host can do."""
    mark = secrets.token_hex(16)
    transcript = Transcript(questions, mark)
    script = encode(build(questions, platforms, mark))
    limits = connector.limits
    try:
        with connector.session(host) as transport:
            line = ChannelLine(transport, limits.channel)
            early = converse(line, script, transcript, limits, connector.stop)
    except NoConnectionError as error:
        return Visit(error.connection, {})
    except (paramiko.SSHException, EOFError, OSError) as error:
        said = error.text if isinstance(error, paramiko.ChannelException) else str(error)
        reason = f"the server lets us in, but opens no session: {said or 'it hung up'}"
        return Visit(Connection(Outcome.NO_SHELL, reason), {})
    if not transcript.hello:
        return Visit(_unheard(early, transcript, line), {})
    if early is None:
        return Visit(Connection(Outcome.CONNECTED), transcript.answers())
    reason = _why(early, line)
    return Visit(Connection(early.outcome, reason), transcript.answers(reason))


def _unheard(early: Early | None, transcript: Transcript, line: ChannelLine) -> Connection:
    """What to make of a login after which the script did not speak."""
    if early is None or not early.lost:
        return Connection(early.outcome, f"logged in, but {early.reason}") if early else Connection(Outcome.PROTOCOL)
    if line.lost:
        return Connection(Outcome.CUT, "the connection was lost right after the login")
    said = last_line(line.error) or last_line(transcript.noise)
    code = "no exit code" if line.exit_code is None else f"exit code {line.exit_code}"
    reason = f"logged in, but the account does not run what it is sent: {said or code}"
    return Connection(Outcome.NO_SHELL, reason, "give the account a shell, and no forced command")


def _why(early: Early, line: ChannelLine) -> str:
    if not early.lost:
        return early.reason
    if not line.lost:
        said = last_line(line.error)
        return "the shell on the host ended early" + (f": {said}" if said else "")
    return "the connection was lost"
