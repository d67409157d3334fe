"""One person known to two firms: the steps that tests of merging begin with."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from httpx2 import Response

from app.principal import Role
from tests.api.builders import (
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    Service,
    add_contract,
    add_mandate,
)
from tests.api.people import HIRE, PERSON, WHY, decide, mandated_contract, prove

PATH = "/v1/participants"


@dataclass(frozen=True)
class Known:
    """Somebody as one firm declared them on one contract."""

    contract_id: UUID
    firm: str
    hire_id: str
    participant_id: str


def new_person() -> dict[str, Any]:
    """Somebody of whom no other test speaks."""
    return {**PERSON, "birth_name": f"EXEMPLE {uuid4().hex[:12]}"}


def second_contract(service: Service) -> UUID:
    """A contract of another buyer, held by another firm, under the same facilitator's mandate."""
    contract_id = add_contract(service, buyer=OTHER_BUYER, holder=OTHER_CONTRACTOR)
    add_mandate(service, contract_id, buyer=OTHER_BUYER)
    return contract_id


def known_by(
    service: Service, contract_id: UUID, person: dict[str, Any], firm: str = CONTRACTOR, **changes: object
) -> Known:
    """Somebody declared by a firm, their assessment not yet decided."""
    body = {**HIRE, "participant": person, **changes}
    answer = service.post(f"/v1/contracts/{contract_id}/hires", firm, Role.CONTRACTOR, body)
    assert answer.status_code == 201, answer.text
    hire = answer.json()
    return Known(contract_id, firm, hire["id"], hire["participant_id"])


def approve(service: Service, known: Known) -> dict[str, Any]:
    """Have the facilitator see the proof and approve."""
    prove(service, known.hire_id)
    return decide(service, known.hire_id, "approved")


def twice(service: Service) -> tuple[Known, Known]:
    """One person whom two firms declare, each on its own contract."""
    person = new_person()
    here = known_by(service, mandated_contract(service), person)
    return here, known_by(service, second_contract(service), person, OTHER_CONTRACTOR)


def say(
    service: Service,
    word: str,
    participant_id: object,
    other_id: object,
    reason: str | None = None,
    *,
    siret: str = FACILITATOR,
    role: Role = Role.FACILITATOR,
    key: str | None = None,
) -> Response:
    """`merge` or `separate`, as somebody says it."""
    reason = reason or {"merge": "same_identity", "separate": "merged_by_mistake"}[word]
    body = {"participant_id": str(other_id), "reason": reason}
    return service.post(f"{PATH}/{participant_id}/{word}", siret, role, body, key)


def said(service: Service, word: str, participant_id: object, other_id: object) -> dict[str, Any]:
    """A decision of the facilitator that is taken in."""
    answer = say(service, word, participant_id, other_id)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def proposed(service: Service, siret: str = FACILITATOR) -> set[tuple[str, str]]:
    """Every pair proposed to a facilitator."""
    answer = service.get(f"{PATH}/duplicates", siret, Role.FACILITATOR, purpose="duplicate_check", limit=200)
    assert answer.status_code == 200, answer.text
    assert answer.json()["next"] is None
    items = answer.json()["items"]
    pairs = [(item["participant_id"], other) for item in items for other in item["others"]]
    assert len(pairs) == len(set(pairs))
    return set(pairs)


def history(service: Service, participant_id: str, siret: str = FACILITATOR) -> list[dict[str, Any]]:
    """The decisions on a record that a facilitator reads."""
    answer = service.get(f"{PATH}/{participant_id}/person-links", siret, Role.FACILITATOR, purpose=WHY)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found
