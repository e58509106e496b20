"""The control socket: one line of JSON as request and one as response, over a Unix socket."""

import contextlib
import grp
import json
import logging
import os
import socket
import stat
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from agent.service.acceptor import BACKLOG, AcceptLimits, Acceptor

log = logging.getLogger(__name__)

NAME = "control.sock"
USUAL = Path("/run/siterounds") / NAME
"""Where the service listens if systemd started it."""
LONGEST = 256 * 1024
"""Bytes of a line."""
LIMITS = AcceptLimits(size=LONGEST)
"""Of all who ask."""
MODE = 0o660
"""Access to the socket: its owner and its group."""

Reply = Mapping[str, Any]
Commands = Mapping[str, Callable[[Mapping[str, Any]], Reply]]
"""Commands by name, from request to response; RefusedCommandError rejects one."""


class RefusedCommandError(Exception):
    """The command cannot be carried out; the message says why."""


class ControlError(Exception):
    """The service was not reached, or rejected the command; the message says why and what to do."""


def socket_path(named: Path | None, state: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the path of the socket: the given one, else in systemd's runtime folder, else in the state folder."""
    if named is not None:
        return named
    runtime = environment.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return (Path(runtime) if runtime else state) / NAME


class ControlSocket:
    """Answers until it is closed, in threads of its own."""

    def __init__(self, path: Path, commands: Commands, group: str | None = None, limits: AcceptLimits = LIMITS) -> None:
        """Listen at `path`; raises OSError. `group` may ask, where we may give it the socket."""
        _clear(path)
        self._path = path
        self._commands = commands
        listener = _bound(path)
        _let_in(path, group)
        self._acceptor = Acceptor(listener, self._handle, ends=(b"\n",), busy=_BUSY, limits=limits, name="control")

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._acceptor.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Answer no more."""
        self._acceptor.close()
        with contextlib.suppress(OSError):
            self._path.unlink()

    def _handle(self, connection: socket.socket, line: bytes) -> None:
        """Answer one line."""
        try:
            asked = json.loads(line)
            name = asked.get("do") if isinstance(asked, dict) else None
            command = self._commands.get(name) if isinstance(name, str) else None
        except (ValueError, RecursionError):
            command = None
        if command is None:
            reply: Reply = {"ok": False, "says": f"ask for one of {', '.join(self._commands)}"}
        else:
            log.info("asked for %s by user %d", name, _who(connection))
            reply = _reply(command, asked)
        connection.sendall(json.dumps(reply).encode() + b"\n")


_BUSY = json.dumps({"ok": False, "says": "too many ask at once: ask again"}).encode() + b"\n"


def _reply(command: Callable[[Mapping[str, Any]], Reply], asked: Mapping[str, Any]) -> Reply:
    try:
        return {"ok": True, **command(asked)}
    except RefusedCommandError as error:
        return {"ok": False, "says": str(error)}
    except Exception:
        log.exception("a request could not be answered")
        return {"ok": False, "says": "something went wrong; the service's log tells what"}


def _bound(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o777)  # nobody gets in before we know who may
    try:
        listener.bind(str(path))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    return listener


def ask(paths: Sequence[Path], what: str, seconds: float = 120.0, **more: Any) -> Reply:
    """Send a command to the service at the first of these paths where one listens. Raises ControlError."""
    for path in paths:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(seconds)
                _connect(line, path, seconds)
                line.sendall(json.dumps({"do": what, **more}).encode() + b"\n")
                reply = _read(line)
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
            continue
        except PermissionError as error:
            who = f"its group ({_group_of(path)})" if _group_of(path) else "the group that its unit names"
            raise ControlError(f"{path}: you may not ask it; root and members of {who} may") from error
        except TimeoutError as error:
            raise ControlError(f"{path}: the service does not answer; its log may tell why") from error
        except OSError as error:
            raise ControlError(f"{path}: {error.strerror or error}") from error
        if not reply.get("ok"):
            raise ControlError(str(reply.get("says", "the service refused")))
        return reply
    places = " or ".join(str(path) for path in paths)
    raise ControlError(f"no service listens at {places}: start it: `systemctl start siterounds`")


def _connect(line: socket.socket, path: Path, seconds: float) -> None:
    """Connect; where too many have come at once, the kernel does not wait, so we do."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return line.connect(str(path))
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise TimeoutError from error
            time.sleep(0.05)


def _read(line: socket.socket) -> dict[str, Any]:
    with line.makefile("rb") as answer:
        text = answer.readline(16 * LONGEST)
    try:
        reply = json.loads(text)
    except ValueError as error:
        raise ControlError("the service ended before it had answered") from error
    if not isinstance(reply, dict):
        raise ControlError("the service gave an answer that is none")
    return reply


def _clear(path: Path) -> None:
    """Remove a socket that nobody listens at; leave anything else."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(17, "it is there, and no socket", str(path))
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return
    with socket.socket(socket.AF_UNIX) as trial:
        try:
            trial.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()


def _let_in(path: Path, group: str | None) -> None:
    if group is not None:
        try:
            os.chown(path, -1, grp.getgrnam(group).gr_gid)
        except (KeyError, OSError) as error:
            why = "there is no such group" if isinstance(error, KeyError) else error.strerror
            log.warning("service.group %s cannot be let in at %s: %s", group, path, why)
    path.chmod(MODE)


def _who(line: socket.socket) -> int:
    """Return the user id of the client, from the kernel."""
    found = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", found)[1])


def _group_of(path: Path) -> str:
    try:
        return grp.getgrgid(path.stat().st_gid).gr_name
    except (OSError, KeyError):
        return ""
