"""`make audit` reads both locks and fails on a known flaw; the advisories come from the loopback."""

import json
import shlex
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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


def audited(address: str) -> subprocess.CompletedProcess[str]:
    """What the target runs, without the installation before it."""
    make = ["make", "--no-print-directory", "--dry-run", "audit", f"OSV={address}"]
    planned = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    command = planned[planned.index(".venv/bin/python -m pip_audit") :].replace("\\\n", " ")
    return subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_known_flaw_fails_and_both_locks_are_asked_about() -> None:
    with advisories("httpx") as (address, asked):
        found = audited(address)
    assert found.returncode == 1, found.stderr
    assert "PYSEC-2000-1" in found.stdout
    # One of the service, one of development only.
    assert {"fastapi", "hypothesis"} <= asked


def test_without_a_known_flaw_it_passes() -> None:
    with advisories("nothing") as (address, _):
        found = audited(address)
    assert found.returncode == 0, found.stderr
