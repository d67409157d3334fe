"""The processes of a bench: the service with its worker, and the floor; all ended with it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

READY_SECONDS = 30
STOP_SECONDS = 15
ROOT = Path(__file__).parents[2]
# What is measured is the work, not the refusal of it.
UNLIMITED = {"CLAUSES_REQUESTS_PER_MINUTE": "0", "CLAUSES_ADDRESS_REQUESTS_PER_MINUTE": "0"}


@contextmanager
def served(url: str, pool_size: int) -> Iterator[int]:
    """The service on a port, with one process for requests and one worker."""
    port = _free_port()
    environment = {"CLAUSES_DATABASE_URL": url, "CLAUSES_POOL_SIZE": str(pool_size)}
    with _running(["-m", "app.cli", "serve", "--port", str(port)], port, environment):
        yield port


@contextmanager
def floor(url: str) -> Iterator[int]:
    """The floor on a port."""
    port = _free_port()
    serve = [
        "-m",
        "uvicorn",
        "--factory",
        "tests.bench.floor:create",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    with _running([*serve, "--no-access-log"], port, {"FLOOR_DATABASE_URL": url}):
        yield port


class Restarted:
    """The service on a port, with its worker, killed and started again on demand."""

    def __init__(self, url: str, pool_size: int) -> None:
        self._port = _free_port()
        self._environment = {"CLAUSES_DATABASE_URL": url, "CLAUSES_POOL_SIZE": str(pool_size)}
        self.address = f"http://127.0.0.1:{self._port}"
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._kill()

    def kill_and_start(self) -> None:
        """Kill both processes in the middle of whatever they do, and wait for the next two."""
        self._kill()
        self._start()

    def _start(self) -> None:
        arguments = ["-m", "app.cli", "serve", "--port", str(self._port)]
        self._process = _started(arguments, self._environment)
        _wait_for(self._port, self._process)

    def _kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def _running(arguments: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    process = _started(arguments, environment)
    try:
        _wait_for(port, process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _started(arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **UNLIMITED, "CLAUSES_LOG_LEVEL": "warning", **environment},
        start_new_session=True,
    )


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
