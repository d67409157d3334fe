"""Processes of the service as an operator starts them, each ended with its test."""

import json
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.error import URLError

from tests.forged import PATIENCE_SECONDS, Forged


@contextmanager
def command(database_url: str, *arguments: str, **settings: str) -> Iterator[Forged]:
    """`python -m app.cli` with these arguments and settings, killed at the end if it still runs."""
    told = {"DATABASE_URL": database_url, "LOG_LEVEL": "info", **settings}
    named = {f"CLAUSES_{name}": value for name, value in told.items()}
    process = Forged(arguments, {**os.environ, **named})
    try:
        yield process
    finally:
        process.kill()
        # The worker beside a killed server shares its output: reading to the end waits for both.
        process.communicate(PATIENCE_SECONDS)


@contextmanager
def served(database_url: str, *, worker: bool = True) -> Iterator[str]:
    """A server and a worker of the same database, without limits, telling errors only; gives the address."""
    port = free_port()
    settings = {"REQUESTS_PER_MINUTE": "0", "ADDRESS_REQUESTS_PER_MINUTE": "0", "LOG_LEVEL": "error"}
    with ExitStack() as running:
        if worker:
            running.enter_context(command(database_url, "worker", **settings))
        serve = ("serve", "--port", str(port), "--no-worker")
        server = running.enter_context(command(database_url, *serve, **settings))
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(f"{address}/readyz"), "the server")
        yield address
        stop(server, signal.SIGTERM)


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def answers(address: str) -> bool:
    """Whether a server answers 200 there."""
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310 - our own, on this machine
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Poll until it holds; fails after a minute and a half, which only a very busy machine comes near."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        # Most conditions ask a database: more often would slow down what is waited for.
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """Process ids of the direct children."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    found = [child for thread in threads for child in (thread / "children").read_text().split()]
    return [int(child) for child in found]


def is_running(pid: int) -> bool:
    """False for an ended process, and for one that only waits to be collected."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def events_logged(output: str) -> list[str]:
    """The names of the events in the JSON lines of a process."""
    return [json.loads(line)["event"] for line in output.splitlines() if line.startswith("{")]


def stop(process: Forged, number: signal.Signals) -> str:
    """Send a signal, wait for the end, and give the output."""
    process.send_signal(number)
    return process.communicate(PATIENCE_SECONDS)
