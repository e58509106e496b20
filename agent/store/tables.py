"""The tables of the store."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in, an aware time in UTC out; SQLite itself knows no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn an aware time into UTC without a zone; a naive one is a mistake of ours."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back."""
        return value.replace(tzinfo=UTC) if value else None


rounds = Table(
    "round",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
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
)

findings = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("client", Text),
    Column("clients", JSON, nullable=False),
    Column("host", Text, nullable=False),
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
)

memories = Table(
    "memory",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("check", Text, primary_key=True),
    Column("data", JSON, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

incidents = Table(
    "incident",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
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
    Column("at", UtcDateTime, nullable=False),
    Column("change", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("evidence", JSON, nullable=False),
)
