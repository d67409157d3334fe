"""The right of access: what each may hand over, as JSON and as a page, audited."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.tables import ChangeObject
from app.principal import Role
from tests.api.builders import CONTRACTOR, FACILITATOR, OTHER_CONTRACTOR, Service, add_mandate, serving
from tests.api.leaving import (
    NASTY,
    PATH,
    RIGHTS,
    at_work,
    prolonged,
)
from tests.api.persons import known_by, new_person, second_contract
from tests.api.registering import record_clause, register


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    contract = register(service)
    record_clause(service, contract)
    contract_id = UUID(contract["id"])
    add_mandate(service, contract_id)
    return contract_id


class TestAccess:
    def test_the_facilitator_gives_everything_and_leaves_a_trace(
        self, service: Service, contract_id: UUID
    ) -> None:
        found = at_work(service, contract_id)
        prolonged(service, found)
        path = f"{PATH}/{found['participant_id']}/export"
        assert service.get(path, FACILITATOR, Role.FACILITATOR).status_code == 422
        answer = service.get(path, FACILITATOR, Role.FACILITATOR, purpose=RIGHTS)
        assert answer.status_code == 200, answer.text
        file = answer.json()
        assert (file["complete"], file["left_out"]) == (True, [])
        (hire,) = file["hires"]
        assert hire["months"] == [
            {
                "month": "2024-12",
                "worked": "60.00",
                "training": "0.00",
                "overtime": "0.00",
                "pending": "0.00",
                "held": "0.00",
                "refused": "10.00",
                "counted": "50.00",
                "reason": "CANARICOUPE",
            }
        ]
        whole = answer.text
        for word in ("CANARIFT01", "CANARIMISSION", "CANARICONGE", "QN05713M", "plie", "cdi"):
            assert word in whole
        assert {item["action"] for item in file["readings"]} >= {"assessment.read"}
        page = service.get(f"{path}.html", FACILITATOR, Role.FACILITATOR, purpose=RIGHTS)
        assert page.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert NASTY not in page.text
        assert "&lt;script&gt;" in page.text
        for word in (
            "CANARIFT01",
            "CANARIMISSION",
            "CANARICONGE",
            '<html lang="fr">',
            "17/05/1999",
            "droits",
        ):
            assert word in page.text
        assert "http://" not in page.text
        assert "<script" not in page.text
        with service.means.database.read() as session:
            touched = [
                row.fields
                for row in session.scalars(
                    select(ChangeObject).where(ChangeObject.object_id == UUID(found["participant_id"]))
                )
            ]
        assert touched.count(["identity", f"purpose:{RIGHTS}"]) == 2

    def test_a_declarant_gives_what_it_declared_and_no_reason(
        self, service: Service, contract_id: UUID
    ) -> None:
        found = at_work(service, contract_id)
        path = f"{PATH}/{found['participant_id']}/export"
        answer = service.get(path, CONTRACTOR, Role.CONTRACTOR, purpose=RIGHTS)
        assert answer.status_code == 200, answer.text
        file = answer.json()
        assert (file["complete"], len(file["left_out"])) == (False, 1)
        assert file["hires"][0]["assessment"] is None
        assert file["records"][0]["person"]["first_names"] == NASTY
        assert "CANARIMISSION" not in json.dumps(file)

    def test_what_other_organisations_hold_is_not_told_but_that_they_do(
        self, service: Service, contract_id: UUID
    ) -> None:
        person = new_person()
        one = known_by(service, contract_id, person)
        other = known_by(service, second_contract(service), person, OTHER_CONTRACTOR)
        body = {"participant_id": other.participant_id, "reason": "same_identity"}
        service.post(f"{PATH}/{one.participant_id}/merge", FACILITATOR, Role.FACILITATOR, body)
        path = f"{PATH}/{one.participant_id}/export"
        whole = service.get(path, FACILITATOR, Role.FACILITATOR, purpose=RIGHTS).json()
        assert (len(whole["records"]), len(whole["hires"]), whole["complete"]) == (2, 2, True)
        part = service.get(path, CONTRACTOR, Role.CONTRACTOR, purpose=RIGHTS)
        assert (len(part.json()["records"]), len(part.json()["left_out"])) == (1, 2)
        assert other.participant_id not in part.text
        assert OTHER_CONTRACTOR not in part.text
