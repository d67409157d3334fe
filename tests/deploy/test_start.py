"""The composition's way to life, with the image's own commands: migrate, serve, become healthy, stop."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time

from tests.architecture.source import ROOT
from tests.deploy.test_compose import SERVICES
from tests.deploy.test_image import SERVE, health

READY_SECONDS = 30
STOP_SECONDS = 30
SECRET = base64.b64encode(bytes(range(32))).decode()


def as_here(command: list[str]) -> list[str]:
    return [sys.executable, *command[1:]]


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
    serve = ["127.0.0.1" if word == "0.0.0.0" else word for word in as_here(SERVE)]  # noqa: S104  # replaced
    serve[serve.index("8000")] = str(port)

    subprocess.run(as_here(SERVICES["migration"]["command"]), cwd=ROOT, env=environment, check=True)
    with subprocess.Popen(serve, cwd=ROOT, env=environment, start_new_session=True) as server:
        try:
            deadline = time.monotonic() + READY_SECONDS
            while health(port) != 0:
                assert server.poll() is None
                assert time.monotonic() < deadline
        finally:
            server.send_signal(signal.SIGTERM)
        try:
            ended = server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            raise
        assert ended in {0, -signal.SIGTERM}
    assert health(port) == 1
    wait_until_nothing_is_left_of(server.pid)


def test_production_refuses_the_key_that_everybody_knows(sqlite_url: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CLAUSES_")}
    environment |= {"CLAUSES_ENVIRONMENT": "production", "CLAUSES_DATABASE_URL": sqlite_url}
    refused = subprocess.run(
        as_here(SERVE),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=READY_SECONDS,
    )
    assert refused.returncode != 0
    assert "CLAUSES_SECRET_KEYS" in refused.stderr
