"""The reports that were made: what each said, whom it is for, and how far it has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.domain.errors import StoreError
from agent.domain.messages import Draft, Message
from agent.domain.messages import Stage as MessageStage
from agent.store import tables
from agent.store.engine import store_errors, write_transaction
from agent.store.outbox import add, latest
from inventory.model import Contact
from reports.health_report import Period

table = tables.reports


class ReportStage(StrEnum):
    """How far a report has come."""

    PREPARED = "prepared"  # somebody has to look at it
    APPROVED = "approved"  # it may go
    SENT = "sent"  # its messages are in the outbox
    SKIPPED = "skipped"  # somebody decided against it: the next one tells of its time, too


_NEXT: Mapping[ReportStage, frozenset[ReportStage]] = {
    ReportStage.PREPARED: frozenset({ReportStage.APPROVED, ReportStage.SKIPPED}),
    ReportStage.APPROVED: frozenset({ReportStage.SENT, ReportStage.SKIPPED, ReportStage.PREPARED}),
    ReportStage.SKIPPED: frozenset({ReportStage.PREPARED, ReportStage.APPROVED}),
    ReportStage.SENT: frozenset(),
}


@dataclass(frozen=True, slots=True)
class RenderedReport:
    """A report as it is read, with whom it is for."""

    client: str | None  # None: the agency's overview
    period: Period
    round_id: int
    subject: str
    html: str
    text: str
    language: str
    recipients: tuple[Contact, ...]

    @property
    def digest(self) -> str:
        """By which it is known whether two say the same: SHA-256 of all that is read."""
        whole = sha256()
        for part in (self.subject, self.html, self.text, self.language):
            said = part.encode()
            whole.update(len(said).to_bytes(8, "big") + said)
        return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class ReportHead:
    """A report of the archive without what it says."""

    id: int
    client: str | None
    period: Period
    round_id: int
    made_at: datetime
    stage: ReportStage
    staged_at: datetime
    subject: str
    language: str
    recipients: tuple[Contact, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report of the archive, whole."""

    head: ReportHead
    html: str
    text: str


