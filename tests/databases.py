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
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.database_keeper import database_prefix, libpq

Kind = Literal["sqlite", "postgres"]
Holding = Literal["postgres_url", "postgres_template", "sqlite_template"]

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
def migrated_database(kind: Kind, directory: Path) -> Iterator[str]:
    """Address of a database of one's own: migrated, with the reference territories and nothing else."""
    if kind == "sqlite":
        path = directory / f"{uuid.uuid4().hex}.sqlite3"
        shutil.copyfile(ask("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        with _postgres_database(ask("postgres_template")) as url:
            yield url


@contextmanager
def empty_database(kind: Kind, directory: Path) -> Iterator[str]:
    """Address of a database of one's own without any table."""
    if kind == "sqlite":
        yield f"sqlite:///{directory / uuid.uuid4().hex}.sqlite3"
    else:
        with _postgres_database("template0") as url:
            yield url


@contextmanager
def _postgres_database(template: str) -> Iterator[str]:
    server = ask("postgres_url")
    name = f"{database_prefix(Path(os.environ[ADDRESS]).parent)}{uuid.uuid4().hex[:12]}"
    with psycopg.connect(libpq(server), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(libpq(server), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
