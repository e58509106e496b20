"""The client of Zendesk's API: requests about tickets, and responses as values."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ValidationError

from agent.domain.errors import AuthenticationError, PermanentError, UnknownOutcomeError
from agent.integrations.http import ApiResponse, HttpClient
from agent.integrations.protocol import ClientContext
from agent.integrations.rate_limit import Limit
from agent.integrations.zendesk.auth import ZendeskCredentials, account
from inventory.services import Zendesk

UPDATES = Limit("updates", 100, 60.0)
"""The rate limit of updates of all tickets together."""
PAGES = 20
"""Pages of a list, of a hundred entries each, that are read at most."""

M = TypeVar("M", bound=BaseModel)


class TicketNow(BaseModel):
    """A ticket as Zendesk shows it."""

    id: int
    status: str  # new, open, pending, hold, solved, closed
    created_at: datetime
    updated_at: datetime
    assignee_id: int | None = None
    submitter_id: int | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()


class CommentNow(BaseModel):
    """A comment as Zendesk shows it."""

    created_at: datetime
    body: str = ""
    html_body: str = ""


class _Ticket(BaseModel):
    ticket: TicketNow


class _Page(BaseModel):
    class Meta(BaseModel):
        """Whether there are more pages."""

        has_more: bool = False

    class Links(BaseModel):
        """The URL of the next page."""

        next: str | None = None

    meta: Meta = Meta()
    links: Links = Links()


class _Tickets(_Page):
    tickets: tuple[TicketNow, ...]


class _Comments(_Page):
    comments: tuple[CommentNow, ...]


class _Upload(BaseModel):
    class Token(BaseModel):
        """The token by which a comment refers to the file."""

        token: str

    upload: Token


class ZendeskClient:
    """The tickets of Zendesk. Every method raises ServiceError."""

    def __init__(self, config: Zendesk, credentials: ZendeskCredentials, context: ClientContext) -> None:
        """Create the client without a connection."""
        headers = {"Accept": "application/json", "User-Agent": "siterounds"}
        self._credentials = credentials
        self._account = account(config)
        self._service = HttpClient("Zendesk", config.url, credentials, headers, context)

    def __enter__(self) -> Self:
        """Use the session as a context."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the connections."""
        self._service.__exit__(*exception)

    def find(self, external_id: str) -> tuple[TicketNow, ...]:
        """Return all tickets with this external id, except archived ones."""
        pages = self._pages(_Tickets, "/api/v2/tickets", {"external_id": external_id, "page[size]": 100})
        return tuple(ticket for page in pages for ticket in page.tickets)

    def show(self, number: int) -> TicketNow:
        """Return one ticket."""
        return _read(_Ticket, self._ask("GET", f"/api/v2/tickets/{number}")).ticket

    def comments(self, number: int, since: datetime) -> Iterator[CommentNow]:
        """Yield the comments of a ticket since a moment, newest first."""
        for page in self._pages(
            _Comments, f"/api/v2/tickets/{number}/comments", {"sort": "-created_at", "page[size]": 100}
        ):
            for comment in page.comments:
                if comment.created_at < since:
                    return
                yield comment

    def create(self, body: bytes, key: str) -> TicketNow:
        """Create a ticket; for two hours the same body with the same key returns the same ticket."""
        answer = self._ask("POST", "/api/v2/tickets", body=body, headers={"Idempotency-Key": key})
        return _read(_Ticket, answer).ticket

    def update(self, number: int, body: bytes) -> TicketNow:
        """Update a ticket."""
        answer = self._ask("PUT", f"/api/v2/tickets/{number}", (UPDATES,), body=body)
        return _read(_Ticket, answer).ticket

    def add_tags(self, number: int, tags: Sequence[str]) -> None:
        """Add tags to a ticket."""
        body = json.dumps({"tags": list(tags)}).encode()
        self._ask("PUT", f"/api/v2/tickets/{number}/tags", (UPDATES,), body=body)

    def upload(self, name: str, text: str) -> str:
        """Upload a file for a comment. Returns its token, which is valid for an hour."""
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        answer = self._ask("POST", "/api/v2/uploads", params={"filename": name}, body=text.encode(), headers=headers)
        return _read(_Upload, answer).upload.token

    def me(self) -> Mapping[str, Any]:
        """Return the user of our credentials."""
        user: Mapping[str, Any] = _json(self._ask("GET", "/api/v2/users/me"), "user")
        return user

    def knows_organization(self, number: int) -> bool:
        """Whether an organization of this number exists."""
        try:
            self._ask("GET", f"/api/v2/organizations/{number}")
        except PermanentError as error:
            if error.code != 404:
                raise
            return False
        return True

    def _pages(self, model: type[M], path: str, params: Mapping[str, str | int]) -> Iterator[M]:
        page = _read(model, self._ask("GET", path, params=params))
        for _ in range(PAGES):
            yield page
            following = page.links.next if isinstance(page, _Page) and page.meta.has_more else None
            if not following:
                return
            page = _read(model, self._ask("GET", following))

    def _ask(
        self,
        method: str,
        path: str,
        limits: Sequence[Limit] = (),
        *,
        params: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiResponse:
        """Send a request, and again with a new token if the old one is rejected: the first was not carried out."""
        sent = {"Content-Type": "application/json", **(headers or {})} if body is not None else headers
        limits = (self._account, *limits)
        try:
            return self._service.request(method, path, limits, params=params, body=body, headers=sent)
        except AuthenticationError as error:
            if error.code != 401 or not self._credentials.renew():
                raise
        return self._service.request(method, path, limits, params=params, body=body, headers=sent)


def _read(model: type[M], answer: ApiResponse) -> M:
    try:
        return model.model_validate_json(answer.body)
    except ValidationError as error:
        raise UnknownOutcomeError("Zendesk answered something that is not as documented") from error


def _json(answer: ApiResponse, name: str) -> Any:
    said = answer.json()
    if not isinstance(said, dict) or not isinstance(said.get(name), dict):
        raise UnknownOutcomeError("Zendesk answered something that is not as documented")
    return said[name]
