"""Reviews: lines accepted whole, in part or returned, by the organisation that decides that day."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Event, Verdict
from app.principal import Role
from app.services.verify import verify
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    WINDOW,
    Service,
    Worker,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import (
    DECEMBER,
    NOTHING,
    Body,
    accepted,
    by_rule,
    corrected,
    line,
    line_row,
    read,
    review,
    rows,
    send,
    sent,
    states,
    taken,
)
from tests.api.people import mandated_contract
from tests.api.registering import errors_of

OTHER_FACILITATOR = "51000000300010"
ALL = {"accept_all": True}


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


@pytest.fixture
def statement(service: Service, contract_id: UUID, worker: Worker) -> Body:
    """70 hours of January that wait."""
    return sent(service, contract_id, line(worker, "70.00"))


def verdict(worker: Worker, code: str, **more: object) -> Body:
    return {"hire_id": str(worker.hire_id), "verdict": code, **more}


def reviewed(service: Service, statement: Body, *verdicts: Body) -> Body:
    answer = review(service, statement, {"lines": list(verdicts)})
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


class TestVerdicts:
    def test_a_line_accepted_whole_counts(self, service: Service, statement: Body, worker: Worker) -> None:
        answer = review(service, statement, {"lines": [verdict(worker, "accepted")]})
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2-facilitator-fr"')
        found = answer.json()
        (only,) = found["lines"]
        assert (only["review"], only["accepted"], only["review_reason"]) == ("accepted", None, None)
        assert states(found) == {"counted": "70.00"}
        assert only["postings"] == [
            {
                "state": "counted",
                "kind": "worked",
                "hours": "70.00",
                "rule": None,
                "parameter": None,
                "reference": None,
            }
        ]
        # A review is not a new submission.
        assert (found["latest"], found["version"]) == (1, 2)

    def test_a_part_accepted_refuses_the_rest(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        statement = sent(service, contract_id, line(worker, "60.00", training="30.00"))
        cut = verdict(worker, "part", hours="60.00", reason="Feuilles d'heures")
        found = reviewed(service, statement, cut)
        (only,) = found["lines"]
        assert (only["review"], only["accepted"], only["review_reason"]) == (
            "part",
            "60.00",
            "Feuilles d'heures",
        )
        assert by_rule(found) == {("counted", None): "60.00", ("refused", "review"): "30.00"}
        # The cut falls on worked and training in proportion: 60 × 60 ÷ 90 = 40, and 20.
        hours = {(item["state"], item["kind"]): item["hours"] for item in only["postings"]}
        assert hours == {
            ("counted", "worked"): "40.00",
            ("counted", "training"): "20.00",
            ("refused", "worked"): "20.00",
            ("refused", "training"): "10.00",
        }

    def test_a_part_may_be_nothing(self, service: Service, statement: Body, worker: Worker) -> None:
        found = reviewed(service, statement, verdict(worker, "part", hours="0", reason="Absente"))
        assert by_rule(found) == {("refused", "review"): "70.00"}

    def test_a_returned_line_waits_for_its_declarant(
        self, service: Service, statement: Body, worker: Worker
    ) -> None:
        found = reviewed(service, statement, verdict(worker, "returned", reason="Signature absente"))
        (only,) = found["lines"]
        assert (only["review"], only["review_reason"]) == ("returned", "Signature absente")
        assert states(found) == {"pending": "70.00"}
        told = read(service, statement, CONTRACTOR, Role.CONTRACTOR)["lines"][0]["review_reason"]
        assert told == "Signature absente"
        # Nobody has looked at it since: accepting all leaves it with its declarant.
        again = review(service, found, ALL)
        assert (again.status_code, again.json()["code"]) == (409, "nothing_to_review")
        found = corrected(service, statement, line(worker, "68.00"))
        assert states(accepted(service, found)) == {"counted": "68.00"}

    def test_the_rest_is_accepted_beside_what_is_named(
        self, service: Service, contract_id: UUID, worker: Worker
    ) -> None:
        other, third = add_hire(service, contract_id), add_hire(service, contract_id)
        lines = [line(found, "10.00") for found in (worker, other, third)]
        statement = sent(service, contract_id, *lines)
        first = reviewed(service, statement, verdict(third, "part", hours="4.00", reason="Retards"))
        body = {**ALL, "lines": [verdict(worker, "returned", reason="Doute")]}
        answer = review(service, first, body)
        assert answer.status_code == 200
        found = answer.json()
        assert states(found, worker) == {"pending": "10.00"}
        assert states(found, other) == {"counted": "10.00"}
        assert states(found, third) == {"counted": "4.00", "refused": "6.00"}

    def test_a_verdict_may_be_taken_again(self, service: Service, statement: Body, worker: Worker) -> None:
        first = reviewed(service, statement, verdict(worker, "accepted"))
        second = reviewed(service, first, verdict(worker, "part", hours="50.00", reason="Contrôle"))
        assert states(second) == {"counted": "50.00", "refused": "20.00"}
        third = reviewed(service, second, verdict(worker, "accepted"))
        assert states(third) == {"counted": "70.00"}
        (only,) = third["lines"]
        assert (only["accepted"], only["review_reason"]) == (None, None)
        with service.means.database.read() as session:
            kept = session.scalars(
                select(Verdict).where(Verdict.line_id == UUID(only["id"])).order_by(Verdict.change_id)
            ).all()
        assert [(item.verdict, item.accepted, item.reason) for item in kept] == [
            ("accepted", None, None),
            ("part", 5000, "Contrôle"),
            ("accepted", None, None),
        ]

    def test_who_decided_and_when_is_kept(self, service: Service, statement: Body, worker: Worker) -> None:
        reviewed(service, statement, verdict(worker, "accepted"))
        kept = line_row(service, worker)
        me = service.get("/v1/me", FACILITATOR, Role.FACILITATOR).json()
        assert me["siret"] == FACILITATOR
        with service.means.database.read() as session:
            events = session.scalars(
                select(Event.type).where(Event.subject_id == UUID(statement["id"])).order_by(Event.change_id)
            ).all()
            decided = session.scalars(select(Verdict).where(Verdict.line_id == kept.id)).one()
        assert (kept.reviewed_at, kept.reviewed_by) == (service.clock.moment, decided.reviewer_id)
        assert events == ["statement.submitted", "statement.reviewed"]


WRONG = [
    ({"verdict": "part", "reason": "X"}, "/lines/0", "hours_and_reason"),
    ({"verdict": "part", "hours": "5.00"}, "/lines/0", "hours_and_reason"),
    ({"verdict": "accepted", "hours": "5.00"}, "/lines/0", "hours_and_reason"),
    ({"verdict": "returned"}, "/lines/0", "reason_required"),
    ({"verdict": "returned", "reason": ""}, "/lines/0/reason", "too_short"),
    ({"verdict": "part", "hours": "70.01", "reason": "X"}, "/lines/0/hours", "more_than_declared"),
    ({"verdict": "part", "hours": "-1.00", "reason": "X"}, "/lines/0/hours", "negative"),
    ({"verdict": "part", "hours": "1.001", "reason": "X"}, "/lines/0/hours", "too_many_decimals"),
    ({"verdict": "not_reviewed"}, "/lines/0/verdict", "unknown_code"),
]


class TestRefusals:
    def refused(self, service: Service, statement: Body, body: Body) -> tuple[int, list[tuple[str, str]]]:
        before = rows(service)
        answer = review(service, statement, body)
        assert rows(service) == before
        return answer.status_code, errors_of(answer)

    @pytest.mark.parametrize(("fields", "pointer", "code"), WRONG)
    def test_a_malformed_verdict(
        self, service: Service, statement: Body, worker: Worker, fields: Body, pointer: str, code: str
    ) -> None:
        body = {"lines": [{"hire_id": str(worker.hire_id), **fields}]}
        assert self.refused(service, statement, body) == (422, [(pointer, code)])

    def test_a_line_has_one_verdict(self, service: Service, statement: Body, worker: Worker) -> None:
        body = {"lines": [verdict(worker, "accepted"), verdict(worker, "returned", reason="X")]}
        assert self.refused(service, statement, body) == (422, [("/lines/1/hire_id", "line_twice")])

    def test_a_hire_without_line_here_is_unknown(
        self, service: Service, contract_id: UUID, statement: Body, worker: Worker
    ) -> None:
        december = add_hire(service, contract_id)
        sent(service, contract_id, line(december, "70.00"), month=DECEMBER)
        for other in (december, add_hire(service, contract_id), Worker(uuid4(), uuid4())):
            body = {"lines": [verdict(worker, "accepted"), verdict(other, "accepted")]}
            found = self.refused(service, statement, body)
            assert found == (422, [("/lines/1/hire_id", "unknown_reference")])

    def test_a_line_taken_out_is_no_longer_reviewed(
        self, service: Service, statement: Body, worker: Worker
    ) -> None:
        found = corrected(service, statement)
        body = {"lines": [verdict(worker, "accepted")]}
        assert self.refused(service, found, body) == (422, [("/lines/0/hire_id", "unknown_reference")])

    @pytest.mark.parametrize("body", [{}, {"lines": []}, {"accept_all": False}])
    def test_a_review_decides_something(self, service: Service, statement: Body, body: Body) -> None:
        assert self.refused(service, statement, body) == (422, [("", "nothing_decided")])

    def test_nothing_to_declare_leaves_nothing_to_review(self, service: Service, contract_id: UUID) -> None:
        found = taken(send(service, contract_id, NOTHING))
        answer = review(service, found, ALL)
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_review")

    def test_all_reviewed_leaves_nothing_to_review(self, service: Service, statement: Body) -> None:
        found = accepted(service, statement)
        assert review(service, found, ALL).json()["code"] == "nothing_to_review"
        # Sent again as it was read the first time, it is stale.
        answer = review(service, statement, ALL)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")

    def test_a_correction_sent_meanwhile_makes_the_review_stale(
        self, service: Service, statement: Body, worker: Worker
    ) -> None:
        corrected(service, statement, line(worker, "90.00"))
        answer = review(service, statement, ALL)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
        assert states(read(service, statement)) == {"pending": "90.00"}

    def test_a_version_and_a_key_are_needed(self, service: Service, statement: Body) -> None:
        path = f"/v1/statements/{statement['id']}/review"
        answer = service.send("POST", path, FACILITATOR, Role.FACILITATOR, ALL, None)
        assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")
        answer = service.client.post(path, json=ALL, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")

    def test_a_closed_contract_is_reviewed_no_more(
        self, service: Service, contract_id: UUID, statement: Body
    ) -> None:
        path = f"/v1/contracts/{contract_id}/close"
        assert service.send("POST", path, BUYER, Role.BUYER, {"closed_on": "2025-01-09"}, 1).is_success
        answer = review(service, statement, ALL)
        assert (answer.status_code, answer.json()["code"]) == (409, "contract_closed")


class TestReviewer:
    """The mandated facilitator while its mandate runs, else the buyer's own staff in that role."""

    def answer(self, service: Service, statement: Body, siret: str, role: Role) -> tuple[int, str | None]:
        found = review(service, statement, ALL, siret, role)
        return found.status_code, found.json().get("code")

    def test_others_of_the_contract_do_not_decide(self, service: Service, statement: Body) -> None:
        assert self.answer(service, statement, CONTRACTOR, Role.CONTRACTOR) == (403, "forbidden")
        assert self.answer(service, statement, BUYER, Role.BUYER) == (403, "forbidden")
        # While a mandate runs, the buyer's own staff reads.
        assert self.answer(service, statement, BUYER, Role.FACILITATOR) == (403, "not_reviewer")
        assert read(service, statement, BUYER)["id"] == statement["id"]

    def test_others_elsewhere_never_hear_of_it(self, service: Service, statement: Body) -> None:
        for siret in (OTHER_FACILITATOR, OTHER_BUYER):
            assert self.answer(service, statement, siret, Role.FACILITATOR) == (404, "not_found")

    @pytest.mark.parametrize(
        ("since", "until"),
        [
            pytest.param(date(2025, 1, 11), None, id="to come"),
            pytest.param(WINDOW[0], date(2025, 1, 9), id="over"),
        ],
    )
    def test_without_a_running_mandate_the_buyers_staff_decides(
        self, service: Service, since: date, until: date | None
    ) -> None:
        # Today is 10 January 2025.
        contract_id = add_contract(service)
        add_mandate(service, contract_id, since=since, until=until)
        statement = sent(service, contract_id, line(add_hire(service, contract_id), "70.00"))
        assert self.answer(service, statement, FACILITATOR, Role.FACILITATOR) == (404, "not_found")
        assert self.answer(service, statement, BUYER, Role.FACILITATOR) == (200, None)

    def test_a_mandate_runs_through_its_last_day(self, service: Service) -> None:
        contract_id = add_contract(service)
        add_mandate(service, contract_id, until=date(2025, 1, 10))
        statement = sent(service, contract_id, line(add_hire(service, contract_id), "70.00"))
        assert self.answer(service, statement, BUYER, Role.FACILITATOR) == (403, "not_reviewer")
        morning = service.clock.moment
        service.clock.moment += timedelta(days=1)
        try:
            assert self.answer(service, statement, FACILITATOR, Role.FACILITATOR) == (404, "not_found")
            assert self.answer(service, statement, BUYER, Role.FACILITATOR) == (200, None)
        finally:
            service.clock.moment = morning

    def test_one_facilitator_follows_another(self, service: Service) -> None:
        contract_id = add_contract(service)
        add_mandate(service, contract_id, until=date(2025, 1, 9))
        add_mandate(service, contract_id, facilitator=OTHER_FACILITATOR, since=date(2025, 1, 10))
        statement = sent(service, contract_id, line(add_hire(service, contract_id), "70.00"))
        assert self.answer(service, statement, FACILITATOR, Role.FACILITATOR) == (404, "not_found")
        assert self.answer(service, statement, BUYER, Role.FACILITATOR) == (403, "not_reviewer")
        assert self.answer(service, statement, OTHER_FACILITATOR, Role.FACILITATOR) == (200, None)
