"""What was fetched from the services, with its age, and how fast they may be asked again."""

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
    """Copies of what services said. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def get(self, name: str) -> CachedAnswer | None:
        """What is kept under a name."""
        with store_errors(self._path), self._engine.connect() as connection:
            row = connection.execute(sa.select(tables.kept).where(tables.kept.c.name == name)).mappings().first()
        return CachedAnswer(row["data"], row["fetched_at"]) if row else None

    def put(self, name: str, data: Any, at: datetime) -> None:
        """Keep a JSON value under a name, instead of what was there."""
        with write_transaction(self._engine, self._path) as connection:
            connection.execute(sa.delete(tables.kept).where(tables.kept.c.name == name))
            connection.execute(sa.insert(tables.kept), {"name": name, "data": data, "fetched_at": at})

    def reserve(self, bucket: str, booked: Callable[[datetime | None], datetime]) -> datetime:
        """Replace a bucket's mark by what `booked` makes of it, in one step; gives the new one."""
        table = tables.paces
        with write_transaction(self._engine, self._path) as connection:
            before = connection.execute(sa.select(table.c.mark).where(table.c.bucket == bucket)).scalar()
            mark = booked(before)
            put = insert(table).on_conflict_do_update(index_elements=[table.c.bucket], set_={"mark": mark})
            connection.execute(put, {"bucket": bucket, "mark": mark})
        return mark
