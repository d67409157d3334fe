"""A cap on training is used in order of months, whatever the order in which they are declared or decided."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.tables import Line
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    TERMS,
    Service,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.people import decide, declared, prove

CAPPED = {**TERMS, "training_cap": "20.00"}
JANUARY, FEBRUARY = "2025-01", "2025-02"


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        found.clock.moment = found.clock.moment.replace(month=3)
        yield found


@pytest.fixture
def contract_id(service: Service) -> UUID:
    """A contract whose clause counts 20 hours of training a person at most."""
    found = add_contract(service, terms=CAPPED)
    add_mandate(service, found)
    return found


def declare(service: Service, contract_id: UUID, month: str, hire_id: str, training: str) -> str:
    """A month of 50 hours at work and some of training, accepted whole; the path of its statement."""
    line = {"hire_id": hire_id, "worked": "50.00", "training": training}
    body = {"month": month, "lines": [line]}
    sent = service.post(f"/v1/contracts/{contract_id}/statements", CONTRACTOR, Role.CONTRACTOR, body)
    assert sent.status_code == 201, sent.text
    path = f"/v1/statements/{sent.json()['id']}"
    accept(service, path, 1)
    return path


def accept(service: Service, path: str, version: int) -> None:
    body = {"accept_all": True}
    headers = {
        **service.headers(FACILITATOR, Role.FACILITATOR),
        "Idempotency-Key": f"{path} {version}",
        "If-Match": f'"{version}"',
    }
    answer = service.client.post(f"{path}/review", json=body, headers=headers)
    assert answer.is_success, answer.text


def correct(service: Service, path: str, version: int, body: dict[str, Any]) -> None:
    headers = {
        **service.headers(CONTRACTOR, Role.CONTRACTOR),
        "Idempotency-Key": f"{path} {version}",
        "If-Match": f'"{version}"',
    }
    answer = service.client.post(f"{path}/versions", json={"reason": "Exemple", **body}, headers=headers)
    assert answer.is_success, answer.text


def counted(service: Service) -> list[tuple[int, int]]:
    """Hundredths counted and refused, month by month."""
    with service.means.database.read() as session:
        return [(line.counted, line.refused) for line in session.scalars(select(Line).order_by(Line.month))]


def test_an_earlier_month_declared_later_uses_the_cap_first(service: Service, contract_id: UUID) -> None:
    hire = declared(service, contract_id)["id"]
    prove(service, hire)
    decide(service, hire, "approved")
    declare(service, contract_id, FEBRUARY, hire, "20.00")
    assert counted(service) == [(7000, 0)]
    declare(service, contract_id, JANUARY, hire, "15.00")
    # 15 of the 20 hours go to January: February keeps 5 of its own 20, and loses 15.
    assert counted(service) == [(6500, 0), (5500, 1500)]


def test_months_that_begin_to_count_together_share_one_cap(service: Service, contract_id: UUID) -> None:
    hire = declared(service, contract_id)["id"]
    declare(service, contract_id, JANUARY, hire, "15.00")
    declare(service, contract_id, FEBRUARY, hire, "20.00")
    prove(service, hire)
    decide(service, hire, "approved")
    assert counted(service) == [(6500, 0), (5500, 1500)]


def test_what_a_month_gives_back_goes_to_the_next(service: Service, contract_id: UUID) -> None:
    hire = declared(service, contract_id)["id"]
    prove(service, hire)
    decide(service, hire, "approved")
    january = declare(service, contract_id, JANUARY, hire, "15.00")
    declare(service, contract_id, FEBRUARY, hire, "20.00")
    correct(service, january, 2, {"nothing_to_declare": True})
    # The line taken out of January holds nothing any more; February has the whole cap.
    assert counted(service) == [(0, 0), (7000, 0)]


def test_what_the_cap_counted_before_is_told_to_the_reviewer_alone(
    service: Service, contract_id: UUID
) -> None:
    """15 h in January leave 5 of the 20 for February: others than the reviewer hear of the cap alone."""
    hire = declared(service, contract_id)["id"]
    prove(service, hire)
    decide(service, hire, "approved")
    declare(service, contract_id, JANUARY, hire, "15.00")
    path = declare(service, contract_id, FEBRUARY, hire, "20.00")
    entries = f"/v1/contracts/{contract_id}/compliance/entries"
    cap, before = "20 h au plus", "20 h au plus, dont 15 h déjà comptées"
    seats = {
        (CONTRACTOR, Role.CONTRACTOR): cap,
        (BUYER, Role.BUYER): cap,
        (FACILITATOR, Role.FACILITATOR): before,
    }
    for (siret, role), text in seats.items():
        (entry,) = service.get(entries, siret, role, figure="refused").json()["items"]
        assert (entry["rule"], entry["hours"], entry["parameter"]) == ("training", "15.00", text)
        assert "déjà comptées" not in service.get(path, siret, role).text or text == before
