"""Hours follow what happens to a hire: decided, ended, moved, each in the transaction of its cause."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from app.principal import Role
from tests.api.builders import CONTRACTOR, FACILITATOR, Service, serving
from tests.api.people import decide, declared, mandated_contract, prove

NONE = {"pending": "0.00", "held": "0.00", "refused": "0.00", "counted": "0.00"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return mandated_contract(service)


def reviewed_statement(service: Service, contract_id: UUID, hire_id: str) -> str:
    """80 hours of December, as many as 16 days of 35-hour weeks hold, accepted; where they stand."""
    body = {"month": "2024-12", "lines": [{"hire_id": hire_id, "worked": "80.00"}]}
    sent = service.post(f"/v1/contracts/{contract_id}/statements", CONTRACTOR, Role.CONTRACTOR, body)
    assert sent.status_code == 201, sent.text
    path = f"/v1/statements/{sent.json()['id']}"
    review = {"accept_all": True}
    version = sent.json()["version"]
    done = service.send("POST", f"{path}/review", FACILITATOR, Role.FACILITATOR, review, version)
    assert done.status_code == 200, done.text
    return path


def hours(service: Service, path: str) -> dict[str, str]:
    line = service.get(path, FACILITATOR, Role.FACILITATOR).json()["lines"][0]
    return {state: line[state] for state in NONE}


def test_hours_wait_for_the_decision_and_follow_it(service: Service, contract_id: UUID) -> None:
    hire = declared(service, contract_id)
    statement = reviewed_statement(service, contract_id, hire["id"])
    assert hours(service, statement) == {**NONE, "pending": "80.00"}
    prove(service, hire["id"])
    assert hours(service, statement) == {**NONE, "pending": "80.00"}
    decide(service, hire["id"], "approved")
    assert hours(service, statement) == {**NONE, "counted": "80.00"}
    decide(service, hire["id"], "refused", "Attestation d'une autre personne")
    assert hours(service, statement) == {**NONE, "refused": "80.00"}
    decide(service, hire["id"], "needs_proof")
    assert hours(service, statement) == {**NONE, "pending": "80.00"}


def test_an_early_end_holds_what_it_leaves_no_room_for(service: Service, contract_id: UUID) -> None:
    hire = declared(service, contract_id)
    statement = reviewed_statement(service, contract_id, hire["id"])
    prove(service, hire["id"])
    decide(service, hire["id"], "approved")
    body = {"ended_on": "2024-12-23", "reason": "resignation"}
    answer = service.send("POST", f"/v1/hires/{hire['id']}/end", CONTRACTOR, Role.CONTRACTOR, body, 1)
    assert answer.status_code == 200
    # 8 days employed, from the 16th to the 23rd: 35 × 8 ÷ 7 = 40.00 for one employer.
    assert hours(service, statement) == {**NONE, "counted": "40.00", "held": "40.00"}


def test_another_first_day_makes_hours_wait_again(service: Service, contract_id: UUID) -> None:
    hire = declared(service, contract_id)
    statement = reviewed_statement(service, contract_id, hire["id"])
    prove(service, hire["id"])
    decide(service, hire["id"], "approved")
    body = {"starts_on": "2024-12-17"}
    answer = service.send("PATCH", f"/v1/hires/{hire['id']}", CONTRACTOR, Role.CONTRACTOR, body, 1)
    assert answer.status_code == 200
    assert hours(service, statement) == {**NONE, "pending": "80.00"}


def test_facts_recorded_later_leave_the_decision_to_the_reviewer(service: Service, contract_id: UUID) -> None:
    hire = declared(service, contract_id)
    statement = reviewed_statement(service, contract_id, hire["id"])
    prove(service, hire["id"])
    decide(service, hire["id"], "approved")
    body = {"facts": {"rsa": False, "rsa_dependant": False}}
    path = f"/v1/hires/{hire['id']}/assessment"
    answer = service.send("PATCH", path, FACILITATOR, Role.FACILITATOR, body, 3)
    assert (answer.json()["outcome"], answer.json()["decision"]) == ("unmet", "approved")
    assert hours(service, statement) == {**NONE, "counted": "80.00"}
