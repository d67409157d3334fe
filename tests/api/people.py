"""People for tests, and the steps that most of their tests begin with."""

from typing import Any
from uuid import UUID

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, Service, add_contract, add_mandate

WHY = "eligibility_review"
PERSON: dict[str, Any] = {
    "birth_name": "EXEMPLE",
    "first_names": "Testeuse",
    "birth_date": "1999-05-17",
    "birth_place": "Exempleville",
    "residence": {"place": "commune/57433"},
}
HIRE: dict[str, Any] = {
    "participant": PERSON,
    "modality": "direct_hire",
    "contract_type": "cdd",
    "starts_on": "2024-12-16",
    "weekly_hours": "35.00",
    "job": "F1503",
    "claimed_publics": ["rsa"],
    "submitted_proofs": ["rsa"],
}
RSA_SEEN = {"type": "rsa", "issued_on": "2024-12-01", "valid_until": "2025-02-28"}


def mandated_contract(service: Service) -> UUID:
    """A contract of the buyer, held by the contractor, under the facilitator's mandate."""
    contract_id = add_contract(service)
    add_mandate(service, contract_id)
    return contract_id


def declared(service: Service, contract_id: UUID, **changes: object) -> dict[str, Any]:
    """A hire that the contractor declares."""
    answer = service.post(
        f"/v1/contracts/{contract_id}/hires", CONTRACTOR, Role.CONTRACTOR, {**HIRE, **changes}
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def assessment(service: Service, hire_id: str) -> dict[str, Any]:
    """What the facilitator reads of a hire."""
    path = f"/v1/hires/{hire_id}/assessment"
    answer = service.get(path, FACILITATOR, Role.FACILITATOR, purpose=WHY)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def prove(service: Service, hire_id: str, proof: dict[str, Any] | None = None) -> dict[str, Any]:
    """Have the facilitator see a proof, by default that of the RSA."""
    version = assessment(service, hire_id)["version"]
    path = f"/v1/hires/{hire_id}/assessment/proofs"
    answer = service.send("POST", path, FACILITATOR, Role.FACILITATOR, proof or RSA_SEEN, version)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def decide(service: Service, hire_id: str, decision: str, reason: str | None = None) -> dict[str, Any]:
    """Have the facilitator decide."""
    read = assessment(service, hire_id)
    path = f"/v1/assessments/{read['id']}/decision"
    body = {"decision": decision, "reason": reason}
    answer = service.send("PUT", path, FACILITATOR, Role.FACILITATOR, body, read["version"])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def approved(service: Service, contract_id: UUID, **changes: object) -> dict[str, Any]:
    """A hire declared, proven and approved, as the facilitator then reads its assessment."""
    hire = declared(service, contract_id, **changes)
    prove(service, hire["id"])
    return decide(service, hire["id"], "approved")


def eligibility(service: Service, hire_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the contractor and the buyer read of somebody's eligibility."""
    path = f"/v1/hires/{hire_id}"
    contractor = service.get(path, CONTRACTOR, Role.CONTRACTOR).json()["eligibility"]
    return contractor, service.get(path, BUYER, Role.BUYER).json()["eligibility"]


def refusal(body: dict[str, Any]) -> tuple[str, str]:
    """Where the first thing wrong stands, and its code."""
    return body["errors"][0]["pointer"], body["errors"][0]["code"]
