"""Work followed by server-sent events and cancelled: waiting, running, done; by whom it was asked for."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
import uvicorn

from app.db.queries.imports import file_of
from app.db.tables import Job
from app.principal import SERVICE, Role
from app.services import imports, jobs
from app.services.changes import settle
from app.services.jobs import Running
from app.services.work import writing
from app.web import progress
from tests.api.builders import BUYER, OTHER_BUYER, Service, serving
from tests.e2e.processes import free_port, wait_for
from tests.exchange.decp_samples import as_json, sound


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as service:
        yield service


def queued(service: Service, records: int = 3) -> str:
    """An import asked for by the buyer."""
    file = json.loads(as_json(*(sound(id=f"EX-{number}") for number in range(records))))
    answer = service.post("/v1/imports?kind=decp&dry_run=true", BUYER, Role.BUYER, file)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def work(service: Service, handler: Any = imports.run_import) -> None:  # noqa: ANN401 - a handler
    told: list[Exception] = []
    assert jobs.work(service.means, {"import": handler}, breathe=lambda: None, report=told.append)
    assert told == []


def read(service: Service, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = service.get(f"/v1/jobs/{job_id}", BUYER, Role.BUYER).json()
    return found


def cancel(service: Service, job_id: str, siret: str = BUYER) -> httpx.Response:
    answer: Any = service.post(f"/v1/jobs/{job_id}/cancel", siret, Role.BUYER, None)
    return answer  # type: ignore[no-any-return] # the client's own twin of the class


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


class TestCancelling:
    def test_what_waits_ends_at_once_and_its_file_goes(self, service: Service) -> None:
        job_id = queued(service)
        answer = cancel(service, job_id)
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
        assert cancel(service, job_id).json() == answer.json()
        with service.means.database.read() as session:
            assert file_of(session, UUID(job_id)) is None
        settle(service.means)
        feed = service.get("/v1/events", BUYER, Role.BUYER, limit=200).json()["items"]
        assert [item["type"] for item in feed if item["subject_id"] == job_id] == [
            "import.queued",
            "import.finished",
        ]
        assert not jobs.work(service.means, {}, breathe=lambda: None, report=lambda _: None)

    def test_what_runs_ends_at_its_next_step_and_keeps_what_it_did(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs, "LOOK_SECONDS", 0.0)
        job_id = queued(service)

        def handler(running: Running) -> dict[str, Any]:
            for step in (1, 2, 3):
                running.breathe()
                with running.writing() as writer:
                    running.progress(writer.session, step, 3)
                if step == 2:
                    answer = cancel(service, job_id)
                    assert (answer.status_code, answer.json()["state"]) == (200, "running")
                    assert answer.json()["cancel_asked_at"] is not None
            return {}

        work(service, handler)
        found = read(service, job_id)
        assert (found["state"], found["done"], found["total"]) == ("cancelled", 2, 3)

    def test_what_has_ended_is_not_cancelled(self, service: Service) -> None:
        job_id = queued(service)
        work(service)
        answer = cancel(service, job_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "job_ended")
        assert read(service, job_id)["state"] == "done"

    def test_only_who_asked_cancels_and_nobody_what_figures_are_made_of(self, service: Service) -> None:
        job_id = queued(service)
        assert cancel(service, job_id, OTHER_BUYER).status_code == 404
        with writing(service.means, SERVICE, "test") as writer:
            own = jobs.queue(writer, "recount", "x", {}).id
        platform = service.post(f"/v1/jobs/{own}/cancel", OTHER_BUYER, Role.ADMIN, None)
        assert (platform.status_code, platform.json()["code"]) == (403, "forbidden")
        with writing(service.means, SERVICE, "test") as writer:
            jobs.close(writer, writer.session.get_one(Job, own), "done")
        cancel(service, job_id)


class TestFollowing:
    def test_refusals_come_before_the_stream(self, service: Service) -> None:
        job_id = queued(service)
        path = f"/v1/jobs/{job_id}/progress"
        assert service.client.get(path).status_code == 401
        refused = service.get(path, OTHER_BUYER, Role.BUYER)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        cancel(service, job_id)

    def test_work_that_ended_is_told_once(self, service: Service) -> None:
        job_id = queued(service)
        work(service)
        headers = {
            **service.headers(BUYER, Role.BUYER),
            "Last-Event-ID": "no such event",
        }
        answer = service.client.get(f"/v1/jobs/{job_id}/progress", headers=headers)
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert events(answer.text) == [read(service, job_id)]

    def test_progress_is_told_as_it_happens_and_places_are_given_back(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(progress, "LOOK_SECONDS", 0.02)
        monkeypatch.setattr(progress, "QUIET_SECONDS", 0.1)
        app: Any = service.client.app
        streams = app.state.streams
        monkeypatch.setattr(streams, "most", 1)
        monkeypatch.setattr(streams, "seconds", 60)
        job_id = queued(service)
        path, headers = f"/v1/jobs/{job_id}/progress", service.headers(BUYER, Role.BUYER)
        with listening(app) as address, httpx.Client(base_url=address, headers=headers, timeout=10) as client:
            with client.stream("GET", path) as stream:
                lines = stream.iter_lines()
                first = next(line for line in lines if line.startswith("data: "))
                assert json.loads(first[6:])["state"] == "waiting"
                # Nothing happens: the connection is kept alive.
                assert next(line for line in lines if line.startswith(":")) == ": ping"
                second = client.get(path)
                assert (second.status_code, second.json()["code"]) == (429, "too_many_streams")
                assert second.headers["Retry-After"] == "10"
            # The reader has gone.
            wait_for(lambda: streams.count() == 0, "the place of who has gone")
            with client.stream("GET", path) as stream:
                lines = stream.iter_lines()
                next(line for line in lines if line.startswith("data: "))
                work(service)
                rest = events("\n".join(lines))
            assert rest[-1]["state"] == "done"
            wait_for(lambda: streams.count() == 0, "the place of who was told all")


@contextmanager
def listening(app: Any) -> Iterator[str]:  # noqa: ANN401 - the application
    """The application on a port of its own, in a thread of this process."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(10)
