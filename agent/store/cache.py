"""Cached responses of the services, with their age, and the state of the rate limits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from agent.store import tables
from agent.store.engine import store_errors, write_transaction


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A JSON value and when it was fetched."""

    data: Any
    at: datetime


class Cache:
    """Cached JSON values and the marks of rate limits. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def get(self, name: str) -> CachedAnswer | None:
        """Return the value under a name. None means that there is none."""
        with store_errors(self._path), self._engine.connect() as connection:
            row = connection.execute(sa.select(tables.kept).where(tables.kept.c.name == name)).mappings().first()
        return CachedAnswer(row["data"], row["fetched_at"]) if row else None

    def put(self, name: str, data: Any, at: datetime) -> None:
        """Store a JSON value under a name, in place of an earlier one."""
        with write_transaction(self._engine, self._path) as connection:
            connection.execute(sa.delete(tables.kept).where(tables.kept.c.name == name))
            connection.execute(sa.insert(tables.kept), {"name": name, "data": data, "fetched_at": at})

    def reserve(self, bucket: str, booked: Callable[[datetime | None], datetime]) -> datetime:
        """Replace a bucket's mark by `booked(mark)`, atomically; None means no mark yet. Returns the new one."""
        table = tables.paces
        with write_transaction(self._engine, self._path) as connection:
            before = connection.execute(sa.select(table.c.mark).where(table.c.bucket == bucket)).scalar()
            mark = booked(before)
            put = insert(table).on_conflict_do_update(index_elements=[table.c.bucket], set_={"mark": mark})
            connection.execute(put, {"bucket": bucket, "mark": mark})
        return mark
