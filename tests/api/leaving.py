"""Somebody who worked and left, every text about them a word of its own."""

from typing import Any
from uuid import UUID, uuid4

from app.principal import Role
from tests.api.builders import CONTRACTOR, FACILITATOR, Service
from tests.api.people import PERSON, WHY, approved

PATH = "/v1/participants"
RIGHTS = "rights_request"
OPPOSED = {"decision": "opposed", "ground": "particular_situation", "received_on": "2025-01-08"}
LIFTED = {"decision": "lifted", "ground": "person_withdrew", "received_on": "2025-01-09"}
ERASE = {"ground": "person_request"}
NASTY = "<script>alert('CANARI')</script>"
PROLONGED = {"kind": "prolongation", "months": 1, "reason": "CANARICONGE", "reference": "CANARIREF"}


def canary() -> dict[str, Any]:
    return {
        **PERSON,
        "birth_name": f"CANARINOM{uuid4().hex[:8]}",
        "first_names": NASTY,
        "level": "none",
        "sex": "female",
        "residence": {"place": "commune/57433", "qpv": "QN05713M", "qpv_edition": "2024"},
        "france_travail_number": "CANARIFT01",
    }


def at_work(service: Service, contract_id: UUID, **changes: object) -> dict[str, Any]:
    """Somebody approved, who worked and left: hours in part accepted, every text a word of its own."""
    facts = {"opinion_body": "CANARIMISSION"}
    asked = {"participant": canary(), "facts": facts, "prescriber_kind": "plie", **changes}
    found = approved(service, contract_id, **asked)
    hire_id = found["hire_id"]
    lines = [{"hire_id": hire_id, "worked": "60.00"}]
    path = f"/v1/contracts/{contract_id}/statements"
    body = {"month": "2024-12", "lines": lines}
    sent = service.post(path, CONTRACTOR, Role.CONTRACTOR, body)
    assert sent.status_code == 201, sent.text
    verdict = {"hire_id": hire_id, "verdict": "part", "hours": "50.00", "reason": "CANARICOUPE"}
    reviewed = facilitated(
        service, "POST", f"/v1/statements/{sent.json()['id']}/review", {"lines": [verdict]}, 1
    )
    assert reviewed.status_code == 200, reviewed.text
    end = {"ended_on": "2025-01-09", "reason": "end_of_contract", "outcome": {"situation": "cdi"}}
    ended = service.send("POST", f"/v1/hires/{hire_id}/end", CONTRACTOR, Role.CONTRACTOR, end, 1)
    assert ended.status_code == 200, ended.text
    return {**found, "statement_id": sent.json()["id"]}


def facilitated(service: Service, method: str, path: str, body: object, version: int | None) -> Any:  # noqa: ANN401 - a response
    return service.send(method, path, FACILITATOR, Role.FACILITATOR, body, version)


def prolonged(service: Service, found: dict[str, Any]) -> None:
    headers = {**service.headers(FACILITATOR, Role.FACILITATOR), "Idempotency-Key": str(uuid4())}
    path = f"/v1/hires/{found['hire_id']}/assessment"
    version = service.get(path, FACILITATOR, Role.FACILITATOR, purpose=WHY).json()["version"]
    answer = service.client.post(
        f"/v1/hires/{found['hire_id']}/duration-decisions",
        json=PROLONGED,
        headers={**headers, "If-Match": f'"{version}"'},
    )
    assert answer.status_code == 201, answer.text
