"""The areas that an hour falls into: every territory around its place, and what lies in none of a level."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries.figures import COUNTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.db.tables import Territory

# The levels inside each level. EPCI and EPT may straddle the border of a department or a region.
CONTAINED = {
    "country": ("region", "department", "epci", "ept", "commune"),
    "region": ("department", "epci", "ept", "commune"),
    "department": ("epci", "ept", "commune"),
    "epci": ("ept", "commune"),
    "ept": ("commune",),
}
LEVELS = (*CONTAINED, "commune")


def area_of(level: str, code: str) -> str:
    """The name of a territory's area; everything lies in the country, whatever its code."""
    return COUNTRY if level == COUNTRY else f"{level}/{code}"


def without(area: str, level: str) -> str:
    """The name of the part of an area that lies in no territory of a level inside it."""
    return f"{area}!{level}"


def areas_of(territory: Territory | None) -> tuple[str, ...]:
    """The areas of a place; None is a place that the reference does not know."""
    return tuple(_areas_of(territory))


def _areas_of(territory: Territory | None) -> Iterator[str]:
    codes = {level: None if territory is None else getattr(territory, level) for level in LEVELS}
    for level, code in codes.items():
        if code is None and level != COUNTRY:
            continue
        area = area_of(level, code or "")
        yield area
        yield from (without(area, inner) for inner in CONTAINED.get(level, ()) if codes[inner] is None)
