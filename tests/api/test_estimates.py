"""Estimates: the hours of a clause not yet written."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, Service, serving
from tests.api.registering import errors_of

TARGET: dict[str, Any] = {
    "kind": "labour_formula",
    "amount": "27364.00",
    "labour_share": "0.5",
    "insertion_rate": "0.1",
    "hourly_cost": "30.00",
}


TRANCHES: dict[str, Any] = {"kind": "per_invoiced_amount", "tranche": "2000", "trigger": "2700000"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


def estimate(service: Service, body: object, role: Role = Role.BUYER) -> Response:
    headers = service.headers(CONTRACTOR if role is Role.CONTRACTOR else BUYER, role)
    return service.client.post("/v1/estimates", json=body, headers=headers)


def test_the_estimate_of_the_story(service: Service) -> None:
    answer = estimate(service, {"target": TARGET, "on": "2025-01-10"})
    assert answer.status_code == 200
    found = answer.json()
    # 27,364 × 0.5 × 0.1 ÷ 30 = 45.606…; 46 ÷ 1,600 = 0.028…; 46 ÷ 35 = 1.314…
    assert {name: found[name] for name in ("exact", "hours", "fte", "weeks", "on")} == {
        "exact": "45.61",
        "hours": "46.00",
        "fte": "0.03",
        "weeks": "1.31",
        "on": "2025-01-10",
    }
    assert found["formula"] == "27 364 € × 50 % × 10 % ÷ 30 € ≈ 45,61 h, soit 46 h"
    assert [(item["code"], item["value"]) for item in found["inputs"]] == [
        ("amount", "27364.00"),
        ("labour_share", "0.5"),
        ("insertion_rate", "0.1"),
        ("hourly_cost", "30.00"),
    ]
    parameters = {item["code"]: item for item in found["parameters"]}
    assert parameters["fte_hours"]["value"] == "1600"
    assert "L3121-27" in parameters["weekly_hours"]["reference"]


@pytest.mark.parametrize(
    ("rounding", "hours"),
    [
        ({"mode": "down", "step": "1"}, "45.00"),
        ({"mode": "half_up", "step": "0.5"}, "45.50"),
        ({"mode": "up", "step": "0.01"}, "45.61"),
    ],
)
def test_the_rounding_of_the_clause(service: Service, rounding: dict[str, str], hours: str) -> None:
    assert estimate(service, {"target": TARGET, "rounding": rounding}).json()["hours"] == hours


@pytest.mark.parametrize(
    ("amount", "labour_share", "insertion_rate", "hours"),
    [("1000000", "0.5", "0.05", "833.00"), ("1500000", 0.7, "0.1", "3500.00")],
)
def test_published_examples(
    service: Service, amount: str, labour_share: object, insertion_rate: str, hours: str
) -> None:
    target = {**TARGET, "amount": amount, "labour_share": labour_share, "insertion_rate": insertion_rate}
    assert estimate(service, {"target": target}).json()["hours"] == hours


def test_fixed_hours(service: Service) -> None:
    found = estimate(service, {"target": {"kind": "fixed_hours", "hours": 35}}).json()
    assert (found["hours"], found["weeks"], found["formula"]) == ("35.00", "1.00", "35 h")


@pytest.mark.parametrize(
    ("request_body", "hours", "weeks", "formula"),
    [
        (
            {"target": {**TRANCHES, "counts_from": "first_euro", "estimated_amount": "3000000"}},
            "1500.00",
            "42.86",
            "3 000 000 € facturés ÷ 2 000 € = 1 500 tranches complètes × 1 h = 1 500 h",
        ),
        (
            {"target": {**TRANCHES, "counts_from": "beyond_trigger", "estimated_amount": "3000000"}},
            "150.00",
            "4.29",
            (
                "(3 000 000 € facturés \N{MINUS SIGN} 2 700 000 €) ÷ 2 000 €"
                " = 150 tranches complètes × 1 h = 150 h"
            ),
        ),
        (
            {"target": {"kind": "step_table", "table": "csf-2018"}, "firm_amount": "150000"},
            "300.00",
            "8.57",
            "Montant ferme de 150 000 € : de 100 000 € à moins de 200 000 €, 300 h",
        ),
        (
            {"target": {"kind": "share_of_hours", "share": 0.05, "estimated_hours": "12345"}},
            "617.00",
            "17.63",
            "5 % × 12 345 h travaillées par tous = 617,25 h, soit 617 h",
        ),
    ],
)
def test_every_kind_is_explained(
    service: Service, request_body: dict[str, Any], hours: str, weeks: str, formula: str
) -> None:
    found = estimate(service, request_body).json()
    assert (found["hours"], found["weeks"], found["formula"]) == (hours, weeks, formula)
    assert found["inputs"]


@pytest.mark.parametrize(
    ("request_body", "expected"),
    [
        (
            {"target": {**TRANCHES, "counts_from": "first_euro"}},
            ("/target/estimated_amount", "missing"),
        ),
        ({"target": {"kind": "step_table", "table": "csf-2018"}}, ("/firm_amount", "missing")),
        ({"target": {"kind": "share_of_hours", "share": "0.1"}}, ("/target/estimated_hours", "missing")),
        ({"target": TARGET, "firm_amount": "1"}, ("/firm_amount", "unknown_field")),
    ],
)
def test_what_an_estimate_needs_is_named(
    service: Service, request_body: dict[str, Any], expected: tuple[str, str]
) -> None:
    answer = estimate(service, request_body)
    assert (answer.status_code, errors_of(answer)) == (422, [expected])


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_ask(service: Service, role: Role) -> None:
    assert estimate(service, {"target": TARGET}, role).status_code == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"hourly_cost": "0"}, ("/target/hourly_cost", "invalid")),
        ({"amount": None}, ("/target/amount", "missing")),
        ({"labour_share": "2"}, ("/target/labour_share", "invalid")),
        ({"labour_share": "moitié"}, ("/target/labour_share", "invalid")),
        ({"hours": "3"}, ("/target/hours", "unknown_field")),
        ({"kind": "exemple"}, ("/target/kind", "unknown_code")),
    ],
)
def test_a_wrong_field_is_named(
    service: Service, changes: dict[str, object], expected: tuple[str, str]
) -> None:
    answer = estimate(service, {"target": {**TARGET, **changes}})
    assert (answer.status_code, errors_of(answer)) == (422, [expected])


def test_a_credential_is_required(service: Service) -> None:
    assert service.client.post("/v1/estimates", json={"target": TARGET}).status_code == 401
