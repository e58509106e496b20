"""Accepts connections and reads their requests in one thread; only a whole request gets a worker."""

import contextlib
import logging
import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

_POLL = 0.2
"""Seconds after which the thread looks at the clock, and whether it should end."""
BACKLOG = 256
"""Connections that the kernel holds until they are accepted."""


@dataclass(frozen=True, slots=True)
class AcceptLimits:
    """What all who connect may take together, and each of them alone."""

    size: int  # bytes of a request; a longer one is answered as far as it was read
    workers: int = 8  # requests answered at the same time; more are turned away
    unread: int = 64  # connections whose request is not whole yet; a further one replaces the oldest
    seconds: float = 10.0  # for the whole request, however it is dripped, and again for the whole answer


@dataclass(slots=True)
class _Unread:
    """A connection whose request is not whole yet."""

    connection: socket.socket
    deadline: float  # of the monotonic clock
    read: bytearray = field(default_factory=bytearray)


class Acceptor:
    """Answers each whole request that comes in at a listening socket, in a thread of its own, until it is closed.

    A request is whole at the first of `ends`, at `limits.size` bytes, or where the other side sends no more. `busy` is
    what one is told for whom there is no worker. Whoever does not send a whole request in time is hung up on.
    """

    def __init__(
        self,
        listener: socket.socket,
        answer: Callable[[socket.socket, bytes], None],
        *,
        ends: tuple[bytes, ...],
        busy: bytes,
        limits: AcceptLimits,
        name: str,
    ) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._answer = answer
        self._ends = ends
        self._longest_end = max(len(end) for end in ends)
        self._busy = busy
        self._limits = limits
        self._room = threading.BoundedSemaphore(limits.workers)
        self._unread: dict[socket.socket, _Unread] = {}  # the oldest first
        self._stop = threading.Event()
        self._name = name
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    @property
    def answers(self) -> bool:
        """Whether it still does."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Answer no more; workers are not waited for. May be called again."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._listener.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while not self._stop.is_set():
                for key, _ in selector.select(_POLL):
                    if key.fileobj is self._listener:
                        while self._accept(selector) and not self._stop.is_set():
                            pass
                    elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._unread:
                        self._read(selector, key.fileobj)
                self._hang_up_on_the_late(selector)
            for connection in tuple(self._unread):
                self._drop(selector, connection)

    def _accept(self, selector: selectors.BaseSelector) -> bool:
        """Accept one; False where none is waiting."""
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            return False
        except ConnectionError:
            return True  # one who went away again; the next may be there
        except OSError as error:  # no descriptor is left: whoever has kept one the longest gives it back
            log.warning("%s: a connection could not be accepted: %s", self._name, error.strerror)
            if self._unread:
                self._drop(selector, next(iter(self._unread)))
            self._stop.wait(_POLL)
            return False
        if len(self._unread) >= self._limits.unread:
            self._drop(selector, next(iter(self._unread)))
        connection.setblocking(False)
        self._unread[connection] = _Unread(connection, time.monotonic() + self._limits.seconds)
        selector.register(connection, selectors.EVENT_READ)
        self._read(selector, connection)  # most have sent their request by now
        return True

    def _read(self, selector: selectors.BaseSelector, connection: socket.socket) -> None:
        one = self._unread[connection]
        try:
            data = connection.recv(self._limits.size - len(one.read))
        except BlockingIOError:
            return
        except OSError:
            self._drop(selector, connection)
            return
        start = max(0, len(one.read) - self._longest_end)
        one.read += data
        if data and len(one.read) < self._limits.size and not any(one.read.find(end, start) >= 0 for end in self._ends):
            return
        del self._unread[connection]
        selector.unregister(connection)
        self._hand_over(connection, bytes(one.read))

    def _hand_over(self, connection: socket.socket, request: bytes) -> None:
        if self._room.acquire(blocking=False):
            worker = threading.Thread(
                target=self._work, args=(connection, request), name=f"{self._name}-worker", daemon=True
            )
            try:
                worker.start()
            except RuntimeError:  # the system gives us no further thread
                self._room.release()
            else:
                return
        with contextlib.suppress(OSError):
            connection.send(self._busy)
        _close(connection)

    def _work(self, connection: socket.socket, request: bytes) -> None:
        try:
            connection.settimeout(self._limits.seconds)
            self._answer(connection, request)
        except OSError:
            log.debug("%s: an answer broke off", self._name, exc_info=True)  # one who went away is no news
        except Exception:
            log.exception("%s: a request could not be answered", self._name)
        finally:
            _close(connection)
            self._room.release()

    def _hang_up_on_the_late(self, selector: selectors.BaseSelector) -> None:
        now = time.monotonic()
        for one in tuple(self._unread.values()):
            if one.deadline > now:
                break
            self._drop(selector, one.connection)

    def _drop(self, selector: selectors.BaseSelector, connection: socket.socket) -> None:
        del self._unread[connection]
        selector.unregister(connection)
        _close(connection)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
    connection.close()
