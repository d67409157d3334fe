"""Own profiles as a buyer or a facilitator makes them, and the clauses that take them."""

from itertools import count
from typing import Any
from uuid import uuid4

from httpx2 import Response

from app.principal import Role
from tests.api.builders import BUYER, FACILITATOR, Service
from tests.api.cases import profile_body
from tests.api.registering import CLAUSE

NUMBERS = count(1)


def new_code() -> str:
    return f"exemple-{next(NUMBERS)}"


def begin(
    service: Service, siret: str = BUYER, role: Role = Role.BUYER, code: str | None = None, **body: object
) -> Response:
    return service.post("/v1/profiles", siret, role, profile_body(code or new_code(), **body))


def change(service: Service, code: str, body: object, version: int, edition: int = 1) -> Response:
    return service.send("PATCH", address(code, edition), BUYER, Role.BUYER, body, version)


def publish(
    service: Service,
    code: str,
    since: str,
    version: int,
    edition: int = 1,
    siret: str = BUYER,
    role: Role = Role.BUYER,
) -> Response:
    body = {"since": since}
    return service.send("POST", f"{address(code, edition)}/publish", siret, role, body, version)


def draft(service: Service, code: str, body: object, version: int, key: str | None = None) -> Response:
    headers = {
        **service.headers(BUYER, Role.BUYER),
        "Idempotency-Key": key or str(uuid4()),
        "If-Match": f'"{version}-buyer-fr"',
    }
    return service.client.post(f"/v1/profiles/{code}/versions", json=body, headers=headers)


def withdraw(service: Service, code: str, version: int, edition: int = 1) -> Response:
    return service.send("DELETE", address(code, edition), BUYER, Role.BUYER, None, version)


def address(code: str, edition: int) -> str:
    return f"/v1/profiles/{code}/versions/{edition}"


def read(
    service: Service, code: str, siret: str = BUYER, role: Role = Role.BUYER, **query: str | int
) -> Response:
    return service.get(f"/v1/profiles/{code}", siret, role, **query)


def in_force(service: Service, since: str = "2025-01-01", **body: object) -> str:
    """The code of a profile of the buyer whose first version is published."""
    code = new_code()
    service.post("/v1/profiles", BUYER, Role.BUYER, profile_body(code, **body))
    answer = publish(service, code, since, 1)
    assert answer.status_code == 200, answer.text
    return code


def record(service: Service, contract: dict[str, Any], code: str, start: str = "2025-01-15") -> Response:
    body = {**CLAUSE, "profile": code, "window": {"start": start, "end": "2025-12-31"}}
    del body["reporting"]
    return service.send("PUT", f"/v1/contracts/{contract['id']}/clause", BUYER, Role.BUYER, body, None)


def mandate(service: Service, contract: dict[str, Any], **days: str) -> None:
    body = {"siret": FACILITATOR, **days}
    answer = service.post(f"/v1/contracts/{contract['id']}/mandates", BUYER, Role.BUYER, body)
    assert answer.status_code == 201, answer.text


def days_of(profile: dict[str, Any]) -> list[tuple[int, str, str | None, str | None]]:
    return [(item["edition"], item["state"], item["since"], item["until"]) for item in profile["editions"]]
