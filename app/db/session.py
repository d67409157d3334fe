"""Engines, sessions, and the only place that commits."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from sqlite3 import Connection as SqliteConnection

    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

SQLITE_BUSY_SECONDS = 15


class ReadSession(Session):
    """A session for reading; nothing it does is ever committed."""


class WriteSession(ReadSession):
    """A session whose work is committed once, as a whole, by `Database.write`."""


class Database:
    """One engine and its two kinds of session."""

    def __init__(self, url: str, *, pool_size: int = 10, pool_timeout: float = 30) -> None:
        """Connect lazily; `url` is a SQLAlchemy address for SQLite or PostgreSQL."""
        self.engine = make_engine(url, pool_size=pool_size, pool_timeout=pool_timeout)
        self.dialect = self.engine.dialect.name
        self._reading = _reading(self.engine)
        self._writing = self.engine.execution_options(writing=True)

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """One consistent view for as long as the block lasts."""
        with ReadSession(self._reading, autoflush=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[WriteSession]:
        """One transaction: committed when the block ends, rolled back whole on any error."""
        with WriteSession(self._writing, expire_on_commit=False) as session:
            yield session
            session.commit()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def make_engine(url: str, *, pool_size: int = 10, pool_timeout: float = 30) -> Engine:
    """An engine with the durability and waiting rules of the service."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        options: dict[str, Any] = {"connect_args": {"timeout": SQLITE_BUSY_SECONDS}}
    else:
        address = address.set(drivername="postgresql+psycopg")
        # jit costs more than it saves on queries of this size; an idle open transaction would hold
        # locks and stop migrations; an acknowledged write is on disk, whatever the server's default.
        settings = ("jit=off", "synchronous_commit=on", "idle_in_transaction_session_timeout=30000")
        options = {
            "connect_args": {"options": " ".join(f"-c {item}" for item in (*settings, "timezone=UTC"))}
        }
    engine = create_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_timeout,
        # A statement's parameters are personal data; they must not reach a log through an exception.
        hide_parameters=True,
        **options,
    )
    event.listen(engine, "reset", _end_transaction)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _reading(engine: Engine) -> Engine:
    """Several reads of one answer agree with each other, and none of them writes by mistake."""
    if engine.dialect.name == "sqlite":
        return engine
    # The driver puts both into its BEGIN: no round trip of their own.
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _end_transaction(connection: DBAPIConnection, record: object, state: object) -> None:
    # A COMMIT that fails (disk full, busy) leaves SQLite's transaction open, and the pool believes it over:
    # the next user of the connection would inherit it. Without an open transaction this does nothing.
    del record, state
    connection.rollback()


def _prepare_sqlite(connection: SqliteConnection, record: object) -> None:
    del record
    # The driver's own transaction handling would begin late and DEFERRED; `_begin_sqlite` decides.
    connection.isolation_level = None
    # Without the last one, REPLACE would delete rows without firing the triggers that guard them.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A read transaction that turns into a write fails at once, whatever the busy timeout: a writing
    # session takes the write lock from its first statement.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
