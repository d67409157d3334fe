"""Statements: a month declared whole or refused whole."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from app.principal import Role
from app.services.verify import verify
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_CONTRACTOR,
    SUBCONTRACTOR,
    WINDOW,
    Service,
    Worker,
    add_contract,
    add_hire,
    serving,
)
from tests.api.declaring import (
    DECEMBER,
    JANUARY,
    NOTHING,
    Body,
    accepted,
    by_rule,
    correct,
    line,
    period,
    rows,
    send,
    sent,
    states,
    taken,
)
from tests.api.people import mandated_contract
from tests.api.registering import errors_of


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        assert verify(running.means.database).holds


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return mandated_contract(service)


@pytest.fixture
def worker(service: Service, contract_id: UUID) -> Worker:
    return add_hire(service, contract_id)


class TestSubmitting:
    def test_a_month_is_recorded_and_waits_whole(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        declared = line(worker, "70.25", training="7.5", overtime="2")
        body = {"month": DECEMBER, "lines": [declared], "total_hours_worked": "412.00"}
        answer = send(service, contract_id, body)
        assert answer.status_code == 201
        statement = answer.json()
        assert answer.headers["Location"] == f"/v1/statements/{statement['id']}"
        assert answer.headers["ETag"] == '"1-contractor-fr"'
        known = {name: statement[name] for name in ("declarant", "month", "nothing_to_declare", "latest")}
        assert known == {
            "declarant": CONTRACTOR,
            "month": DECEMBER,
            "nothing_to_declare": False,
            "latest": 1,
        }
        (found,) = statement["lines"]
        assert (found["worked"], found["training"], found["overtime"]) == ("70.25", "7.50", "2.00")
        # Overtime is a part of the hours worked: 70.25 + 7.50.
        assert (found["declared"], found["review"], states(statement)) == (
            "77.75",
            "not_reviewed",
            {"pending": "77.75"},
        )
        assert found["warnings"] == []
        read_again = service.get(answer.headers["Location"], CONTRACTOR, Role.CONTRACTOR)
        assert read_again.json() == statement
        assert read_again.headers["ETag"] == answer.headers["ETag"]

    def test_a_month_without_hours_is_said(self, service: Service, contract_id: UUID) -> None:
        statement = taken(send(service, contract_id, NOTHING))
        assert (statement["nothing_to_declare"], statement["lines"]) == (True, [])

    def test_sending_twice_records_once(self, service: Service, contract_id: UUID, worker: Worker) -> None:
        body, key = {"month": DECEMBER, "lines": [line(worker, "70.00")]}, str(uuid4())
        first = send(service, contract_id, body, key=key)
        before = rows(service)
        again = send(service, contract_id, body, key=key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotent-Replayed"] == "true"
        assert rows(service) == before

    def test_without_a_key_it_is_not_recorded(self, service: Service, contract_id: UUID) -> None:
        before = rows(service)
        path = f"/v1/contracts/{contract_id}/statements"
        headers = service.headers(CONTRACTOR, Role.CONTRACTOR)
        answer = service.client.post(path, json=NOTHING, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
        headers = {"Idempotency-Key": str(uuid4())}
        answer = service.client.post(path, json=NOTHING, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert rows(service) == before

    def test_a_contract_of_others_is_unknown(self, service: Service, contract_id: UUID) -> None:
        service.headers(OTHER_CONTRACTOR, Role.CONTRACTOR)
        before = rows(service)
        for siret, role in ((OTHER_CONTRACTOR, Role.CONTRACTOR), (CONTRACTOR, Role.INSERTION_STRUCTURE)):
            service.headers(siret, role)
            answer = send(service, contract_id, NOTHING, siret, role)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert rows(service)[:5] == before[:5]

    @pytest.mark.parametrize(
        ("siret", "role"), [(BUYER, Role.BUYER), (BUYER, Role.FACILITATOR), (FACILITATOR, Role.FACILITATOR)]
    )
    def test_only_firms_declare(self, service: Service, contract_id: UUID, siret: str, role: Role) -> None:
        answer = send(service, contract_id, NOTHING, siret, role)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_without_a_clause_there_is_nothing_to_declare_for(self, service: Service) -> None:
        answer = send(service, add_contract(service, terms=None), NOTHING)
        assert (answer.status_code, answer.json()["code"]) == (409, "no_clause")

    def test_a_second_statement_of_a_month_is_told_where_to_go(
        self, service: Service, contract_id: UUID
    ) -> None:
        first = taken(send(service, contract_id, NOTHING))
        answer = send(service, contract_id, NOTHING)
        assert (answer.status_code, answer.json()["code"]) == (409, "statement_exists")
        assert answer.headers["Link"] == f'</v1/statements/{first["id"]}/versions>; rel="edit"'

    @pytest.mark.parametrize("month", ["2024-11", "2025-10"])
    def test_a_month_outside_the_window_is_refused(
        self, service: Service, contract_id: UUID, month: str
    ) -> None:
        answer = send(service, contract_id, {**NOTHING, "month": month})
        assert (answer.status_code, answer.json()["code"]) == (409, "month_outside_window")
        assert errors_of(answer) == [("/month", "month_outside_window")]

    def test_a_month_that_has_not_begun_is_refused(self, service: Service, contract_id: UUID) -> None:
        # Today is 10 January.
        answer = send(service, contract_id, {**NOTHING, "month": "2025-02"})
        assert (answer.status_code, answer.json()["code"]) == (409, "month_not_begun")
        assert errors_of(answer) == [("/month", "month_not_begun")]

    def test_a_closed_contract_takes_no_hours(self, service: Service, contract_id: UUID) -> None:
        statement = taken(send(service, contract_id, {**NOTHING, "month": DECEMBER}))
        closed = service.send(
            "POST", f"/v1/contracts/{contract_id}/close", BUYER, Role.BUYER, {"closed_on": "2025-01-09"}, 1
        )
        assert closed.status_code == 200, closed.text
        body = {"reason": "Oubli", "nothing_to_declare": True}
        for answer in (send(service, contract_id, NOTHING), correct(service, statement, body)):
            assert (answer.status_code, answer.json()["code"]) == (409, "contract_closed")


WRONG_LINES = [
    ({"worked": "745.00"}, "/lines/0/worked", "too_many_hours"),
    ({"worked": "740.00", "training": "4.01"}, "/lines/0/worked", "too_many_hours"),
    ({"worked": "-1.00"}, "/lines/0/worked", "negative"),
    ({"worked": "10.001"}, "/lines/0/worked", "too_many_decimals"),
    ({"worked": "ten"}, "/lines/0/worked", "not_a_number"),
    ({"worked": "10.00", "training": "-0.01"}, "/lines/0/training", "negative"),
    ({"worked": "10.00", "overtime": "10.01"}, "/lines/0/overtime", "overtime_above_worked"),
    ({"training": "1.00"}, "/lines/0/worked", "missing"),
    ({"worked": "1.00", "name": "EXEMPLE"}, "/lines/0/name", "unknown_field"),
]
WRONG_PERIODS: list[tuple[list[Body], str, str]] = [
    (
        [period("2025-01-01", "2025-01-05", "5.00"), period("2025-01-05", "2025-01-09", "5.00")],
        "/lines/0/periods",
        "periods_overlap",
    ),
    ([period("2024-12-31", "2025-01-05", "10.00")], "/lines/0/periods/0", "period_outside_month"),
    ([period("2025-01-30", "2025-02-01", "10.00")], "/lines/0/periods/0", "period_outside_month"),
    ([period("2025-01-01", "2025-01-05", "9.99")], "/lines/0/periods", "periods_do_not_sum"),
    (
        [period("2025-01-01", "2025-01-05", "9.00", training="1.00")],
        "/lines/0/periods",
        "periods_do_not_sum",
    ),
    ([period("2025-01-05", "2025-01-01", "10.00")], "/lines/0/periods/0", "end_before_start"),
]


class TestWrongStatements:
    """422 with a pointer, and nothing written."""

    def refused(self, service: Service, contract_id: UUID, body: Body) -> list[tuple[str, str]]:
        before = rows(service)
        answer = send(service, contract_id, body)
        assert answer.status_code == 422, answer.text
        assert rows(service) == before
        return errors_of(answer)

    @pytest.mark.parametrize(("fields", "pointer", "code"), WRONG_LINES)
    def test_a_malformed_line(
        self, service: Service, contract_id: UUID, worker: Worker, fields: Body, pointer: str, code: str
    ) -> None:
        body = {"month": JANUARY, "lines": [{"hire_id": str(worker.hire_id), **fields}]}
        assert self.refused(service, contract_id, body) == [(pointer, code)]

    @pytest.mark.parametrize(("periods", "pointer", "code"), WRONG_PERIODS)
    def test_malformed_periods(
        self,
        service: Service,
        contract_id: UUID,
        worker: Worker,
        periods: list[Body],
        pointer: str,
        code: str,
    ) -> None:
        body = {"month": JANUARY, "lines": [line(worker, "10.00", periods=periods)]}
        assert self.refused(service, contract_id, body) == [(pointer, code)]

    def test_every_malformed_line_is_named(self, service: Service, contract_id: UUID, worker: Worker) -> None:
        other = add_hire(service, contract_id)
        lines = [line(worker, "800.00"), line(other, "1.00", overtime="2.00")]
        assert self.refused(service, contract_id, {"month": JANUARY, "lines": lines}) == [
            ("/lines/0/worked", "too_many_hours"),
            ("/lines/1/overtime", "overtime_above_worked"),
        ]

    def test_a_hire_has_one_line(self, service: Service, contract_id: UUID, worker: Worker) -> None:
        body = {"month": JANUARY, "lines": [line(worker, "1.00"), line(worker, "2.00")]}
        assert self.refused(service, contract_id, body) == [("/lines/1/hire_id", "line_twice")]

    def test_hires_of_others_are_unknown(self, service: Service, contract_id: UUID, worker: Worker) -> None:
        elsewhere = add_hire(service, add_contract(service))
        others = add_hire(service, contract_id, declarant=SUBCONTRACTOR)
        unknown = Worker(uuid4(), uuid4())
        for other in (elsewhere, others, unknown):
            body = {"month": JANUARY, "lines": [line(worker, "1.00"), line(other, "2.00")]}
            found = self.refused(service, contract_id, body)
            assert found == [("/lines/1/hire_id", "unknown_reference")]

    @pytest.mark.parametrize("fields", [{}, {"lines": []}, {"nothing_to_declare": False}])
    def test_an_empty_statement_says_nothing(self, service: Service, contract_id: UUID, fields: Body) -> None:
        assert self.refused(service, contract_id, {"month": JANUARY, **fields}) == [("", "lines_or_nothing")]

    def test_nothing_to_declare_has_no_lines(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        body = {**NOTHING, "lines": [line(worker, "1.00")]}
        assert self.refused(service, contract_id, body) == [("", "lines_or_nothing")]

    def test_five_hundred_lines_at_most(self, service: Service, contract_id: UUID, worker: Worker) -> None:
        lines = [line(worker, "1.00")] * 501
        body = {"month": JANUARY, "lines": lines}
        assert self.refused(service, contract_id, body) == [("/lines", "too_long")]
        lines.pop()
        # No longer too many: the next thing wrong is named.
        assert self.refused(service, contract_id, body) == [("/lines/1/hire_id", "line_twice")]

    @pytest.mark.parametrize("month", ["2025-13", "2025-1", "01/2025", "1999-12", 202501])
    def test_a_month_is_a_month(self, service: Service, contract_id: UUID, month: object) -> None:
        body = {**NOTHING, "month": month}
        assert self.refused(service, contract_id, body) == [("/month", "not_a_month")]


class TestImplausibleLines:
    """Recorded, with a warning; judged at review."""

    def warnings(self, statement: Body) -> list[str]:
        return [item["code"] for item in statement["lines"][0]["warnings"]]

    def test_more_than_the_usual_hours(self, service: Service, contract_id: UUID, worker: Worker) -> None:
        # 35 × 31 ÷ 7 = 155.00 usual hours, 48 × 31 ÷ 7 = 212.57 at most.
        statement = sent(service, contract_id, line(worker, "155.01"))
        assert self.warnings(statement) == ["above_usual_hours"]

    def test_three_hundred_hours_pass_and_their_excess_is_held_at_review(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        # 300 declared of which 145 of overtime: 155 + 145 = 300 usual, but 48 × 31 ÷ 7 = 212.57.
        statement = sent(service, contract_id, line(worker, "300.00", overtime="145.00"))
        assert self.warnings(statement) == ["above_weekly_maximum"]
        reviewed = accepted(service, statement)
        assert by_rule(reviewed) == {("counted", None): "212.57", ("held", "plausibility"): "87.43"}
        (held,) = [item for item in reviewed["lines"][0]["postings"] if item["state"] == "held"]
        assert held["parameter"] == "48 h × 31 j ÷ 7 = 212,57 h"

    def test_days_outside_the_window_or_the_hire(self, service: Service, contract_id: UUID) -> None:
        early = add_hire(service, contract_id, starts_on=WINDOW[0].replace(day=2))
        late = add_hire(service, contract_id, starts_on=WINDOW[0].replace(year=2025, month=1))
        statement = sent(service, contract_id, line(early, "10.00"), line(late, "0.00"), month=DECEMBER)
        codes = {
            item["hire_id"]: [found["code"] for found in item["warnings"]] for item in statement["lines"]
        }
        assert codes == {
            str(early.hire_id): ["partly_outside_window"],
            str(late.hire_id): ["hire_not_running"],
        }
