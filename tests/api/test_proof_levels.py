"""How well an hour is proven: documents seen, levels on lines and entries, sums beside the position."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.tables import DocumentsSeen
from app.principal import Role
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    Service,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import Body, accepted, corrected, line, read, review, sent
from tests.api.registering import errors_of

PAYSLIP = {"type": "payslip", "seen_on": "2025-01-09"}
SHEET = {"type": "attendance_sheet"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    found = add_contract(service)
    add_mandate(service, found)
    return found


def levels(service: Service, contract_id: UUID, **asked: str) -> dict[str, Any]:
    path = f"/v1/contracts/{contract_id}/compliance/proof-levels"
    answer = service.get(path, FACILITATOR, Role.FACILITATOR, as_of="2025-01-31", **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by_level(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Declared and counted hours of each level."""
    return {item["level"]: (item["declared"], item["counted"]) for item in found["items"]}


def reviewed(service: Service, statement: Body, **verdict: object) -> Body:
    hire_id = statement["lines"][0]["hire_id"]
    answer = review(service, read(service, statement), {"lines": [{"hire_id": hire_id, **verdict}]})
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


def test_declared_then_supported_then_accepted(service: Service, contract_id: UUID) -> None:
    statement = sent(service, contract_id, line(add_hire(service, contract_id), "70.00"))
    assert statement["lines"][0]["proof_level"] == "declared"
    assert by_level(levels(service, contract_id))["declared"] == ("70.00", "0.00")
    statement = reviewed(service, statement, documents=[PAYSLIP, SHEET])
    (found,) = statement["lines"]
    assert (found["proof_level"], found["review"], found["pending"]) == (
        "supported",
        "not_reviewed",
        "70.00",
    )
    assert found["documents"] == [
        {"type": "payslip", "label": "Bulletin de paie", "seen_on": "2025-01-09", "seen_by": FACILITATOR},
        {
            "type": "attendance_sheet",
            "label": "Feuille de présence",
            "seen_on": "2025-01-10",
            "seen_by": FACILITATOR,
        },
    ]
    assert by_level(levels(service, contract_id)) == {
        "declared": ("0.00", "0.00"),
        "supported": ("70.00", "0.00"),
        "accepted": ("0.00", "0.00"),
    }
    statement = accepted(service, statement)
    assert statement["lines"][0]["proof_level"] == "accepted"
    assert statement["lines"][0]["documents"] == found["documents"]
    told = levels(service, contract_id)
    assert by_level(told)["accepted"] == ("70.00", "70.00")
    assert told["counted_with_document"] == "70.00"


def test_levels_sum_to_the_position_and_what_was_known_stays(service: Service, contract_id: UUID) -> None:
    workers = [add_hire(service, contract_id) for _ in range(3)]
    statement = sent(
        service, contract_id, *(line(worker, hours) for worker, hours in zip(workers, HOURS, strict=True))
    )
    seen = {"hire_id": str(workers[0].hire_id), "verdict": "part", "hours": "40.00", "reason": "Absence"}
    body = {"lines": [{**seen, "documents": [PAYSLIP]}]}
    assert review(service, statement, body).status_code == 200
    other = {"hire_id": str(workers[1].hire_id), "verdict": "accepted"}
    assert review(service, read(service, statement), {"lines": [other]}).status_code == 200
    drain(service.means)
    told = levels(service, contract_id)
    assert by_level(told) == {
        "declared": ("10.00", "0.00"),
        "supported": ("0.00", "0.00"),
        "accepted": ("80.00", "70.00"),
    }
    (level,) = [item for item in told["items"] if item["level"] == "accepted"]
    assert (level["refused"], level["held"], level["pending"]) == ("10.00", "0.00", "0.00")
    assert told["counted_with_document"] == "40.00"
    corrected(service, statement, *(line(worker, "5.00") for worker in workers))
    drain(service.means)
    assert by_level(levels(service, contract_id))["declared"] == ("15.00", "0.00")
    again = levels(service, contract_id, known_at=told["known_at"])
    assert (again["items"], again["counted_with_document"]) == (told["items"], "40.00")


