"""The published figures that the examples of the contract tell."""

from __future__ import annotations

from typing import Any

from app.rules.cubes import INDICATORS
from app.services.releases import COVERAGE

RELEASE = "01936f2e-7c10-7a31-9c55-0242ac120020"
ACTIVITY = next(iter(INDICATORS.values()))
PERIOD: dict[str, Any] = {"year": 2025, "quarter": 1, "coverage": COVERAGE}
FIGURES = {"people": 42, "hours": "6380.50", "hires": None, "contracts": 9, "columns": []}
RELEASES: dict[str, Any] = {
    **{f"ReleaseOut.{name}": value for name, value in PERIOD.items()},
    "ReleaseOut.id": RELEASE,
    "ReleaseOut.basis": "execution",
    "ReleaseOut.known_at": "2025-05-16T08:00:00Z",
    "ReleaseOut.published_at": "2025-05-16T08:00:02Z",
    "ThresholdsOut.people": 11,
    "ThresholdsOut.firms": 3,
    "ThresholdsOut.largest_share": "0.85",
    "IndicatorOut.code": "activity",
    "IndicatorOut.label": "Activité",
    "IndicatorOut.unit": ACTIVITY.unit_fr,
    "IndicatorOut.definition": ACTIVITY.definition_fr,
    "IndicatorOut.levels": ["country", "region", "department"],
    "CellPage.indicator": "activity",
    "CellPage.level": "department",
    "CellPage.next": None,
    **{f"CellOut.{name}": value for name, value in FIGURES.items()},
    **{f"PublishedCell.{name}": value for name, value in FIGURES.items()},
    "PublishedCell.release_id": RELEASE,
    "PublishedCell.year": 2025,
    "PublishedCell.quarter": 1,
    "PublishedCell.indicator": "activity",
    "PublishedOut.coverage": COVERAGE,
    "ColumnOut.codes": ["female"],
    "ColumnOut.label": "Féminin",
    "ColumnOut.people": 17,
    "ColumnOut.hours": "2540.00",
    "ColumnOut.hires": None,
}
