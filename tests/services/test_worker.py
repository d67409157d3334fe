"""The worker's loop: settles during long jobs, stops between two steps, outlives every fault."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app import worker
from app.crypto import Keyring
from app.db.session import Database
from app.db.tables import Job, OpenChange
from app.principal import SERVICE
from app.schemas.imports import ImportAsked
from app.services import decp_imports, imports, jobs
from app.services.jobs import Running
from app.services.uploads import stored
from app.services.work import Means, writing
from app.settings import DEVELOPMENT_SECRET
from app.worker import Worker
from tests.api.builders import HeldClock
from tests.exchange.decp_samples import as_json, sound

NOW = datetime(2025, 1, 10, 9, tzinfo=UTC)


def means_on(url: str) -> Means:
    return Means(Database(url), HeldClock(NOW), Keyring(DEVELOPMENT_SECRET))


@pytest.fixture
def means(database_url: str) -> Iterator[Means]:
    found = means_on(database_url)
    yield found
    found.database.dispose()


def open_changes(means: Means) -> int:
    with means.database.read() as session:
        return session.scalar(select(func.count()).select_from(OpenChange)) or 0


def queue(means: Means, kind: str) -> Job:
    with writing(means, SERVICE, "test") as writer:
        return jobs.queue(writer, kind, "a", {})


def test_a_long_job_does_not_hold_up_the_feed(means: Means, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []

    def handler(running: Running) -> dict[str, Any]:
        with running.writing() as writer:
            writer.record("test.written")
        left.append(open_changes(means))
        time.sleep(worker.PAUSE_SECONDS)
        running.breathe()
        left.append(open_changes(means))
        return {}

    monkeypatch.setitem(worker.HANDLERS, "test", handler)
    queue(means, "test")
    assert Worker(means).step()
    assert left == [1, 0]


def test_a_worker_asked_to_stop_leaves_its_job_between_two_steps(
    means: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Worker(means)
    steps: list[int] = []

    def handler(running: Running) -> dict[str, Any]:
        for step in range(3):
            running.breathe()
            steps.append(step)
            asked.stop.set()
        return {}

    monkeypatch.setitem(worker.HANDLERS, "test", handler)
    job = queue(means, "test")
    asked.run()
    assert steps == [0]
    with means.database.read() as session:
        assert session.get_one(Job, job.id).state == "waiting"


def test_a_database_that_is_away_does_not_end_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "FAULT_SECONDS", 0.01)
    away = Worker(means_on(f"sqlite:///{tmp_path}/missing/away.sqlite3"))
    running = threading.Thread(target=away.run)
    running.start()
    time.sleep(0.3)
    alive = running.is_alive()
    away.stop.set()
    running.join(10)
    away.means.database.dispose()
    output = capsys.readouterr().out
    assert alive
    assert not running.is_alive()
    assert output.count("worker_fault") > 1
    assert "OperationalError" in output
    assert "unable to open" not in output


def test_reading_a_long_file_prolongs_the_lease(means: Means, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decp_imports, "STRETCH", 2)
    content = as_json(*(sound(id=f"EX-{number}") for number in range(5)))
    upload = stored(means, SERVICE, content)
    with writing(means, SERVICE, "test") as writer:
        asked = ImportAsked(kind="decp")
        job_id = imports.queue_import(writer, asked, imports.Handed("application/json", upload)).id
    leases: list[datetime | None] = []

    def breathe() -> None:
        with means.database.read() as session:
            leases.append(session.get_one(Job, job_id).locked_until)
        clock = means.clock
        assert isinstance(clock, HeldClock)
        clock.moment += timedelta(seconds=10)

    assert jobs.work(means, {"import": imports.run_import}, breathe=breathe, report=lambda _: None)
    # Taken at 0 s; two stretches counted at 10 s and 20 s, then five records and the end of the file.
    assert leases[:3] == [NOW + timedelta(seconds=seconds) for seconds in (30, 40, 50)]
    assert len(leases) == 8
