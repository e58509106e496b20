"""Creating and updating tickets: what depends on the account's own data, and what a change does."""

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.standins.exchange import Asked
from tests.standins.service import Route
from tests.standins.zendesk_answers import bad_request, invalid, not_found, refusal
from tests.standins.zendesk_desk import OURSELVES, Desk, User
from tests.standins.zendesk_rules import COMMENTS, wrongs
from tests.standins.zendesk_tickets import Attachment, Ticket, stamp, tidy_tags

UPLOAD_LIFE = timedelta(minutes=60)
_PLAIN = ("subject", "priority", "type", "external_id", "group_id", "brand_id", "ticket_form_id", "custom_status_id")
_STALE = (
    "Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again."
)


class Changes(Desk):
    """The writing half of Zendesk. `allow_public` lets comments be public without a violation."""

    allow_public = False

    def __init__(self, routes: Mapping[str, Route], secrets: Mapping[str, str]) -> None:
        super().__init__(routes, secrets)
        self.uploads: dict[str, tuple[Attachment, datetime]] = {}
        self.file_numbers = itertools.count(498_483)

    def may_create_users(self, asked: Asked) -> bool:
        """Whether a requester who is not known may be created."""
        raise NotImplementedError

    def create(self, asked: Asked) -> Ticket:
        """A new ticket; Refusal where Zendesk would refuse it."""
        wanted = self._wanted(asked, creating=True)
        requester = self._requester(wanted)
        if requester.id not in self.users and not self.may_create_users(asked):
            self.broken(asked, "the token has none of the scopes write, users:write, by which a requester is created")
            raise refusal(403, "Forbidden", "You do not have access to this page.")
        organization = wanted.get("organization_id") or next(iter(requester.organizations), None)
        self._check_references(wanted)
        if wanted.get("organization_id") and organization not in requester.organizations:
            raise invalid({"organization": ["Organization: the requester does not belong to it"]})
        source = self._source(wanted)
        if wanted.get("status") in {"solved", "closed"} and not wanted.get("assignee_id"):
            raise _no_assignee()
        files = self._files(wanted["comment"])
        if requester.id not in self.users:
            self.users[requester.id] = requester
        ticket = self.new_ticket(str(wanted.get("subject") or ""), requester.id, OURSELVES)
        ticket.organization_id = organization
        if source is not None:
            ticket.follows, ticket.tags, ticket.custom_fields = source.id, list(source.tags), {**source.custom_fields}
            source.followup_ids.append(ticket.id)
        self._apply(ticket, wanted, files)
        return ticket

    def update(self, asked: Asked, number: int) -> Ticket:
        """A ticket that was changed; Refusal where Zendesk would refuse it."""
        wanted = self._wanted(asked, creating=False)
        ticket = self.open_ticket(number)
        self.check_stamp(asked, ticket, wanted)
        self._check_references(wanted)
        comment = wanted.get("comment")
        if comment is not None and len(ticket.comments) >= COMMENTS:
            raise invalid({"base": [f"Comments: a ticket has at most {COMMENTS}"]})
        assignee = wanted.get("assignee_id", ticket.assignee_id)
        if wanted.get("status") in {"solved", "closed"} and not assignee:
            raise _no_assignee()
        requester = self.users[wanted.get("requester_id") or ticket.requester_id]
        if wanted.get("organization_id") and wanted["organization_id"] not in requester.organizations:
            raise invalid({"organization": ["Organization: the requester does not belong to it"]})
        if "requester_id" in wanted:
            ticket.requester_id = requester.id
        self._apply(ticket, wanted, [] if comment is None else self._files(comment))
        return ticket

    def known_ticket(self, number: int) -> Ticket:
        """One that was not deleted."""
        ticket = self.tickets.get(number)
        if ticket is None or ticket.deleted:
            raise not_found()
        return ticket

    def open_ticket(self, number: int) -> Ticket:
        """One that may be changed still."""
        ticket = self.known_ticket(number)
        if ticket.status == "closed":
            raise invalid({"status": ["Status: closed prevents ticket update"]})
        return ticket

    def check_stamp(self, asked: Asked, ticket: Ticket, wanted: Mapping[str, Any]) -> None:
        """A safe update is made only of what was read last."""
        if wanted.get("safe_update") not in {True, "true"}:
            if "updated_stamp" in wanted:
                self.broken(asked, "updated_stamp protects nothing without safe_update")
            return
        if not isinstance(wanted.get("updated_stamp"), str):
            self.broken(asked, "safe_update needs updated_stamp")
            raise invalid({"safe_update": ["Safe update: needs updated_stamp"]})
        if wanted["updated_stamp"] != stamp(ticket.updated_at):
            raise refusal(409, "UpdateConflict", _STALE)

    def _wanted(self, asked: Asked, *, creating: bool) -> dict[str, Any]:
        value = self.body(asked)
        if set(value) != {"ticket"} or not isinstance(value["ticket"], dict):
            self.broken(asked, 'the body is not {"ticket": {…}}')
            raise bad_request("A ticket object is required")
        wanted: dict[str, Any] = value["ticket"]
        details: dict[str, list[str]] = {}
        for wrong in wrongs(wanted, creating=creating, known_fields=self.fields):
            self.broken(asked, wrong.sentence)
            if wrong.refused:
                details.setdefault(wrong.field, []).append(wrong.sentence)
        if details:
            raise invalid(details)
        comment = wanted.get("comment", {})
        if comment.get("public") and not self.allow_public:
            self.broken(asked, "a public comment is mailed to the requester")
        return wanted

    def body(self, asked: Asked) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        try:
            value = asked.json()
        except ValueError:
            value = None
        if not isinstance(value, dict):
            self.broken(asked, "the body is not a JSON object")
            raise bad_request("The body is not a JSON object")
        return value

    def _requester(self, wanted: Mapping[str, Any]) -> User:
        if isinstance(described := wanted.get("requester"), dict):
            email = str(described.get("email", ""))
            if "@" not in email:
                raise invalid({"requester": ["Requester: Email: is not properly formatted"]})
            known = next((user for user in self.users.values() if user.email.lower() == email.lower()), None)
            return known or User(max(self.users) + 1, str(described.get("name") or email), email)
        requester = self.users.get(wanted.get("requester_id") or OURSELVES)
        if requester is None:
            raise invalid({"requester": ["Requester: is not a known user"]})
        return requester

    def _check_references(self, wanted: Mapping[str, Any]) -> None:
        details: dict[str, list[str]] = {}
        for name, known in (
            ("organization_id", self.organizations),
            ("requester_id", self.users),
            ("group_id", self.groups or None),
            ("brand_id", self.brands or None),
            ("ticket_form_id", self.ticket_forms or None),
            ("assignee_id", [user.id for user in self.users.values() if user.role != "end-user"]),
        ):
            if wanted.get(name) is not None and known is not None and wanted[name] not in known:
                details[name] = [f"{name}: {wanted[name]} is invalid"]
        author = (wanted.get("comment") or {}).get("author_id")
        if author is not None and author not in self.users:
            details["author_id"] = [f"author_id: {author} is invalid"]
        if details:
            raise invalid(details)

    def _source(self, wanted: Mapping[str, Any]) -> Ticket | None:
        if not (number := wanted.get("via_followup_source_id")):
            return None
        source = self.tickets.get(number)
        if source is None or source.deleted or source.status != "closed":
            raise invalid({"via_followup_source_id": ["Via followup source: is not a closed ticket"]})
        return source

    def _files(self, comment: Mapping[str, Any]) -> list[Attachment]:
        """Those of the tokens, which are consumed only when every one is good."""
        tokens, now = comment.get("uploads", []), self.clock()
        for token in tokens:
            if token not in self.uploads or now - self.uploads[token][1] > UPLOAD_LIFE:
                raise invalid({"uploads": [f"Uploads: {token} is unknown, expired or consumed"]})
        return [self.uploads.pop(token)[0] for token in dict.fromkeys(tokens)]

    def _apply(self, ticket: Ticket, wanted: Mapping[str, Any], files: list[Attachment]) -> None:
        for name in _PLAIN:
            if name in wanted:
                setattr(ticket, name, wanted[name])
        for name in ("organization_id", "assignee_id", "problem_id", "due_at"):
            if wanted.get(name) is not None or (name in wanted and name == "assignee_id"):
                setattr(ticket, name, wanted[name])
        if "tags" in wanted:
            ticket.tags = tidy_tags(wanted["tags"])
        for each in wanted.get("custom_fields", []):
            ticket.custom_fields[each["id"]] = each["value"]
        if wanted.get("status"):
            ticket.status = wanted["status"]
        if ticket.assignee_id is not None and ticket.status == "new":
            ticket.status = "open"
        if comment := wanted.get("comment"):
            text, is_html = (comment["html_body"], True) if "html_body" in comment else (comment["body"], False)
            author, public = comment.get("author_id") or OURSELVES, bool(comment.get("public", True))
            self.write(ticket, author, text, public=public, is_html=is_html, attachments=files)
        self.touch(ticket)


def _no_assignee() -> Exception:
    return invalid({"assignee_id": ["Assignee: is required when solving a ticket"]})
