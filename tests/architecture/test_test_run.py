"""The test run itself: its databases are fresh, its network is closed, nothing of it stays."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url

from tests import databases
from tests.database_keeper import libpq

ROOT = Path(__file__).parents[2]
BORROWER = """
from tests.databases import Keeper, ask
keeper = Keeper()
print(ask("postgres_url"), flush=True)
input()
"""


def test_no_test_leaves_the_machine() -> None:
    with socket.socket() as connection, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        connection.connect(("192.0.2.1", 9))


def test_the_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        server.accept()[0].close()


def test_empty_databases_are_separate(empty_database_url: str, tmp_path: Path) -> None:
    kind: databases.Kind = "sqlite" if empty_database_url.startswith("sqlite") else "postgres"
    with databases.empty_database(kind, tmp_path) as other:
        for url in (empty_database_url, other):
            assert _contents(url) == {}
            _execute(url, "CREATE TABLE mark (id INTEGER)")


@pytest.mark.postgres
def test_a_dropped_database_is_gone_even_when_in_use(tmp_path: Path) -> None:
    with databases.empty_database("postgres", tmp_path) as url:
        left_open = psycopg.connect(libpq(url))
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    left_open.close()


@pytest.mark.postgres
@pytest.mark.skipif("TEST_POSTGRES_URL" in os.environ, reason="a lent server stays")
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_run_leaves_nothing_behind() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BORROWER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        url = run.stdout.readline().strip()
        directory = Path(str(make_url(url).query["host"])).parent
        server = int((directory / "postgres" / "postmaster.pid").read_text().split()[0])
        assert _runs(server)
        run.kill()
    deadline = time.monotonic() + databases.STOP_SECONDS
    while (directory.exists() or _runs(server)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not directory.exists()
    assert not _runs(server)


def _runs(process: int) -> bool:
    try:
        # Empty for a process that has ended and only waits to be collected by its parent.
        return bool(Path(f"/proc/{process}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    "left_behind",
    [
        (
            "INSERT INTO organisations (id, scheme, identifier, version, created_at)"
            " VALUES ('0198aaaa-0000-7000-8000-000000000000', 'SIRET', '1', 1, '2026-01-01')"
        ),
        "INSERT INTO postal_codes (postal_code, place) SELECT '99999', place FROM territories LIMIT 1",
        "CREATE TABLE mark (id INTEGER)",
    ],
    ids=["rows", "reference rows", "schema"],
)
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_database_comes_as_new_whatever_the_last_test_did(kind: databases.Kind, left_behind: str) -> None:
    with databases.migrated_database(kind) as url:
        fresh = _contents(url)
        _execute(url, left_behind)
        assert _contents(url) != fresh
    with databases.migrated_database(kind) as url:
        assert _contents(url) == fresh


def _contents(url: str) -> dict[str, int]:
    """Number of rows by table."""
    engine = create_engine(url)
    with engine.connect() as connection:
        counts = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608  # no input
            for table in inspect(engine).get_table_names()
        }
    engine.dispose()
    return counts


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
