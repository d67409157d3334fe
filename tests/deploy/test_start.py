"""The composition's way to life, with the image's own commands: migrate, serve, become healthy, stop."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.architecture.source import ROOT
from tests.deploy.test_compose import SERVICES
from tests.deploy.test_image import SERVE, health
from tests.e2e.processes import answers
from tests.forged import Forged

READY_SECONDS = 30
STOP_SECONDS = 30
SECRET = base64.b64encode(bytes(range(32))).decode()


def started(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes] | Forged:
    """By a fresh interpreter on PostgreSQL, which is what is composed; forked on SQLite."""
    if environment["CLAUSES_DATABASE_URL"].startswith("sqlite"):
        return Forged(command[3:], environment)
    here = [sys.executable, *command[1:]]
    return subprocess.Popen(here, cwd=ROOT, env=environment, start_new_session=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def wait_until_nothing_is_left_of(session: int) -> None:
    """The worker that runs beside the API ends with it."""
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        try:
            os.killpg(session, 0)
        except ProcessLookupError:
            return
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_migrate_serve_become_healthy_stop(empty_database_url: str) -> None:
    environment = os.environ | {
        "CLAUSES_ENVIRONMENT": "production",
        "CLAUSES_DATABASE_URL": empty_database_url,
        "CLAUSES_SECRET_KEYS": f"k1:{SECRET}",
    }
    port = free_port()
    serve = ["127.0.0.1" if word == "0.0.0.0" else word for word in SERVE]  # noqa: S104  # replaced
    serve[serve.index("8000")] = str(port)

    migration = started(SERVICES["migration"]["command"], environment)
    migration.communicate()
    assert migration.returncode == 0
    server = started(serve, environment)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(f"http://127.0.0.1:{port}/readyz"):
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert health(port) == 0
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            raise
    assert server.returncode in {0, -signal.SIGTERM}
    assert health(port) == 1
    wait_until_nothing_is_left_of(server.pid)


def test_production_refuses_the_key_that_everybody_knows(sqlite_url: str, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CLAUSES_")}
    environment |= {"CLAUSES_ENVIRONMENT": "production", "CLAUSES_DATABASE_URL": sqlite_url}
    said = tmp_path / "errors"
    with said.open("w") as errors:
        refused = Forged(SERVE[3:], environment, errors=errors.fileno())
    refused.communicate(READY_SECONDS)
    assert refused.returncode != 0
    assert "CLAUSES_SECRET_KEYS" in said.read_text()
