"""`make audit` reads both locks and fails on a known flaw; the advisories come from the loopback."""

import json
import os
import shlex
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scripts import audit
from tests.architecture.source import ROOT

FLAW = {
    "id": "PYSEC-2000-1",
    "summary": "A flaw made for this test.",
    "affected": [
        {
            "package": {"name": "httpx", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999"}]}],
        }
    ],
}


@contextmanager
def advisories(flawed: str) -> Iterator[tuple[str, set[str]]]:
    """An OSV service that knows one flaw; gives its address and the packages it was asked about."""
    asked: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = query["package"]["name"]
            asked.add(name)
            body = json.dumps({"vulns": [FLAW]} if name == flawed else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def audited(address: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the target runs, without the installation before it."""
    make = ["make", "--no-print-directory", "--dry-run", "audit", f"OSV={address}"]
    planned = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    command = shlex.split(planned[planned.index(".venv/bin/python scripts/audit.py") :].replace("\\\n", " "))
    known = {name: value for name, value in os.environ.items() if name != "CLAUSES_AUDIT"}
    return subprocess.run(
        command, cwd=ROOT, env={**known, **environment}, capture_output=True, text=True, check=False
    )


@contextmanager
def silent() -> Iterator[str]:
    """The address of a service that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def nowhere() -> str:
    """An address where nobody listens any more."""
    with silent() as address:
        return address


def test_a_known_flaw_fails_and_both_locks_are_asked_about() -> None:
    with advisories("httpx") as (address, asked):
        found = audited(address)
    assert found.returncode == 1, found.stderr
    assert "FLAW: httpx" in found.stdout
    assert "PYSEC-2000-1, fixed in 999" in found.stdout
    # One of the service, one of development only.
    assert {"fastapi", "hypothesis"} <= asked


def test_without_a_known_flaw_it_passes() -> None:
    with advisories("nothing") as (address, asked):
        found = audited(address, CLAUSES_AUDIT="required")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == f"{len(asked)} packages audited, no known flaw\n"


@pytest.mark.parametrize(("mode", "status"), [("if-reachable", 0), ("required", 1)])
def test_what_cannot_be_audited_is_said_and_fails_where_it_is_required(mode: str, status: int) -> None:
    found = audited(nowhere(), CLAUSES_AUDIT=mode)
    assert found.returncode == status
    assert found.stderr.startswith("not audited: ")
    assert "no known flaw" not in found.stdout


def test_a_service_that_never_answers_holds_nobody_up() -> None:
    with silent() as address:
        found = audited(address, CLAUSES_AUDIT_SECONDS="2")
    assert (found.returncode, found.stdout) == (0, "")
    assert found.stderr == "not audited: the advisory service did not help: no answer within 2 s\n"


def test_an_index_without_advisories_has_audited_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever knows no package answers as whoever knows no flaw, but for a word on each."""
    unknown = [{"name": "httpx", "skip_reason": "Dependency not found on PyPI"}, {"name": "a", "vulns": []}]
    answer = subprocess.CompletedProcess([], 0, json.dumps({"dependencies": unknown}), "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    for mode, status in (("required", 1), ("if-reachable", 0)):
        monkeypatch.setenv("CLAUSES_AUDIT", mode)
        assert audit.main(["requirements.lock"]) == status
