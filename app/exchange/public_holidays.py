"""Public holidays of a place in France, from the `holidays` library.

Alsace and Moselle have two more, overseas territories their own.

Good Friday is one only in the communes of Alsace and Moselle that have a Protestant church or a mixed one;
it is taken for a holiday in all of them, which never adds to a penalty.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import holidays

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

# Codes of departments and overseas territories whose holidays differ, as the library names them.
SUBDIVISIONS = {
    **{code: code for code in ("57", "971", "972", "973", "974", "976")},
    **dict.fromkeys(("67", "68"), "6AE"),
    "975": "PM",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
OVERSEAS = "97", "98"


def public_holidays(place: str | None, years: Iterable[int]) -> frozenset[date]:
    """The public holidays of some years at a place, `commune/57433` or `department/57`.

    Those of the whole country for a place of another level, or for none.
    """
    subdivision = SUBDIVISIONS.get(_department_of(place or ""))
    return frozenset(day for year in years for day in _of_year(subdivision, year))


def _department_of(place: str) -> str:
    level, _, code = place.partition("/")
    if level == "department":
        return code
    if level != "commune":
        return ""
    return code[:3] if code.startswith(OVERSEAS) else code[:2]


@lru_cache(maxsize=1_000)
def _of_year(subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=subdivision, years=year))
