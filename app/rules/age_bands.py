"""The age bands of the indicators (domain §6): the ages from which they begin are dated parameters."""

from __future__ import annotations

from datetime import date

from app.rules.days import birthday
from app.rules.parameters import parameter

YOUNGEST = "under_26"
# The oldest first: the first one reached holds the age.
BEGINNING = ("51_and_over", "41_to_50", "26_to_40")


def age_band(birth_date: date, day: date) -> str:
    """Return the band of the age reached on a day; the first known ages hold on the days before them too."""
    return next((band for band in BEGINNING if day >= birthday(birth_date, _age_of(band, day))), YOUNGEST)


def _age_of(band: str, day: date) -> int:
    series = parameter(f"age_band_{band}")
    return int(series.at(max(day, series.values[0].since)).value)
