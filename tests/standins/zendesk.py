"""A stand-in for Zendesk Support: tickets, their comments and tags, uploads, and OAuth."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.standins.exchange import Answer, Asked
from tests.standins.limits import Window
from tests.standins.zendesk_access import Gate
from tests.standins.zendesk_answers import PAGE, bad_request, by_cursor, invalid, not_found, paged, refusal
from tests.standins.zendesk_changes import UPLOAD_LIFE, Changes
from tests.standins.zendesk_desk import OURSELVES
from tests.standins.zendesk_once import LONGEST, Once
from tests.standins.zendesk_tickets import Attachment, Comment, Ticket, stamp, tidy_tags

LARGEST_UPLOAD = 50 * 1024 * 1024
_TICKETS = "/api/v2/tickets"
_TOKENS, _UPLOADS, _CREATE = "POST /oauth/tokens", "POST /api/v2/uploads", f"POST {_TICKETS}"
_UPDATE = f"PUT {_TICKETS}/{{id}}"


class Zendesk(Changes):
    """One account. Quotas are for the account, in a sliding minute, and 30 updates in ten minutes for each ticket.

    `blind_seconds` is how long a new ticket stays out of lists. `legacy` is an e-mail address and its API token.
    """

    suffix = ".json"

    def __init__(
        self,
        requests_a_minute: int = 200,
        *,
        client_id: str = "siterounds",
        client_secret: str = "zendesk-client-secret",
        legacy: tuple[str, str] | None = ("l2@agency.example", "legacy-token"),
        token_seconds: int = 1800,
        updates_a_minute: int = 100,
        updates_a_ticket: int = 30,
        blind_seconds: float = 0,
        allow_public: bool = False,
    ) -> None:
        token = legacy[1] if legacy else ""
        super().__init__(self._routed(), {"client secret": client_secret, "legacy token": token})
        self.client_id, self.client_secret, self.legacy = client_id, client_secret, legacy
        self.blind_seconds = blind_seconds
        self.allow_public = allow_public
        self.gate = Gate((client_id, client_secret), legacy, token_seconds)
        self.once = Once()
        self.pace = Window(requests_a_minute, 60)
        self._updates = Window(updates_a_minute, 60)
        self._each = (updates_a_ticket, 600)
        self._by_ticket: dict[int, Window] = {}

    def expire_tokens(self) -> None:
        """Every bearer token ends now, as when an administrator revokes them."""
        with self.lock:
            self.gate.expire_all()

    def _routed(self) -> dict[str, Any]:
        one = f"{_TICKETS}/{{id}}"
        return {
            _TOKENS: self._grant,
            _CREATE: self._create,
            f"GET {_TICKETS}": self._list,
            f"GET {_TICKETS}/show_many": self._show_many,
            f"GET {one}": lambda asked: self._shown(200, self.known_ticket(asked.ids[0])),
            _UPDATE: self._update,
            f"GET {one}/comments": self._comments,
            f"GET {one}/tags": lambda asked: Answer.of(200, {"tags": sorted(self.known_ticket(asked.ids[0]).tags)}),
            f"POST {one}/tags": self._tags,
            f"PUT {one}/tags": self._tags,
            f"DELETE {one}/tags": self._tags,
            _UPLOADS: self._upload,
            "GET /api/v2/users/me": lambda asked: Answer.of(200, {"user": self.users[OURSELVES].shown()}),
            "GET /api/v2/organizations/{id}": self._organization,
            "GET /api/v2/ticket_fields": self._fields,
        }

    # Before anything else.

    def admit(self, asked: Asked) -> None:
        """Headers, credentials, and quotas."""
        if "application/json" not in asked.header("accept"):
            self.broken(asked, "Accept: application/json is missing")
        if asked.kind == _TOKENS:
            return
        if not asked.header("authorization"):
            self.broken(asked, "Authorization is missing")
        lacking = self.gate.admit(asked, _scopes(asked))
        if wait := self.pace.take(asked.at):
            raise self.real_throttle(asked, wait, f"the account may send {self.pace.limit} in a minute")
        if lacking:
            self.broken(asked, lacking)
            raise refusal(403, "Forbidden", "You do not have access to this page.")
        if asked.method != "GET" and asked.kind != _UPLOADS:
            self._check_content_type(asked)
        if asked.header("idempotency-key") and asked.kind != _CREATE:
            self.broken(asked, "Idempotency-Key is only for the creation of tickets")
        if asked.kind == _UPDATE:
            self._count_update(asked)

    def may_create_users(self, asked: Asked) -> bool:
        """Whether the token may."""
        return self.gate.may(asked, ["write", "users:write"])

    def _check_content_type(self, asked: Asked) -> None:
        if asked.header("content-type").partition(";")[0].strip().lower() != "application/json":
            self.broken(asked, "Content-Type: application/json is missing")
            raise refusal(415, "UnsupportedMediaType", "Content-Type must be application/json")

    def _count_update(self, asked: Asked) -> None:
        if wait := self._updates.take(asked.at):
            raise self.real_throttle(asked, wait, f"the account may update {self._updates.limit} tickets in a minute")
        own = self._by_ticket.setdefault(asked.ids[0], Window(*self._each))
        if wait := own.take(asked.at):
            raise self.real_throttle(asked, wait, f"a ticket may be updated {own.limit} times in ten minutes")

    def throttled(self, asked: Asked, retry_after: str) -> Answer:
        """A 429."""
        headers = {"Retry-After": retry_after} if retry_after else {}
        text = b"Number of allowed API requests per minute exceeded"
        return Answer(429, text, headers, "text/plain; charset=utf-8")

    def lost_way(self, asked: Asked) -> Answer:
        """A 404 for a path that is none."""
        return Answer.of(404, {"error": "InvalidEndpoint", "description": "Not found"})

    def head(self, asked: Asked) -> Mapping[str, str]:
        """What is left of the quotas."""
        if asked.kind == _TOKENS:
            return {}
        limit, left, reset = self.pace.limit, self.pace.left(asked.at), self.pace.reset(asked.at)
        headers = {"X-Rate-Limit": str(limit), "X-Rate-Limit-Remaining": str(left)}
        headers |= {"ratelimit-limit": str(limit), "ratelimit-remaining": str(left), "ratelimit-reset": str(reset)}
        if asked.kind == _UPDATE:
            own = self._updates
            state = f"total={own.limit}; remaining={own.left(asked.at)}; resets={own.reset(asked.at)}"
            headers["Zendesk-RateLimit-tickets-update"] = state
        return headers

    # The endpoints.

    def _grant(self, asked: Asked) -> Answer:
        answer, broken = self.gate.grant(asked)
        for sentence in broken:
            self.broken(asked, sentence)
        return answer

    def _create(self, asked: Asked) -> Answer:
        key = asked.header("idempotency-key")
        if not key:
            self.broken(asked, "a ticket is created without an Idempotency-Key")
        if len(key) > LONGEST:
            self.broken(asked, f"the Idempotency-Key is longer than {LONGEST} characters")
            raise bad_request("The idempotency key is too long")
        if key and (earlier := self.once.earlier(key, asked)) is not None:
            return earlier
        answer = self._shown(201, self.create(asked))
        return self.once.keep(key, asked, answer) if key else answer

    def _update(self, asked: Asked) -> Answer:
        return self._shown(200, self.update(asked, asked.ids[0]))

    def _shown(self, code: int, ticket: Ticket) -> Answer:
        value: dict[str, Any] = {"ticket": ticket.shown(self.url, self.fields)}
        headers = {}
        if code == 201:
            headers["Location"] = f"{self.url}{_TICKETS}/{ticket.id}.json"
            value["audit"] = {"id": ticket.comments[0].id + 1, "ticket_id": ticket.id, "author_id": OURSELVES}
        return Answer.of(code, value, headers)

    def _list(self, asked: Asked) -> Answer:
        wanted, newest = asked.query.get("external_id"), asked.at - timedelta(seconds=self.blind_seconds)
        found = [
            ticket
            for ticket in self.tickets.values()
            if not ticket.deleted
            and not ticket.archived
            and (wanted is None or ticket.external_id == wanted)
            and ticket.created_at <= newest
        ]
        return self._page(asked, "tickets", found)

    def _show_many(self, asked: Asked) -> Answer:
        numbers = [int(text) for text in asked.query.get("ids", "").split(",") if text.strip().isdecimal()]
        if not 1 <= len(numbers) <= 100:
            self.broken(asked, "show_many takes 1 to 100 ids")
            raise bad_request("ids are missing or too many")
        found = [self.tickets[number] for number in numbers if number in self.tickets]
        return self._page(asked, "tickets", [ticket for ticket in found if not ticket.deleted])

    def _page(self, asked: Asked, name: str, tickets: list[Ticket]) -> Answer:
        answer, broken = paged(asked, name, tickets, lambda each: each.shown(self.url, self.fields), self.links_url)
        if broken:
            self.broken(asked, broken)
        return answer

    def _comments(self, asked: Asked) -> Answer:
        order = asked.query.get("sort" if by_cursor(asked) else "sort_order")
        if order not in {None, "created_at", "-created_at", "asc", "desc"}:
            raise bad_request(f"sort is not valid: {order}")
        if ("sort_order" if by_cursor(asked) else "sort") in asked.query:
            self.broken(asked, "sort is for paging by cursor and sort_order for paging by offset; it was ignored")
        comments: list[Comment] = self.known_ticket(asked.ids[0]).comments
        if order in {"-created_at", "desc"}:
            comments = comments[::-1]
        answer, broken = paged(asked, "comments", comments, Comment.shown, self.links_url)
        if broken:
            self.broken(asked, broken)
        return answer

    def _tags(self, asked: Asked) -> Answer:
        wanted = self.body(asked)
        if not isinstance(wanted.get("tags"), list):
            self.broken(asked, "tags are not a list")
            raise invalid({"tags": ["Tags: are not a list"]})
        ticket = self.open_ticket(asked.ids[0])
        self.check_stamp(asked, ticket, wanted)
        given = tidy_tags(wanted["tags"])
        if asked.method == "POST":
            self.broken(asked, "POST replaces the tags that people set; PUT adds")
            ticket.tags = given
        elif asked.method == "PUT":
            ticket.tags = tidy_tags([*ticket.tags, *given])
        else:
            ticket.tags = [tag for tag in ticket.tags if tag not in given]
        self.touch(ticket)
        return Answer.of(201 if asked.method == "POST" else 200, {"tags": sorted(ticket.tags)})

    def _upload(self, asked: Asked) -> Answer:
        name, kind = asked.query.get("filename", ""), asked.header("content-type")
        if not name or not kind or kind.startswith("application/x-www-form-urlencoded"):
            self.broken(asked, "an upload needs its filename and the Content-Type of the file")
            raise bad_request("filename and Content-Type are required")
        if not asked.body or len(asked.body) > LARGEST_UPLOAD:
            self.broken(asked, "an upload is empty or larger than 50 MB")
            raise invalid({"attachment": ["Attachment: is empty or too large"]})
        file = Attachment(next(self.file_numbers), name, kind, asked.body)
        token = secrets.token_hex(12)
        self.uploads[token] = (file, asked.at)
        ends = stamp(asked.at + UPLOAD_LIFE)
        upload = {"token": token, "expires_at": ends, "attachment": file.shown(), "attachments": [file.shown()]}
        return Answer.of(201, {"upload": upload})

    def _organization(self, asked: Asked) -> Answer:
        number = asked.ids[0]
        if number not in self.organizations:
            raise not_found()
        return Answer.of(200, {"organization": {"id": number, "name": self.organizations[number], "tags": []}})

    def _fields(self, asked: Asked) -> Answer:
        fields = [
            {"id": number, "title": title, "type": "text", "active": True} for number, title in self.fields.items()
        ]
        return Answer.of(200, {"ticket_fields": fields[:PAGE], "next_page": None, "previous_page": None})


def _scopes(asked: Asked) -> list[str]:
    """Those of which a request needs one."""
    access = "read" if asked.method == "GET" else "write"
    if asked.path == "/api/v2/ticket_fields":
        return [access]
    resource = asked.path.split("/")[3] if asked.path.count("/") >= 3 else ""
    return [access, f"{'tickets' if resource == 'uploads' else resource}:{access}"]