class Reports:
    """One report a client and period. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def last(self, client: str | None) -> ReportHead | None:
        """The newest report of a client that was not skipped: the next one tells of what came after it."""
        told = _heads(table.c.client == (client or ""), table.c.stage != ReportStage.SKIPPED).order_by(None)
        return next(iter(self._read(told.order_by(table.c.until.desc(), table.c.id.desc()).limit(1))), None)

    def keys(self, client: str | None) -> frozenset[str]:
        """The keys of all periods that a client has a report of, the skipped ones included."""
        query = sa.select(table.c.period_key).where(table.c.client == (client or ""))
        with store_errors(self._path), self._engine.connect() as connection:
            return frozenset(connection.execute(query).scalars())

    def list(
        self, client: str | None = None, stage: ReportStage | None = None, limit: int = 100
    ) -> tuple[ReportHead, ...]:
        """The newest reports, the newest first; of one client ("": the agency's overview), or in one stage."""
        where = [] if client is None else [table.c.client == client]
        where += [] if stage is None else [table.c.stage == stage]
        return self._read(_heads(*where).limit(limit))

    def find(self, client: str | None, key: str) -> StoredReport | None:
        """A client's report of a period."""
        return self._filed(sa.and_(table.c.client == (client or ""), table.c.period_key == key))

    def get(self, number: int) -> StoredReport | None:
        """One report."""
        return self._filed(table.c.id == number)

    def put(self, report: RenderedReport, at: datetime, stage: ReportStage = ReportStage.PREPARED) -> int:
        """File a report; gives its number, which stays where it is made anew.

        One that was sent, or that somebody has approved or decided against, is not replaced by another one.
        """
        row = _row(report) | {"made_at": at, "stage": stage, "staged_at": at}
        where = (table.c.client == row["client"], table.c.period_key == row["period_key"])
        with write_transaction(self._engine, self._path) as connection:
            known = connection.execute(_heads(*where)).mappings().first()
            if known is None:
                return int(connection.execute(sa.insert(table).returning(table.c.id), row).scalar_one())
            if known["stage"] != ReportStage.PREPARED:
                name = _name(report.client, report.period.key)
                raise StoreError(f"the report {name} is {known['stage']}: it stays as it is")
            connection.execute(sa.update(table).where(table.c.id == known["id"]), row)
        return int(known["id"])

    def stage(self, number: int, to: ReportStage, at: datetime, digest: str | None = None) -> ReportHead:
        """Have a report come to a stage; one that is there already stays as it was.

        `digest` is what somebody has looked at: one that was made anew since is left where it is.
        """
        with write_transaction(self._engine, self._path) as connection:
            row = connection.execute(_heads(table.c.id == number)).mappings().first()
            if row is None:
                raise StoreError(f"there is no report #{number}")
            head = _head(row)
            name = _name(head.client, head.period.key)
            if digest is not None and digest != head.digest:
                raise StoreError(f"the report {name} was made anew since it was looked at: look at it again")
            if head.stage is not to:
                if to not in _NEXT[head.stage]:
                    raise StoreError(f"the report {name} is {head.stage} and cannot become {to}")
                connection.execute(sa.update(table).where(table.c.id == number), {"stage": to, "staged_at": at})
                head = replace(head, stage=to, staged_at=at)
        return head

    def send(self, number: int, drafts: Sequence[Draft], at: datetime, *, again: bool = False) -> int:
        """Put an approved report's messages into the outbox, in one step with the note that it is sent; gives how many.

        A recipient whose message is there already gets no other one: only with `again`, once it has been delivered.
        """
        with write_transaction(self._engine, self._path) as connection:
            row = connection.execute(_heads(table.c.id == number)).mappings().first()
            if row is None:
                raise StoreError(f"there is no report #{number}")
            head = _head(row)
            if head.stage not in (ReportStage.APPROVED, ReportStage.SENT):
                raise StoreError(f"the report {_name(head.client, head.period.key)} is {head.stage}, and not approved")
            new = [one for one in drafts if _wanted(latest(connection, one.stream), again)]
            for draft in new:
                add(connection, draft, at)
            if head.stage is ReportStage.APPROVED:
                values = {"stage": ReportStage.SENT, "staged_at": at}
                connection.execute(sa.update(table).where(table.c.id == number), values)
        return len(new)

    def _filed(self, where: sa.ColumnElement[bool]) -> StoredReport | None:
        with store_errors(self._path), self._engine.connect() as connection:
            row = connection.execute(sa.select(table).where(where)).mappings().first()
        return StoredReport(_head(row), row["html"], row["text"]) if row else None

    def _read(self, query: sa.Select[Any]) -> tuple[ReportHead, ...]:
        with store_errors(self._path), self._engine.connect() as connection:
            return tuple(_head(row) for row in connection.execute(query).mappings())


def _wanted(known: Message | None, again: bool) -> bool:
    """Whether a recipient needs a message beside the one that there is."""
    return known is None or (again and known.stage is MessageStage.DELIVERED)


def _heads(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The newest first, without what they say: that is long."""
    heads = [column for column in table.columns if column.name not in ("html", "text")]
    return sa.select(*heads).where(*where).order_by(table.c.id.desc())


def _row(report: RenderedReport) -> dict[str, Any]:
    period = report.period
    return {
        "client": report.client or "",
        "period_key": period.key,
        "kind": period.kind,
        "since": period.since,
        "until": period.until,
        "round_id": report.round_id,
        "subject": report.subject,
        "html": report.html,
        "text": report.text,
        "language": report.language,
        "recipients": [{"name": one.name, "email": one.email} for one in report.recipients],
        "digest": report.digest,
    }


def _head(row: Mapping[Any, Any]) -> ReportHead:
    same = ("id", "round_id", "made_at", "staged_at", "subject", "language", "digest")
    return ReportHead(
        client=row["client"] or None,
        period=Period(row["kind"], row["period_key"], row["since"], row["until"]),
        stage=ReportStage(row["stage"]),
        recipients=tuple(Contact(one["name"], one["email"]) for one in row["recipients"]),
        **{name: row[name] for name in same},
    )


def _name(client: str | None, key: str) -> str:
    return f"{key} of {client}" if client else f"{key} of the agency"
