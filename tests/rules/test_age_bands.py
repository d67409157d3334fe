"""Age bands of the indicators, from dated ages."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.age_bands import BEGINNING, age_band
from app.rules.parameters import parameter


@pytest.mark.parametrize(
    ("birth", "on", "band"),
    [
        ("1999-05-17", "2025-05-16", "under_26"),
        ("1999-05-17", "2025-05-17", "26_to_40"),
        ("1984-05-17", "2025-05-16", "26_to_40"),
        ("1984-05-17", "2025-05-17", "41_to_50"),
        ("1974-05-17", "2025-05-16", "41_to_50"),
        ("1974-05-17", "2025-05-17", "51_and_over"),
        # Born on 29 February: 26 on the 28th of a year without one.
        ("2000-02-29", "2026-02-27", "under_26"),
        ("2000-02-29", "2026-02-28", "26_to_40"),
        # The first known ages hold before their first day too.
        ("1970-01-01", "1999-12-31", "26_to_40"),
    ],
)
def test_the_band_of_an_age(birth: str, on: str, band: str) -> None:
    assert age_band(date.fromisoformat(birth), date.fromisoformat(on)) == band


def test_the_ages_are_parameters_with_a_source() -> None:
    known = [parameter(f"age_band_{band}") for band in BEGINNING]
    assert [int(item.at(date(2025, 1, 1)).value) for item in known] == [51, 41, 26]
    assert all(item.assumed and "La Réunion" in item.values[0].reference for item in known)
