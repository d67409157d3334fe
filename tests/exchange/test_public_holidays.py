"""Public holidays of a place: the country's, those of Alsace and Moselle, those overseas."""

from datetime import date

import pytest

from app.exchange.public_holidays import SUBDIVISIONS, public_holidays

# Fixed ones, then Easter Monday, Ascension and Whit Monday: Easter is on 20 April 2025.
COUNTRY = {
    *(date(2025, month, day) for month, day in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11))),
    *(date(2025, month, day) for month, day in ((12, 25), (4, 21), (5, 29), (6, 9))),
}
ALSACE_MOSELLE = {date(2025, 4, 18), date(2025, 12, 26)}


@pytest.mark.parametrize(
    ("place", "more"),
    [
        (None, set()),
        ("country/FR", set()),
        ("region/44", set()),
        ("region/57", set()),
        ("epci/200039949", set()),
        ("commune/75056", set()),
        ("department/75", set()),
        ("commune/2A004", set()),
        ("commune/57433", ALSACE_MOSELLE),
        ("department/57", ALSACE_MOSELLE),
        ("commune/67482", ALSACE_MOSELLE),
        ("department/68", ALSACE_MOSELLE),
        ("commune/97411", {date(2025, 12, 20)}),
        ("department/974", {date(2025, 12, 20)}),
        ("commune/97302", {date(2025, 6, 10)}),
    ],
)
def test_the_holidays_of_a_place(place: str | None, more: set[date]) -> None:
    assert public_holidays(place, [2025]) == COUNTRY | more


def test_several_years_and_none() -> None:
    assert public_holidays("commune/57433", range(2025, 2025)) == frozenset()
    both = public_holidays("commune/57433", range(2025, 2027))
    # Easter is on 5 April 2026.
    assert {date(2025, 4, 18), date(2026, 4, 3), date(2026, 12, 26)} <= both
    assert len(both) == 26


@pytest.mark.parametrize("code", SUBDIVISIONS)
def test_every_special_place_is_known_to_the_library(code: str) -> None:
    assert public_holidays(f"department/{code}", [2025]) >= {date(2025, 7, 14), date(2025, 12, 25)}
