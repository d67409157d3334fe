"""Where an address or a postal code lies, as a geocoder and API Géo tell: candidates, no decision.

Public services are asked about addresses of organisations and of works only. Where a person lives goes to the
geocoder that the operator runs for it, or nowhere: it would tell who is followed by a social clause.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.exchange.connector import MALFORMED, ConnectorError

if TYPE_CHECKING:
    from app.exchange.connector import Connector

MOST_CANDIDATES = 5
# What the geocoder reads of a question; a longer text is no address.
LONGEST_ADDRESS = 200
POSTAL_CODE = re.compile(r"\d{5}")
COMMUNE_CODE = re.compile(r"(\d{2}|2[AB])\d{3}")
# What the geocoder calls an address with its number.
HOUSE = "housenumber"
# Without it whole territories are left out, differently for each resource.
ZONES = "metro,drom,com"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commune that an address may lie in; `score` from 0 (no resemblance) to 1, in hundredths.

    `point`: longitude and latitude (degrees), where the very house was found: a street's is somewhere on it.
    """

    commune: str
    name: str
    score_hundredths: int
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune and the postal codes that serve it."""

    commune: str
    name: str
    postal_codes: tuple[str, ...]
    department: str


def candidates(geocoder: Connector, address: str, postal_code: str | None = None) -> list[Candidate]:
    """Communes that an address may lie in, the likeliest first.

    A postal code that finds nothing is left out the second time: many overseas ones are not known to it.
    ValueError for a text that is no address; ConnectorError.
    """
    if not 3 <= len(address) <= LONGEST_ADDRESS or not address[0].isalnum():  # noqa: PLR2004 - the geocoder's own
        message = "An address has 3 to 200 characters and begins with a letter or a digit."
        raise ValueError(message)
    question = {"q": address, "limit": str(MOST_CANDIDATES)}
    found: list[Candidate] = []
    if postal_code is not None:
        _check(POSTAL_CODE, postal_code)
        found = geocoder.ask("/search", {**question, "postcode": postal_code}, read_candidates)
    return found or geocoder.ask("/search", question, read_candidates)


def read_candidates(answer: object) -> list[Candidate]:
    """The communes of a GeoJSON answer, each once with its best score; ConnectorError (`malformed`)."""
    best: dict[str, Candidate] = {}
    for feature in _field(answer, "features", list):
        told = _field(feature, "properties", dict)
        found = Candidate(
            _code(told, "citycode"),
            _field(told, "city", str),
            # Within its bounds first: a number may be finite, and a hundred times it not.
            round(max(0.0, min(1.0, _number(told.get("score")))) * 100),
            _point(feature) if told.get("type") == HOUSE else None,
        )
        known = best.get(found.commune)
        if known is None or known.score_hundredths < found.score_hundredths:
            best[found.commune] = found
    return sorted(best.values(), key=lambda found: (-found.score_hundredths, found.commune))


def _point(feature: Any) -> tuple[float, float]:  # noqa: ANN401 - any JSON
    found = _field(_field(feature, "geometry", dict), "coordinates", list)
    longitude, latitude, *_ = [*map(_number, found), math.nan, math.nan]
    if math.isnan(latitude):
        raise ConnectorError(MALFORMED)
    return longitude, latitude


def commune_of_code(communes: Connector, code: str) -> Commune | None:
    """The commune of an INSEE code, none when there is none; ValueError for no such code, ConnectorError."""
    _check(COMMUNE_CODE, code)
    return next(iter(_asked(communes, "code", code)), None)


def communes_of_postal_code(communes: Connector, postal_code: str) -> list[Commune]:
    """The communes that a postal code serves, by code; ValueError for no such code, ConnectorError."""
    _check(POSTAL_CODE, postal_code)
    return _asked(communes, "codePostal", postal_code)


def read_communes(answer: object) -> list[Commune]:
    """The communes of an answer, by code; ConnectorError (`malformed`)."""
    if not isinstance(answer, list):
        raise ConnectorError(MALFORMED)
    found = [
        Commune(
            _code(told, "code"),
            _field(told, "nom", str),
            tuple(sorted(map(_text, _field(told, "codesPostaux", list)))),
            # Communities of the sea have no department: their own code begins with what stands for it.
            _text(told.get("codeDepartement") or _code(told, "code")[:3]),
        )
        for told in answer
    ]
    return sorted(found, key=lambda commune: commune.commune)


def _asked(communes: Connector, name: str, code: str) -> list[Commune]:
    fields = {"fields": "code,nom,codesPostaux,codeDepartement", "zone": ZONES, "format": "json"}
    return communes.ask("/communes", {name: code, **fields}, read_communes)


def _check(shape: re.Pattern[str], code: str) -> None:
    if not shape.fullmatch(code):
        message = "No such code."
        raise ValueError(message)


def _code(told: object, name: str) -> str:
    code = _text(_field(told, name, str))
    if not COMMUNE_CODE.fullmatch(code):
        raise ConnectorError(MALFORMED)
    return code


def _number(value: object) -> float:
    try:
        number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    except OverflowError:
        # JSON bounds no whole number; a float is bounded.
        number = math.nan
    if not math.isfinite(number):
        raise ConnectorError(MALFORMED)
    return number


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ConnectorError(MALFORMED)
    return value


def _field(value: object, name: str, kind: type[Any]) -> Any:  # noqa: ANN401 - narrowed by `kind`
    if not isinstance(value, dict) or not isinstance(value.get(name), kind):
        raise ConnectorError(MALFORMED)
    return value[name]
