"""The rendered reports in the store: content, recipients and stage of each."""

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
    """The stage of a report."""

    PREPARED = "prepared"  # to be reviewed by a person
    APPROVED = "approved"  # may be sent
    SENT = "sent"  # its messages are in the outbox
    SKIPPED = "skipped"  # not sent; the next report covers its period, too


_NEXT: Mapping[ReportStage, frozenset[ReportStage]] = {
    ReportStage.PREPARED: frozenset({ReportStage.APPROVED, ReportStage.SKIPPED}),
    ReportStage.APPROVED: frozenset({ReportStage.SENT, ReportStage.SKIPPED, ReportStage.PREPARED}),
    ReportStage.SKIPPED: frozenset({ReportStage.PREPARED, ReportStage.APPROVED}),
    ReportStage.SENT: frozenset(),
}


@dataclass(frozen=True, slots=True)
class RenderedReport:
    """A report as its recipients read it."""

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
        """Return the SHA-256 of the content (subject, HTML, text, language); equal for reports that say the same."""
        whole = sha256()
        for part in (self.subject, self.html, self.text, self.language):
            data = part.encode()
            whole.update(len(data).to_bytes(8, "big") + data)
        return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class ReportHead:
    """A stored report without its content."""

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
    """A stored report with its content."""

    head: ReportHead
    html: str
    text: str


class Reports:
    """The stored reports, one a client and period; client None is the agency's overview. Methods raise StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def last(self, client: str | None) -> ReportHead | None:
        """Return the newest report of a client that was not skipped; the next one begins at its end. None: none yet."""
        heads = _heads(table.c.client == (client or ""), table.c.stage != ReportStage.SKIPPED).order_by(None)
        return next(iter(self._read(heads.order_by(table.c.until.desc(), table.c.id.desc()).limit(1))), None)

    def keys(self, client: str | None) -> frozenset[str]:
        """Return the keys of the periods of all reports of a client, skipped ones included."""
        query = sa.select(table.c.period_key).where(table.c.client == (client or ""))
        with store_errors(self._path), self._engine.connect() as connection:
            return frozenset(connection.execute(query).scalars())

    def list(
        self, client: str | None = None, stage: ReportStage | None = None, limit: int = 100
    ) -> tuple[ReportHead, ...]:
        """Return the newest reports, newest first; of one client ("" is the agency's overview) or in one stage."""
        where = [] if client is None else [table.c.client == client]
        where += [] if stage is None else [table.c.stage == stage]
        return self._read(_heads(*where).limit(limit))

    def find(self, client: str | None, key: str) -> StoredReport | None:
        """Return a client's report of a period. None means that there is none."""
        return self._stored(sa.and_(table.c.client == (client or ""), table.c.period_key == key))

    def get(self, number: int) -> StoredReport | None:
        """Return a report by its number. None means that there is none."""
        return self._stored(table.c.id == number)

    def put(self, report: RenderedReport, at: datetime, stage: ReportStage = ReportStage.PREPARED) -> int:
        """Store a report. Returns its number, which a report that is rendered again keeps.

        Raises StoreError if the period has a report that was approved, sent or skipped: it is not replaced.
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
        """Move a report to a stage; nothing changes if it is there already. Returns the report.

        `digest` is that of the content that a person reviewed. Raises StoreError if the report was rendered again since
        then, does not exist, or cannot move to that stage.
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
        """Put an approved report's messages into the outbox and mark it as sent. Returns the number of new messages.

        A recipient who has a message already gets another one only with `again`, and only once the first was delivered.
        Raises StoreError if the report does not exist or was not approved.
        """
        with write_transaction(self._engine, self._path) as connection:
            row = connection.execute(_heads(table.c.id == number)).mappings().first()
            if row is None:
                raise StoreError(f"there is no report #{number}")
            head = _head(row)
            if head.stage not in (ReportStage.APPROVED, ReportStage.SENT):
                raise StoreError(f"the report {_name(head.client, head.period.key)} is {head.stage}, and not approved")
            new = [draft for draft in drafts if _needs_message(latest(connection, draft.stream), again)]
            for draft in new:
                add(connection, draft, at)
            if head.stage is ReportStage.APPROVED:
                values = {"stage": ReportStage.SENT, "staged_at": at}
                connection.execute(sa.update(table).where(table.c.id == number), values)
        return len(new)

    def _stored(self, where: sa.ColumnElement[bool]) -> StoredReport | None:
        with store_errors(self._path), self._engine.connect() as connection:
            row = connection.execute(sa.select(table).where(where)).mappings().first()
        return StoredReport(_head(row), row["html"], row["text"]) if row else None

    def _read(self, query: sa.Select[Any]) -> tuple[ReportHead, ...]:
        with store_errors(self._path), self._engine.connect() as connection:
            return tuple(_head(row) for row in connection.execute(query).mappings())


def _needs_message(latest_message: Message | None, again: bool) -> bool:
    """Whether a recipient needs a message. `latest_message` is the one that exists; None means that there is none."""
    return latest_message is None or (again and latest_message.stage is MessageStage.DELIVERED)


def _heads(*where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select reports, newest first, without the columns of their long content."""
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
