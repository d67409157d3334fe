"""The process that starts commands of the service quickly: it has loaded the application, and forks for each.

A fresh interpreter spends two seconds on imports before it does anything. What is forked here is a process
like any other, with its own id, environment and output, which runs the command line as ``python -m app.cli``
does and ends as an interpreter ends. At the fork nothing is there but modules: no setting was read, no
database opened, no thread started. Started by a fresh interpreter all the same are `migrate`, `serve` and the
worker beside it (`tests/deploy/test_start.py`), and `run` (`tests/e2e/test_first_start.py`).

One serves the whole run. It is started by the keeper at the first need and ends with it: its standard input
is a pipe that closes. Run as ``python -m tests.forge LISTENING_FD``; asked through `tests.forged`.
"""

import gc
import importlib
import json
import os
import runpy
import select
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from signal import SIGKILL

# What the commands load as they go. Not `app.cli`: each process runs it anew, as its main module.
LOADED = (
    *("app.main", "app.worker", "app.commands.jobs", "app.commands.keys", "app.commands.privacy"),
    *("app.commands.quarters", "app.services.setup", "app.services.verify", "uvicorn.lifespan.on"),
    *("uvicorn.loops.auto", "uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto"),
    *("sqlalchemy.dialects.sqlite.pysqlite", "sqlalchemy.dialects.postgresql.psycopg", "psycopg", "sqlite3"),
    *("fastapi_offline", "anyio._backends._asyncio", "uvicorn.loops.asyncio"),
)
# What is made of settings, or lives with a process: none of it may be inherited.
PER_PROCESS = {"Settings", "Means", "Database", "Engine", "FastAPI", "Worker"}


@dataclass(frozen=True)
class Order:
    """What a process is to become, in which folder; the descriptors are its output and its errors."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    descriptors: list[int]

    def fulfil(self) -> None:
        """Be `python -m app.cli ARGUMENTS` from now on."""
        os.setsid()
        os.chdir(self.folder)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, descriptor in enumerate((nothing, *self.descriptors)):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.environ.clear()
        os.environ.update(self.environment)
        sys.argv[1:] = self.arguments
        gc.enable()
        runpy.run_module("app.cli", run_name="__main__", alter_sys=True)


def load() -> None:
    """Import what the commands need, for good: garbage is not looked for in it."""
    gc.disable()
    for name in LOADED:
        importlib.import_module(name)
    made = {type(thing).__name__ for thing in gc.get_objects()} & PER_PROCESS
    assert (made, threading.active_count()) == (set(), 1), f"not fit to be forked: {made}"
    gc.freeze()


def main() -> Order | None:
    """Take orders until the standard input closes; a process that is to fulfil one returns with it."""
    with socket.socket(fileno=int(sys.argv[1])) as listener:
        load()
        while True:
            ready, _, _ = select.select([sys.stdin, listener], [], [])
            collect()
            if sys.stdin in ready:
                return None
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    return attend(connection)


def collect() -> None:
    """Let those who attended to ended processes go."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def attend(connection: socket.socket) -> Order:
    """Start the process that is ordered, tell its id, then how it ended; returns in that process alone."""
    order = received(connection)
    ended, alive = os.pipe()
    pid = os.fork()
    if pid == 0:
        # It holds the other end, and those that it starts do not: end of file means that it is gone.
        os.close(ended)
        return order
    os.close(alive)
    for descriptor in order.descriptors:
        os.close(descriptor)
    connection.sendall(f"{pid}\n".encode())
    ready, _, _ = select.select([ended, connection.fileno()], [], [])
    if ended not in ready:
        # Whoever ordered it is gone, and asked for nothing that should stay.
        os.kill(pid, SIGKILL)
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def received(connection: socket.socket) -> Order:
    _, descriptors, _, _ = socket.recv_fds(connection, 1, 2)
    with connection.makefile("r") as stream:
        arguments, environment, folder = json.loads(stream.readline())
    return Order(arguments, environment, folder, descriptors)


if __name__ == "__main__":
    ordered = main()
    if ordered is not None:
        ordered.fulfil()
