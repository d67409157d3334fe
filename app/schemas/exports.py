"""What can be taken away as a file, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.errors import FieldError, FieldProblem, Text
from app.rules.codes import ClauseState
from app.schemas.compliance import AsOf, ComplianceQuery, Figure, KnownAt
from app.schemas.fields import Month, PlaceCode, Reference, Siret
from app.schemas.figures import ChildrenQuery

UNORDERED = Text("Le dernier mois ne précède pas le premier.", "The last month does not precede the first.")


class TableForm(StrEnum):
    """How a table is written out."""

    CSV = "csv"
    XLSX = "xlsx"


class ExportForm(StrEnum):
    """How an export made by a job is written out: a table, or JSON for what is none."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA: Mapping[str, str] = {
    ExportForm.CSV: "text/csv",
    ExportForm.XLSX: XLSX,
    ExportForm.JSON: "application/json",
}


class DocumentForm(StrEnum):
    """How a document is written out."""

    PDF = "pdf"
    XLSX = "xlsx"


class Separator(StrEnum):
    """What stands between the cells of a CSV."""

    SEMICOLON = "semicolon"
    COMMA = "comma"


class TableAsked(BaseModel):
    """In which form a table is taken."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    form: TableForm = Field(default=TableForm.CSV, alias="format")
    separator: Separator = Field(
        default=Separator.SEMICOLON,
        description="`semicolon` : pour un tableur français (virgule décimale, BOM) ; `comma` : RFC 4180.",
    )


class ContractsTaken(BaseModel):
    """Which of the contracts one sees, as the list has them."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    buyer: Siret | None = None
    holder: Siret | None = None
    reference: Reference | None = None
    clause_state: ClauseState | Literal["clause"] | None = None
    place: PlaceCode | None = Field(
        default=None, description="Territoire qui contient un lieu d'exécution résolu."
    )


class PackageQuery(ContractsTaken):
    """Which contracts, at which two times."""

    as_of: AsOf | None = None
    known_at: KnownAt | None = None


class ContractsExport(PackageQuery, TableAsked):
    """Which contracts, at which two times, in which form."""


class LinesTaken(ContractsTaken, TableAsked):
    """Of which contracts lines are taken: those of the list, or a single one."""

    contract: UUID | None = Field(default=None, description="Ce contrat seul.")


class StatementsExport(LinesTaken):
    """The statements of which contracts and months, both included."""

    first: Month | None = Field(default=None, alias="from", description="Premier mois ; tous si absent.")
    last: Month | None = Field(default=None, alias="to", description="Dernier mois compris ; tous si absent.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first and self.last and self.last < self.first:
            raise FieldProblem("end_before_start", UNORDERED)
        return self


class EntriesExport(LinesTaken, PackageQuery):
    """The entries behind which figure of which contracts, at which two times."""

    figure: Figure = Field(default=Figure.DECLARED, description="Le chiffre que les écritures expliquent.")


class TerritoriesExport(ChildrenQuery, TableAsked):
    """The figures of the territories of a level, over which months, on which basis."""


class BilanQuery(ComplianceQuery):
    """The two times of a bilan, and in which form."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    form: DocumentForm = Field(default=DocumentForm.PDF, alias="format")


class AttestationQuery(BaseModel):
    """The months of an attestation, both included, and when its hours were known."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: Month | None = Field(default=None, alias="from", description="Premier mois ; le début si absent.")
    last: Month | None = Field(
        default=None, alias="to", description="Dernier mois compris ; le dernier compté si absent."
    )
    known_at: KnownAt | None = None

    @property
    def as_of(self) -> None:
        """The day of an attestation is the present one; its months say the rest."""
        return

    def unordered(self) -> FieldError:
        """What is wrong with months that go back."""
        return FieldError("/query/to", "end_before_start", UNORDERED)
