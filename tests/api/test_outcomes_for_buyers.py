"""Classes of outcomes that a buyer reads: never so that a subtraction tells of one of its people."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.principal import Role
from tests.api.builders import BUYER, FACILITATOR, Service, serving
from tests.api.people import mandated_contract
from tests.api.telling_outcomes import AT_TWELVE_MONTHS, classes, counted, ended, figures, tell


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        yield found


def test_a_buyer_reads_classes_of_whole_quarters_that_differ_by_enough(service: Service) -> None:
    """Five told in January are read from April on; one more in May waits until four others follow."""
    contract_id = mandated_contract(service)
    workers = [ended(service, contract_id) for _ in range(10)]
    path, seat = f"/v1/contracts/{contract_id}/outcomes", (BUYER, Role.BUYER)

    def at_exit(month: int, day: int) -> tuple[Any, ...]:
        service.clock.moment = datetime(2025, month, day, 9, tzinfo=UTC)
        found = counted(service, path, seat)["moments"][0]
        return found["categories_as_of"], found["categories"] and classes(found), found["dynamic_rate"]

    for worker in workers[:5]:
        tell(service, worker, "cdi")
    nothing, march = (None, None, None), ("2025-03-31", {"lasting": 5}, "1.0000")
    assert at_exit(1, 10) == at_exit(3, 31) == nothing
    assert at_exit(4, 1) == march
    tell(service, workers[5], "jobseeker")
    assert at_exit(5, 2) == at_exit(7, 1) == march
    # What is due and what is known, the buyer reads as it stands.
    assert figures(counted(service, path, seat)["moments"][0]) == (10, 6, 4, "0.6000", "1.0000")
    # A correction, and three more: with the one before, five hires are of another class than in March.
    tell(service, workers[0], "training_course", version=1)
    for worker in workers[6:9]:
        tell(service, worker, "retired")
    assert at_exit(9, 30) == march
    september = {"lasting": 4, "positive": 1, "other": 1, "neutral": 3}
    assert at_exit(10, 1) == ("2025-09-30", september, "0.8333")
    assert at_exit(10, 1)[1] == september


def test_a_buyer_subtracts_neither_periods_nor_territories(service: Service) -> None:
    contract_id = mandated_contract(service)
    for situation in ("cdi", "jobseeker") * 3:
        tell(service, ended(service, contract_id, workplace="commune/57463"), situation)
    service.clock.moment = AT_TWELVE_MONTHS
    path = "/v1/territories/department/57/outcomes"
    year = {"from": "2024-01", "to": "2024-12"}
    for query in (year, {"from": "2024-08", "to": "2024-08"}, {**year, "level": "commune"}):
        answer = counted(service, path, (BUYER, Role.BUYER), **query)
        told = [*answer["moments"], *(found for item in answer["items"] for found in item["moments"])]
        assert [found for found in told if found["categories"] or found["dynamic_rate"]] == []
        assert (answer["moments"][0]["due"], answer["moments"][0]["known"]) == (6, 6)
    found = counted(service, path, (FACILITATOR, Role.FACILITATOR), **year)["moments"][0]
    assert classes(found) == {"lasting": 3, "other": 3}
