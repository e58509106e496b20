"""The database of a store, opened beside it: what tests write there that no round would, and what they read."""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Connection

import sqlalchemy as sa

from agent.store.store import Store


@contextmanager
def transaction(store: Store) -> Iterator[sa.Connection]:
    """One transaction of its own, which is committed when the block is left."""
    engine = sa.create_engine(f"sqlite:///{store.path}", poolclass=sa.NullPool)
    sa.event.listen(engine, "connect", _keys_hold)
    with engine.begin() as connection:
        yield connection


def _keys_hold(connection: Connection, _: object) -> None:
    connection.execute("PRAGMA foreign_keys=ON")


def disconnect(store: Store) -> None:
    """Close its connections; it opens new ones when it is used again."""
    with store:
        pass
