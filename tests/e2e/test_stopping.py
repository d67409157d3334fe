"""A server that is asked to stop does so, whoever is still following something."""

import signal
import time

import httpx
import pytest

from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.demonstration.records import BUYER
from app.principal import Role
from app.services import setup
from app.services.work import Means
from app.settings import DEVELOPMENT_SECRET
from tests.e2e.processes import answers, command, free_port, stop, wait_for
from tests.exchange.decp_samples import as_json, sound


def test_a_stream_does_not_keep_a_server_from_stopping(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUSES_STOP_SECONDS", "1")
    database = Database(sqlite_url)
    key = setup.issue_key(
        Means(database, SystemClock(), Keyring(DEVELOPMENT_SECRET)), BUYER, Role.BUYER, "test"
    )
    database.dispose()
    address = f"http://127.0.0.1:{(port := free_port())}"
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Idempotency-Key": "stop",
    }
    # Without worker the work never ends, and its stream would last for five minutes.
    with command(sqlite_url, "serve", "--port", str(port), "--no-worker") as server:
        wait_for(lambda: answers(f"{address}/readyz"), "the server")
        asked = httpx.post(f"{address}/v1/imports?kind=decp", content=as_json(sound()), headers=headers)
        assert asked.status_code == 202, asked.text
        with httpx.stream("GET", f"{address}{asked.json()['job']}/progress", headers=headers) as stream:
            assert next(stream.iter_lines()).startswith("event: progress")
            began = time.monotonic()
            stop(server, signal.SIGTERM)
    assert time.monotonic() - began < 30
