"""Months of a release with people in them: told apart only where nobody's own hours can be worked out."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.principal import Role
from app.services.changes import settle
from tests.api.builders import BUYER, Service, Worker, add_contract, add_hire, add_mandate, serving
from tests.api.declaring import Body, accepted, correct, line, sent

# As many as a figure that describes people needs (parameter `fewest_people`).
ENOUGH = 11


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    found = add_contract(service)
    add_mandate(service, found)
    service.clock.moment = datetime(2025, 4, 10, 9, tzinfo=UTC)
    return found


def worked(service: Service, contract_id: UUID, month: str, workers: list[Worker], hours: str) -> Body:
    return accepted(service, sent(service, contract_id, *(line(w, hours) for w in workers), month=month))


def measures(service: Service, contract_id: UUID) -> dict[str, float]:
    """The hours counted of the release, by observation."""
    settle(service.means)
    answer = service.get(f"/v1/exports/contracts/{contract_id}/ocds", BUYER, Role.BUYER, as_of="2025-04-09")
    assert answer.status_code == 200, answer.text
    (metric,) = answer.json()["releases"][0]["contracts"][0]["implementation"]["metrics"]
    return {o["id"].removeprefix("insertion-hours-"): o["measure"] for o in metric["observations"]}


def test_a_month_of_few_is_not_the_rest_of_the_others(service: Service, contract_id: UUID) -> None:
    many = [add_hire(service, contract_id) for _ in range(ENOUGH)]
    worked(service, contract_id, "2025-01", many, "10.00")
    worked(service, contract_id, "2025-02", many, "20.00")
    # Three of March, but for February's hours, would be the total less two months.
    others = [add_hire(service, contract_id) for _ in range(3)]
    march = worked(service, contract_id, "2025-03", [*others, *many], "1.00")
    assert measures(service, contract_id) == {
        "total": 344,
        "2025-01": 110,
        "2025-02": 220,
        "2025-03": 14,
    }
    # Eight of eleven had not worked in March after all: hours taken back are nobody's to hide behind.
    lines = [line(w, "1.00") for w in others] + [line(w, "0.00") for w in many]
    corrected = correct(service, march, {"lines": lines, "reason": "Mois repris."})
    assert corrected.status_code == 201, corrected.text
    accepted(service, corrected.json())
    assert measures(service, contract_id) == {"total": 333, "2025-01": 110}


def test_months_of_few_are_in_the_total_alone(service: Service, contract_id: UUID) -> None:
    few = [add_hire(service, contract_id) for _ in range(ENOUGH - 1)]
    worked(service, contract_id, "2025-01", few, "10.00")
    worked(service, contract_id, "2025-02", few[:1], "7.00")
    assert measures(service, contract_id) == {"total": 107}
