"""A status in a territory is that of the contract itself: both forecast from the same months."""

from datetime import date
from typing import Any

import pytest

from app.principal import Role
from app.schemas.compliance import ComplianceQuery
from app.schemas.figures import PeriodQuery
from app.services.contract_positions import read_compliance
from app.services.figures import read_territory
from tests.books import MAIZIERES, Books

DECEMBER, JANUARY, FEBRUARY, MARCH = date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)


@pytest.mark.parametrize(
    ("terms", "facts", "hours", "status"),
    [
        # Much in December, nothing since: enough for today, too slow for the end.
        ({}, {}, {DECEMBER: 2000}, "at_risk"),
        # 21 h, 5.33 a month, 5.37 months left.
        ({}, {}, {DECEMBER: 500, JANUARY: 500, FEBRUARY: 550, MARCH: 550}, "on_track"),
        # The last quarter due is that of October: 15 h, 5 a month, 8.37 months left.
        ({"reporting": {"every": "quarter", "due_day": 31}}, {}, {date(2024, 10, 1): 1500}, "on_track"),
        # The last year due is 2024, without an hour since December 2023.
        ({"reporting": {"every": "year", "due_day": 31}}, {}, {date(2023, 12, 1): 4000}, "at_risk"),
        # Suspended since January 2024: the last months of work lie before. 36 h, 11.67 a month.
        (
            {},
            {"suspensions": [{"since": "2024-01-01", "until": "2025-05-31"}]},
            {date(2023, 6, 1): 100, date(2023, 10, 1): 1000, date(2023, 12, 1): 2500},
            "on_track",
        ),
    ],
)
def test_a_forecast_weighs_on_both_alike(
    books: Books,
    terms: dict[str, Any],
    facts: dict[str, Any],
    hours: dict[date, int],
    status: str,
) -> None:
    buyer, firm = books.organisation(MAIZIERES), books.organisation()
    contract = books.contract(buyer, firm, None, **facts)
    window = {"start": min(hours).isoformat(), "end": "2025-09-11"}
    worker = books.worker(books.clause(contract, "46.00", window, **terms), contract, firm)
    for month, counted in hours.items():
        books.post(worker, month, "counted", counted)
    with books.reading(buyer, Role.BUYER) as reader:
        own = read_compliance(reader, contract.id, ComplianceQuery())
        asked = PeriodQuery.model_validate({"from": "2024-12", "to": "2025-04"})
        figures = read_territory(reader, "department", "57", asked).figures
    assert figures is not None
    found = figures.statuses
    assert [item.code for item in found] == [own.status.code] == [status]
