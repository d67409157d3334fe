"""Decisions on who is the same person, at once with each other and with counting: nothing is lost."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Job, Participant, PersonLink
from app.principal import Role
from app.services.work import Writer
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    Service,
    Worker,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import Body, accepted, line, line_row, read, review, sent, states
from tests.api.people import assessment, decide, prove
from tests.api.persons import PATH, known_by, new_person, said, say
from tests.services.test_ledger_races import at_once, settled

BUYERS = (BUYER, OTHER_BUYER)
EIGHT = list(range(8))
Behind = Callable[[Callable[[], Any], Callable[[], Any]], tuple[Any, Any]]


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        running.clock.moment = datetime(2025, 2, 10, 9, tzinfo=UTC)
        for siret in (FACILITATOR, *BUYERS):
            running.headers(siret, Role.FACILITATOR)
        running.headers(CONTRACTOR, Role.CONTRACTOR)
        yield running


def contracts_of(service: Service, number: int) -> list[UUID]:
    """Contracts of two buyers in turn, all under one facilitator's mandate."""
    found = [add_contract(service, buyer=BUYERS[index % 2]) for index in range(number)]
    for index, contract_id in enumerate(found):
        add_mandate(service, contract_id, buyer=BUYERS[index % 2])
    return found


def persons(service: Service, *workers: Worker) -> set[UUID]:
    with service.means.database.read() as session:
        return {session.get_one(Participant, found.participant_id).person_id for found in workers}


