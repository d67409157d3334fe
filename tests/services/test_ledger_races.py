"""Sixteen writers at once, on one contract and on many: no lost update, no deadlock, books that hold."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from app.db.tables import Job, Line, StatementVersion, Verdict
from app.principal import SERVICE, Role
from app.services import ledger
from app.services.sight import held_contract
from app.services.verify import verify
from app.services.work import Writer, writing
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    OTHER_BUYER,
    TERMS,
    Service,
    add_contract,
    add_hire,
    serving,
)
from tests.api.declaring import (
    JANUARY,
    Body,
    accepted,
    correct,
    line,
    line_row,
    read,
    review,
    send,
    sent,
    states,
)

WRITERS = 16
Item = TypeVar("Item")
# Sixteen months that have begun: 2023-09 to 2024-12.
MONTHS = [f"{2023 + (8 + n) // 12}-{(8 + n) % 12 + 1:02d}" for n in range(WRITERS)]
LONG = {**TERMS, "window": {"start": "2023-09-01", "end": "2025-12-31"}}


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        running.clock.moment = datetime(2025, 2, 10, 9, tzinfo=UTC)
        for siret, role in (
            (CONTRACTOR, Role.CONTRACTOR),
            (BUYER, Role.FACILITATOR),
            (OTHER_BUYER, Role.FACILITATOR),
        ):
            running.headers(siret, role)
        yield running


def at_once(work: Callable[[Item], Any], items: list[Item]) -> list[Any]:
    """Everything started together; an exception in one of them fails the test."""
    together = threading.Barrier(len(items))

    def run(item: Item) -> Any:  # noqa: ANN401 - what the work gives
        together.wait()
        return work(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items, timeout=120))


def settled(service: Service) -> None:
    """Do what was queued; then counting again finds nothing, and nothing is left to do."""
    drain(service.means, daily=None)
    with service.means.database.read() as session:
        assert {job.state for job in session.scalars(select(Job))} <= {"done"}
        contracts = sorted(set(session.scalars(select(Line.contract_id))))
    for contract_id in contracts:
        with writing(service.means, SERVICE, "test") as writer:
            ledger.recount_contract(writer, held_contract(writer, contract_id))
            assert writer.change is None
    assert verify(service.means.database).holds


class TestOneContract:
    def test_sixteen_months_are_declared_and_reviewed_together(self, service: Service) -> None:
        contract_id = add_contract(service, terms=LONG)
        worker = add_hire(service, contract_id, starts_on=date(2023, 9, 1))

        def declare(month: str) -> dict[str, str]:
            statement = sent(service, contract_id, line(worker, "100.00"), month=month)
            return states(accepted(service, statement, BUYER))

        assert at_once(declare, MONTHS) == [{"counted": "100.00"}] * WRITERS
        settled(service)

    def test_one_month_is_declared_once(self, service: Service) -> None:
        contract_id = add_contract(service)
        worker = add_hire(service, contract_id)
        body = {"month": JANUARY, "lines": [line(worker, "70.00")]}
        answers = at_once(lambda _: send(service, contract_id, body), list(range(WRITERS)))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: WRITERS - 1}
        codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
        assert codes == {"statement_exists"}
        assert line_row(service, worker).pending == 7000
        settled(service)

    def test_of_many_corrections_and_reviews_of_one_version_one_is_taken(self, service: Service) -> None:
        contract_id = add_contract(service)
        worker = add_hire(service, contract_id)
        statement = sent(service, contract_id, line(worker, "70.00"))

        def write(number: int) -> int:
            if number % 2:
                body = {"reason": "Oubli", "lines": [line(worker, f"{number}.00")]}
                return correct(service, statement, body).status_code
            cut = {"hire_id": str(worker.hire_id), "verdict": "part", "hours": f"{number}.00", "reason": "X"}
            return review(service, statement, {"lines": [cut]}, BUYER).status_code

        statuses = Counter(at_once(write, list(range(WRITERS))))
        assert statuses[412] == WRITERS - 1
        assert statuses[200] + statuses[201] == 1
        assert read(service, statement, BUYER)["version"] == 2
        settled(service)

    def test_everybody_who_reads_again_gets_through(self, service: Service) -> None:
        contract_id = add_contract(service)
        worker = add_hire(service, contract_id)
        statement = sent(service, contract_id, line(worker, "1.00"))

        def persist(number: int) -> int:
            for _ in range(200):
                current = read(service, statement, BUYER)
                if number % 2:
                    body = {"reason": "Oubli", "lines": [line(worker, f"{number}.00")]}
                    answer = correct(service, current, body)
                else:
                    cut: Body = {"hire_id": str(worker.hire_id), "verdict": "returned", "reason": f"{number}"}
                    answer = review(service, current, {"lines": [cut]}, BUYER)
                if answer.status_code != 412:
                    return answer.status_code
            return 412

        assert Counter(at_once(persist, list(range(8)))) == {200: 4, 201: 4}
        # One first submission, four corrections, four verdicts: none overwrote another.
        assert read(service, statement, BUYER)["version"] == 9
        with service.means.database.read() as session:
            numbers = session.scalars(select(StatementVersion.number)).all()
            reasons = session.scalars(select(Verdict.reason)).all()
        assert sorted(numbers) == [1, 2, 3, 4, 5]
        assert sorted(filter(None, reasons)) == ["0", "2", "4", "6"]
        settled(service)


class TestManyContracts:
    def test_one_person_on_sixteen_contracts_counts_once(self, service: Service) -> None:
        buyers = [BUYER, OTHER_BUYER] * (WRITERS // 2)
        contracts = [add_contract(service, buyer=buyer) for buyer in buyers]
        first = add_hire(service, contracts[0])
        workers = [first] + [add_hire(service, contract_id, person=first) for contract_id in contracts[1:]]
        stop = threading.Event()

        def work() -> None:
            while not stop.is_set():
                drain(service.means, daily=None)

        def declare(number: int) -> int:
            statement = sent(service, contracts[number], line(workers[number], "20.00"))
            found = accepted(service, statement, buyers[number])
            return int(found["version"])

        helper = threading.Thread(target=work)
        helper.start()
        try:
            assert at_once(declare, list(range(WRITERS))) == [2] * WRITERS
        finally:
            stop.set()
            helper.join()
        settled(service)
        with service.means.database.read() as session:
            lines = session.scalars(select(Line).order_by(Line.recorded_at, Line.id)).all()
        # 155 hours of room for 16 claims of 20: seven whole, 15 of the eighth, none of the others.
        assert [(found.counted, found.held) for found in lines] == [
            *[(2000, 0)] * 7,
            (1500, 500),
            *[(0, 2000)] * 8,
        ]

    def test_who_comes_second_counts_what_the_first_is_about_to_commit(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        buyers = (BUYER, OTHER_BUYER)
        contracts = [add_contract(service, buyer=buyer) for buyer in buyers]
        here = add_hire(service, contracts[0])
        workers = [here, add_hire(service, contracts[1], person=here)]
        claims = [
            sent(service, contract_id, line(worker, "100.00"))
            for contract_id, worker in zip(contracts, workers, strict=True)
        ]
        counted, close = threading.Event(), Writer.close

        def hesitate(writer: Writer) -> None:
            if not counted.is_set():
                counted.set()
                time.sleep(0.5)
            close(writer)

        monkeypatch.setattr(Writer, "close", hesitate)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(accepted, service, claims[0], BUYER)
            assert counted.wait(30)
            second = accepted(service, claims[1], OTHER_BUYER)
            assert states(first.result()) == {"counted": "100.00"}
        # Its own count was right at once: no work was left to do.
        assert states(second) == {"counted": "55.00", "held": "45.00"}
        with service.means.database.read() as session:
            assert session.scalars(select(Job)).all() == []
        settled(service)

    def test_two_people_crossing_on_two_contracts_do_not_block_each_other(self, service: Service) -> None:
        """Each contract's writers hold both people; they take them in the same order."""
        contracts = [add_contract(service), add_contract(service, buyer=OTHER_BUYER)]
        people = [add_hire(service, contracts[0]) for _ in range(2)]
        there = [add_hire(service, contracts[1], person=person) for person in people]
        lines = [
            [line(person, "100.00") for person in people],
            [line(person, "100.00") for person in reversed(there)],
        ]
        statements = [
            sent(service, contract_id, *own) for contract_id, own in zip(contracts, lines, strict=True)
        ]

        def write(number: int) -> int:
            side = number % 2
            buyer = (BUYER, OTHER_BUYER)[side]
            while True:
                current = read(service, statements[side], buyer)
                verdicts = [
                    {
                        "hire_id": item["hire_id"],
                        "verdict": "part",
                        "hours": f"{50 + number}.00",
                        "reason": "X",
                    }
                    for item in lines[side]
                ]
                answer = review(service, current, {"lines": verdicts}, buyer)
                if answer.status_code != 412:
                    return answer.status_code

        assert at_once(write, list(range(WRITERS))) == [200] * WRITERS
        settled(service)
        for person, other in zip(people, there, strict=True):
            both = [line_row(service, found) for found in (person, other)]
            assert sum(found.counted for found in both) <= 15500
            assert [found.pending for found in both] == [0, 0]
