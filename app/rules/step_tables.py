"""Ready tables of hours by firm amount, each with where it is written: data that a clause may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.rules.terms import Band, StepTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyTable:
    """A table that a clause may take as it is; amounts in cents, hours in hundredths."""

    code: str
    label_fr: str
    table: StepTable
    since: date
    reference: str


CSF_2018 = ReadyTable(
    code="csf-2018",
    label_fr="Clause sociale de formation sous statut scolaire",
    # On the firm period alone; no value in between.
    table=StepTable(
        (
            Band(1_000_00, 150_00),
            Band(100_000_00, 300_00),
            Band(200_000_00, 450_00),
            Band(400_000_00, 900_00),
        )
    ),
    since=date(2018, 1, 1),
    reference="Éducation nationale, clause sociale de formation (2018), guide et FAQ",
)
STEP_TABLES: Mapping[str, ReadyTable] = {item.code: item for item in (CSF_2018,)}
