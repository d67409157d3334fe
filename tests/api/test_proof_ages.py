"""Proofs too old for the clause; clauses and answers kept before proofs had ages."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.clock import new_id
from app.db.tables import Assessment, Clause, Contract
from app.principal import SERVICE, Role
from app.rules.terms_json import terms_from_json, terms_to_json
from app.services.work import writing
from tests.api.builders import BUYER, TERMS, Service, add_contract, add_mandate, serving
from tests.api.people import assessment, declared, eligibility, prove

AGED = {"code": "rsa", "parameters": {"proof_months": 3}}
# Three months before the hire's first day, 2024-12-16.
FROM = "2024-09-16"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


def hired(service: Service, *publics: dict[str, Any]) -> str:
    contract_id = add_contract(service, terms={**TERMS, "publics": list(publics)})
    add_mandate(service, contract_id)
    return str(declared(service, contract_id, claimed_publics=[])["id"])


def rsa(service: Service, hire_id: str) -> dict[str, Any]:
    (found,) = assessment(service, hire_id)["publics"]
    return dict(found)


def seal_reasons(service: Service, hire_id: str, change: Any) -> None:  # noqa: ANN401 - what a document becomes
    with service.means.database.write() as session:
        row = session.scalars(select(Assessment).where(Assessment.hire_id == UUID(hire_id))).one()
        place: dict[str, Any] = {"table": "assessments", "column": "reasons", "row": row.id}
        document = json.loads(service.means.keyring.decrypt(row.reasons, **place))
        change(document)
        row.reasons = service.means.keyring.encrypt(json.dumps(document).encode(), **place)


def test_the_reviewer_reads_which_proof_is_too_old_and_what_is_allowed(service: Service) -> None:
    hire_id = hired(service, AGED)
    assert rsa(service, hire_id)["proofs_too_old"] == []
    prove(service, hire_id, {"type": "rsa", "issued_on": "2024-09-15"})
    found = rsa(service, hire_id)
    assert (found["outcome"], found["proofs_seen"], found["proofs_missing"]) == ("unproven", [], [["rsa"]])
    assert found["proofs_too_old"] == [
        {"type": "rsa", "issued_on": "2024-09-15", "months": 3, "issued_from": FROM}
    ]
    assert found["parameters"] == {"dependants": False, "proof_months": 3}
    prove(service, hire_id, {"type": "rsa", "issued_on": FROM})
    found = rsa(service, hire_id)
    assert (found["outcome"], found["proofs_seen"], found["proofs_too_old"]) == ("met", ["rsa"], [])


def test_whoever_showed_an_old_proof_waits_for_a_newer_one(service: Service) -> None:
    hire_id = hired(service, AGED)
    assert {item["status"] for item in eligibility(service, hire_id)} == {"not_eligible"}
    prove(service, hire_id, {"type": "rsa", "issued_on": "2024-09-15"})
    assert {item["status"] for item in eligibility(service, hire_id)} == {"waiting"}


def test_without_a_limit_no_proof_is_too_old(service: Service) -> None:
    hire_id = hired(service, {"code": "rsa"})
    prove(service, hire_id, {"type": "rsa", "issued_on": "2009-06-01"})
    assert rsa(service, hire_id)["outcome"] == "met"


def test_an_answer_kept_before_proofs_had_ages_is_still_read(service: Service) -> None:
    hire_id = hired(service, {"code": "rsa"})
    prove(service, hire_id)
    before = rsa(service, hire_id)

    def older(document: dict[str, Any]) -> None:
        for public in document["publics"]:
            del public["proofs_too_old"], public["parameters"]["proof_months"]

    seal_reasons(service, hire_id, older)
    del before["parameters"]["proof_months"]
    assert rsa(service, hire_id) == {**before, "proofs_too_old": []}


@pytest.mark.parametrize("name", ["ccag-2021", "exemple-disparu"])
def test_a_clause_kept_before_a_term_existed_is_read_amended_and_sent_again(
    service: Service, name: str
) -> None:
    """Its profile may be gone, or say more today: neither changes what was kept."""
    contract_id = add_contract(service, terms=None)
    body = {**TERMS, "profile": "ccag-2021"}
    complete = terms_to_json(terms_from_json(body))
    older = {
        **{key: value for key, value in complete.items() if key not in {"rounding", "proof_authorities"}},
        "profile": name,
        "publics": [
            {**item, "parameters": {k: v for k, v in item["parameters"].items() if "proof" not in k}}
            for item in complete["publics"]  # type: ignore[attr-defined]  # the list of publics
        ],
    }
    keep(service, contract_id, older)
    path = f"/v1/contracts/{contract_id}/clause"
    terms = service.get(path, BUYER, Role.BUYER).json()["terms"]
    assert (terms["profile"], terms["publics"], terms["rounding"]) == (
        name,
        complete["publics"],
        complete["rounding"],
    )
    assert service.get(f"/v1/contracts/{contract_id}/compliance", BUYER, Role.BUYER).status_code == 200
    headers = {
        **service.headers(BUYER, Role.BUYER),
        "Idempotency-Key": f"amend-{contract_id}",
        "If-Match": '"1-buyer-fr"',
    }
    amendment = {"effective_on": "2025-05-01", "reason": "Avenant 1", "article": "9"}
    amended = service.client.post(f"{path}/versions", json=amendment, headers=headers)
    assert amended.json()["terms"] == {**terms, "article": "9"}
    if name == "ccag-2021":
        again = service.send("PUT", path, BUYER, Role.BUYER, body, None)
        assert again.status_code == 200
        other = service.send("PUT", path, BUYER, Role.BUYER, {**body, "late_threshold": "0.5"}, None)
        assert (other.status_code, other.json()["code"]) == (409, "clause_exists")


def keep(service: Service, contract_id: UUID, terms: dict[str, Any]) -> None:
    with writing(service.means, SERVICE, "builder") as writer:
        writer.record("clause.recorded", contract_id=contract_id)
        contract = writer.session.get_one(Contract, contract_id)
        contract.clause_id = new_id()
        start = date.fromisoformat(terms["window"]["start"])
        clause = Clause(
            owner_id=contract.owner_id,
            id=contract.clause_id,
            contract_id=contract_id,
            obligation_id=contract.clause_id,
            profile=terms["profile"],
            terms=terms,
            effective_on=start,
            version=1,
            created_at=writer.now,
        )
        writer.session.add(clause)
        writer.keep_version(
            "clause",
            clause.id,
            owner_id=contract.owner_id,
            number=1,
            effective_on=start,
            snapshot={"terms": terms, "reason": None},
        )
