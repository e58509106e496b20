"""What all stand-ins have in common: routes, faults, rules, quotas, and a memory of what was asked."""

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from tests.standins.elsewhere import Elsewhere
from tests.standins.exchange import Answer, Asked, Refusal, Seen
from tests.standins.faults import BEFORE, Fault, Faults, How
from tests.standins.limits import Patience
from tests.standins.wire import Reply, Wire

Route = Callable[[Asked], Answer]
_PAGE = b"<!DOCTYPE html><html><head><title>%d</title></head><body><h1>We will be back shortly</h1></body></html>"


def real_time() -> datetime:
    """The clock of this machine, in UTC."""
    return datetime.now(UTC)


class Service:
    """One service on loopback, from `with` to its end; see the package's docstring for how it is used.

    A request passes, in this order: a cut before it is seen, `admit` (credentials, headers, quotas), a fault that
    answers in the service's place, its route, and a fault that spoils the answer. All but waiting is under `lock`.
    """

    suffix = ""  # an ending of paths that may be left out

    def __init__(self, routes: Mapping[str, Route], secrets: Mapping[str, str]) -> None:
        self.clock: Callable[[], datetime] = real_time
        self.kinds: tuple[str, ...] = tuple(routes)
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self.elsewhere = Elsewhere(secrets)
        self.links_elsewhere = False
        """True: the links to next pages name the server `elsewhere`."""
        self.lock = threading.RLock()
        self._routes = [(kind.split(" ")[0], _pattern(kind.split(" ")[1]), kind) for kind in routes]
        self.routes = dict(routes)
        self._faults = Faults(routes)
        self._patience: defaultdict[str, Patience] = defaultdict(Patience)
        self._wire = Wire(self._respond, self.violations.append)

    @property
    def url(self) -> str:
        """Where it is, without a slash at its end."""
        return f"http://127.0.0.1:{self._wire.port}"

    @property
    def links_url(self) -> str:
        """What links to next pages begin with."""
        return self.elsewhere.url if self.links_elsewhere else self.url

    def __enter__(self) -> Self:
        self.elsewhere.open()
        self._wire.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._wire.close()
        self.elsewhere.close()

    def fault(self, kind: str, fault: Fault, times: int = 1) -> None:
        """The next `times` requests of that kind suffer it, after those said before."""
        with self.lock:
            self._faults.add(kind, fault, times)

    def pending_faults(self) -> list[tuple[str, Fault]]:
        """Those that nobody has suffered yet, with their kinds."""
        with self.lock:
            return self._faults.pending()

    def clear_faults(self) -> None:
        """Forget those that nobody has suffered yet."""
        with self.lock:
            self._faults.clear()

    def asked(self, kind: str) -> list[Seen]:
        """The requests of one kind, in their order; ValueError for a kind that the service does not know."""
        if kind not in self.kinds:
            raise ValueError(f"no such kind of request: {kind!r}")
        with self.lock:
            return [seen for seen in self.seen if seen.kind == kind]

    @contextmanager
    def held(self) -> Iterator[Self]:
        """Let no request change anything meanwhile."""
        with self.lock:
            yield self

    # What a service says for itself.

    def admit(self, asked: Asked) -> None:
        """Check what every request must carry, and its quotas; Refusal where the service would not go on."""

    def astray(self, asked: Asked) -> str:
        """The rule that was broken by asking for a path or a method that does not exist."""
        return "there is no such endpoint"

    def lost_way(self, asked: Asked) -> Answer:
        """The answer for a path or a method that does not exist."""
        return Answer.of(404, {"error": "not found"})

    def throttled(self, asked: Asked, retry_after: str) -> Answer:
        """The answer for too many requests; `retry_after` is "" where it is not to be said."""
        raise NotImplementedError

    def head(self, asked: Asked) -> Mapping[str, str]:
        """Headers of every answer."""
        return {}

    def wait_told(self, answer: Answer) -> str:
        """How long an answer to too many requests tells the client to wait, "" where it does not."""
        return answer.headers.get("Retry-After", "")

    # For the services' own rules.

    def broken(self, asked: Asked, sentence: str) -> None:
        """Remember a rule that the client broke."""
        self.violations.append(f"{asked.kind}: {sentence}")

    def real_throttle(self, asked: Asked, seconds: int, quota: str) -> Refusal:
        """The client was too fast, which is its fault."""
        self.broken(asked, f"too many requests, {quota}")
        return Refusal(self.throttled(asked, str(seconds)))

    # The way of a request.

    def _respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        with self.lock:
            asked = self._understood(method, target, headers, body)
            fault = self._faults.first(asked.kind)
            if fault is not None and fault.how is How.NOT_REACHED:
                self._faults.drop(asked.kind)
                self._remember(asked, None, fault)
                return Reply(None)
            answer, fault = self._answered(asked, fault)
            cut = fault is not None and fault.how is How.LOST
            self._remember(asked, None if cut else answer.status, fault)
        if cut:
            if answer.finish is not None:
                answer.finish()
            return Reply(None)
        wait = fault.seconds if fault is not None and fault.how is How.SLOW else 0.0
        return Reply(answer, wait, fault is not None and fault.how is How.TRUNCATED)

    def _understood(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Asked:
        parts = urlsplit(target)
        path = parts.path.removesuffix(self.suffix) if self.suffix else parts.path
        kind = f"{method} {path}"
        ids: tuple[int, ...] = ()
        for known, pattern, name in self._routes:
            if known == method and (match := pattern.fullmatch(path)):
                kind, ids = name, tuple(int(number) for number in match.groups())
                break
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return Asked(method, path, query, headers, body, kind, ids, self.clock())

    def _answered(self, asked: Asked, fault: Fault | None) -> tuple[Answer, Fault | None]:
        """The answer, and the fault that was really suffered."""
        patience = self._patience[self.quota(asked)]
        early = patience.left(asked.at)
        if early:
            self.broken(asked, f"sent {early:.1f} s before the Retry-After of an earlier answer had passed")
        suffered: Fault | None = None
        try:
            route = self.routes.get(asked.kind)
            if route is None:
                self.broken(asked, self.astray(asked))
                raise Refusal(self.lost_way(asked))
            self.admit(asked)
            if fault is not None:
                self._faults.drop(asked.kind)
                suffered = fault
            answer = self._in_its_place(asked, fault) if fault is not None and fault.how in BEFORE else route(asked)
        except Refusal as refusal:
            answer = refusal.answer
        if suffered is not None:
            answer = _spoilt(answer, suffered)
        answer = replace(answer, headers={**self.head(asked), **answer.headers})
        if waiting := self.wait_told(answer):
            patience.tell(waiting, asked.at)
        return answer, suffered

    def quota(self, asked: Asked) -> str:
        """What a request is counted with, and what a Retry-After is about: all with all, unless it is said."""
        return ""

    def _in_its_place(self, asked: Asked, fault: Fault) -> Answer:
        if fault.how is How.REDIRECT:
            return Answer(fault.status or 307, headers={"Location": self.elsewhere.url + asked.path})
        if fault.how is How.TOO_MANY:
            return self.throttled(asked, "1" if fault.retry_after is None else str(fault.retry_after))
        return _failure(fault)

    def _remember(self, asked: Asked, answered: int | None, fault: Fault | None) -> None:
        self.seen.append(
            Seen(
                asked.method,
                asked.path,
                asked.query,
                asked.headers,
                asked.body,
                asked.kind,
                asked.at,
                answered,
                None if fault is None else fault.how,
            )
        )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.escape(template).replace(r"\{id\}", r"([0-9]{1,18})"))


def _failure(fault: Fault) -> Answer:
    status = fault.status or 503
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after not in {None, ""} else {}
    return Answer(status, _PAGE % status, headers, "text/html; charset=utf-8")


def _spoilt(answer: Answer, fault: Fault) -> Answer:
    if fault.how is How.FAILED_AFTER:
        return replace(_failure(fault), finish=answer.finish)
    if fault.how is How.CUT_JSON:
        return replace(answer, body=answer.body[: max(1, len(answer.body) // 2)])
    if fault.how is How.NOT_JSON:
        return replace(answer, body=_PAGE % answer.status, content_type="text/html; charset=utf-8")
    return answer
