"""The tables of the store, and the column types for subjects and aware times."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

from inventory.subject import Subject

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class SubjectText(TypeDecorator[Subject]):
    """A column of subjects, stored as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Subject | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the text of a subject."""
        return None if value is None else str(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Subject | None:  # noqa: ARG002
        """Return the subject of a text."""
        return None if value is None else Subject.parse(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A column of aware times, stored in UTC because SQLite has no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return a naive time in UTC. Raises ValueError if the time is naive."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return an aware time in UTC."""
        return value.replace(tzinfo=UTC) if value else None


rounds = Table(
    "round",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
)

whole_rounds = Table(
    "whole_round",
    metadata,
    Column("client", Text, primary_key=True),  # a client of which a round covered all sites and hosts
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE"), primary_key=True, index=True),
)

due_checks = Table(
    "due_check",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("host", Text, nullable=False),
    Column("site", Text),
    Column("check", Text, nullable=False),
)

not_run = Table(
    "not_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("host", Text, nullable=False),
    Column("site", Text),
    Column("check", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("partly", Integer, nullable=False),
    Column("cause", Text, nullable=False, server_default="other"),
    Column("internal", Integer, nullable=False, server_default="0"),  # the agency's tools failed, not the site
)

findings = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("client", Text),
    Column("clients", JSON, nullable=False),
    Column("host", Text),
    Column("site", Text),
    Column("check", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("value", Float),
    Column("unit", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("in_scope", Integer, nullable=False, server_default="1"),
    Index(None, "check", "host", "round_id"),
)

standings = Table(
    "standing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("client", Text, nullable=False),
    Column("data", JSON, nullable=False),  # the contract and its hours as of the round
    Index(None, "client", "round_id"),
)

memories = Table(
    "memory",
    metadata,
    Column("subject", SubjectText, primary_key=True),
    Column("check", Text, primary_key=True),
    Column("data", JSON, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

incidents = Table(
    "incident",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", SubjectText, nullable=False),
    Column("check", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("phase", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("streak", Integer, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    UniqueConstraint("subject", "check", "item"),
)

changes = Table(
    "change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", ForeignKey("incident.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("change", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
)

first_looks = Table(
    "first_look",
    metadata,
    Column("subject", SubjectText, primary_key=True),
    Column("check", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),  # the end of the first round in which the check ran on the subject
)

silences = Table(
    "silence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", ForeignKey("incident.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Column("ended_at", UtcDateTime),
)

tickets = Table(
    "ticket",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("external_id", Text, nullable=False, index=True),
    Column("client", Text),
    Column("number", Integer),  # what Zendesk calls it; none before it is created
    Column("submitter", Integer),  # our user id in Zendesk
    Column("predecessor_id", ForeignKey("ticket.id", ondelete="SET NULL")),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("commented_at", UtcDateTime),  # our last comment
    Column("solved_at", UtcDateTime),  # when we solved it
)

ticket_items = Table(
    "ticket_item",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True),
    Column("incident_id", ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("phase", Text, nullable=False),  # as last notified, messages in the outbox included
    Column("state", Text, nullable=False),
    Column("left", Integer, nullable=False),  # 1: the incident moved to another ticket
)

time_entries = Table(
    "time_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("reference", Text, nullable=False, unique=True),
    Column("spent_on", Text, nullable=False),  # a day, ISO 8601
    Column("hours", Text, nullable=False),  # decimal
    Column("number", Integer),  # what Harvest calls it; none before it is created
    Column("withheld", Text, nullable=False),  # why it is not booked; "" means that it is
    UniqueConstraint("client", "slot"),
)

messages = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("integration", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("stream", Text, nullable=False, index=True),  # messages of one stream are delivered one after the other
    Column("payload", JSON, nullable=False),
    Column("stage", Text, nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("key", Text, nullable=False),  # idempotency key; "" before the first attempt
    Column("body", LargeBinary),  # the exact bytes as first sent
    Column("tried_at", UtcDateTime),  # when this body was first sent
    Column("uncertain", Integer, nullable=False),  # 1: an attempt may have succeeded without a response
    Column("trouble", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("ended_at", UtcDateTime),
)

reports = Table(
    "report",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("client", Text, nullable=False),  # "": the agency's overview
    Column("period_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("since", UtcDateTime),
    Column("until", UtcDateTime, nullable=False),
    Column("round_id", Integer, nullable=False),  # stays when the round itself is forgotten
    Column("made_at", UtcDateTime, nullable=False),
    Column("stage", Text, nullable=False, index=True),
    Column("staged_at", UtcDateTime, nullable=False),  # when it reached its stage
    Column("subject", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("recipients", JSON, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the content
    UniqueConstraint("client", "period_key"),
)

kept = Table(
    "kept",
    metadata,
    Column("name", Text, primary_key=True),
    Column("data", JSON, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
)

paces = Table(
    "pace",
    metadata,
    Column("bucket", Text, primary_key=True),
    Column("mark", UtcDateTime, nullable=False),
)

schedules = Table(
    "schedule",
    metadata,
    Column("subject", SubjectText, primary_key=True),
    Column("rhythm", Text, nullable=False),  # in words; a change of it is a new schedule
    Column("since", UtcDateTime, nullable=False),  # when it came into force
)

slots = Table(
    "slot",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", SubjectText, nullable=False),
    Column("key", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),  # of the last attempt
    Column("ended_at", UtcDateTime),  # of the last attempt; NULL: it runs, or its end is unknown
    Column("outcome", Text),
    Column("late", Integer, nullable=False),  # seconds; 0 means on time
    Column("skipped", Integer, nullable=False),  # slots before it that were missed and are not started any more
    Column("begun", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),  # failed attempts
    Column("round_id", Integer),  # stays when the round itself is forgotten
    Column("said", Text, nullable=False),  # the result in words
    UniqueConstraint("subject", "key"),
    Index(None, "subject", "due_at"),
)
