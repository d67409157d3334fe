"""Exports that are too long for one answer: asked for, made by a job, kept for a while."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from app.errors import FieldProblem, Text
from app.rules.codes import ClauseState
from app.schemas.compliance import AsOf, Figure, KnownAt
from app.schemas.exports import (
    UNORDERED,
    ContractsExport,
    ContractsTaken,
    EntriesExport,
    ExportForm,
    Separator,
    StatementsExport,
    TerritoriesExport,
)
from app.schemas.fields import Input, Instant, Month, Output, PlaceCode, Reference, Siret
from app.schemas.figures import Basis
from app.schemas.jobs import JobProblem, JobState
from app.schemas.territories import Level

NOT_OF_KIND = Text(
    "Un des critères n'est pas de ce genre d'export.", "One of the criteria is not of this kind of export."
)
TERRITORY_NEEDED = Text(
    "Nommez le territoire et le niveau des territoires contenus.",
    "Name the territory and the level of the territories inside it.",
)


class ExportKind(StrEnum):
    """What is exported: as the operations of the same names give it at once."""

    CONTRACTS = "contracts"
    STATEMENTS = "statements"
    ENTRIES = "entries"
    HOURS = "hours"
    TERRITORIES = "territories"
    OPEN_DATA = "open_data"
    DECP = "decp"


ASKED: dict[ExportKind, Any] = {
    ExportKind.CONTRACTS: ContractsExport,
    ExportKind.STATEMENTS: StatementsExport,
    ExportKind.ENTRIES: EntriesExport,
    ExportKind.HOURS: StatementsExport,
    ExportKind.TERRITORIES: TerritoriesExport,
    ExportKind.OPEN_DATA: ContractsTaken,
    ExportKind.DECP: ContractsTaken,
}


# In which forms a kind is made; of those not named here, a table.
TABLES = {ExportForm.CSV, ExportForm.XLSX}
FORMS = {ExportKind.OPEN_DATA: {ExportForm.CSV}, ExportKind.DECP: {ExportForm.JSON}}


class ExportIn(Input):
    """An export to be made: its kind, its form, and the criteria of the operation that gives it at once."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={"examples": [{"kind": "entries", "format": "xlsx", "as_of": "2025-04-15"}]},
    )

    kind: ExportKind
    form: ExportForm = Field(
        default=ExportForm.CSV, alias="format", description="`json` : celle de `decp`, et d'elle seule."
    )
    separator: Separator = Separator.SEMICOLON
    buyer: Siret | None = None
    holder: Siret | None = None
    reference: Reference | None = None
    clause_state: ClauseState | Literal["clause"] | None = None
    place: PlaceCode | None = None
    contract: UUID | None = Field(default=None, description="Relevés et écritures : ce contrat seul.")
    first: Month | None = Field(default=None, alias="from", description="Relevés et territoires.")
    last: Month | None = Field(default=None, alias="to", description="Relevés et territoires.")
    figure: Figure | None = Field(default=None, description="Écritures.")
    as_of: AsOf | None = None
    known_at: KnownAt | None = None
    territory: PlaceCode | None = Field(default=None, description="Territoires : celui qui contient.")
    level: Level | None = Field(default=None, description="Territoires : niveau des territoires contenus.")
    basis: Basis | None = Field(default=None, description="Territoires : rattachement.")

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        known = {"kind", "form", "separator", *ASKED[self.kind].model_fields}
        if self.kind is ExportKind.TERRITORIES:
            known.add("territory")
            if self.territory is None or self.level is None:
                raise FieldProblem("territory_needed", TERRITORY_NEEDED)
        if self.kind is ExportKind.DECP and "form" not in self.model_fields_set:
            self.form = ExportForm.JSON
        if self.form not in FORMS.get(self.kind, TABLES):
            raise FieldProblem("not_of_kind", NOT_OF_KIND)
        if self.kind in FORMS and "separator" in self.model_fields_set:
            raise FieldProblem("not_of_kind", NOT_OF_KIND)
        if {name for name in self.model_fields_set if getattr(self, name) is not None} - known:
            raise FieldProblem("not_of_kind", NOT_OF_KIND)
        if self.first and self.last and self.last < self.first:
            raise FieldProblem("end_before_start", UNORDERED)
        return self

    def asked(self) -> Any:  # noqa: ANN401 - the criteria of whichever kind it is
        """The criteria as the operation of its kind reads them."""
        model = ASKED[self.kind]
        names = set(model.model_fields) & set(type(self).model_fields)
        said = self.model_dump(mode="json", by_alias=True, include=names, exclude_none=True)
        return model.model_validate(said)


class ExportOut(Output):
    """Where an export stands."""

    id: UUID
    kind: ExportKind
    form: ExportForm = Field(serialization_alias="format")
    state: JobState
    rows: int = Field(description="Lignes lues jusqu'ici.")
    problem: JobProblem | None
    created_at: Instant
    finished_at: Instant | None
    available_until: Instant | None = Field(
        description="Jusqu'à quand le fichier est gardé ; null tant qu'il n'est pas fait, ou s'il n'est plus."
    )
    job: str = Field(description="Adresse du travail.")
    file: str = Field(description="Adresse du fichier.")

    model_config = ConfigDict(serialize_by_alias=True)

    @property
    def location(self) -> str:
        """Where the work is followed."""
        return self.job
