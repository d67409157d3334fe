"""What `serve` does before it takes the first request."""

import gc
import signal

import pytest
import uvicorn

from app import cli


def test_the_collector_leaves_alone_what_was_made_at_the_start(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    frozen = []
    monkeypatch.setenv("CLAUSES_DATABASE_URL", sqlite_url)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(uvicorn, "run", lambda *_, **__: frozen.append(gc.get_freeze_count()))
    try:
        cli.serve(worker=False)
    finally:
        gc.unfreeze()
    assert frozen[0] > 100_000
