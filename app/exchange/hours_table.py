"""Hours in a firm's table, one line per hire and month, read without knowing what is registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app.exchange.tables import cells
from app.exchange.tables.lines import LineReader, ReadRow
from app.exchange.tables.matching import Field
from app.exchange.tables.writing import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.exchange.tables.reading import Row

CONTRACT = Field(
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
)
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
    Field(
        "month",
        "Mois",
        ("mois", "mois declare", "mois de travail", "periode", "month"),
        needed=True,
        instead=("first",),
    ),
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
    Field("first", "Du", ("du", "premier jour", "debut de periode", "date de debut de periode", "from")),
    Field("last", "Au", ("au", "dernier jour", "fin de periode", "date de fin de periode", "to")),
    Field("nothing", "Rien à déclarer", ("rien a declarer", "neant", "aucune heure", "nothing to declare")),
    CONTRACT,
)
HOURS = ("worked", "training", "overtime")
NOT_A_HIRE = "Identifiant de mise à l'emploi attendu, tel que le modèle le donne ; jamais un nom."
HALF_A_PERIOD = "Une sous-période a un premier et un dernier jour, du même mois."
NOTHING_AND_HOURS = "« Rien à déclarer » va sans mise à l'emploi ni heures : gardez l'un ou l'autre."
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
    Column("Du", "Sous-période, facultative : premier jour. Une ligne par sous-période.", Kind.DAY, 12),
    Column("Au", "Sous-période, facultative : dernier jour, dans le même mois.", Kind.DAY, 12),
    Column(
        "Rien à déclarer",
        "« oui » sur une ligne avec contrat et mois, sans mise à l'emploi : personne n'a travaillé.",
    ),
)


@dataclass(slots=True)
class HoursRow(ReadRow):
    """A line as read. Hours are hundredths; `first` and `last` are there for a dated part of a month.

    `nothing`: nobody worked on the contract in the month.
    """

    contract: str | None = None
    hire: UUID | None = None
    month: date | None = None
    worked: int = 0
    training: int = 0
    overtime: int = 0
    first: date | None = None
    last: date | None = None
    nothing: bool = False


def read_hours(row: Row, places: Mapping[str, int]) -> HoursRow:
    """One line of the table; `places` say in which cell each field stands."""
    found = HoursRow(row.number)
    line = LineReader(row, places, found)
    if not line.is_taken():
        return found
    found.nothing = line.yes("nothing")
    if not found.nothing and not found.flaws and line.is_empty(*HOURS):
        # A template lists everybody at work: a line left blank is not a mistake.
        found.left_out = True
        line.note("no_hours", NO_HOURS, "worked", keeps_out=False)
        return found
    found.contract = line.text("contract")
    _read_days(line, found)
    if found.nothing:
        if not line.is_empty("hire") or any(_hours(line, name) for name in HOURS):
            line.note("nothing_and_hours", NOTHING_AND_HOURS, "nothing")
        if found.contract is None:
            line.miss("contract")
        return found
    found.hire = _hire(line)
    found.worked = line.read("worked", cells.hours) or 0
    found.training, found.overtime = _hours(line, "training"), _hours(line, "overtime")
    return found


def _hours(line: LineReader, name: str) -> int:
    return line.read_if_any(name, cells.hours) or 0


def _hire(line: LineReader) -> UUID | None:
    try:
        return UUID(line.text("hire") or "")
    except ValueError:
        line.note("not_a_hire", NOT_A_HIRE, "hire")
        return None


def _read_days(line: LineReader, found: HoursRow) -> None:
    """The month, which the first day of a part of it says as well."""
    found.first, found.last = line.read_if_any("first", cells.day), line.read_if_any("last", cells.day)
    if line.is_empty("month") and found.first is not None:
        found.month = found.first.replace(day=1)
    else:
        found.month = line.read("month", cells.month)
    days = {None if day is None else day.replace(day=1) for day in (found.first, found.last)}
    if not line.is_empty("first", "last") and found.month is not None and days != {found.month}:
        line.note("half_a_period", HALF_A_PERIOD, "first")
