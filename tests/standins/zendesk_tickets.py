"""Tickets and comments as Zendesk keeps them, and as it shows them."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
_UNSAFE = re.compile(
    r"<!--.*?-->|<(script|style|iframe|object)\b.*?</\1\s*>|<(script|style|iframe|object)\b[^>]*>", re.S | re.I
)
_ON = re.compile(r"""\son\w+\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""", re.I)
_TAG = re.compile(r"<[^>]*>")
_BLOCK = re.compile(r"<(br|/p|/div|/li|/tr|/h[1-6]|/pre)\b[^>]*>", re.I)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that was uploaded."""

    id: int
    file_name: str
    content_type: str
    content: bytes

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "file_name": self.file_name,
            "content_type": self.content_type,
            "size": len(self.content),
            "inline": False,
            "deleted": False,
            "content_url": f"https://content.example/attachments/{self.id}",
        }


@dataclass(frozen=True, slots=True)
class Comment:
    """One of a ticket's. `sent` is what came in as `body` or `html_body`; those two are what Zendesk made of it."""

    id: int
    author_id: int
    body: str
    html_body: str
    public: bool
    created_at: datetime
    attachments: tuple[Attachment, ...] = ()
    sent: str = ""
    is_html: bool = False

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "type": "Comment",
            "author_id": self.author_id,
            "body": self.body,
            "html_body": self.html_body,
            "plain_body": self.body,
            "public": self.public,
            "attachments": [each.shown() for each in self.attachments],
            "audit_id": self.id + 1,
            "via": {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": stamp(self.created_at),
            "metadata": {"system": {}, "custom": {}},
        }


@dataclass(slots=True)
class Ticket:
    """One ticket. `archived` ones are left out of lists, deleted ones out of everything."""

    id: int
    subject: str
    requester_id: int
    submitter_id: int
    created_at: datetime
    updated_at: datetime
    status: str = "new"
    priority: str | None = None
    type: str | None = None
    external_id: str | None = None
    assignee_id: int | None = None
    organization_id: int | None = None
    group_id: int | None = None
    brand_id: int | None = None
    ticket_form_id: int | None = None
    custom_status_id: int | None = None
    problem_id: int | None = None
    due_at: str | None = None
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[int, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    followup_ids: list[int] = field(default_factory=list)
    follows: int | None = None
    archived: bool = False
    deleted: bool = False

    def shown(self, url: str, known_fields: Mapping[int, str]) -> dict[str, Any]:
        """As JSON."""
        values = [{"id": number, "value": self.custom_fields.get(number)} for number in known_fields]
        return {
            "url": f"{url}/api/v2/tickets/{self.id}.json",
            "id": self.id,
            "external_id": self.external_id,
            "via": self._via(),
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "generated_timestamp": int(self.updated_at.timestamp()),
            "type": self.type,
            "subject": self.subject,
            "raw_subject": self.subject,
            "description": self.comments[0].body if self.comments else "",
            "priority": self.priority,
            "status": self.status,
            "recipient": None,
            "requester_id": self.requester_id,
            "submitter_id": self.submitter_id,
            "assignee_id": self.assignee_id,
            "organization_id": self.organization_id,
            "group_id": self.group_id,
            "collaborator_ids": [],
            "follower_ids": [],
            "email_cc_ids": [],
            "forum_topic_id": None,
            "problem_id": self.problem_id,
            "has_incidents": False,
            "is_public": any(comment.public for comment in self.comments),
            "due_at": self.due_at,
            "tags": sorted(self.tags),
            "custom_fields": values,
            "fields": values,
            "satisfaction_rating": None,
            "sharing_agreement_ids": [],
            "custom_status_id": self.custom_status_id,
            "followup_ids": self.followup_ids,
            "ticket_form_id": self.ticket_form_id,
            "brand_id": self.brand_id,
            "allow_channelback": False,
            "allow_attachments": True,
            "from_messaging_channel": False,
        }

    def _via(self) -> dict[str, Any]:
        if self.follows is None:
            return {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}}
        return {"channel": "api", "source": {"from": {"ticket_id": self.follows}, "to": {}, "rel": "follow_up"}}


def stamp(moment: datetime) -> str:
    """A time as Zendesk writes it: UTC, whole seconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def from_plain(text: str) -> tuple[str, str]:
    """(body, html_body) of a comment that came as `body`: what looks like a tag in it is lost."""
    plain = _TAG.sub("", text).strip()
    lines = html.escape(plain, quote=False).replace("\n", "<br>\n")
    return plain, f'<div class="zd-comment" dir="auto"><p dir="auto">{lines}</p></div>'


def from_html(text: str) -> tuple[str, str]:
    """(body, html_body) of a comment that came as `html_body`: what could run in a browser and remarks are lost."""
    safe = _ON.sub("", _UNSAFE.sub("", text))
    plain = html.unescape(_TAG.sub("", _BLOCK.sub("\n", safe))).strip()
    return plain, f'<div class="zd-comment" dir="auto">{safe}</div>'


def tidy_tags(tags: list[Any]) -> list[str]:
    """Tags as Zendesk keeps them: lower case, without blanks, each once."""
    return list(dict.fromkeys(str(tag).strip().lower().replace(" ", "_") for tag in tags))
