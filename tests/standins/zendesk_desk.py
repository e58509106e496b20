"""The help desk itself: its people, organisations and tickets, and what people do to them."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.standins.service import Route, Service
from tests.standins.zendesk_tickets import STATUSES, Attachment, Comment, Ticket, from_html, from_plain, tidy_tags

OURSELVES = 900
"""The user of the client's token."""
PERSON = 901
"""The agent who does what people do, unless another one is named."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody. `organizations` are those that they belong to, their own one first."""

    id: int
    name: str
    email: str
    role: str = "end-user"
    organizations: tuple[int, ...] = ()

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "email": self.email,
            "role": self.role,
            "organization_id": self.organizations[0] if self.organizations else None,
            "active": True,
            "suspended": False,
            "time_zone": "UTC",
            "locale": "en-US",
        }


class Desk(Service):
    """What is seeded, read and done from Python. `tickets` holds deleted ones too, with `deleted` set."""

    def __init__(self, routes: Mapping[str, Route], secrets: Mapping[str, str]) -> None:
        super().__init__(routes, secrets)
        self.tickets: dict[int, Ticket] = {}
        self.users: dict[int, User] = {
            OURSELVES: User(OURSELVES, "siterounds", "l2@agency.example", "agent"),
            PERSON: User(PERSON, "Kim Allen", "kim@agency.example", "agent"),
        }
        self.organizations: dict[int, str] = {}
        self.fields: dict[int, str] = {}
        self.groups: set[int] = set()
        self.brands: set[int] = set()
        self.ticket_forms: set[int] = set()
        """Any number is taken for a group, a brand or a form while its set is empty."""
        self._numbers = itertools.count(35436)
        self._comment_numbers = itertools.count(1_274_000, 2)

    # Seeds.

    def add_organization(self, number: int, name: str = "") -> None:
        """Let there be one."""
        self.organizations[number] = name or f"Organisation {number}"

    def add_user(self, number: int, name: str = "", organizations: Sequence[int] = (), role: str = "end-user") -> None:
        """Let there be somebody, who belongs to these organisations; those that are not known are added."""
        for organization in organizations:
            if organization not in self.organizations:
                self.add_organization(organization)
        name = name or f"User {number}"
        self.users[number] = User(number, name, f"user{number}@client.example", role, tuple(organizations))

    def add_field(self, number: int, title: str) -> None:
        """Let there be a custom field."""
        self.fields[number] = title

    def add_ticket(self, subject: str, *, external_id: str | None = None, requester_id: int = OURSELVES) -> Ticket:
        """A ticket that a person opened."""
        with self.lock:
            ticket = self.new_ticket(subject, requester_id, PERSON)
            ticket.external_id = external_id
            self.write(ticket, PERSON, subject, public=True)
            return ticket

    # What people do.

    def assign(self, number: int, user: int | None) -> None:
        """Give a ticket to an agent, or to nobody; somebody unknown becomes an agent."""
        with self.lock:
            ticket = self._changeable(number)
            if user is not None and user not in self.users:
                self.add_user(user, role="agent")
            ticket.assignee_id = user
            if user is not None and ticket.status == "new":
                ticket.status = "open"
            self.touch(ticket)

    def set_status(self, number: int, status: str) -> None:
        """Any of Zendesk's six; a closed ticket stays closed."""
        if status not in STATUSES:
            raise ValueError(f"{status!r} is no status of a ticket")
        with self.lock:
            ticket = self._changeable(number)
            ticket.status = status
            self.touch(ticket)

    def comment(self, number: int, text: str, *, public: bool = True, author: int = PERSON) -> Comment:
        """Somebody writes; the requester's own words reopen a solved ticket."""
        with self.lock:
            ticket = self._changeable(number)
            if author == ticket.requester_id and author != OURSELVES and ticket.status in {"solved", "pending"}:
                ticket.status = "open"
            written = self.write(ticket, author, text, public=public)
            self.touch(ticket)
            return written

    def add_tags(self, number: int, *tags: str) -> None:
        """Somebody adds tags."""
        with self.lock:
            ticket = self._changeable(number)
            ticket.tags = tidy_tags([*ticket.tags, *tags])
            self.touch(ticket)

    def delete(self, number: int) -> None:
        """Somebody deletes it: the service knows it no more, `tickets` keeps it with `deleted` set."""
        with self.lock:
            self.tickets[number].deleted = True

    def archive(self, number: int) -> None:
        """Time passes: it is closed, and left out of lists."""
        with self.lock:
            ticket = self.tickets[number]
            ticket.status, ticket.archived = "closed", True

    # What to look at afterwards.

    def ours(self) -> list[Ticket]:
        """The tickets that the client created, in their order, deleted ones too."""
        with self.lock:
            return [ticket for ticket in self.tickets.values() if ticket.submitter_id == OURSELVES]

    def created_twice(self) -> list[str]:
        """External ids that more than one of the client's tickets carries, follow-ups left aside."""
        counted = Counter(ticket.external_id for ticket in self.ours() if ticket.follows is None)
        return sorted(name for name, count in counted.items() if name and count > 1)

    def said_twice(self) -> list[str]:
        """Texts that the client wrote more than once into one ticket."""
        with self.lock:
            counted = Counter(
                (ticket.id, comment.sent)
                for ticket in self.tickets.values()
                for comment in ticket.comments
                if comment.author_id == OURSELVES
            )
        return [f"ticket {number}: {text}" for (number, text), count in counted.items() if count > 1]

    # For the service.

    def new_ticket(self, subject: str, requester: int, submitter: int) -> Ticket:
        """One more, without its first comment."""
        now = self.clock()
        ticket = Ticket(next(self._numbers), subject, requester, submitter, now, now)
        self.tickets[ticket.id] = ticket
        return ticket

    def write(
        self,
        ticket: Ticket,
        author: int,
        text: str,
        *,
        public: bool,
        is_html: bool = False,
        attachments: Sequence[Attachment] = (),
    ) -> Comment:
        """Add a comment."""
        body, html_body = from_html(text) if is_html else from_plain(text)
        number, now = next(self._comment_numbers), self.clock()
        written = Comment(number, author, body, html_body, public, now, tuple(attachments), text, is_html)
        ticket.comments.append(written)
        return written

    def touch(self, ticket: Ticket) -> None:
        """It was changed just now."""
        ticket.updated_at = self.clock()

    def _changeable(self, number: int) -> Ticket:
        ticket = self.tickets[number]
        if ticket.deleted or ticket.status == "closed":
            raise ValueError(f"ticket {number} is {'deleted' if ticket.deleted else 'closed'}")
        return ticket