HOURS = ("50.00", "30.00", "10.00")


def test_entries_bear_their_level(service: Service, contract_id: UUID) -> None:
    statement = sent(service, contract_id, line(add_hire(service, contract_id), "70.00"))
    reviewed(service, statement, verdict="accepted", documents=[PAYSLIP])
    path = f"/v1/contracts/{contract_id}/compliance/entries"
    answer = service.get(path, CONTRACTOR, Role.CONTRACTOR, as_of="2025-01-31")
    (entry,) = answer.json()["items"]
    assert (entry["proof_level"], entry["proof_level_label"], entry["documented"]) == (
        *("accepted", "Acceptée"),
        True,
    )


def test_a_changed_line_forgets_what_was_seen_and_its_record_stays(
    service: Service, contract_id: UUID
) -> None:
    worker = add_hire(service, contract_id)
    statement = sent(service, contract_id, line(worker, "70.00"))
    statement = reviewed(service, statement, verdict="accepted", documents=[PAYSLIP])
    (found,) = corrected(service, statement, line(worker, "60.00"))["lines"]
    assert (found["proof_level"], found["documents"]) == ("declared", [])
    with service.means.database.read() as session:
        rows = session.scalars(
            select(DocumentsSeen.documents).where(DocumentsSeen.line_id == UUID(found["id"]))
        ).all()
    assert [[item["type"] for item in row] for row in rows] == [["payslip"]]


def test_the_list_sent_replaces_the_one_before(service: Service, contract_id: UUID) -> None:
    statement = sent(service, contract_id, line(add_hire(service, contract_id), "70.00"))
    statement = reviewed(service, statement, documents=[PAYSLIP])
    statement = reviewed(service, statement, documents=[])
    assert (statement["lines"][0]["documents"], statement["lines"][0]["proof_level"]) == ([], "declared")


@pytest.mark.parametrize(
    ("verdict", "where"),
    [
        ({}, ("/lines/0", "nothing_decided")),
        ({"documents": [PAYSLIP], "reason": "Exemple"}, ("/lines/0", "nothing_decided")),
        ({"documents": [PAYSLIP], "hours": "1.00"}, ("/lines/0", "hours_and_reason")),
        (
            {"documents": [SHEET, {**PAYSLIP, "seen_on": "2099-01-01"}]},
            ("/lines/0/documents/1/seen_on", "future_day"),
        ),
        ({"documents": [{"type": "nir"}]}, ("/lines/0/documents/0/type", "unknown_code")),
    ],
)
def test_what_is_wrong_is_pointed_at(
    service: Service, contract_id: UUID, verdict: dict[str, Any], where: tuple[str, str]
) -> None:
    worker = add_hire(service, contract_id)
    statement = sent(service, contract_id, line(worker, "70.00"))
    answer = review(service, statement, {"lines": [{"hire_id": str(worker.hire_id), **verdict}]})
    assert (answer.status_code, errors_of(answer)) == (422, [where])


def test_who_reads_the_position_reads_its_levels(service: Service, contract_id: UUID) -> None:
    path = f"/v1/contracts/{contract_id}/compliance/proof-levels"
    asked = {BUYER: 200, OTHER_BUYER: 404}
    found = {siret: service.get(path, siret, Role.BUYER).status_code for siret in asked}
    assert found == asked
    answer = service.get(path, BUYER, Role.BUYER, as_of="hier")
    assert errors_of(answer) == [("/query/as_of", "not_a_date")]


def test_without_a_clause_there_is_nothing_to_prove(service: Service) -> None:
    contract_id = add_contract(service, terms=None)
    path = f"/v1/contracts/{contract_id}/compliance/proof-levels"
    answer = service.get(path, BUYER, Role.BUYER).json()
    assert {item["declared"] for item in answer["items"]} == {"0.00"}
