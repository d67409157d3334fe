"""What a newcomer meets: `run` prepares, loads, prints keys that work, and prints them again."""

import os
import re
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import httpx

from app.demonstration.server import free_port
from app.principal import Role
from tests.e2e.processes import answers
from tests.forged import ROOT, Forged

STARTED_SECONDS = 90
STOPPED_SECONDS = 20


def anew(arguments: list[str], environment: dict[str, str], folder: Path, output: int) -> Popen[bytes]:
    """By an interpreter that has loaded nothing yet."""
    return Popen([sys.executable, "-m", "app.cli", *arguments], env=environment, cwd=folder, stdout=output)


def forged(arguments: list[str], environment: dict[str, str], folder: Path, output: int) -> Forged:
    return Forged(arguments, environment, folder=folder, output=output)


@contextmanager
def running(directory: Path, port: int, start: Callable[..., Popen[bytes] | Forged]) -> Iterator[str]:
    """A start in an empty folder; gives what it printed before it began to serve."""
    output = directory / f"output-{time.monotonic_ns()}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CLAUSES_")}
    environment["PYTHONPATH"] = str(ROOT)
    with output.open("wb") as file:
        process = start(["run", "--port", str(port)], environment, directory, file.fileno())
    try:
        deadline = time.monotonic() + STARTED_SECONDS
        while not answers(f"http://127.0.0.1:{port}/readyz"):
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.2)
        yield output.read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=STOPPED_SECONDS)


def test_it_prints_keys_and_requests_that_answer_twice(tmp_path: Path) -> None:
    port = free_port()
    with (
        running(tmp_path, port, anew) as printed,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        keys = dict(re.findall(r"^  (\w+) +(csi_\w+)$", printed, re.MULTILINE))
        assert set(keys) == {role.value for role in Role}
        for role, key in keys.items():
            answer = client.get("/v1/me", headers={"Authorization": f"Bearer {key}"})
            assert answer.json()["role"] == role
        requests = re.findall(r"curl -s -H '(.+?): (.+?)' '(.+?)'", printed)
        assert len(requests) == 3
        for name, value, address in requests:
            assert client.get(address, headers={name: value}).status_code == 200
        contracts = client.get(requests[1][2], headers={requests[1][0]: requests[1][1]}).json()["items"]
        assert [contract["reference"] for contract in contracts] == ["24-EXEMPLE-2"]
    kept = tmp_path / "var" / "keys.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with running(tmp_path, port, forged) as again:
        assert dict(re.findall(r"^  (\w+) +(csi_\w+)$", again, re.MULTILINE)) == keys
