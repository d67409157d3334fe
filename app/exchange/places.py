"""From a place as public contracts write it (a code and a type) to one territory."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.exchange.territories import TerritoryFile

COUNTRY = "country/FR"

# ISO 3166-1 gives overseas territories a country code of their own, and publishers use it.
_OVERSEAS_COUNTRIES = {
    "GP": "971",
    "MQ": "972",
    "GF": "973",
    "RE": "974",
    "PM": "975",
    "YT": "976",
    "BL": "977",
    "MF": "978",
    "TF": "984",
    "WF": "986",
    "PF": "987",
    "NC": "988",
}
_FRANCE = frozenset({"FR", "FRA", "FX", "FRANCE", "250"})
_CODE_LENGTH = 5
_SPACES = re.compile(r"\s+")
_FLOAT_TAIL = re.compile(r"(?<=\d)\.0+$")
_COMMUNE = re.compile(r"(?:\d{2}|2[AB])\d{3}")


class PlaceNote(StrEnum):
    """What a person should know about how a place was resolved, or why it was not."""

    SINGLE_COMMUNE = "single_commune"
    SEVERAL_COMMUNES = "several_communes"
    FORMER_CODE = "former_code"
    TYPE_MISMATCH = "type_mismatch"
    TYPE_MISSING = "type_missing"
    WIDER_PLACE = "wider_place"
    UNKNOWN_CODE = "unknown_code"
    FOREIGN_COUNTRY = "foreign_country"
    MISSING = "place_missing"

    @property
    def label(self) -> str:
        """Sentence in French."""
        return _LABELS[self]


_LABELS = {
    PlaceNote.SINGLE_COMMUNE: "Le code postal ne couvre qu'une commune, qui a été retenue.",
    PlaceNote.SEVERAL_COMMUNES: "Le code couvre plusieurs communes : choisissez celle de l'exécution.",
    PlaceNote.FORMER_CODE: "Le code est celui d'une ancienne commune, rattachée à la commune actuelle.",
    PlaceNote.TYPE_MISMATCH: "Le code ne correspond pas au type de code indiqué.",
    PlaceNote.TYPE_MISSING: "Le type du code de lieu manque ou n'est pas reconnu.",
    PlaceNote.WIDER_PLACE: "Le lieu n'est connu qu'au niveau du département.",
    PlaceNote.UNKNOWN_CODE: "Le code de lieu est inconnu dans cette édition des territoires.",
    PlaceNote.FOREIGN_COUNTRY: "Le lieu d'exécution est hors de France.",
    PlaceNote.MISSING: "Le lieu d'exécution n'est pas renseigné.",
}


@dataclass(frozen=True, slots=True)
class PlaceLookups:
    """What must be known of the territories: each is a question that a database can answer."""

    exists: Callable[[str], bool]
    communes_of_postal_code: Callable[[str], Sequence[str]]
    communes_of_alias: Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class PlaceResolution:
    """One place, or none and the places to choose from (sorted), with what explains it."""

    place: str | None
    candidates: tuple[str, ...]
    notes: tuple[PlaceNote, ...]


def lookups_of(file: TerritoryFile) -> PlaceLookups:
    """Answer the questions from memory."""
    places = frozenset(record.place for record in file.territories)
    postal: defaultdict[str, list[str]] = defaultdict(list)
    alias: defaultdict[str, list[str]] = defaultdict(list)
    for row in file.postal_codes:
        postal[row.code].append(row.commune)
    for old in file.aliases:
        alias[old.code].append(old.commune)
    return PlaceLookups(
        exists=places.__contains__,
        communes_of_postal_code=lambda code: postal.get(code, ()),
        communes_of_alias=lambda code: alias.get(code, ()),
    )


def resolve_place(code: str | None, place_type: str | None, lookups: PlaceLookups) -> PlaceResolution:
    """Give the territory that a DECP place designates.

    ``place_type`` is a canonical label of DECP ("Code postal", "Code commune"…). A postal code
    never designates a commune by itself unless it serves only one; a declared type that the code
    contradicts is read otherwise only when a single reading remains.
    """
    text = _FLOAT_TAIL.sub("", _SPACES.sub("", code or "")).upper()
    if not text:
        return PlaceResolution(None, (), (PlaceNote.MISSING,))
    read = _READERS.get(place_type or "", _untyped)
    return read(text, lookups)


def _postal_code(text: str, lookups: PlaceLookups) -> PlaceResolution:
    text = text.zfill(_CODE_LENGTH)
    communes = _places(lookups.communes_of_postal_code(text))
    if len(communes) == 1:
        return PlaceResolution(communes[0], (), (PlaceNote.SINGLE_COMMUNE,))
    if communes:
        return PlaceResolution(None, communes, (PlaceNote.SEVERAL_COMMUNES,))
    return _no_postal_code(text, lookups)


def _commune_code(text: str, lookups: PlaceLookups) -> PlaceResolution:
    text = text.zfill(_CODE_LENGTH)
    found = _commune_or_alias(text, lookups)
    if found is not None:
        return found
    served = _places(lookups.communes_of_postal_code(text))
    if served:
        # Nobody said that it was a postal code: even a single commune stays a proposal.
        return PlaceResolution(None, served, (PlaceNote.TYPE_MISMATCH,))
    return _unknown(text, lookups)


def _district_code(text: str, lookups: PlaceLookups) -> PlaceResolution:
    if lookups.exists(f"commune/{text}"):
        return PlaceResolution(f"commune/{text}", (), ())
    # An arrondissement of the State is its department's code and one digit.
    return _wider(text[:-1], text, lookups)


def _canton_code(text: str, lookups: PlaceLookups) -> PlaceResolution:
    # A canton is its department's code and two digits.
    return _wider(text[:-2], text, lookups)


def _department_code(text: str, lookups: PlaceLookups) -> PlaceResolution:
    found = _department(text, lookups)
    if found is not None:
        return PlaceResolution(found, (), ())
    if text == "20":
        return PlaceResolution(None, ("department/2A", "department/2B"), (PlaceNote.UNKNOWN_CODE,))
    if len(text) == _CODE_LENGTH:
        return _commune_typed_as_department(text, lookups)
    return PlaceResolution(None, (), (PlaceNote.UNKNOWN_CODE,))


def _commune_typed_as_department(text: str, lookups: PlaceLookups) -> PlaceResolution:
    commune = _commune_or_alias(text, lookups)
    served = _places(lookups.communes_of_postal_code(text))
    if commune is not None and commune.place is not None and not served:
        return PlaceResolution(commune.place, (), (PlaceNote.TYPE_MISMATCH, *commune.notes))
    department = _department_of(text, lookups)
    if department is not None and (commune is not None or served):
        # Commune or postal code: the two readings only agree on the department, which is also
        # what the type says.
        return PlaceResolution(department, (), (PlaceNote.TYPE_MISMATCH, PlaceNote.WIDER_PLACE))
    return _unknown(text, lookups)


def _region_code(text: str, lookups: PlaceLookups) -> PlaceResolution:
    for code in (text, text.zfill(2)):
        if lookups.exists(f"region/{code}"):
            return PlaceResolution(f"region/{code}", (), ())
    return PlaceResolution(None, (), (PlaceNote.UNKNOWN_CODE,))


def _country_code(text: str, lookups: PlaceLookups) -> PlaceResolution:
    if text in _FRANCE:
        return PlaceResolution(COUNTRY, (), ())
    overseas = _OVERSEAS_COUNTRIES.get(text)
    if overseas is not None and lookups.exists(f"department/{overseas}"):
        return PlaceResolution(f"department/{overseas}", (), ())
    if text.isalpha():
        return PlaceResolution(None, (), (PlaceNote.FOREIGN_COUNTRY,))
    return PlaceResolution(None, (), (PlaceNote.TYPE_MISMATCH,))


def _untyped(text: str, lookups: PlaceLookups) -> PlaceResolution:
    proposals = set(_places(lookups.communes_of_postal_code(text)))
    commune = _commune_or_alias(text, lookups)
    if commune is not None:
        proposals.update(commune.candidates if commune.place is None else (commune.place,))
    proposals.update(place for place in (f"department/{text}", f"region/{text}") if lookups.exists(place))
    return PlaceResolution(None, tuple(sorted(proposals)), (PlaceNote.TYPE_MISSING,))


_READERS: dict[str, Callable[[str, PlaceLookups], PlaceResolution]] = {
    "Code postal": _postal_code,
    "Code commune": _commune_code,
    "Code arrondissement": _district_code,
    "Code canton": _canton_code,
    "Code département": _department_code,
    "Code région": _region_code,
    "Code pays": _country_code,
}


def _places(communes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({f"commune/{code}" for code in communes}))


def _commune_or_alias(text: str, lookups: PlaceLookups) -> PlaceResolution | None:
    """The present commune bearing the code wins over what the code once designated."""
    if lookups.exists(f"commune/{text}"):
        return PlaceResolution(f"commune/{text}", (), ())
    successors = _places(lookups.communes_of_alias(text))
    if len(successors) == 1:
        return PlaceResolution(successors[0], (), (PlaceNote.FORMER_CODE,))
    if successors:
        return PlaceResolution(None, successors, (PlaceNote.FORMER_CODE, PlaceNote.SEVERAL_COMMUNES))
    return None


def _no_postal_code(text: str, lookups: PlaceLookups) -> PlaceResolution:
    """A code that serves no commune: a CEDEX, or a commune's code under the wrong type.

    The two look alike, so that nothing is decided: the commune and its department are proposed.
    """
    commune = _commune_or_alias(text, lookups)
    unknown = _unknown(text, lookups)
    if commune is None:
        return unknown
    communes = commune.candidates if commune.place is None else (commune.place,)
    return PlaceResolution(None, (*communes, *unknown.candidates), (PlaceNote.TYPE_MISMATCH, *commune.notes))


def _wider(department: str, text: str, lookups: PlaceLookups) -> PlaceResolution:
    found = _department(department, lookups)
    if found is not None and len(text) < _CODE_LENGTH:
        return PlaceResolution(found, (), (PlaceNote.WIDER_PLACE,))
    return _unknown(text, lookups)


def _unknown(text: str, lookups: PlaceLookups) -> PlaceResolution:
    """Unknown, as are the CEDEX codes of La Poste: their department is proposed, not decided."""
    department = _department_of(text, lookups)
    return PlaceResolution(None, () if department is None else (department,), (PlaceNote.UNKNOWN_CODE,))


def _department(text: str, lookups: PlaceLookups) -> str | None:
    # "1" and "001" are seen for the Ain, "69D" and "69M" for the two halves of the Rhône.
    stripped = text.lstrip("0").zfill(2)
    if stripped in {"69D", "69M"}:
        stripped = "69"
    return next(filter(lookups.exists, (f"department/{text}", f"department/{stripped}")), None)


def _department_of(text: str, lookups: PlaceLookups) -> str | None:
    if _COMMUNE.fullmatch(text) is None:
        return None
    return next(filter(lookups.exists, (f"department/{text[:3]}", f"department/{text[:2]}")), None)
