"""The State's directory of firms, as *recherche-entreprises* serves it: what is official of a firm.

Open and without key. Firms that refuse to be shown are not in it, or without their name. The name of a sole
trader is the name of a person: it is never taken over, nor is any manager's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.exchange.connector import MALFORMED, ConnectorError

if TYPE_CHECKING:
    from app.exchange.connector import Connector

DIRECTORY = "directory"
SHOWN = "O"
# Legal form 1000 and below it: natural persons (INSEE, *catégories juridiques*, level I).
NATURAL_PERSON = "1"
HIDDEN = "NON-DIFFUSIBLE"
LONGEST_NAME = 200
_SIAE_KIND = re.compile(r"[A-Z][A-Z_]{0,15}")


class OfficialState(StrEnum):
    """What the directory says of an establishment."""

    OPEN = "open"
    CLOSED = "closed"
    NOT_LISTED = "not_listed"


_STATES = {"A": OfficialState.OPEN, "F": OfficialState.CLOSED}


@dataclass(frozen=True, slots=True)
class Establishment:
    """One establishment; `name` is none where it is a person's or hidden, `siae_kind` where it is no SIAE."""

    name: str | None
    state: OfficialState
    closed_on: date | None
    siae_kind: str | None


NOT_LISTED = Establishment(None, OfficialState.NOT_LISTED, None, None)


def establishment(directory: Connector, siret: str) -> Establishment:
    """What the directory says of a SIRET, `NOT_LISTED` when nothing; ConnectorError."""
    question = {
        "q": siret,
        "per_page": "1",
        "minimal": "true",
        "include": "siege,complements,matching_etablissements",
        "limite_matching_etablissements": "1",
    }
    return directory.ask("/search", question, lambda answer: read_establishment(answer, siret))


def read_establishment(answer: object, siret: str) -> Establishment:
    """The establishment of this SIRET in an answer; ConnectorError (`malformed`) for another shape."""
    for unit in _listed(_of(answer, dict).get("results")):
        seat = unit.get("siege")
        places = [*_listed(unit.get("matching_etablissements") or []), *([_of(seat, dict)] if seat else [])]
        # A search may answer with what resembles: only the establishment itself says something of it.
        for place in places:
            if place.get("siret") == siret:
                return _read(unit, place)
    return NOT_LISTED


def _read(unit: dict[str, Any], place: dict[str, Any]) -> Establishment:
    try:
        state = _STATES[place["etat_administratif"]]
        closed_on = date.fromisoformat(place["date_fermeture"]) if place.get("date_fermeture") else None
    except (KeyError, TypeError, ValueError):
        raise ConnectorError(MALFORMED) from None
    more = _of(unit.get("complements") or {}, dict)
    return Establishment(
        name=_public_name(unit, more),
        state=state,
        closed_on=closed_on if state is OfficialState.CLOSED else None,
        siae_kind=_siae_kind(more),
    )


def _public_name(unit: dict[str, Any], more: dict[str, Any]) -> str | None:
    """The name of a firm that is certainly none of a person; missing marks count as a person's."""
    form, name = unit.get("nature_juridique"), unit.get("nom_raison_sociale") or unit.get("nom_complet")
    if not isinstance(form, str) or not form or form.startswith(NATURAL_PERSON):
        return None
    if unit.get("statut_diffusion") != SHOWN or more.get("est_entrepreneur_individuel"):
        return None
    if not isinstance(name, str) or HIDDEN in name or not name.isprintable():
        return None
    return name.strip()[:LONGEST_NAME] or None


def _siae_kind(more: dict[str, Any]) -> str | None:
    kind = more.get("type_siae")
    if not more.get("est_siae") or not isinstance(kind, str) or not _SIAE_KIND.fullmatch(kind):
        return None
    return kind


def _listed(value: object) -> list[dict[str, Any]]:
    return [_of(item, dict) for item in _of(value, list)]


def _of(value: object, kind: type[Any]) -> Any:  # noqa: ANN401 - narrowed by `kind`
    if not isinstance(value, kind):
        raise ConnectorError(MALFORMED)
    return value
