"""The test run itself: its databases are fresh, its network is closed, nothing of it stays."""

import socket
from pathlib import Path

import psycopg
import pytest

from tests import databases
from tests.database_keeper import libpq


def test_no_test_leaves_the_machine() -> None:
    with socket.socket() as connection, pytest.raises(pytest.fail.Exception, match=r"192\.0\.2\.1"):
        connection.connect(("192.0.2.1", 9))


def test_the_loopback_stays_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        server.accept()[0].close()


def test_empty_databases_are_separate(empty_database_url: str, tmp_path: Path) -> None:
    kind: databases.Kind = "sqlite" if empty_database_url.startswith("sqlite") else "postgres"
    with databases.empty_database(kind, tmp_path) as other:
        assert other != empty_database_url


@pytest.mark.postgres
def test_a_dropped_database_is_gone_even_when_in_use(tmp_path: Path) -> None:
    with databases.empty_database("postgres", tmp_path) as url:
        left_open = psycopg.connect(libpq(url))
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    left_open.close()
