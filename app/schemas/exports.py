"""What can be taken away as a file, and how it is written."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.rules.codes import ClauseState
from app.schemas.compliance import AsOf, KnownAt
from app.schemas.fields import PlaceCode, Reference, Siret


class TableForm(StrEnum):
    """How a table is written out."""

    CSV = "csv"
    XLSX = "xlsx"


class DocumentForm(StrEnum):
    """How a document is written out."""

    PDF = "pdf"
    XLSX = "xlsx"


class Separator(StrEnum):
    """What stands between the cells of a CSV."""

    SEMICOLON = "semicolon"
    COMMA = "comma"


class ContractsTaken(BaseModel):
    """Which of the contracts one sees, as the list has them."""

    model_config = ConfigDict(extra="forbid")

    buyer: Siret | None = None
    holder: Siret | None = None
    reference: Reference | None = None
    clause_state: ClauseState | Literal["clause"] | None = None
    place: PlaceCode | None = Field(
        default=None, description="Territoire qui contient un lieu d'exécution résolu."
    )


class ContractsExport(ContractsTaken):
    """Which contracts, at which two times, in which form."""

    as_of: AsOf | None = None
    known_at: KnownAt | None = None
    form: TableForm = Field(default=TableForm.CSV, alias="format")
    separator: Separator = Field(
        default=Separator.SEMICOLON,
        description="`semicolon` : pour un tableur français (virgule décimale, BOM) ; `comma` : RFC 4180.",
    )
