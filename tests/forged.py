"""Commands of the service as processes that did not have to load it: forked by `tests.forge`."""

import json
import os
import select
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGKILL

from tests.databases import ask

ROOT = Path(__file__).parents[1]
# Which only a very busy machine comes near.
PATIENCE_SECONDS = 90.0
CHUNK = 1 << 16


class Forged:
    """`python -m app.cli ARGUMENTS` as a process of its own, in a session of its own, beside this one.

    It goes by this environment and no other and reads nothing. It is asked as `subprocess.Popen` is, and is
    killed when nobody is left to ask.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        *,
        folder: Path = ROOT,
        output: int | None = None,
        errors: int | None = None,
    ) -> None:
        """Returns once it runs. What goes into no given descriptor goes into one pipe, for `communicate`."""
        self.returncode: int | None = None
        self._read = b""
        self._output, written = os.pipe()
        self._forge = socket.socket(socket.AF_UNIX)
        self._forge.settimeout(PATIENCE_SECONDS)
        self._forge.connect(ask("forge"))
        descriptors = [written if given is None else given for given in (output, errors)]
        socket.send_fds(self._forge, [b"\n"], descriptors)
        os.close(written)
        order = json.dumps([list(arguments), dict(environment), str(folder)])
        self._forge.sendall(f"{order}\n".encode())
        self._told = self._forge.makefile("r")
        self.pid = int(self._told.readline())

    def send_signal(self, number: int) -> None:
        """Nothing happens to one that has ended: its id may be somebody else's by now."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as if the machine did."""
        self.send_signal(SIGKILL)

    def poll(self) -> int | None:
        """How it ended, None while it runs: its status, or the number of a signal below zero."""
        if self.returncode is None and _readable(self._forge, 0):
            self.returncode = int(self._told.readline())
            self._told.close()
            self._forge.close()
        return self.returncode

    def wait(self, timeout: float = PATIENCE_SECONDS) -> int:
        """How it ended, after that many seconds at the latest."""
        if self.returncode is None:
            _readable(self._forge, timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return status

    def communicate(self, timeout: float = PATIENCE_SECONDS) -> str:
        """All that it wrote, it and those that it started, once they have all closed their output."""
        end = time.monotonic() + timeout
        while self._output >= 0:
            if not _readable(self._output, max(0.0, end - time.monotonic())):
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            chunk = os.read(self._output, CHUNK)
            self._read += chunk
            if not chunk:
                os.close(self._output)
                self._output = -1
        self.wait(max(0.0, end - time.monotonic()))
        return self._read.decode()


def _readable(source: socket.socket | int, seconds: float) -> bool:
    return bool(select.select([source], [], [], seconds)[0])
