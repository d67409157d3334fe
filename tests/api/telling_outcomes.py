"""Hires that ended, what was told of them, and what is counted of it."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from httpx2 import Response

from app.principal import Role
from tests.api.builders import CONTRACTOR, Service, Worker, add_hire

# The end of a hire, then the days of its moments: 31 August clamps to 28 February.
ENDED = date(2024, 8, 31)
AT_SIX_MONTHS = datetime(2025, 2, 28, 9, tzinfo=UTC)
AT_TWELVE_MONTHS = datetime(2025, 8, 31, 9, tzinfo=UTC)


def ended(service: Service, contract_id: UUID, **values: Any) -> Worker:  # noqa: ANN401  # columns of any type
    columns: dict[str, Any] = {"starts_on": date(2024, 1, 1), "ended_on": ENDED, **values}
    return add_hire(service, contract_id, **columns)


def tell(
    service: Service,
    worker: Worker,
    situation: str,
    moment: str = "exit",
    version: int | None = None,
    seat: tuple[str, Role] = (CONTRACTOR, Role.CONTRACTOR),
) -> Response:
    path = f"/v1/hires/{worker.hire_id}/outcomes/{moment}"
    return service.send("PUT", path, *seat, {"situation": situation}, version)


def moments(service: Service, worker: Worker) -> dict[str, Any]:
    answer = service.get(f"/v1/hires/{worker.hire_id}/outcomes", CONTRACTOR, Role.CONTRACTOR)
    assert answer.status_code == 200, answer.text
    return {item["moment"]: item for item in answer.json()["items"]}


def counted(service: Service, path: str, seat: tuple[str, Role], **query: str) -> dict[str, Any]:
    siret, role = seat
    answer = service.client.get(path, params=query, headers=service.headers(siret, role))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def figures(moment: dict[str, Any]) -> tuple[Any, ...]:
    names = ("due", "known", "missing", "response_rate", "dynamic_rate")
    return tuple(moment[name] for name in names)


def classes(moment: dict[str, Any]) -> dict[str, int]:
    return {item["code"]: item["hires"] for item in moment["categories"] if item["hires"]}
