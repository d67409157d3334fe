"""Priority quarters (QPV) from the GeoJSON file that the operator supplies: which quarter holds a point.

No list is built in: the official one is published by the State and changes by decree. The file's own version
travels with each answer, so that what was proposed can be told apart from what a later file would say.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shapely import STRtree, is_valid_reason
from shapely.errors import ShapelyError
from shapely.geometry import Point, shape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from shapely.geometry.base import BaseGeometry

# What published files call the quarter's code and its name, the first one found.
CODE_NAMES = ("code_qp", "codeqp", "code_qpv", "code")
LABEL_NAMES = ("lib_qp", "nom_qp", "nom", "label")
# Degrees, as RFC 7946 wants them; a file in metres (Lambert 93) would place everything nowhere.
LONGEST, WIDEST = 180.0, 90.0
SURFACES = ("Polygon", "MultiPolygon")


class QuarterFileError(Exception):
    """A file that cannot be used: `reason` is a code, `index` the feature counted from 0, if one is meant.

    Codes: `not_json`, `not_a_collection`, `no_quarter`, `no_code`, `code_twice`, `not_a_surface`,
    `invalid_surface`, `not_degrees`.
    """

    def __init__(self, reason: str, index: int | None = None) -> None:
        """Nothing of the file is quoted."""
        super().__init__(reason if index is None else f"{reason} (feature {index})")
        self.reason, self.index = reason, index


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter and the version of the list that draws it."""

    code: str
    label: str
    version: str
    since: date


class Quarters:
    """The quarters of one file, in a tree of their outlines: built once, asked often, by any thread."""

    def __init__(self, found: Sequence[tuple[Quarter, BaseGeometry]]) -> None:
        """One outline at least, in degrees, longitude first."""
        self._quarters = [quarter for quarter, _ in found]
        self._tree = STRtree([outline for _, outline in found])
        self.version, self.since = self._quarters[0].version, self._quarters[0].since

    def __len__(self) -> int:
        """How many quarters the file draws."""
        return len(self._quarters)

    def holding(self, longitude: float, latitude: float) -> list[Quarter]:
        """The quarters that hold a point (degrees), by code; several on a common limit, mostly none.

        The limit counts as inside: it is a proposal to a person, who sees the proof.
        """
        hits = self._tree.query(Point(longitude, latitude), predicate="intersects")
        return sorted((self._quarters[int(hit)] for hit in hits), key=lambda quarter: quarter.code)


def read_quarters(content: bytes, version: str, since: date) -> Quarters:
    """All quarters of a GeoJSON file (RFC 7946), or QuarterFileError: half a list would tell untruths."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise QuarterFileError("not_json") from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise QuarterFileError("not_a_collection")
    if not features:
        raise QuarterFileError("no_quarter")
    found: dict[str, tuple[Quarter, BaseGeometry]] = {}
    for index, feature in enumerate(features):
        quarter = _named(feature, index, version, since)
        if quarter.code in found:
            raise QuarterFileError("code_twice", index)
        found[quarter.code] = (quarter, _outline(feature, index))
    return Quarters(list(found.values()))


def _named(feature: Any, index: int, version: str, since: date) -> Quarter:  # noqa: ANN401 - any JSON
    properties = feature.get("properties") if isinstance(feature, dict) else None
    named = (
        {name.lower(): value for name, value in properties.items()} if isinstance(properties, dict) else {}
    )
    code = _first(named, CODE_NAMES)
    if not code:
        raise QuarterFileError("no_code", index)
    return Quarter(code, _first(named, LABEL_NAMES) or code, version, since)


def _first(named: dict[str, Any], names: Sequence[str]) -> str:
    texts = (named[name].strip() for name in names if isinstance(named.get(name), str))
    return next((text for text in texts if text), "")


def _outline(feature: dict[str, Any], index: int) -> BaseGeometry:
    geometry = feature.get("geometry")
    if not isinstance(geometry, dict) or geometry.get("type") not in SURFACES:
        raise QuarterFileError("not_a_surface", index)
    try:
        outline = shape(geometry)
    except (ShapelyError, ArithmeticError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise QuarterFileError("invalid_surface", index) from None
    if outline.is_empty or is_valid_reason(outline) != "Valid Geometry":
        raise QuarterFileError("invalid_surface", index)
    west, south, east, north = outline.bounds
    if min(west, -east) < -LONGEST or min(south, -north) < -WIDEST:
        raise QuarterFileError("not_degrees", index)
    return outline
