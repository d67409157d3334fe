"""What the examples of the contract tell of territories: one commune and its department."""

from __future__ import annotations

from typing import Any

PLACES: dict[str, Any] = {
    "PlaceOut.share": "1.0000",
    "TerritoryDetail.code": "57433",
    "TerritoryDetail.kind": "commune",
    "TerritoryDetail.level": "commune",
    "TerritoryDetail.name": "Maizières-lès-Metz",
    "TerritoryDetail.population": 11000,
    "TerritoryOut.code": "57",
    "TerritoryOut.kind": "department",
    "TerritoryOut.level": "department",
    "TerritoryOut.name": "Moselle",
    "TerritoryOut.place": "department/57",
    "TerritoryOut.population": 1000000,
    "TerritoryRef.code": "57433",
    "TerritoryRef.level": "commune",
    "TerritoryRef.name": "Maizières-lès-Metz",
}
