"""A real server process, API and worker, on a port of its own for as long as a block lasts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

READY_SECONDS = 60.0
STOP_SECONDS = 20.0
PAUSE_SECONDS = 0.1


@contextmanager
def served(database_url: str) -> Iterator[str]:
    """Serve a migrated database; gives the address, ends both processes when the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    # The story is told in seconds, by few keys and from one address.
    unhurried = {"CLAUSES_REQUESTS_PER_MINUTE": "0", "CLAUSES_ADDRESS_REQUESTS_PER_MINUTE": "0"}
    environment = {
        **os.environ,
        **unhurried,
        "CLAUSES_DATABASE_URL": database_url,
        "CLAUSES_LOG_LEVEL": "error",
    }
    # The command is ours alone: the interpreter that runs this, and its own modules.
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - see above
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(timeout=READY_SECONDS) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(f"{address}/readyz").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(PAUSE_SECONDS)
    message = "The server did not become ready."
    raise RuntimeError(message)
