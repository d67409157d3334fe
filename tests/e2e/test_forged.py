"""What is forked is a process like another, with settings and an end of its own; none outlives the run."""

import os
import signal
import socket
import subprocess

import pytest

from tests.e2e.processes import command
from tests.forged import Forged


def test_it_goes_by_its_own_environment(sqlite_url: str, tmp_path: os.PathLike[str]) -> None:
    prepared = Forged(["verify"], {"CLAUSES_DATABASE_URL": sqlite_url})
    assert (prepared.wait(), prepared.returncode) == (0, 0)
    empty = Forged(["verify"], {"CLAUSES_DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"})
    # An interpreter that ends by an exception says which, and ends with 1.
    assert "no such table" in empty.communicate()
    assert empty.returncode == 1
    assert prepared.communicate().strip()


def test_it_ends_with_the_status_of_the_command(sqlite_url: str) -> None:
    with command(sqlite_url, "verify", "--nothing-of-that-name") as refused:
        assert "--nothing-of-that-name" in refused.communicate()
    assert refused.returncode == 2


def test_it_takes_signals_of_its_own(sqlite_url: str) -> None:
    with command(sqlite_url, "worker") as killed, command(sqlite_url, "worker") as other:
        assert len({os.getpid(), killed.pid, other.pid}) == 3
        with pytest.raises(subprocess.TimeoutExpired):
            killed.wait(0)
        os.kill(killed.pid, signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
        assert other.poll() is None


def test_none_outlives_who_ordered_it(sqlite_url: str) -> None:
    with command(sqlite_url, "worker") as worker:
        worker._forge.shutdown(socket.SHUT_WR)  # noqa: SLF001 - as when the test run is killed
        assert worker.wait() == -signal.SIGKILL
