"""Engines, sessions, and the only place that commits."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Any

from psycopg import Error as DriverError
from psycopg.pq import TransactionStatus
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.db.walls import APP, SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from sqlite3 import Connection as SqliteConnection
    from uuid import UUID

    from sqlalchemy.engine import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.orm import SessionTransaction

    from app.principal import Principal

SQLITE_BUSY_SECONDS = 15


# What PostgreSQL's policies read of the caller, for the length of one transaction: a setting that outlived it
# would be the next caller's on the same connection.
_STAND = (
    "SELECT set_config('role', %s, true), set_config('clauses.organisation', %s, true), "
    "set_config('clauses.role_code', %s, true), set_config('clauses.today', %s, true), "
    "set_config('clauses.contract', %s, true)"
)
_TAKE_ROLE = "SELECT set_config('role', %s, true)"
# Each connection stands behind the wall from its beginning, without a caller: who says nothing sees nothing.
# Before the first migration there is neither a wall nor its role.
_BEHIND_THE_WALL = (
    "SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = %s"  # the one setting that stays
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom a transaction looks: an organisation in a role, on a day (France).

    `contract`: the id of the only contract that it looks at; empty for all that the organisation sees.
    """

    organisation: str
    role: str
    today: str
    contract: str = ""

    @classmethod
    def of(cls, principal: Principal, today: date, contract_id: UUID | None = None) -> Viewer:
        """The caller, today, looking at one contract or at all that it sees."""
        return cls(
            str(principal.organisation_id), principal.role.value, today.isoformat(), str(contract_id or "")
        )


# Nobody yet: what only looks up a credential, or what everybody may read.
NOBODY = Viewer("", "", "")


class ReadSession(Session):
    """A session for reading; nothing it does is ever committed.

    `viewer` is for whom it looks, on PostgreSQL; None is the service itself, which sees everything.
    """

    viewer: Viewer | None = None
    _across = False

    @contextmanager
    def across(self) -> Iterator[None]:
        """See and write past the wall for as long as the block lasts: for what has to cross tenants.

        One person's hours count once wherever declared; the service's own jobs are queued by anybody.
        What is read here reaches the caller only as far as the use case says so.
        """
        connection = self.connection()
        if self.viewer is None or self._across or connection.dialect.name != "postgresql":
            yield
            return
        # What was written before is held to the wall, what is written inside is not.
        self.flush()
        connection.exec_driver_sql(_TAKE_ROLE, (SYSTEM,))
        self._across = True
        try:
            yield
            self.flush()
        finally:
            self._across = False
            if not _failed(connection):
                connection.exec_driver_sql(_TAKE_ROLE, (APP,))

    def look_for(self, viewer: Viewer) -> None:
        """Look for somebody who was nobody before, from the next statement on."""
        connection = self.connection()
        self.viewer = viewer
        self.stand(connection)

    def look_at(self, contract_id: UUID | None) -> None:
        """Look at one contract alone from the next statement on; None: at all that the viewer sees."""
        contract = str(contract_id or "")
        if self.viewer is not None and self.viewer.contract != contract:
            self.look_for(replace(self.viewer, contract=contract))

    def plan_for_values(self) -> None:
        """Have PostgreSQL plan each statement of this transaction for its own values.

        After ten times it takes one plan for any values, which is right where one contract is looked at and
        reads far too much where the caller's contracts and a territory decide how many rows there are.
        """
        connection = self.connection()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")

    def stand(self, connection: Connection) -> None:
        """Tell the database for whom the transaction that begins looks."""
        self._across = False
        if connection.dialect.name != "postgresql" or self.viewer == NOBODY:
            return
        if self.viewer is None:
            connection.exec_driver_sql(_TAKE_ROLE, (SYSTEM,))
        else:
            connection.exec_driver_sql(_STAND, (APP, *astuple(self.viewer)))


@event.listens_for(ReadSession, "after_begin", propagate=True)
def _stand(session: ReadSession, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested:
        session.stand(connection)


def _failed(connection: Connection) -> bool:
    # In a transaction that failed, or whose connection is gone, nothing more is said: its end takes the role
    # with it.
    if connection.invalidated:
        return True
    driver: Any = connection.connection.driver_connection
    return driver is None or driver.info.transaction_status in {
        TransactionStatus.INERROR,
        TransactionStatus.UNKNOWN,
    }


class WriteSession(ReadSession):
    """A session whose work is committed once, as a whole, by `Database.write`."""


class Database:
    """One engine and its two kinds of session."""

    def __init__(self, url: str, *, pool_size: int = 10, pool_timeout: float = 30) -> None:
        """Connect lazily; `url` is a SQLAlchemy address for SQLite or PostgreSQL."""
        self.engine = make_engine(url, pool_size=pool_size, pool_timeout=pool_timeout)
        self.dialect = self.engine.dialect.name
        self.login = self.engine.url.username
        if self.dialect == "postgresql":
            event.listen(self.engine, "connect", _put_behind_the_wall)
        self._reading = _ended_in_peace(_reading(self.engine))
        self._writing = self.engine.execution_options(writing=True)
        self._writing_steadily = _steady(self._writing)

    @contextmanager
    def read(self, viewer: Viewer | None = None) -> Iterator[ReadSession]:
        """One consistent view for as long as the block lasts; of everything, unless it is somebody's."""
        with ReadSession(self._reading, autoflush=False) as session:
            session.viewer = viewer
            yield session

    @contextmanager
    def write(self, viewer: Viewer | None = None) -> Iterator[WriteSession]:
        """One transaction: committed when the block ends, rolled back whole on any error."""
        with WriteSession(self._writing, expire_on_commit=False) as session:
            session.viewer = viewer
            yield session
            session.commit()

    @contextmanager
    def write_steadily(self) -> Iterator[WriteSession]:
        """The same for the service itself, on one consistent view from its first statement to its last.

        Fails where it would write what others wrote meanwhile.
        """
        with WriteSession(self._writing_steadily, expire_on_commit=False) as session:
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
        # The connection used last has its plans at hand, in the server's memory as in the processor's.
        pool_use_lifo=True,
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
    # The driver puts both into its BEGIN: no round trip of their own.
    return _steady(engine).execution_options(postgresql_readonly=True)


def _steady(engine: Engine) -> Engine:
    """One view for a whole transaction, as SQLite's are by themselves."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _put_behind_the_wall(connection: DBAPIConnection, record: object) -> None:
    del record
    driver: Any = connection
    driver.autocommit = True
    driver.execute(_BEHIND_THE_WALL, (APP,))
    driver.autocommit = False


def _ended_in_peace(engine: Engine) -> Engine:
    if engine.dialect.name == "postgresql":
        event.listen(engine, "rollback", _end_reading)
    return engine


def _end_reading(connection: Connection) -> None:
    # At a rollback the driver drops every statement that it prepared on the connection, and the server plans
    # each of them again at the next request. The transaction is read-only: a COMMIT ends it as well.
    driver: Any = connection.connection.driver_connection
    if driver is not None and driver.info.transaction_status == TransactionStatus.INTRANS:
        # What goes wrong here goes wrong again at the rollback that follows, which knows what to do about it.
        with suppress(DriverError):
            driver.commit()


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
