"""What a reviewer accepts goes through the rules of the clause, one after the other."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

from app.services.verify import verify
from tests.api.builders import (
    TERMS,
    Service,
    Worker,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import (
    DECEMBER,
    Body,
    accepted,
    by_rule,
    line,
    period,
    review,
    sent,
)
from tests.api.people import mandated_contract


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


def verdict(worker: Worker, code: str, **more: object) -> Body:
    return {"hire_id": str(worker.hire_id), "verdict": code, **more}


def reviewed(service: Service, statement: Body, *verdicts: Body) -> Body:
    answer = review(service, statement, {"lines": list(verdicts)})
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


def test_days_outside_the_window_are_refused_pro_rata(service: Service, contract_id: UUID) -> None:
    # 30 days of the hire in December, 20 of them from the 12th on.
    worker = add_hire(service, contract_id, starts_on=date(2024, 12, 2))
    found = accepted(service, sent(service, contract_id, line(worker, "90.00"), month=DECEMBER))
    assert by_rule(found) == {("counted", None): "60.00", ("refused", "window"): "30.00"}


def test_dated_periods_replace_the_pro_rata(service: Service, contract_id: UUID) -> None:
    worker = add_hire(service, contract_id, starts_on=date(2024, 12, 2))
    periods = [
        # Before the window; two of five days inside; inside.
        period("2024-12-02", "2024-12-06", "21.00"),
        period("2024-12-09", "2024-12-13", "35.00"),
        period("2024-12-16", "2024-12-20", "34.00"),
    ]
    declared = line(worker, "90.00", periods=periods)
    found = accepted(service, sent(service, contract_id, declared, month=DECEMBER))
    # 0 + 35 × 2 ÷ 5 + 34.
    assert by_rule(found) == {("counted", None): "48.00", ("refused", "window"): "42.00"}
    assert found["lines"][0]["periods"] == [{**item, "training": "0.00"} for item in periods]


def test_a_cut_comes_before_the_window(service: Service, contract_id: UUID) -> None:
    worker = add_hire(service, contract_id, starts_on=date(2024, 12, 2))
    statement = sent(service, contract_id, line(worker, "90.00"), month=DECEMBER)
    found = reviewed(service, statement, verdict(worker, "part", hours="60.00", reason="Retards"))
    # 60 × 20 ÷ 30.
    assert by_rule(found) == {
        ("counted", None): "40.00",
        ("refused", "window"): "20.00",
        ("refused", "review"): "30.00",
    }


def test_days_past_the_persons_duration_are_refused(service: Service, contract_id: UUID) -> None:
    # 20 days from the 12th, 10 of them until the 21st.
    worker = add_hire(service, contract_id, eligible_until=date(2024, 12, 21))
    found = accepted(service, sent(service, contract_id, line(worker, "80.00"), month=DECEMBER))
    assert by_rule(found) == {("counted", None): "40.00", ("refused", "duration"): "40.00"}


def test_what_the_clause_does_not_accept_counts_nothing(service: Service) -> None:
    contract_id = add_contract(service, terms={**TERMS, "modalities": ["placement"]})
    add_mandate(service, contract_id)
    worker = add_hire(service, contract_id)
    found = accepted(service, sent(service, contract_id, line(worker, "70.00")))
    assert by_rule(found) == {("refused", "modality"): "70.00"}
    assert found["lines"][0]["postings"][0]["parameter"] == "Embauche directe"


def test_training_counts_up_to_its_share(service: Service) -> None:
    contract_id = add_contract(service, terms={**TERMS, "training_share": "0.25"})
    add_mandate(service, contract_id)
    worker = add_hire(service, contract_id)
    statement = sent(service, contract_id, line(worker, "80.00", training="40.00"))
    found = accepted(service, statement)
    # A quarter of 120 hours.
    assert by_rule(found) == {("counted", None): "110.00", ("refused", "training"): "10.00"}
    kinds = {(item["state"], item["kind"]): item["hours"] for item in found["lines"][0]["postings"]}
    assert kinds["counted", "training"] == "30.00"


def test_hours_wait_for_a_decision_on_the_person(service: Service, contract_id: UUID) -> None:
    waiting = add_hire(service, contract_id, decision=None)
    asked = add_hire(service, contract_id, decision="needs_proof")
    refused = add_hire(service, contract_id, decision="refused")
    lines = [line(worker, "70.00") for worker in (waiting, asked, refused)]
    found = accepted(service, sent(service, contract_id, *lines))
    assert by_rule(found, waiting) == {("pending", "eligibility"): "70.00"}
    assert by_rule(found, asked) == {("pending", "eligibility"): "70.00"}
    assert by_rule(found, refused) == {("refused", "eligibility"): "70.00"}
