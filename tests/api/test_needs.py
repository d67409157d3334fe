"""Needs, forecast, statements owed and other documents over HTTP, from a clause recorded through the API."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.clock import new_id
from app.db.tables import Clause, Contract
from app.principal import SERVICE, Role
from app.rules.terms_json import terms_from_json, terms_to_json
from app.services.work import writing
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    TERMS,
    WINDOW,
    Service,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.declaring import accepted, read, review, sent
from tests.api.people import approved
from tests.api.registering import CLAUSE, errors_of, record_clause, register

NEEDS = "/v1/territories/commune/57433/needs"
PROGRESS = {"code": "progress", "label": "Bilan semestriel", "every": "half_year", "due_day": 15}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        running.clock.moment = datetime(2025, 4, 15, 8, tzinfo=UTC)
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    """A contract of 46 h in Maizières-lès-Metz, under mandate."""
    contract = register(service, places=[{"place": "commune/57433"}])
    record_clause(service, contract)
    add_mandate(service, UUID(contract["id"]))
    return UUID(contract["id"])


def needs(
    service: Service, siret: str = BUYER, role: Role = Role.BUYER, **asked: str | int
) -> dict[str, Any]:
    answer = service.get(NEEDS, siret, role, **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def position(
    service: Service, contract_id: UUID, siret: str = BUYER, role: Role = Role.BUYER
) -> dict[str, Any]:
    answer = service.get(f"/v1/contracts/{contract_id}/compliance", siret, role)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_a_contract_looks_for_falls_as_people_work(service: Service, contract_id: UUID) -> None:
    before = needs(service)["figures"]
    hire = approved(service, contract_id, planned_hours="30.00", job="F1703")
    planned = needs(service)["figures"]
    assert planned["short"] == before["short"]
    assert float(planned["provided"]) == float(before["provided"]) + 30
    assert float(planned["to_find"]) == float(before["to_find"]) - 30
    trade = next(item for item in planned["trades"] if item["trade"]["code"] == "F1703")
    assert trade["trade"]["scheme"] == "rome"
    # 46 h less 30, until September.
    assert trade["hours"] == "16.00"
    assert trade["months"][-1]["month"] == "2025-09"
    statement = sent(service, contract_id, {"hire_id": hire["hire_id"], "worked": "20.00"})
    accepted(service, statement)
    worked = needs(service)["figures"]
    assert float(worked["short"]) == float(before["short"]) - 20
    assert float(worked["provided"]) == float(planned["provided"]) - 20
    assert worked["to_find"] == planned["to_find"]


@pytest.mark.usefixtures("contract_id")
def test_an_answer_names_its_months_and_places(service: Service) -> None:
    path = "/v1/territories/region/44/needs"
    answer = service.get(path, BUYER, Role.BUYER, level="department", months=3, **{"from": "2025-05"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"].startswith('W/"')
    found = answer.json()
    assert (found["from"], found["to"], found["level"], found["sums"]) == (
        *("2025-05", "2025-07", "department"),
        True,
    )
    assert [item["territory"]["place"] for item in found["items"]] == ["department/57"]
    assert found["items"][0]["figures"] == found["figures"]
    assert [item["month"] for item in found["figures"]["months"]] == ["2025-05", "2025-06", "2025-07"]


class TestRefusals:
    def test_without_a_key(self, service: Service) -> None:
        assert service.client.get(NEEDS).status_code == 401

    def test_an_unknown_territory_is_not_found(self, service: Service) -> None:
        path = "/v1/territories/department/00/needs"
        assert service.get(path, BUYER, Role.BUYER).status_code == 404

    @pytest.mark.parametrize("role", [Role.OBSERVER, Role.PRESCRIBER])
    def test_roles_without_contracts_are_refused(self, service: Service, role: Role) -> None:
        assert service.get(NEEDS, BUYER, role).status_code == 403

    @pytest.mark.usefixtures("contract_id")
    def test_others_see_nothing_of_it(self, service: Service) -> None:
        assert needs(service, OTHER_BUYER)["figures"]["short"] == "0.00"

    @pytest.mark.parametrize(
        ("query", "pointer", "code"),
        [
            ({"from": "2025-03"}, "/query/from", "month_past"),
            ({"from": "2025-13"}, "/query/from", "not_a_month"),
            ({"months": "0"}, "/query/months", "too_small"),
            ({"months": "37"}, "/query/months", "too_large"),
            ({"level": "region"}, "/query/level", "level_not_inside"),
            ({"to": "2025-12"}, "/query/to", "unknown_field"),
        ],
    )
    def test_a_wrong_parameter_is_named(
        self, service: Service, query: dict[str, str], pointer: str, code: str
    ) -> None:
        answer = service.get(NEEDS, BUYER, Role.BUYER, **query)
        assert (answer.status_code, errors_of(answer)) == (422, [(pointer, code)])


class TestPosition:
    def test_tells_what_is_ahead_and_what_is_owed(self, service: Service, contract_id: UUID) -> None:
        hire = approved(service, contract_id, planned_hours="60.00")
        for month in ("2025-01", "2025-02", "2025-03"):
            worked = {"hire_id": hire["hire_id"], "worked": "4.00"}
            accepted(service, sent(service, contract_id, worked, month=month))
        found = position(service, contract_id)
        # 12 h, 4 a month, 5.37 months left: 33.47; 60 h planned, 12 done: 48 + 12.
        ahead = found["forecast"]
        assert (ahead["low"], ahead["mid"], ahead["high"]) == ("22.00", "33.00", "60.00")
        assert (ahead["method"], ahead["assumed"]) == ("pace_of_due_months", True)
        owed = found["reporting"]
        assert (owed["due"], owed["submitted"]) == (4, 3)
        assert [(item["month"], item["due_on"]) for item in owed["missing"]] == [("2024-12", "2025-01-15")]
        # January was due on 15 February, February on 15 March: both were sent on 15 April.
        assert [(item["month"], item["days_late"]) for item in owed["late"]] == [
            ("2025-01", 59),
            ("2025-02", 31),
        ]

    def test_a_returned_statement_is_to_be_corrected(self, service: Service, contract_id: UUID) -> None:
        hire = approved(service, contract_id)
        statement = sent(service, contract_id, {"hire_id": hire["hire_id"], "worked": "4.00"})
        verdict = {"hire_id": hire["hire_id"], "verdict": "returned", "reason": "Heures à revoir"}
        answer = review(service, read(service, statement), {"lines": [verdict]})
        assert answer.status_code == 200, answer.text
        told = {
            siret: [
                (item["month"], item["count"], item["declarant"])
                for item in position(service, contract_id, siret, role)["next_actions"]
                if item["code"] == "statement_returned"
            ]
            for siret, role in ((CONTRACTOR, Role.CONTRACTOR), (FACILITATOR, Role.FACILITATOR))
        }
        assert told == {CONTRACTOR: [("2025-01", 1, CONTRACTOR)], FACILITATOR: [("2025-01", 1, CONTRACTOR)]}


class TestDocuments:
    def test_a_clause_may_ask_for_more_than_statements(self, service: Service) -> None:
        contract = register(service)
        reporting = {"every": "quarter", "due_day": 15, "documents": [PROGRESS]}
        path = f"/v1/contracts/{contract['id']}/clause"
        answer = service.send("PUT", path, BUYER, Role.BUYER, {**CLAUSE, "reporting": reporting}, None)
        assert answer.status_code == 201, answer.text
        assert answer.json()["terms"]["reporting"] == reporting
        documents = position(service, UUID(contract["id"]))["reporting"]["documents"]
        assert [(item["first"], item["last"], item["due_on"]) for item in documents] == [
            ("2024-12-12", "2024-12-31", "2025-01-15"),
            ("2025-01-01", "2025-06-30", "2025-07-15"),
            ("2025-07-01", "2025-09-11", "2026-01-15"),
        ]

    @pytest.mark.parametrize(
        ("document", "pointer", "code"),
        [
            ({**PROGRESS, "due_day": 32}, "/reporting/documents/1/due_day", "too_large"),
            ({**PROGRESS, "every": "day"}, "/reporting/documents/1/every", "unknown_code"),
            ({**PROGRESS, "code": "Bilan !"}, "/reporting/documents/1/code", "wrong_form"),
            (PROGRESS, "/reporting/documents/1/code", "code_twice"),
        ],
    )
    def test_a_wrong_document_is_named(
        self, service: Service, document: dict[str, Any], pointer: str, code: str
    ) -> None:
        contract = register(service)
        reporting = {"every": "quarter", "due_day": 15, "documents": [PROGRESS, document]}
        path = f"/v1/contracts/{contract['id']}/clause"
        answer = service.send("PUT", path, BUYER, Role.BUYER, {**CLAUSE, "reporting": reporting}, None)
        assert (answer.status_code, errors_of(answer)) == (422, [(pointer, code)])

    def test_terms_recorded_before_are_the_same_without_documents(self, service: Service) -> None:
        contract_id = add_contract(service, terms=None)
        _add_older_clause(service, contract_id)
        path = f"/v1/contracts/{contract_id}/clause"
        told = service.get(path, BUYER, Role.BUYER).json()
        assert told["terms"]["reporting"]["documents"] == []
        again = service.send("PUT", path, BUYER, Role.BUYER, TERMS, None)
        assert (again.status_code, again.json()["version"]) == (200, 1)
        other = {**TERMS, "reporting": {"every": "month", "due_day": 15, "documents": [PROGRESS]}}
        refused = service.send("PUT", path, BUYER, Role.BUYER, other, None)
        assert (refused.status_code, refused.json()["code"]) == (409, "clause_exists")


def _add_older_clause(service: Service, contract_id: UUID) -> None:
    """A clause as it was stored when no document could be asked for."""
    terms = {**terms_to_json(terms_from_json(TERMS)), "reporting": {"every": "month", "due_day": 15}}
    with writing(service.means, SERVICE, "test") as writer:
        writer.record("clause.recorded", contract_id=contract_id)
        contract = writer.session.get_one(Contract, contract_id)
        clause_id, start = new_id(), WINDOW[0]
        contract.clause_id = clause_id
        writer.session.add(
            Clause(
                owner_id=contract.owner_id,
                id=clause_id,
                contract_id=contract_id,
                obligation_id=clause_id,
                profile=TERMS["profile"],
                terms=terms,
                effective_on=start,
                version=1,
                created_at=writer.now,
            )
        )
        writer.keep_version(
            "clause",
            clause_id,
            owner_id=contract.owner_id,
            number=1,
            effective_on=start,
            snapshot={"terms": terms, "reason": None},
        )
