"""Quarters and years are published by the worker once their delay has passed, each once."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.db.queries import releases as queries
from app.db.session import WriteSession
from app.db.tables import Change, Job, Release
from app.principal import SERVICE
from app.rules import cubes
from app.schemas.releases import ReleaseIn
from app.services import jobs, publishing, releases
from app.services.work import writing
from app.worker import Daily, Worker
from tests import databases
from tests.api.builders import Service, serving


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


@pytest.fixture
def postgres_service() -> Iterator[Service]:
    with databases.migrated_database("postgres") as url, serving(url) as running:
        yield running


def on(service: Service, year: int, month: int, day: int) -> None:
    service.clock.moment = datetime(year, month, day, 9, tzinfo=UTC)


def work(service: Service, publish_from: int | None = 2024) -> None:
    """A worker that begins anew plans at its first step."""
    worker = Worker(service.means, daily=Daily(publish_from=publish_from))
    while worker.step():
        pass


def published(service: Service) -> list[tuple[int, int]]:
    with service.means.database.read() as session:
        rows = session.execute(select(Release.year, Release.quarter).order_by(Release.id)).all()
    return [(year, quarter) for year, quarter in rows]


def planned(service: Service) -> int:
    with service.means.database.read() as session:
        count = select(func.count()).select_from(Job).where(Job.kind == publishing.PUBLISH)
        return session.scalar(count) or 0


def test_it_is_off_unless_a_year_is_named(service: Service) -> None:
    work(service, publish_from=None)
    assert (published(service), planned(service)) == ([], 0)


def test_each_period_follows_its_delay_once(service: Service) -> None:
    """45 days after 30 September is 14 November, after 31 December 14 February: published on the next day."""
    on(service, 2024, 11, 14)
    work(service)
    assert published(service) == [(2024, 1), (2024, 2)]
    on(service, 2024, 11, 15)
    work(service)
    work(service)
    assert (published(service), planned(service)) == ([(2024, 1), (2024, 2), (2024, 3)], 2)
    on(service, 2025, 2, 14)
    work(service)
    assert (2024, 4) not in published(service)
    on(service, 2025, 2, 15)
    work(service)
    assert published(service) == [(2024, quarter) for quarter in (1, 2, 3, 4, 0)]
    with service.means.database.read() as session:
        changes = select(func.count()).select_from(Change).where(Change.action == "release.published")
        assert session.scalar(changes) == 5


def test_what_was_published_by_hand_or_before_a_stop_is_not_published_again(service: Service) -> None:
    on(service, 2024, 11, 15)
    with writing(service.means, SERVICE, "test") as writer:
        releases.publish(writer, ReleaseIn(year=2024, quarter=2))
    assert publishing.plan_publishing(service.means, 2024)
    breaths = iter((None, jobs.Stopping()))

    def breathe() -> None:
        stop = next(breaths, None)
        if stop is not None:
            raise stop

    handlers = {publishing.PUBLISH: publishing.publish_due}
    for _ in range(2):
        assert jobs.work(service.means, handlers, breathe=breathe, report=_fail)
    assert published(service) == [(2024, 2), (2024, 1), (2024, 3)]
    assert not publishing.plan_publishing(service.means, 2024)


@pytest.mark.postgres
def test_figures_that_take_longer_than_a_lease_are_published_by_who_began(
    postgres_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker looks for work meanwhile; the server waits for the sums as well."""
    service = postgres_service
    on(service, 2024, 11, 14)
    assert publishing.plan_publishing(service.means, 2024)
    taken: list[bool] = []

    def slow(*given: Any, **named: Any) -> Any:  # noqa: ANN401  # as the original
        service.clock.moment += jobs.LEASE + timedelta(seconds=1)
        time.sleep(0.3)
        taken.append(jobs.work(service.means, {publishing.PUBLISH: _other}, breathe=_rest, report=_fail))
        return cubes.cubes(*given, **named)

    def soon(session: WriteSession) -> None:
        session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '200ms'"))
        hold(session)

    hold = queries.hold_publishing
    monkeypatch.setattr("app.services.releases.cubes", slow)
    monkeypatch.setattr(queries, "hold_publishing", soon)
    handlers = {publishing.PUBLISH: publishing.publish_due}
    assert jobs.work(service.means, handlers, breathe=_rest, report=_fail)
    assert (published(service), taken) == ([(2024, 1), (2024, 2)], [False, False])


def _other(running: jobs.Running) -> dict[str, Any]:
    return {"taken by": running.attempt}


def _rest() -> None:
    """Nobody asks for the end."""


def _fail(error: Exception) -> None:
    raise error
