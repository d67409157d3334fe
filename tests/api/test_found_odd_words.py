"""Words of a caller that look like ours and are not: methods, digits of other scripts, signs."""

from collections.abc import Iterator

import pytest

from app.principal import Role
from tests.api.builders import BUYER, Service, serving


@pytest.fixture
def service(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as found:
        yield found


def test_a_made_up_method_makes_no_series_of_its_own(service: Service) -> None:
    assert service.client.request("EXEMPLE", "/v1/contracts").status_code == 405
    told = service.client.get("/metrics").text
    assert 'clauses_requests_total{method="OTHER",route="/v1/contracts",status="405"}' in told
    assert "EXEMPLE" not in told


@pytest.mark.parametrize("amount", ["\uff11\uff12", "\u0663", "\U0001d7cf", "+1", "1_000"])
def test_an_amount_is_written_in_plain_digits(service: Service, amount: str) -> None:
    target = {
        "kind": "labour_formula",
        "amount": amount,
        "labour_share": "0.5",
        "insertion_rate": "0.1",
        "hourly_cost": "30.00",
    }
    answer = service.client.post(
        "/v1/estimates", json={"target": target}, headers=service.headers(BUYER, Role.BUYER)
    )
    assert answer.status_code == 422
    assert [(item["pointer"], item["code"]) for item in answer.json()["errors"]] == [
        ("/target/amount", "not_a_number")
    ]


def test_a_month_is_written_in_plain_digits(service: Service) -> None:
    query = {"from": "\uff12\uff10\uff12\uff15-01", "to": "2025-02"}
    answer = service.get("/v1/territories/department/57/compliance", BUYER, Role.BUYER, **query)
    assert [(item["pointer"], item["code"]) for item in answer.json()["errors"]] == [
        ("/query/from", "not_a_month")
    ]
