"""What the examples of the contract tell of territories: one commune and its department."""

from __future__ import annotations

from typing import Any

PLACES: dict[str, Any] = {
    "AddressCandidate.name": "Metz",
    "AddressFound.qpv_edition": "2024",
    "AddressFound.qpv_since": "2024-01-01",
    "PlaceOut.share": "1.0000",
    "QuarterFound.label": "Quartier d'exemple",
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
