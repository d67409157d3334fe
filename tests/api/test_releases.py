"""Published figures over HTTP."""

from collections.abc import Iterator

import pytest

from app.principal import Role
from tests.api.builders import BUYER, Service, serving

PLATFORM = "90000000100017"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


def test_a_quarter_is_published_once_and_read_by_everybody(service: Service) -> None:
    body = {"year": 2023, "quarter": 2}
    headers = {**service.headers(PLATFORM, Role.ADMIN), "Idempotency-Key": "one"}
    first, again = (service.client.post("/v1/releases", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    address = first.headers["Location"]
    assert first.json()["thresholds"] == {"people": 11, "firms": 3, "largest_share": "0.85"}
    second = service.post("/v1/releases", PLATFORM, Role.ADMIN, body)
    assert (second.status_code, second.json()["code"]) == (409, "release_exists")
    for role in Role:
        assert service.get(address, BUYER, role).json() == first.json()
        cells = service.get(f"{address}/cells", BUYER, role, level="country")
        assert (cells.status_code, cells.json()["items"]) == (200, [])
    assert first.json() in service.get("/v1/releases", BUYER, Role.OBSERVER).json()["items"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"year": 2025, "quarter": 1}, 409, "period_not_over"),
        ({"year": 2022}, 409, "quarters_missing"),
        ({"year": 2022, "quarter": 5}, 422, "invalid_payload"),
        ({"year": 2022, "quarter": 1, "smallest_people": 4}, 422, "invalid_payload"),
    ],
)
def test_what_is_not_published(service: Service, body: dict[str, int], status: int, code: str) -> None:
    answer = service.post("/v1/releases", PLATFORM, Role.ADMIN, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_without_rights_or_without_a_release(service: Service) -> None:
    body = {"year": 2022, "quarter": 1}
    assert service.post("/v1/releases", BUYER, Role.BUYER, body).status_code == 403
    nowhere = "/v1/releases/01936f2e-7c10-7a31-9c55-0242ac120020"
    assert service.get(nowhere, BUYER, Role.BUYER).status_code == 404
    assert service.get(f"{nowhere}/cells", BUYER, Role.BUYER, level="country").status_code == 404
    assert service.get("/v1/territories/commune/99999/indicators", BUYER, Role.BUYER).status_code == 404
    keyless = service.client.post("/v1/releases", json=body, headers=service.headers(PLATFORM, Role.ADMIN))
    assert keyless.status_code == 400
