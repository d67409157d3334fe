"""Files of other systems handed over for import."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from app.errors import FieldProblem, Text
from app.schemas.exports import TableForm
from app.schemas.fields import Instant, Month, Output, Words
from app.schemas.jobs import JobProblem, JobState

ImportKind = Literal["decp", "hours", "hires", "invoices"]
Filename = Annotated[str, StringConstraints(pattern=r"^[\w .()-]{1,120}$")]
LONGEST_TITLE, MOST_COLUMNS = 120, 60
NOT_A_COLUMN = Text(
    "« champ:titre » attendu, titre de 120 caractères au plus.",
    '"field:title" expected, a title of 120 characters at most.',
)
ONLY_TABLES = Text(
    "Le mode et les colonnes ne se disent que d'un tableau.",
    "The mode and the columns are said of a table only.",
)


def _column(value: str) -> str:
    code, _, title = value.partition(":")
    if not code or not title.strip() or len(title) > LONGEST_TITLE:
        raise FieldProblem("not_a_column", NOT_A_COLUMN)
    return value


ColumnSaid = Annotated[
    Words,
    AfterValidator(_column),
    WithJsonSchema({"type": "string", "pattern": r"^[a-z_]+:.{1,120}$", "examples": ["hire:Matricule"]}),
]


class ImportOutcome(StrEnum):
    """What became of a record: `noted` is no record, but a remark; `held_back` waits for other lines."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    OTHER_BUYER = "other_buyer"
    REJECTED = "rejected"
    NOTED = "noted"
    HELD_BACK = "held_back"


class MappingSource(StrEnum):
    """Who said which column holds what."""

    SAID = "said"
    SAVED = "saved"
    FOUND = "found"


def _yes_or_no(value: object) -> object:
    # "1", "on" or "yes" would also pass for true: an address is written in one way only.
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


class ImportAsked(BaseModel):
    """What is said of a file in the address; the file itself is the body."""

    model_config = ConfigDict(extra="forbid")

    kind: ImportKind = Field(
        description="Nature du fichier : `decp`, données essentielles, format 2022 ; `hours`, heures ;"
        " `hires`, mises à l'emploi ; `invoices`, factures."
    )
    filename: Filename | None = Field(default=None, description="Nom du fichier, pour le reconnaître.")
    dry_run: Annotated[bool, BeforeValidator(_yes_or_no), Field(strict=True)] = Field(
        default=False, description="Dire ce qui arriverait, sans rien inscrire."
    )
    mode: Literal["all", "valid"] | None = Field(
        default=None,
        description="Tableaux. `all`, par défaut : tout ou rien ; `valid` : ce qui n'a pas de problème.",
    )
    columns: list[ColumnSaid] = Field(
        default_factory=list,
        max_length=MOST_COLUMNS,
        description="Tableaux. « champ:titre » d'une colonne qui n'est pas reconnue, une fois par colonne ; "
        "confirmées par un import, elles sont reconnues ensuite (`/import-mappings`).",
    )

    @model_validator(mode="after")
    def _of_tables(self) -> Self:
        if self.kind == "decp" and (self.mode or self.columns):
            raise FieldProblem("only_tables", ONLY_TABLES)
        return self

    @property
    def titles(self) -> dict[str, str]:
        """Titles said by the caller, by what the column holds."""
        return {code: title.strip() for code, _, title in (said.partition(":") for said in self.columns)}


class FormAsked(BaseModel):
    """Which form a template takes."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    form: TableForm = Field(default=TableForm.CSV, alias="format")


class TemplateAsked(FormAsked):
    """Which form the template takes, and for which month."""

    month: Month | None = Field(default=None, description="Mois à inscrire sur chaque ligne.")


class MappingUsed(Output):
    """Which columns of a table were read, and who said so."""

    source: MappingSource
    mapping_id: UUID | None = Field(description="Correspondance gardée qui a servi.")
    columns: dict[str, str] = Field(description="Par champ, la colonne comme les tableurs la nomment.")


class ImportMappingOut(Output):
    """Columns that an import confirmed, recognised in every table with the same titles."""

    id: UUID
    kind: ImportKind
    columns: dict[str, str] = Field(description="Par champ, le titre de sa colonne.")
    created_at: Instant


class ImportMappings(Output):
    """The mappings that are kept, the latest first."""

    items: list[ImportMappingOut]


class ImportOut(Output):
    """Where an import stands."""

    id: UUID
    kind: ImportKind
    filename: str | None
    dry_run: bool
    state: JobState
    done: int = Field(description="Enregistrements traités.")
    total: int = Field(description="Enregistrements du fichier ; 0 tant que le fichier n'est pas lu.")
    outcomes: dict[ImportOutcome, int] = Field(
        description="Enregistrements par résultat, chaque code présent."
    )
    mapping: MappingUsed | None = Field(description="D'un tableau, dès qu'il est lu.")
    problem: JobProblem | None
    created_at: Instant
    finished_at: Instant | None
    job: str = Field(description="Adresse du travail.")
    rows: str = Field(description="Adresse des résultats par enregistrement.")
    file: str | None = Field(
        description="Adresse du tableau avec une colonne « Problème », pour qui l'a remis, s'il est gardé."
    )

    @property
    def location(self) -> str:
        """Where the work is followed."""
        return self.job


class ImportIssue(Output):
    """One flaw of a record; no value of the file is repeated."""

    code: str
    severity: Literal["error", "warning"]
    pointer: str = Field(description="Pointeur JSON dans l'enregistrement ; vide : l'enregistrement entier.")
    column: str | None = Field(default=None, description="Colonne du tableau, comme les tableurs la nomment.")
    detail: str


class ImportRowOut(Output):
    """What became of one record of the file."""

    index: int = Field(
        description="Rang dans le fichier, depuis 0, ou numéro de ligne d'un tableau ; négatif : le fichier."
    )
    outcome: ImportOutcome
    reference: str | None = Field(description="Numéro du marché chez l'acheteur.")
    contract_id: UUID | None
    issues: list[ImportIssue]


class ImportWalk(BaseModel):
    """Where the list of results goes on, and how much of it to give."""

    model_config = ConfigDict(extra="forbid")

    after: int | None = Field(
        default=None, ge=-1_000_000_000, le=1_000_000_000, description="`next` de la page précédente."
    )
    limit: int = Field(default=50, ge=1, le=200, description="Nombre d'éléments, 200 au plus.")


class ImportRowPage(Output):
    """A page of results, in the order of the file."""

    items: list[ImportRowOut]
    next: int | None
