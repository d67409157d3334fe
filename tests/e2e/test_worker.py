"""Worker processes: killed in the middle of an import, several at once, stopped, orphaned."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.db.tables import (
    Change,
    Contract,
    DecpRecord,
    ImportChunk,
    ImportFile,
    ImportRow,
    Job,
    OpenChange,
    Seal,
)
from app.principal import SERVICE
from app.schemas.imports import ImportAsked
from app.services import jobs
from app.services.changes import broken_seals
from app.services.imports import Handed, queue_import
from app.services.uploads import stored
from app.services.work import Means, writing
from app.settings import DEVELOPMENT_SECRET
from tests.e2e.processes import (
    answers,
    children_of,
    command,
    events_logged,
    free_port,
    is_running,
    stop,
    wait_for,
)
from tests.exchange.decp_samples import as_json, sound, without

RECORDS = 200
# Two imports of one file meet at every record: each meeting costs one of them a second try.
SHARED = 80


@pytest.fixture
def means(database_url: str) -> Iterator[Means]:
    database = Database(database_url)
    yield Means(database, SystemClock(), Keyring(DEVELOPMENT_SECRET))
    database.dispose()


def made_file(size: int = RECORDS) -> bytes:
    records = [sound(id=f"EX-{number:04d}") for number in range(size - 2)]
    return as_json(*records, sound(id="EX-0000"), without("id"))


def queued(means: Means, content: bytes) -> UUID:
    upload = stored(means, SERVICE, content)
    with writing(means, SERVICE, "test") as writer:
        asked = ImportAsked(kind="decp")
        return queue_import(writer, asked, Handed("application/json", upload)).id


def count(means: Means, table: type[object]) -> int:
    with means.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def job_of(means: Means, job_id: UUID) -> Job:
    with means.database.read() as session:
        return session.get_one(Job, job_id)


def planned(means: Means) -> list[str]:
    """The states of what each day brings: all of it is planned before any of it is done."""
    with means.database.read() as session:
        return list(session.scalars(select(Job.state)))


def outcomes(means: Means, job_id: UUID) -> dict[str, int]:
    query = select(ImportRow.outcome, func.count()).where(ImportRow.job_id == job_id)
    with means.database.read() as session:
        return {row[0]: row[1] for row in session.execute(query.group_by(ImportRow.outcome))}


def assert_done_once(means: Means, job_id: UUID) -> None:
    """Every record has one result, every contract one record and one change, and all is sealed."""
    with means.database.read() as session:
        query = select(ImportRow.index).where(ImportRow.job_id == job_id).order_by(ImportRow.index)
        assert session.scalars(query).all() == list(range(RECORDS))
        registered = select(func.count()).where(Change.action == "contract.registered")
        assert session.scalar(registered) == RECORDS - 2
        assert broken_seals(session) == []
    assert outcomes(means, job_id) == {"created": RECORDS - 2, "unchanged": 1, "rejected": 1}
    assert count(means, Contract) == count(means, DecpRecord) == RECORDS - 2
    assert count(means, ImportFile) == count(means, ImportChunk) == count(means, OpenChange) == 0
    assert count(means, Seal) == count(means, Change)


def test_an_import_whose_worker_is_killed_is_finished_by_another(means: Means, database_url: str) -> None:
    job_id = queued(means, made_file())
    with command(database_url, "worker", "--lease", "1") as worker:
        wait_for(lambda: count(means, ImportRow) >= 20, "the first rows")
        worker.kill()
        worker.wait()
    interrupted = job_of(means, job_id)
    assert interrupted.state == "running"
    assert 20 <= count(means, ImportRow) < RECORDS
    with command(database_url, "worker", "--lease", "1") as worker:
        wait_for(lambda: job_of(means, job_id).state == "done", "the end of the import")
        wait_for(lambda: count(means, OpenChange) == 0, "the seals")
        events = events_logged(stop(worker, signal.SIGTERM))
    assert "worker_fault" not in events
    assert job_of(means, job_id).attempts == 2
    assert_done_once(means, job_id)


def test_a_worker_that_is_stopped_gives_its_import_back(means: Means, database_url: str) -> None:
    job_id = queued(means, made_file())
    with command(database_url, "worker") as worker:
        wait_for(lambda: count(means, ImportRow) >= 20, "the first rows")
        output = stop(worker, signal.SIGINT)
    assert worker.returncode == 0
    assert events_logged(output) == ["worker_started", "worker_stopped"]
    # With the usual lease: it was given back, so nobody has to wait for its end.
    assert job_of(means, job_id).state == "waiting"
    with command(database_url, "worker") as worker:
        wait_for(lambda: job_of(means, job_id).state == "done", "the end of the import")
        wait_for(lambda: count(means, OpenChange) == 0, "the seals")
        stop(worker, signal.SIGTERM)
    assert job_of(means, job_id).attempts == 1
    assert_done_once(means, job_id)


def test_two_workers_share_the_work_and_do_nothing_twice(means: Means, database_url: str) -> None:
    first, second = queued(means, made_file(SHARED)), queued(means, made_file(SHARED))
    with command(database_url, "worker") as one, command(database_url, "worker") as other:
        wait_for(lambda: job_of(means, first).state == "done", "the end of the first import")
        wait_for(lambda: job_of(means, second).state == "done", "the end of the second import")
        wait_for(lambda: count(means, OpenChange) == 0, "the seals")
        outputs = [stop(worker, signal.SIGTERM) for worker in (one, other)]
    assert ["worker_fault" in events_logged(output) for output in outputs] == [False, False]
    assert count(means, Contract) == SHARED - 2
    both = [outcomes(means, job_id) for job_id in (first, second)]
    # Each record was registered by one of the two and found by the other.
    assert sum(found.get("created", 0) for found in both) == SHARED - 2
    assert sum(found.get("unchanged", 0) for found in both) == SHARED
    assert sum(found.get("rejected", 0) for found in both) == 2


def test_a_change_is_settled_within_a_second(means: Means, database_url: str) -> None:
    with command(database_url, "worker") as worker:
        wait_for(lambda: set(planned(means)) == {"done"}, "the day's own work")
        with writing(means, SERVICE, "test") as writer:
            change = writer.record("test.written")
        committed = datetime.now(UTC)
        wait_for(lambda: count(means, OpenChange) == 0, "the seal")
        with means.database.read() as session:
            sealed_at = session.scalars(select(Seal.sealed_at).where(Seal.change_id == change)).one()
        stop(worker, signal.SIGTERM)
    assert sealed_at - committed < timedelta(seconds=1)


def test_a_fault_does_not_end_the_worker_and_its_message_is_not_logged(
    means: Means, database_url: str
) -> None:
    with writing(means, SERVICE, "test") as writer:
        broken = jobs.queue(writer, "recount", "x", {"contract_id": "EXEMPLE Testeur"})
    with command(database_url, "worker") as worker:
        wait_for(lambda: job_of(means, broken.id).attempts == 1, "the first attempt")
        job_id = queued(means, as_json(sound()))
        wait_for(lambda: job_of(means, job_id).state == "done", "the next job")
        output = stop(worker, signal.SIGTERM)
    assert "worker_fault" in events_logged(output)
    assert '"error": "ValueError"' in output
    assert "upkeep.py:" in output
    assert "EXEMPLE" not in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_worker_beside_a_server_ends_with_it(sqlite_url: str, number: signal.Signals) -> None:
    port = free_port()
    with command(sqlite_url, "serve", "--port", str(port)) as server:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"), "the server")
        wait_for(lambda: len(children_of(server.pid)) == 1, "its worker")
        (worker,) = children_of(server.pid)
        stop(server, number)
        wait_for(lambda: not is_running(worker), "the end of the worker")


def test_a_worker_that_dies_beside_a_server_is_replaced(sqlite_url: str) -> None:
    port = free_port()
    with command(sqlite_url, "serve", "--port", str(port)) as server:
        wait_for(lambda: len(children_of(server.pid)) == 1, "the worker")
        (first,) = children_of(server.pid)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: children_of(server.pid) not in ([], [first]), "another worker")
        (second,) = children_of(server.pid)
        output = stop(server, signal.SIGTERM)
        wait_for(lambda: not is_running(second), "the end of the worker")
    assert "worker_died" in events_logged(output)


def test_a_server_may_run_without_a_worker(sqlite_url: str) -> None:
    port = free_port()
    with command(sqlite_url, "serve", "--port", str(port), "--no-worker") as server:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"), "the server")
        assert children_of(server.pid) == []
        stop(server, signal.SIGTERM)
