"""The durable queue: who takes a job, when it is taken up again, how it ends."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.clock import new_id
from app.crypto import Keyring
from app.db.session import Database
from app.db.tables import Change, Event, Job, Organisation, StoredAnswer
from app.errors import NotFound
from app.principal import SERVICE, Principal, Role
from app.services import jobs, upkeep
from app.services.jobs import Running
from app.services.work import Means, writing
from app.settings import DEVELOPMENT_SECRET
from app.worker import HANDLERS, drain
from tests.api.builders import HeldClock

NOW = datetime(2025, 1, 10, 9, tzinfo=UTC)
BUYER = Principal(UUID(int=7), Role.BUYER)
Handler = Callable[[Running], dict[str, Any]]


class Died(BaseException):
    """What a killed worker leaves behind: nothing."""


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock(NOW)


@pytest.fixture
def means(database_url: str, clock: HeldClock) -> Iterator[Means]:
    database = Database(database_url, pool_size=20)
    yield Means(database, clock, Keyring(DEVELOPMENT_SECRET))
    database.dispose()


def nothing() -> None:
    pass


def queued(means: Means, subject: str = "a", *, kind: str = "test", delay: int = 0) -> UUID:
    with writing(means, BUYER, "test") as writer:
        job = jobs.queue(writer, kind, subject, {"n": 1}, writer.now + timedelta(seconds=delay))
        return job.id


def work(means: Means, handler: Handler, report: list[Exception] | None = None) -> bool:
    told: list[Exception] = [] if report is None else report
    done = jobs.work(means, {"test": handler}, breathe=nothing, report=told.append)
    assert report is not None or told == []
    return done


def job_of(means: Means, job_id: UUID) -> Job:
    with means.database.read() as session:
        return session.get_one(Job, job_id)


def count(means: Means, table: type[Any]) -> int:
    with means.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def die(running: Running) -> dict[str, Any]:
    raise Died


class TestQueueing:
    def test_a_waiting_job_of_the_same_work_is_not_queued_twice(self, means: Means) -> None:
        assert queued(means, "a") == queued(means, "a")
        assert queued(means, "b") != queued(means, "a")
        assert count(means, Job) == 2

    def test_the_earlier_time_wins(self, means: Means) -> None:
        job_id = queued(means, delay=60)
        queued(means, delay=10)
        queued(means, delay=90)
        assert job_of(means, job_id).run_after == NOW + timedelta(seconds=10)

    def test_a_job_under_way_does_not_serve_for_what_comes_after_it(self, means: Means) -> None:
        first = queued(means)

        def handler(running: Running) -> dict[str, Any]:
            assert running.job_id == first
            assert queued(means) != first
            return {}

        assert work(means, handler)
        assert count(means, Job) == 2

    def test_a_refused_request_queues_nothing(self, means: Means) -> None:
        with suppress(NotFound), writing(means, BUYER, "test") as writer:
            jobs.queue(writer, "test", "a", {})
            raise NotFound
        assert count(means, Job) == 0

    def test_the_services_own_work_belongs_to_the_service(self, means: Means) -> None:
        with writing(means, BUYER, "test") as writer:
            job = jobs.queue(writer, "recount", "x", {})
        assert (job.organisation_id, job.role) == (SERVICE.organisation_id, "admin")

    def test_a_job_is_not_started_before_the_transaction_that_relies_on_it_ends(
        self, postgres_database_url: str
    ) -> None:
        means = Means(Database(postgres_database_url), HeldClock(NOW), Keyring(DEVELOPMENT_SECRET))
        job_id = queued(means)
        with writing(means, BUYER, "test") as writer:
            assert jobs.queue(writer, "test", "a", {}).id == job_id
            assert not work(means, lambda _: {})
        assert work(means, lambda _: {})
        means.database.dispose()


class TestTaking:
    def test_a_job_runs_under_its_submitter_and_keeps_its_result(self, means: Means) -> None:
        job_id = queued(means)
        seen: list[tuple[Principal, dict[str, Any]]] = []

        def handler(running: Running) -> dict[str, Any]:
            seen.append((running.principal, running.payload))
            return {"counted": 3}

        assert work(means, handler)
        assert seen == [(BUYER, {"n": 1})]
        job = job_of(means, job_id)
        assert (job.state, job.result, job.problem, job.finished_at) == ("done", {"counted": 3}, None, NOW)
        assert not work(means, handler)

    def test_a_job_waits_for_its_time(self, means: Means, clock: HeldClock) -> None:
        queued(means, delay=10)
        assert not work(means, lambda _: {})
        clock.moment = NOW + timedelta(seconds=10)
        assert work(means, lambda _: {})

    def test_the_job_due_for_longest_goes_first(self, means: Means, clock: HeldClock) -> None:
        ids = [queued(means, "later", delay=2), queued(means, "sooner", delay=1)]
        clock.moment = NOW + timedelta(seconds=5)
        taken: list[UUID] = []

        def handler(running: Running) -> dict[str, Any]:
            taken.append(running.job_id)
            return {}

        assert work(means, handler)
        assert work(means, handler)
        assert taken == ids[::-1]

    def test_many_workers_do_every_job_once(self, means: Means) -> None:
        ids = {queued(means, str(number)) for number in range(24)}
        taken: list[UUID] = []

        def handler(running: Running) -> dict[str, Any]:
            taken.append(running.job_id)
            return {}

        def worker(_: int) -> None:
            while work(means, handler):
                pass

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(worker, range(4)))
        # A worker that finds the last jobs held by others stops early; whatever is left is done here.
        worker(0)
        assert len(taken) == 24
        assert set(taken) == ids


class TestDying:
    def test_a_dead_workers_job_is_taken_up_when_its_lease_ends(self, means: Means, clock: HeldClock) -> None:
        job_id = queued(means)
        with pytest.raises(Died):
            work(means, die)
        clock.moment = NOW + jobs.LEASE
        assert not work(means, lambda _: {})
        clock.moment += timedelta(seconds=1)
        assert work(means, lambda running: {"attempt": running.attempt})
        assert job_of(means, job_id).result == {"attempt": 2}

    def test_progress_prolongs_the_lease(self, means: Means, clock: HeldClock) -> None:
        job_id = queued(means)

        def handler(running: Running) -> dict[str, Any]:
            clock.moment = NOW + timedelta(seconds=20)
            with running.writing() as writer:
                running.progress(writer.session, 1, 2)
            raise Died

        with pytest.raises(Died):
            work(means, handler)
        clock.moment = NOW + timedelta(seconds=50)
        assert not work(means, lambda _: {})
        job = job_of(means, job_id)
        assert (job.done, job.total) == (1, 2)
        clock.moment = NOW + timedelta(seconds=51)
        assert work(means, lambda _: {})

    def test_a_worker_believed_dead_writes_nothing_more(self, means: Means, clock: HeldClock) -> None:
        job_id = queued(means)

        def slow(running: Running) -> dict[str, Any]:
            clock.moment = NOW + timedelta(seconds=31)
            assert work(means, lambda _: {"by": "second"})
            with running.writing() as writer:
                writer.record("test.late")
                running.progress(writer.session, 1, 1)
            return {"by": "first"}

        assert work(means, slow)
        assert job_of(means, job_id).result == {"by": "second"}
        assert count(means, Change) == 0

    def test_two_workers_on_one_job_are_told_apart(self, means: Means, clock: HeldClock) -> None:
        queued(means)

        def slow(first: Running) -> dict[str, Any]:
            def other(second: Running) -> dict[str, Any]:
                with pytest.raises(jobs.LeaseLost), first.writing() as writer:
                    first.progress(writer.session, 1, 1)
                with second.writing() as writer:
                    second.progress(writer.session, 1, 1)
                return {}

            clock.moment = NOW + timedelta(seconds=31)
            assert work(means, other)
            return {}

        assert work(means, slow)

    def test_a_late_end_does_not_replace_the_other_workers_end(self, means: Means, clock: HeldClock) -> None:
        job_id = queued(means)

        def slow(running: Running) -> dict[str, Any]:
            del running
            clock.moment = NOW + timedelta(seconds=31)
            assert work(means, lambda _: {"by": "second"})
            return {"by": "first"}

        assert work(means, slow)
        assert job_of(means, job_id).result == {"by": "second"}

    def test_a_job_that_kills_its_workers_is_given_up(self, means: Means, clock: HeldClock) -> None:
        job_id = queued(means)
        for _ in range(5):
            with pytest.raises(Died):
                work(means, die)
            clock.moment += timedelta(seconds=31)
        # The sixth worker does not begin it.
        assert work(means, die)
        job = job_of(means, job_id)
        assert (job.state, job.problem) == ("failed", "job_abandoned")
        assert not work(means, die)


class TestEnding:
    def test_a_fault_is_tried_again_later_and_later_then_fails(self, means: Means, clock: HeldClock) -> None:
        job_id = queued(means)
        told: list[Exception] = []

        def handler(running: Running) -> dict[str, Any]:
            raise RuntimeError("EXEMPLE Testeur")

        pauses = []
        for _ in range(4):
            assert work(means, handler, told)
            job = job_of(means, job_id)
            pauses.append((job.run_after - clock.moment).total_seconds())
            assert (job.state, job.problem, job.locked_until) == ("waiting", None, None)
            clock.moment = job.run_after
        assert pauses == [5, 20, 80, 320]
        assert work(means, handler, told)
        job = job_of(means, job_id)
        assert (job.state, job.problem, job.attempts) == ("failed", "internal_error", 5)
        assert [str(error) for error in told] == ["EXEMPLE Testeur"] * 5
        assert "EXEMPLE" not in str(vars(job))

    def test_a_refusal_is_not_tried_again(self, means: Means) -> None:
        job_id = queued(means)

        def handler(running: Running) -> dict[str, Any]:
            raise NotFound

        assert work(means, handler)
        job = job_of(means, job_id)
        assert (job.state, job.problem, job.attempts) == ("failed", "not_found", 1)

    def test_a_kind_nobody_knows_waits_for_a_worker_that_does(self, means: Means) -> None:
        job_id = queued(means, kind="of_a_newer_release")
        told: list[Exception] = []
        assert work(means, lambda _: {}, told)
        assert [type(error) for error in told] == [KeyError]
        assert job_of(means, job_id).state == "waiting"

    def test_a_worker_asked_to_stop_gives_the_job_back_unharmed(self, means: Means) -> None:
        job_id = queued(means)

        def handler(running: Running) -> dict[str, Any]:
            raise jobs.Stopping

        assert work(means, handler)
        job = job_of(means, job_id)
        assert (job.state, job.attempts, job.locked_until) == ("waiting", 0, None)
        assert work(means, lambda _: {})

    def test_the_end_of_an_import_is_told_however_it_ends(self, means: Means) -> None:
        ids = [queued(means, subject, kind="import") for subject in ("a", "b")]

        def handler(running: Running) -> dict[str, Any]:
            if running.job_id == ids[0]:
                raise NotFound
            return {}

        for _ in ids:
            assert jobs.work(means, {"import": handler}, breathe=nothing, report=lambda _: None)
        with means.database.read() as session:
            query = select(Event.type, Event.subject_id).order_by(Event.subject_id)
            told = [tuple(row) for row in session.execute(query)]
        assert told == [("import.finished", job_id) for job_id in sorted(ids)]


class TestUpkeep:
    def test_the_day_is_planned_once_for_all_workers(self, means: Means, clock: HeldClock) -> None:
        barrier = threading.Barrier(4)

        def planned(_: int) -> bool:
            barrier.wait()
            return upkeep.plan_roll_over(means, 48)

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(planned, range(4))) == 1
        drain(means)
        assert not upkeep.plan_roll_over(means, 48)
        # 23:30 UTC on the 10th is the 11th in France.
        clock.moment = datetime(2025, 1, 10, 23, 30, tzinfo=UTC)
        assert upkeep.plan_roll_over(means, 48)

    def test_stored_answers_are_forgotten_after_their_time(self, means: Means) -> None:
        organisation = Organisation(
            id=new_id(), scheme="SIRET", identifier="10000000900017", version=1, created_at=NOW
        )
        with means.database.write() as session:
            session.add(organisation)
            for key, hours in (("old", 49), ("recent", 47)):
                session.add(
                    StoredAnswer(
                        organisation_id=organisation.id,
                        role="buyer",
                        key=key,
                        fingerprint=bytes(32),
                        status=201,
                        headers={},
                        body=b"",
                        created_at=NOW - timedelta(hours=hours),
                    )
                )
        upkeep.plan_roll_over(means, 48)
        drain(means)
        with means.database.read() as session:
            assert session.scalars(select(StoredAnswer.key)).all() == ["recent"]
            result = select(Job.result).where(Job.kind == upkeep.ROLL_OVER)
            assert session.scalars(result).one() == {
                "answers_purged": 1,
                "files_swept": 0,
                "mandates_ended": 0,
                "delegations_ended": 0,
            }

    def test_an_unknown_contract_fails_its_recount_for_good(self, means: Means) -> None:
        with writing(means, SERVICE, "test") as writer:
            job = jobs.queue(writer, "recount", "x", {"contract_id": str(UUID(int=5))})
        assert jobs.work(means, HANDLERS, breathe=nothing, report=lambda _: None)
        assert job_of(means, job.id).problem == "not_found"
