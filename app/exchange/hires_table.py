"""People put to work in a firm's table, one line per hire, read without knowing what is registered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from app.exchange.folding import fold_words
from app.exchange.hours_table import CONTRACT
from app.exchange.tables import cells
from app.exchange.tables.lines import LineReader, ReadRow
from app.exchange.tables.matching import Field
from app.exchange.tables.writing import Column, Kind
from app.rules.codes import FactKind
from app.rules.facts import FACT_LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.exchange.tables.reading import Row

# What is told of the person on their first day, under the law's own words; the rest is in columns of its own.
FACTS = {code: kind for code, (kind, _) in FACT_LABELS.items() if code not in ("birth_date", "level")}
FIELDS = (
    replace(CONTRACT, needed=True),
    Field(
        "birth_name",
        "Nom de naissance",
        ("nom de naissance", "nom de famille", "nom", "birth name"),
        needed=True,
    ),
    Field("first_names", "Prénoms", ("prenoms", "prenom", "prenom s", "first names"), needed=True),
    Field(
        "birth_date",
        "Date de naissance",
        ("date de naissance", "ne le", "ne e le", "naissance", "birth date"),
        needed=True,
    ),
    Field(
        "birth_place",
        "Lieu de naissance",
        ("lieu de naissance", "commune de naissance", "ville de naissance", "ne a", "birth place"),
    ),
    Field("sex", "Sexe", ("sexe", "genre", "sex")),
    Field("level", "Niveau de diplôme", ("niveau de diplome", "niveau de formation", "niveau", "level")),
    Field(
        "france_travail",
        "Identifiant France Travail",
        (
            "identifiant france travail",
            "numero france travail",
            "identifiant pole emploi",
            "n france travail",
        ),
    ),
    Field("pass_iae", "PASS IAE", ("pass iae", "numero de pass iae", "numero pass iae", "n pass iae")),
    Field("informed_on", "Informée le", ("informee le", "informe le", "date d information", "informed on")),
    Field(
        "commune",
        "Commune de résidence",
        (
            *("commune de residence", "code insee", "code commune", "commune de domicile", "commune insee"),
            *("code insee de residence", "commune"),
        ),
    ),
    Field("employer", "SIRET de l'employeur", ("siret de l employeur", "siret employeur", "employeur")),
    Field(
        "modality",
        "Modalité",
        ("modalite", "modalite de mise a l emploi", "type de mise a l emploi", "modality"),
        needed=True,
    ),
    Field(
        "contract_type",
        "Contrat de travail",
        ("contrat de travail", "type de contrat", "type de contrat de travail", "nature du contrat"),
        needed=True,
    ),
    Field(
        "starts_on",
        "Début",
        (
            *("debut", "date de debut", "date d embauche", "embauche le", "date d entree", "entree"),
            *("debut du contrat", "date debut", "starts on"),
        ),
        needed=True,
    ),
    Field(
        "planned_end_on",
        "Fin prévue",
        ("fin prevue", "date de fin prevue", "date de fin", "fin du contrat", "date fin", "fin"),
    ),
    Field(
        "weekly_hours",
        "Heures par semaine",
        (
            *("heures par semaine", "heures hebdomadaires", "duree hebdomadaire", "horaire hebdomadaire"),
            *("temps de travail hebdomadaire", "weekly hours"),
        ),
        needed=True,
    ),
    Field("planned_hours", "Heures prévues", ("heures prevues", "volume horaire prevu", "planned hours")),
    Field("job", "Code ROME", ("code rome", "rome", "metier rome", "code metier", "job")),
    Field("workplace", "Commune de travail", ("commune de travail", "code insee du chantier", "workplace")),
    Field(
        "prescriber", "SIRET du prescripteur", ("siret du prescripteur", "siret prescripteur", "prescripteur")
    ),
    Field(
        "prescriber_kind",
        "Type de prescripteur",
        ("type de prescripteur", "nature du prescripteur", "oriente par", "prescriber kind"),
    ),
    Field(
        "publics",
        "Publics",
        ("publics", "public", "criteres", "critere", "eligibilite", "statut a l entree", "claimed publics"),
    ),
    Field("proofs", "Justificatifs tenus prêts", ("justificatifs tenus prets", "justificatifs", "preuves")),
    *(Field(code, FACT_LABELS[code][1], (fold_words(FACT_LABELS[code][1]),)) for code in FACTS),
)
_DAYS = {"birth_date", "starts_on", "planned_end_on", "informed_on"}
_DAYS |= {code for code, kind in FACTS.items() if kind is FactKind.DATE}
# Hundredths of hours, or of months.
HUNDREDTHS = {"weekly_hours", "planned_hours"}
HUNDREDTHS |= {code for code, kind in FACTS.items() if kind is FactKind.MONTHS}
_LISTS = {"publics", "proofs", *(code for code, kind in FACTS.items() if kind is FactKind.PROGRAMMES)}
_PLACES = ("commune", "workplace")
_NUMBERS = ("employer", "prescriber", "france_travail", "pass_iae")
_CODE = re.compile(r"[0-9A-Za-z]{1,5}")
_LIST = re.compile(r"[,;|]")
_SPACES = re.compile(r"\s+")
_INSEE = 5

TEMPLATE = tuple(
    Column(title, meaning, kind, 20)
    for title, meaning, kind in (
        ("Contrat", "Référence du marché, ou son identifiant.", Kind.TEXT),
        ("Nom de naissance", "Gardé chiffré ; lu de ceux seuls qui suivent la personne.", Kind.TEXT),
        ("Prénoms", "De même.", Kind.TEXT),
        ("Date de naissance", "Année en quatre chiffres.", Kind.DAY),
        ("Lieu de naissance", "Commune ou pays. Facultatif.", Kind.TEXT),
        ("Sexe", "Facultatif.", Kind.TEXT),
        ("Niveau de diplôme", "Facultatif.", Kind.TEXT),
        ("Commune de résidence", "Code INSEE de la commune, cinq signes. Facultatif.", Kind.TEXT),
        ("Modalité", "Code ou libellé.", Kind.TEXT),
        ("Contrat de travail", "Code ou libellé.", Kind.TEXT),
        ("Début", "Premier jour de la mise à l'emploi.", Kind.DAY),
        ("Fin prévue", "Facultative.", Kind.DAY),
        ("Heures par semaine", "« 35 » ou « 35h00 ».", Kind.HUNDREDTHS),
        ("Code ROME", "Métier, par exemple F1503. Facultatif.", Kind.TEXT),
        ("SIRET de l'employeur", "Vide : vous.", Kind.TEXT),
        ("SIRET du prescripteur", "Qui a orienté la personne. Facultatif.", Kind.TEXT),
        ("Publics", "Codes ou libellés, séparés par des virgules : écrits, jamais relus.", Kind.TEXT),
        ("Justificatifs tenus prêts", "De même.", Kind.TEXT),
    )
)


@dataclass(slots=True)
class HireRow(ReadRow):
    """A line as read: `values` by field; days and hours (hundredths) are read, codes stand as written."""

    contract: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


def read_hire(row: Row, places: Mapping[str, int]) -> HireRow:
    """One line of the table; `places` say in which cell each field stands."""
    found = HireRow(row.number)
    line = LineReader(row, places, found)
    if not line.is_taken():
        return found
    for wanted in FIELDS:
        if wanted.needed and line.is_empty(wanted.code):
            line.miss(wanted.code)
        elif wanted.code in places and not line.is_empty(wanted.code):
            found.values[wanted.code] = _reader(wanted.code)(line)
    found.contract = found.values.pop("contract", None)
    return found


def _reader(code: str) -> Callable[[LineReader], Any]:
    ways: tuple[tuple[bool, Callable[[LineReader], Any]], ...] = (
        (code in _DAYS, lambda line: line.read(code, cells.day)),
        (code in HUNDREDTHS, lambda line: line.read(code, cells.hours)),
        (FACTS.get(code) is FactKind.BOOLEAN, lambda line: line.yes(code)),
        (code in _LISTS, lambda line: _parts(line.text(code) or "")),
        (code in _PLACES, lambda line: _commune(line.text(code) or "")),
        (code in _NUMBERS, lambda line: _SPACES.sub("", line.text(code) or "")),
    )
    return next((read for holds, read in ways if holds), lambda line: line.text(code))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _LIST.split(text) if part.strip()]


def _commune(text: str) -> str:
    """Spreadsheets take the leading zero of a code away."""
    return f"commune/{text.upper().zfill(_INSEE)}" if _CODE.fullmatch(text) else text
