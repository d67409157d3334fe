"""Hours in a firm's table, one line per hire and month, read without knowing what is registered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from app.exchange.tables import cells
from app.exchange.tables.matching import Field, Flaw, column_name
from app.exchange.tables.problems import WHAT_TO_DO, TableProblem, Unreadable
from app.exchange.tables.writing import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from app.exchange.tables.cells import Cell
    from app.exchange.tables.reading import Row

Read = TypeVar("Read")

FIELDS = (
    Field(
        "hire",
        "Mise à l'emploi",
        (
            "mise a l emploi",
            "identifiant de la mise a l emploi",
            "identifiant mise a l emploi",
            "id mise a l emploi",
            "embauche",
            "identifiant de l embauche",
            "hire id",
            "hire",
        ),
        needed=True,
    ),
    Field("month", "Mois", ("mois", "mois declare", "mois de travail", "periode", "month"), needed=True),
    Field(
        "worked",
        "Heures travaillées",
        (
            "heures travaillees",
            "heures realisees",
            "heures effectuees",
            "heures d insertion realisees",
            "heures d insertion",
            "nombre d heures",
            "nb heures",
            "heures",
            "worked",
        ),
        needed=True,
    ),
    Field("training", "Heures de formation", ("heures de formation", "heures formation", "training")),
    Field(
        "overtime",
        "Heures supplémentaires",
        (
            "heures supplementaires",
            "dont heures supplementaires",
            "heures sup",
            "dont heures sup",
            "overtime",
        ),
    ),
    Field(
        "contract",
        "Contrat",
        (
            "contrat",
            "marche",
            "numero de marche",
            "numero du marche",
            "n de marche",
            "n marche",
            "reference du marche",
            "reference du contrat",
            "contract",
        ),
    ),
)
HOURS = ("worked", "training", "overtime")
NOT_A_HIRE = "Identifiant de mise à l'emploi attendu, tel que le modèle le donne ; jamais un nom."
NO_HOURS = "Aucune heure : ligne non reprise. Écrivez 0 pour déclarer qu'il n'y en a pas."

# What the template asks for; its titles are the first that `FIELDS` know.
TEMPLATE = (
    Column("Contrat", "Référence du marché, ou son identifiant. Facultatif : vérifié s'il est là.", width=20),
    Column("Mise à l'emploi", "Identifiant de la mise à l'emploi, donné par le service.", width=38),
    Column("Début", "Premier jour de la mise à l'emploi, pour la reconnaître ; non repris.", Kind.DAY, 12),
    Column("Mois", "Mois déclaré : « mars 2026 », « 03/2026 » ou « 2026-03 ».", width=12),
    Column(
        "Heures travaillées",
        "Heures du mois, supplémentaires comprises : « 151,67 » ou « 151h40 ». Vide : ligne non reprise.",
        Kind.HUNDREDTHS,
    ),
    Column("Heures de formation", "En plus des heures travaillées. Vide : aucune.", Kind.HUNDREDTHS),
    Column("Heures supplémentaires", "Part des heures travaillées. Vide : aucune.", Kind.HUNDREDTHS),
)


@dataclass(slots=True)
class HoursRow:
    """A line as read. Hours are hundredths; what could not be read is None, and `flaws` say why."""

    number: int
    contract: str | None = None
    hire: UUID | None = None
    month: date | None = None
    worked: int = 0
    training: int = 0
    overtime: int = 0
    flaws: list[Flaw] = field(default_factory=list)
    left_out: bool = False


def read_hours(row: Row, places: Mapping[str, int]) -> HoursRow:
    """One line of the table; `places` say in which cell each field stands."""
    found = HoursRow(row.number)
    if row.problem is not None:
        found.left_out = row.problem is TableProblem.TOTAL_ROW
        found.flaws.append(Flaw(row.problem, WHAT_TO_DO[row.problem], keeps_out=not found.left_out))
        return found
    given = {code: row.cells[place] for code, place in places.items()}
    if all(cells.is_empty(given.get(name)) for name in HOURS):
        # A template lists everybody at work: a line left blank is not a mistake.
        found.left_out = True
        found.flaws.append(_at("no_hours", NO_HOURS, "worked", places, keeps_out=False))
        return found
    found.contract = cells.text_of(given.get("contract")).removeprefix("'") or None
    found.hire = _hire(found, given["hire"], places)
    found.month = _read(found, cells.month, "month", given["month"], places)
    found.worked = _read(found, cells.hours, "worked", given["worked"], places) or 0
    for name in ("training", "overtime"):
        if not cells.is_empty(given.get(name)):
            setattr(found, name, _read(found, cells.hours, name, given[name], places) or 0)
    return found


def _hire(found: HoursRow, cell: Cell, places: Mapping[str, int]) -> UUID | None:
    try:
        return UUID(cells.text_of(cell))
    except ValueError:
        found.flaws.append(_at("not_a_hire", NOT_A_HIRE, "hire", places))
        return None


def _read(
    found: HoursRow, reader: Callable[[Cell], Read], name: str, cell: Cell, places: Mapping[str, int]
) -> Read | None:
    try:
        return reader(cell)
    except Unreadable as error:
        found.flaws.append(_at(error.problem, error.what_to_do, name, places))
        return None


def _at(code: str, detail: str, name: str, places: Mapping[str, int], *, keeps_out: bool = True) -> Flaw:
    return Flaw(code, detail, name, column_name(places, name), keeps_out)