@pytest.fixture
def behind(monkeypatch: pytest.MonkeyPatch) -> Behind:
    """Run one thing, and another one while the first has done all but commit; returns what both gave."""

    def run(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
        ready, close = threading.Event(), Writer.close

        def hesitate(writer: Writer) -> None:
            if not ready.is_set():
                ready.set()
                time.sleep(0.5)
            close(writer)

        monkeypatch.setattr(Writer, "close", hesitate)
        with ThreadPoolExecutor(1) as pool:
            one = pool.submit(first)
            assert ready.wait(30)
            other = second()
            return one.result(), other

    return run


class TestBesideEachOther:
    def test_a_chain_of_merges_at_once_makes_one_person(self, service: Service) -> None:
        """A with B, B with C, C with D…: each holds what the others join."""
        contracts = contracts_of(service, 6)
        workers = [add_hire(service, contract_id) for contract_id in contracts]

        def merge(number: int) -> int:
            # In both directions, so that no order of naming helps.
            one, other = workers[number : number + 2][:: 1 if number % 2 else -1]
            return say(service, "merge", one.participant_id, other.participant_id).status_code

        assert at_once(merge, list(range(5))) == [201] * 5
        assert persons(service, *workers) == {min(found.participant_id for found in workers)}
        settled(service)

    def test_of_many_who_say_the_same_one_is_first(self, service: Service) -> None:
        workers = [add_hire(service, contract_id) for contract_id in contracts_of(service, 2)]
        ids = [found.participant_id for found in workers]

        def decide_together(word: str) -> list[Response]:
            return at_once(lambda number: say(service, word, ids[number % 2], ids[1 - number % 2]), EIGHT)

        for word in ("merge", "separate", "merge"):
            answers = decide_together(word)
            assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
            refused = {answer.json()["code"] for answer in answers if answer.status_code == 409}
            assert refused == {"already_decided"}
        with service.means.database.read() as session:
            assert len(session.scalars(select(PersonLink)).all()) == 3

    def test_merges_partings_and_reviews_at_once_lose_nothing(self, service: Service) -> None:
        contracts = contracts_of(service, 4)
        workers = [add_hire(service, contract_id) for contract_id in contracts]
        statements = [
            sent(service, contract_id, line(worker, "100.00"))
            for contract_id, worker in zip(contracts, workers, strict=True)
        ]
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                drain(service.means, daily=None)

        def write(number: int) -> int:
            index = number % 4
            if number < 8:
                return self.insist(
                    service, statements[index], workers[index], f"{60 + number}.00"
                ).status_code
            one, other = (workers[place].participant_id for place in (index, (index + 1) % 4))
            return say(service, "merge" if number % 3 else "separate", one, other).status_code

        helper = threading.Thread(target=work)
        helper.start()
        try:
            statuses = at_once(write, list(range(16)))
        finally:
            stop.set()
            helper.join()
        assert statuses[:8] == [200] * 8
        assert set(statuses[8:]) <= {201, 409}
        settled(service)
        for known in ("merge", "separate"):
            # Whatever stands now, the whole can still be joined, and parted.
            say(service, known, workers[0].participant_id, workers[1].participant_id)
            settled(service)

    @staticmethod
    def insist(service: Service, statement: Body, worker: Worker, hours: str) -> Response:
        """A verdict on the version that stands, read again as long as somebody else comes first."""
        verdict = {"hire_id": str(worker.hire_id), "verdict": "part", "hours": hours, "reason": "X"}
        while True:
            answer = review(service, read(service, statement), {"lines": [verdict]})
            if answer.status_code != 412:
                return answer


class TestBehindADecision:
    def test_a_review_counts_the_person_about_to_be_joined(self, service: Service, behind: Behind) -> None:
        a, b = contracts_of(service, 2)
        here, there = add_hire(service, a), add_hire(service, b)
        accepted(service, sent(service, a, line(here, "100.00")))
        claim = sent(service, b, line(there, "100.00"))
        _, reviewed = behind(
            lambda: said(service, "merge", here.participant_id, there.participant_id),
            lambda: accepted(service, claim),
        )
        # One employer, 155 usual hours: right at once, with nothing left to a job.
        assert states(reviewed) == {"counted": "55.00", "held": "45.00"}
        settled(service)

    def test_a_review_counts_the_person_about_to_be_parted(self, service: Service, behind: Behind) -> None:
        a, b = contracts_of(service, 2)
        here, there = add_hire(service, a), add_hire(service, b)
        said(service, "merge", here.participant_id, there.participant_id)
        accepted(service, sent(service, a, line(here, "100.00")))
        claim = sent(service, b, line(there, "100.00"))
        _, reviewed = behind(
            lambda: said(service, "separate", here.participant_id, there.participant_id),
            lambda: accepted(service, claim),
        )
        assert states(reviewed) == {"counted": "100.00"}
        settled(service)

    def test_a_merge_counts_the_hours_about_to_be_accepted(self, service: Service, behind: Behind) -> None:
        a, b = contracts_of(service, 2)
        here, there = add_hire(service, a), add_hire(service, b)
        accepted(service, sent(service, a, line(here, "100.00")))
        claim = sent(service, b, line(there, "100.00"))
        behind(
            lambda: accepted(service, claim),
            lambda: said(service, "merge", here.participant_id, there.participant_id),
        )
        drain(service.means, daily=None)
        assert [line_row(service, found).counted for found in (here, there)] == [10000, 5500]
        settled(service)

    def test_an_approval_starts_from_the_joined_persons_first_day(
        self, service: Service, behind: Behind
    ) -> None:
        """The merge holds the other contract: only the person makes the decision wait."""
        contract_id, other = contracts_of(service, 2)
        early = known_by(service, contract_id, new_person(), starts_on="2024-12-16")
        late = known_by(service, contract_id, new_person(), starts_on="2025-01-06")
        third = known_by(service, other, new_person())
        said(service, "merge", third.participant_id, late.participant_id)
        prove(service, early.hire_id)
        prove(service, late.hire_id)
        decide(service, early.hire_id, "approved")
        _, decided = behind(
            lambda: said(service, "merge", third.participant_id, early.participant_id),
            lambda: decide(service, late.hire_id, "approved"),
        )
        assert decided["eligible_until"] == "2026-12-15"
        drain(service.means, daily=None)
        assert assessment(service, late.hire_id)["eligible_until"] == "2026-12-15"
        settled(service)

    def test_a_rectification_waits_for_it(self, service: Service, behind: Behind) -> None:
        contract_id, other = contracts_of(service, 2)
        one = known_by(service, contract_id, new_person())
        two = known_by(service, other, new_person())
        path = f"{PATH}/{two.participant_id}"
        _, answer = behind(
            lambda: said(service, "merge", one.participant_id, two.participant_id),
            lambda: service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, {"sex": "female"}, 1),
        )
        assert (answer.status_code, answer.json()["version"]) == (200, 2)
        with service.means.database.read() as session:
            found = session.get_one(Participant, UUID(two.participant_id))
            assert (found.sex, found.person_id) == ("female", UUID(one.participant_id))
            assert {job.state for job in session.scalars(select(Job))} <= {"waiting"}
