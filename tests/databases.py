"""Databases for tests: start the keeper, ask it, and take fresh copies of its templates."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import Engine, QueuePool
from sqlalchemy.engine import make_url

from app.db.session import Database, make_engine
from tests.database_keeper import database_prefix, libpq

Kind = Literal["sqlite", "postgres"]
Holding = Literal["postgres_url", "postgres_template", "sqlite_template", "forge"]

ADDRESS = "CLAUSES_TEST_KEEPER"  # environment variable, inherited by the workers of a parallel run
ANSWER_SECONDS = 120
STOP_SECONDS = 60


class Keeper:
    """The keeper process, held by the one process that started the run."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="clauses-tests-"))
        address = self.directory / "keeper.sock"
        # Bound here and handed over: nobody can ask before the keeper listens.
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(address))
            listener.listen()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.database_keeper", self.directory, str(listener.fileno())],
                cwd=Path(__file__).parents[1],
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
                start_new_session=True,  # Ctrl-C reaches the tests, not the server they still use
            )
        os.environ[ADDRESS] = str(address)

    def stop(self) -> None:
        """End the keeper and, with it, everything it made."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(STOP_SECONDS)
        del os.environ[ADDRESS]


@cache
def ask(holding: Holding) -> str:
    """Value of one of the keeper's holdings, made now if nobody asked before."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(os.environ[ADDRESS])
        with connection.makefile("rw") as stream:
            stream.write(f"{holding}\n")
            stream.flush()
            reply = json.loads(stream.readline())
    if "error" in reply:
        raise RuntimeError(reply["error"])
    return str(reply["value"])


@contextmanager
def migrated_database(kind: Kind) -> Iterator[str]:
    """Address of a database of one's own: migrated, with the reference territories and nothing else."""
    if kind == "sqlite":
        with _reused_sqlite_database() as url:
            yield url
    else:
        with _reused_postgres_database() as url:
            yield url


@contextmanager
def empty_database(kind: Kind, directory: Path) -> Iterator[str]:
    """Address of a database of one's own without any table."""
    if kind == "sqlite":
        yield f"sqlite:///{directory / uuid.uuid4().hex}.sqlite3"
    else:
        with _empty_postgres_database() as url:
            yield url


@dataclass(frozen=True)
class _Copy:
    name: str
    kept: dict[str, int]  # rows by table that the template has
    shape: tuple[int, ...]
    connection: psycopg.Connection  # in between tests; outside transactions


# An engine prepares each statement once: a new one would do it again for every test. By address and options.
_engines: dict[tuple[str, frozenset[tuple[str, float]]], Engine] = {}


# Addresses of copies on the PostgreSQL server. A new connection reads the catalogue and plans every statement
# anew, a tenth of a second of work: the few that a test leaves open serve the next one.
_copies: set[str] = set()
LEFT_OPEN = 4


def engine_at(url: str, **options: float) -> Engine:
    """The engine of this process for a database."""
    key = (url, frozenset(options.items()))
    if key not in _engines:
        _engines[key] = make_engine(url, **options)  # type: ignore[arg-type]  # a size is whole
    return _engines[key]


def dispose(database: Database) -> None:
    """Close the connections of a database, unless it is a copy: those are left to `_rested`."""
    of_copies = [engine for (url, _), engine in _engines.items() if url in _copies]
    if not any(engine is database.engine for engine in of_copies):
        database.engine.dispose()


def _rested(url: str) -> int:
    """How many connections to a copy stay open; none is in use any more."""
    return sum(_left_open(engine) for (address, _), engine in _engines.items() if address == url)


def _left_open(engine: Engine) -> int:
    pool = engine.pool
    if isinstance(pool, QueuePool) and not pool.checkedout() and pool.checkedin() <= LEFT_OPEN:
        return pool.checkedin()
    engine.dispose()
    return 0


def close_all() -> None:
    """Close every connection that this process keeps."""
    for url, _ in _engines:
        _close(url)
    for copy in _idle:
        copy.connection.close()


def _close(url: str) -> None:
    for (address, _), engine in _engines.items():
        if address == url:
            engine.dispose()


# Addresses of SQLite files that nobody uses now; engines know them.
_idle_files: list[Path] = []


