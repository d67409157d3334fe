"""Contracts with penalties, the facts behind them, decisions and disputes, through the API."""

from typing import Any

from httpx2 import Response

from app.principal import Role
from app.rules.penalty_json import penalties_to_json
from app.rules.penalty_terms import CSF_PENALTIES, PARIS_EPEC_PENALTIES
from app.services.changes import settle
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, SUBCONTRACTOR, Service
from tests.api.registering import record_clause, register

PARIS, CSF = penalties_to_json(PARIS_EPEC_PENALTIES), penalties_to_json(CSF_PENALTIES)
MEETING = {"code": "meeting", "kind": "event", "amount": {"euros": "500"}, "notice": False}
MISSED = {"kind": "event", "term": "meeting", "label": "Réunion de lancement", "on": "2025-01-06"}
HOURS = {"kind": "missing_hours", "amount": {"euros": "200"}, "notice": False}
REPORT = {
    "kind": "document_expected",
    "term": "late_document",
    "label": "Bilan trimestriel",
    "on": "2025-01-15",
}
Body = dict[str, Any]


def penalised(service: Service, *terms: dict[str, Any], **fields: Any) -> Body:  # noqa: ANN401  # of a contract or a clause
    """A contract under mandate in Moselle, with a subcontractor and these penalty terms."""
    window = fields.pop("window", None)
    contract = register(service, **{"places": [{"place": "commune/57433"}], **fields})
    clause = {"penalties": list(terms), **({"window": window} if window else {})}
    record_clause(service, contract, **clause)
    path = f"/v1/contracts/{contract['id']}"
    served = {"siret": SUBCONTRACTOR, "since": "2024-12-12"}
    assert service.post(f"{path}/subcontracts", BUYER, Role.BUYER, served).status_code == 201
    mandate = {"siret": FACILITATOR, "since": "2024-12-12"}
    assert service.post(f"{path}/mandates", BUYER, Role.BUYER, mandate).status_code == 201
    return contract


def path_of(contract: Body, *rest: str) -> str:
    return "/".join((f"/v1/contracts/{contract['id']}", *rest))


def computed(
    service: Service, contract: Body, siret: str = BUYER, role: Role = Role.BUYER, **query: str
) -> Body:
    """The statement as the buyer reads it, or somebody else."""
    answer = service.get(path_of(contract, "penalties"), siret, role, **query)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


def record(
    service: Service, contract: Body, siret: str = BUYER, role: Role = Role.BUYER, /, **fact: object
) -> Response:
    return service.post(path_of(contract, "penalties", "facts"), siret, role, fact)


def recorded(service: Service, contract: Body, **fact: object) -> str:
    """The id of a fact that the buyer records."""
    answer = record(service, contract, **fact)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def noticed(service: Service, contract: Body, sent: str, received: str | None, **about: object) -> str:
    """A formal notice; the id of its receipt, or of its sending."""
    notice = recorded(service, contract, kind="notice_sent", on=sent, **about)
    if received is None:
        return notice
    return recorded(service, contract, kind="notice_received", on=received, subject=notice)


def cancel(
    service: Service, contract: Body, fact_id: str, reason: str = "Saisi sur le mauvais contrat."
) -> Response:
    path = path_of(contract, "penalties", "facts", fact_id, "cancel")
    return service.send("POST", path, BUYER, Role.BUYER, {"reason": reason}, None)


def decide(
    service: Service, contract: Body, siret: str = BUYER, role: Role = Role.BUYER, /, **body: object
) -> Response:
    return service.post(path_of(contract, "penalties", "decisions"), siret, role, body)


def decided(service: Service, contract: Body, **body: object) -> Body:
    answer = decide(service, contract, **{"outcome": "apply", **body})
    assert answer.status_code == 201, answer.text
    found: Body = answer.json()
    return found


def dispute(
    service: Service, contract: Body, siret: str = CONTRACTOR, role: Role = Role.CONTRACTOR, /, **body: object
) -> Response:
    return service.post(path_of(contract, "disputes"), siret, role, {"text": "Nous contestons.", **body})


def disputed(service: Service, contract: Body, siret: str = CONTRACTOR, **body: object) -> Body:
    answer = dispute(service, contract, siret, **body)
    assert answer.status_code == 201, answer.text
    found: Body = answer.json()
    return found


def close(
    service: Service,
    found: Body,
    how: str,
    siret: str,
    role: Role,
    version: int | None = 1,
) -> Response:
    """An answer, or a withdrawal."""
    body = {"outcome": "rejected", "text": "La fiche ne le montre pas."} if how == "answer" else None
    return service.send("POST", f"/v1/disputes/{found['id']}/{how}", siret, role, body, version)


def lines(statement: Body) -> dict[str, Body]:
    """The lines of a computed statement by their key."""
    return {line["key"]: line for line in statement["lines"]}


def code(answer: Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    return answer.status_code, answer.json()["code"]


def settled(service: Service) -> None:
    while settle(service.means):
        pass
