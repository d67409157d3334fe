"""Compliance of a contract, and the entries that explain its figures."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from app.errors import FieldProblem, Text
from app.rules.codes import HourKind, ProofLevel, Rule, State, Status, TargetKind
from app.schemas.estimates import FormulaInput
from app.schemas.fields import Day, Hours, Instant, Month, Output
from app.schemas.follow_up import ActionOut, ComplianceForecast, ComplianceReporting
from app.schemas.lists import Page, Walk
from app.schemas.members import GroupOut
from app.schemas.subtargets import SubtargetPositionOut

INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}.*")
NOT_AN_INSTANT = Text(
    "Instant attendu avec son fuseau : AAAA-MM-JJThh:mm:ssZ.", "Instant expected: YYYY-MM-DDThh:mm:ssZ."
)


def _instant(value: object) -> object:
    # Pydantic would also read a bare number, as seconds since 1970: nobody means that here.
    if isinstance(value, str) and not INSTANT.fullmatch(value):
        raise FieldProblem("not_an_instant", NOT_AN_INSTANT)
    return value


KnownAt = Annotated[
    AwareDatetime,
    BeforeValidator(_instant),
    Field(
        ge=datetime(2000, 1, 1, tzinfo=UTC),
        le=datetime(2100, 12, 31, tzinfo=UTC),
        description="Tel que le service le savait à cet instant ; la réponse ne change alors plus jamais.",
        examples=["2025-04-15T08:00:00Z"],
    ),
]
AsOf = Annotated[
    Day, Field(description="Le jour de la position (aujourd'hui par défaut).", examples=["2025-04-15"])
]


class Figure(StrEnum):
    """A figure of compliance that entries of the ledger sum to."""

    COUNTED = "counted"
    PENDING = "pending"
    HELD = "held"
    REFUSED = "refused"
    DECLARED = "declared"


class ComplianceQuery(BaseModel):
    """The two times of a position: the day it describes, and when it was known."""

    model_config = ConfigDict(extra="forbid")

    as_of: AsOf | None = None
    known_at: KnownAt | None = None


class EntriesQuery(Walk):
    """Which figure to explain, at which two times; a walk over several pages holds still with `known_at`."""

    figure: Figure = Field(default=Figure.COUNTED, description="Le chiffre à expliquer.")
    as_of: AsOf | None = None
    known_at: KnownAt | None = None


class Labelled(Output):
    """A code with its French label."""

    code: str
    label: str


class ComplianceStatus(Labelled):
    """Where the obligation stands."""

    code: Status


class ComplianceTarget(Output):
    """What the clause demands, and how it is computed."""

    kind: TargetKind
    label: str
    formula: str = Field(
        description="Le calcul, avec les nombres de ce jour.",
        examples=["27 364 € × 50 % × 10 % ÷ 30 € ≈ 45,61 h, soit 46 h"],
    )
    inputs: list[FormulaInput] = Field(description="Les nombres dont le calcul part, ce jour-là.")


class ComplianceWindow(Output):
    """The days in which hours count, ends included."""

    start: date
    end: date


class HourFigures(Output):
    """The hours of a position; all null when the contract has no clause."""

    required: Hours | None = Field(description="Dues selon la version de la clause en vigueur ce jour.")
    required_at_end: Hours | None = Field(description="Dues à la fin ; null tant que nul ne peut le savoir.")
    expected: Hours | None = Field(description="Dues au jour mesuré, au prorata des jours ou par jalons.")
    declared: Hours | None = Field(description="Déclarées : en attente + retenues + refusées + comptées.")
    pending: Hours | None
    held: Hours | None
    refused: Hours | None
    counted: Hours | None
    secured: Hours | None = Field(description="Comptées + en attente.")
    balance: Hours | None = Field(description="Comptées moins dues.")


class Known(Output):
    """As known when: a settled instant, or provisional while a change is not yet settled."""

    # A computed answer has no version to compare: its tag is weak and never required.
    weak_etag: ClassVar[bool] = True

    as_of: date
    known_at: Instant | None = Field(
        description="À redonner tel quel pour obtenir la même réponse ; null si elle est provisoire."
    )
    provisional: bool = Field(description="Vrai tant qu'un changement de ce contrat n'a pas reçu son rang.")


class PoolOfContract(Output):
    """The pool that a contract stands in on the day. The status of the contract is its own all the same."""

    id: UUID
    status: ComplianceStatus = Field(description="Statut de la globalisation : c'est lui qui engage.")
    balance: Hours = Field(description="Solde commun des contrats globalisés.")
    covered: Hours = Field(description="Ce que l'excédent des autres contrats comble du déficit de celui-ci.")


class ComplianceOut(Known, HourFigures):
    """The position of a contract on a day."""

    contract_id: UUID
    status: ComplianceStatus
    target: ComplianceTarget | None
    window: ComplianceWindow | None
    measured_on: date | None = Field(description="Dernier jour du dernier mois dont le relevé était dû.")
    rate: str | None = Field(
        description="Comptées ÷ dues, quatre décimales ; null si rien n'est dû.", examples=["0.2883"]
    )
    in_days: HourFigures = Field(description="Les mêmes heures en journées.")
    in_weeks: HourFigures = Field(description="Les mêmes heures en semaines.")
    hours_per_day: Hours
    hours_per_week: Hours
    forecast: ComplianceForecast | None = Field(
        description="Ce que la fin devrait donner ; null tant que trop peu de mois sont échus, après la"
        " clôture, et quand `known_at` est demandé."
    )
    reporting: ComplianceReporting | None = Field(
        description="Relevés dus, envoyés, manquants ou tardifs ; null sans clause, et quand `known_at` est"
        " demandé."
    )
    subtargets: list[SubtargetPositionOut] = Field(
        description="Les sous-objectifs de la clause, que « objectif atteint » demande aussi d'atteindre."
    )
    group: GroupOut | None = Field(
        description="Les membres du groupement titulaire ; null sans groupement, ou pour qui n'en est pas."
    )
    pool: PoolOfContract | None = Field(
        description="La globalisation à laquelle le contrat participe ce jour-là ; null sinon, et pour les"
        " sous-traitants."
    )
    next_actions: list[ActionOut] | None = Field(
        description="Ce qui reste à faire ; null quand `known_at` est demandé."
    )


class EntryPlaces(Output):
    """The places that an hour counts for; residence is shown to the facilitator only."""

    execution: str | None
    residence: str | None
    buyer: str | None
    facilitator: str | None


class EntryOut(Output):
    """One line of the ledger: hours in one state, with the rule that decided and the value it used."""

    id: UUID
    month: Month
    hours: Hours
    kind: HourKind
    kind_label: str
    state: State
    state_label: str
    rule: Rule | None
    rule_label: str | None
    parameter: str | None = Field(description="La valeur que la règle a utilisée.")
    reference: str | None = Field(description="Où cette valeur est écrite.")
    proof_level: ProofLevel
    proof_level_label: str
    documented: bool = Field(description="Un document justificatif a été vu pour la ligne.")
    hire_id: UUID
    places: EntryPlaces


class EntryPage(Known, Page[EntryOut]):
    """The entries of a figure. `total` is that of the whole list, not of the page."""

    figure: Figure
    total: Hours
    own_only: bool = Field(
        description="Vrai quand les lignes d'autres déclarants du contrat ne sont pas montrées."
    )
