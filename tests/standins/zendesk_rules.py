"""What may stand in a ticket that is created or updated: rules of its shape, which no data of the account changes."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.standins.zendesk_tickets import STATUSES

SUBJECT, EXTERNAL_ID, COMMENT_CHARACTERS, COMMENT_BYTES, COMMENTS = 150, 255, 65_000, 65_535, 5_000
_CHOICES: Mapping[str, Collection[str]] = {
    "priority": ("urgent", "high", "normal", "low"),
    "type": ("problem", "incident", "question", "task"),
    "status": STATUSES,
}
_IDS = ("requester_id", "organization_id", "group_id", "brand_id", "ticket_form_id", "custom_status_id", "assignee_id")
_ALWAYS = frozenset(
    {"subject", "comment", "tags", "external_id", "custom_fields", "problem_id", "due_at", "collaborators", "email_ccs"}
    | {"followers", "macro_ids", "metadata", "safe_update", "updated_stamp", "description", *_CHOICES, *_IDS}
)
_CREATING = _ALWAYS | {"requester", "via_followup_source_id"}
_COMMENT = frozenset({"body", "html_body", "public", "author_id", "uploads"})
_RUNS = re.compile(r"<(script|iframe|object|style)\b|\son\w+\s*=|javascript:", re.I)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong, where, and whether Zendesk would refuse the request for it."""

    field: str
    sentence: str
    refused: bool = True


def wrongs(ticket: Mapping[str, Any], *, creating: bool, known_fields: Collection[int]) -> Iterator[Wrong]:
    """Everything that is wrong with the value of "ticket"."""
    yield from _names(ticket, creating=creating)
    yield from _texts(ticket)
    yield from _choices(ticket)
    if creating and ticket.get("due_at") and ticket.get("type") != "task":
        yield Wrong("due_at", "due_at is only for the type task")
    if creating and ticket.get("problem_id") and ticket.get("type") != "incident":
        yield Wrong("problem_id", "problem_id is only for the type incident")
    yield from _custom_fields(ticket.get("custom_fields", []), known_fields)
    if "tags" in ticket and not _strings(ticket["tags"]):
        yield Wrong("tags", "tags are not a list of texts")
    if "comment" in ticket:
        yield from _comment(ticket["comment"])
    elif creating:
        yield Wrong("base", "a ticket cannot be created without a comment")


def _names(ticket: Mapping[str, Any], *, creating: bool) -> Iterator[Wrong]:
    for name in ticket:
        if name not in (_CREATING if creating else _ALWAYS):
            yield Wrong(name, f"a ticket has no property {name!r} here, and Zendesk ignores it", refused=False)
    if "description" in ticket:
        yield Wrong("description", "description is read-only; the first comment becomes it", refused=False)
    if "tags" in ticket and not creating:
        yield Wrong("tags", "tags in an update replace those that people set", refused=False)


def _choices(ticket: Mapping[str, Any]) -> Iterator[Wrong]:
    for name, allowed in _CHOICES.items():
        if ticket.get(name) is not None and ticket[name] not in allowed:
            yield Wrong(name, f"{name} is {ticket[name]!r}, allowed are {', '.join(allowed)}")
    for name in _IDS:
        if ticket.get(name) is not None and not isinstance(ticket[name], int):
            yield Wrong(name, f"{name} is {ticket[name]!r} and not a number")


def _texts(ticket: Mapping[str, Any]) -> Iterator[Wrong]:
    subject, external_id = ticket.get("subject"), ticket.get("external_id")
    if subject is not None and not (isinstance(subject, str) and len(subject) <= SUBJECT):
        yield Wrong("subject", f"the subject is not a text of at most {SUBJECT} characters")
    if external_id is not None and not (
        isinstance(external_id, str) and len(external_id) <= EXTERNAL_ID and external_id.isascii()
    ):
        yield Wrong("external_id", f"the external_id is not a text of at most {EXTERNAL_ID} ASCII characters")


def _custom_fields(fields: Any, known: Collection[int]) -> Iterator[Wrong]:
    if not isinstance(fields, list) or not all(
        isinstance(each, dict) and set(each) == {"id", "value"} for each in fields
    ):
        yield Wrong("custom_fields", "custom_fields are not a list of {id, value}")
        return
    for each in fields:
        if each["id"] not in known:
            yield Wrong("custom_fields", f"there is no custom field {each['id']!r}")


def _comment(comment: Any) -> Iterator[Wrong]:
    if not isinstance(comment, dict):
        yield Wrong("comment", "the comment is not an object")
        return
    for name in sorted(set(comment) - _COMMENT):
        yield Wrong("comment", f"a comment has no property {name!r}, and Zendesk ignores it", refused=False)
    texts = [name for name in ("body", "html_body") if name in comment]
    if len(texts) != 1:
        yield Wrong("comment", "a comment has body or html_body, and one of them")
    for name in texts:
        yield from _comment_text(name, comment[name])
    if "public" not in comment:
        yield Wrong("comment", "without `public` a comment is public and mailed to the requester", refused=False)
    elif not isinstance(comment["public"], bool):
        yield Wrong("comment", "`public` is neither true nor false")
    if "uploads" in comment and not _strings(comment["uploads"]):
        yield Wrong("comment", "uploads are not a list of tokens")


def _comment_text(name: str, text: Any) -> Iterator[Wrong]:
    if not isinstance(text, str) or not text.strip():
        yield Wrong("comment", f"{name} of a comment is empty or no text")
        return
    if len(text) > COMMENT_CHARACTERS or len(text.encode(errors="surrogatepass")) > COMMENT_BYTES:
        yield Wrong("comment", f"{name} of a comment is longer than {COMMENT_CHARACTERS} characters or 64 KiB")
    if name == "html_body" and _RUNS.search(re.sub(r">[^<]*", ">", text)):
        yield Wrong("comment", "html_body of a comment holds what could run in a browser", refused=False)


def _strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