@contextmanager
def _reused_sqlite_database() -> Iterator[str]:
    path = _idle_files.pop() if _idle_files else _directory() / f"{uuid.uuid4().hex}.sqlite3"
    # A new file under the old name: who still holds the former one does not write into this one.
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(ask("sqlite_template"), path)
    url = f"sqlite:///{path}"
    try:
        yield url
    finally:
        _close(url)
        _idle_files.append(path)


def _directory() -> Path:
    return Path(os.environ[ADDRESS]).parent


# Copying the template takes a quarter of a second, emptying a used copy a hundredth of that: each process
# keeps its copies. They go with the server, or when the keeper drops what the run made on a lent one.
_idle: list[_Copy] = []

# Numbers that change with any table, column or its length, index, trigger, policy or revision.
SHAPE = """
SELECT (SELECT count(*) FROM pg_class WHERE relpersistence = 'p'),
       (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped),
       (SELECT sum(atttypmod) FROM pg_attribute WHERE NOT attisdropped),
       (SELECT sum(hashtext(version_num)) FROM alembic_version),
       (SELECT count(*) FROM pg_trigger),
       (SELECT count(*) FROM pg_policy)
"""


@contextmanager
def _reused_postgres_database() -> Iterator[str]:
    copy = _idle.pop() if _idle else _new_copy()
    url = _address(copy.name)
    _copies.add(url)
    try:
        yield url
    finally:
        if _restored(copy):
            _idle.append(copy)
        else:
            _close(url)
            copy.connection.close()
            _on_server("DROP DATABASE {} WITH (FORCE)", copy.name)


def _new_copy() -> _Copy:
    name = _new_name()
    _on_server("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, ask("postgres_template"))
    connection = psycopg.connect(libpq(_address(name)), autocommit=True)
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    rows = {table: _count(connection, table) for (table,) in tables}
    connection.execute(_emptying([table for table, number in rows.items() if number == 0]))
    kept = {table: number for table, number in rows.items() if number}
    return _Copy(name, kept, _shape(connection), connection)


def _emptying(tables: list[str]) -> sql.Composed:
    # A function keeps its plans for as long as the connection is open.
    deleted = [sql.SQL("DELETE FROM {};").format(sql.Identifier(table)) for table in tables]
    restarted = sql.SQL("PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;")
    body = sql.SQL(" ").join([sql.SQL("BEGIN"), *deleted, restarted, sql.SQL("END")]).as_string()
    return sql.SQL("CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql AS {}").format(body)


OTHERS = (
    "FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def _restored(copy: _Copy) -> bool:
    """Empty what the template has empty; false when the rest, or the schema, is no longer the template's."""
    url, connection = _address(copy.name), copy.connection
    left_open = _rested(url)
    try:
        # Somebody else is connected, or one of ours was cut: nobody knows what is going on there.
        if connection.execute(f"SELECT count(*) {OTHERS}").fetchone() != (left_open,):
            _close(url)
            connection.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}")
        powerful = connection.pgconn.parameter_status(b"is_superuser") == b"on"
        if not powerful or _shape(connection) != copy.shape:
            return False
        # Neither foreign keys nor the guards of insert-only tables stand in the way.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SELECT pg_temp.empty()")
        return all(_count(connection, table) == rows for table, rows in copy.kept.items())
    except psycopg.OperationalError:
        # A test ended this one too.
        return False


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


def _shape(connection: psycopg.Connection) -> tuple[int, ...]:
    row = connection.execute(SHAPE).fetchone()
    assert row is not None
    return tuple(row)


@contextmanager
def _empty_postgres_database() -> Iterator[str]:
    name = _new_name()
    _on_server("CREATE DATABASE {} TEMPLATE template0", name)
    try:
        yield _address(name)
    finally:
        _on_server("DROP DATABASE {} WITH (FORCE)", name)


def _new_name() -> str:
    return f"{database_prefix(_directory())}{uuid.uuid4().hex[:12]}"


def _address(name: str) -> str:
    return make_url(ask("postgres_url")).set(database=name).render_as_string(hide_password=False)


def _on_server(statement: LiteralString, *names: str) -> None:
    with psycopg.connect(libpq(ask("postgres_url")), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
