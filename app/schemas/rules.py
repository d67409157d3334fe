"""The law as served data, and the dry run of an assessment."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from app.errors import FieldProblem, Text
from app.rules.codes import (
    ApprovalFrom,
    ContractType,
    FactKind,
    Modality,
    Outcome,
    OutcomeCategory,
    TargetKind,
)
from app.rules.parameters import PARAMETERS
from app.rules.texts import french_day
from app.schemas.assessments import FactsIn, ProofIn, PublicAnswerOut, PublicCode
from app.schemas.clauses import DurationsOut, HolderApprovalOut, PublicIn, ReportingOut, RoundingOut
from app.schemas.fields import Day, Input, Output, read_day
from app.schemas.participants import BirthDate
from app.schemas.penalty_terms import PenaltyTermOut
from app.schemas.targets import BandOut, Code, TargetOut

FIRST_DAY = min(parameter.values[0].since for parameter in PARAMETERS.values())
LAST_DAY = date(2100, 12, 31)
NO_VALUE_YET = Text(
    f"Le catalogue n'a pas de valeur avant le {french_day(FIRST_DAY)}.",
    f"The catalogue has no value before {FIRST_DAY.isoformat()}.",
)


def _has_values(value: object) -> date:
    day = read_day(value)
    if day < FIRST_DAY:
        raise FieldProblem("before_first_value", NO_VALUE_YET)
    return day


LawDay = Annotated[
    date,
    BeforeValidator(_has_values),
    Field(le=LAST_DAY),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "pattern": "^(20[0-9]{2}|2100)-",
            "examples": ["2025-01-15"],
        }
    ),
]
Number = Annotated[str, Field(description="Nombre décimal exact.", examples=["35"])]
Value = bool | int | list[str]


class LawOn(BaseModel):
    """The day whose law is asked for."""

    model_config = ConfigDict(extra="forbid")

    on: LawDay | None = Field(
        default=None, description="Jour dont la règle est demandée ; aujourd'hui si absent."
    )


class CodeOut(Output):
    """A code and its French label."""

    code: str
    label: str


class DatedValueOut(Output):
    """A value in force since a day, and where it is written."""

    since: date
    value: Number
    reference: str


class ParameterOut(Output):
    """A number of the law or of practice, with its history."""

    code: str
    label: str
    unit: str = Field(
        description="h, h/week, day_of_month, days, months, years, share, EUR, EUR/h, people, count ou yes."
    )
    assumed: bool = Field(description="Vrai si aucune source lisible ne le confirme.")
    checked_on: date
    value: DatedValueOut | None = Field(description="En vigueur ce jour-là ; nul avant la première valeur.")
    values: list[DatedValueOut]


class SettingOut(Output):
    """A parameter of a public, with its bounds or its accepted codes."""

    code: str
    label: str
    default: Value
    minimum: int | None
    maximum: int | None
    accepted: list[str] | None


class NeedOut(Output):
    """One thing to be proven, by any of these documents."""

    any_of: list[str]
    only_if: str | None = Field(description="Paramètre du public dont dépend ce besoin.")
    age: str = Field(description="Paramètre du public qui limite l'âge du document, en mois.")


class ProofTypeOut(CodeOut):
    """A type of document."""

    lasting: bool = Field(description="Vrai s'il ne vieillit pas : aucun âge maximal ne le concerne.")


class CatalogueEntry(Output):
    """What publics and profiles have in common."""

    code: str
    label: str
    reference: str
    assumed: bool
    until: date | None
    in_force: bool


class EligiblePublicOut(CatalogueEntry):
    """A category of people, what it asks and how it is proven."""

    text: str = Field(description="Qui est de ce public, et depuis quand la notion existe.")
    since: date
    custom_only: bool = Field(description="Vrai si aucun profil intégré ne le retient.")
    parameters: list[SettingOut]
    proofs: list[NeedOut]


class FactOut(CodeOut):
    """A fact that may be known of a person."""

    kind: FactKind


class CountingRuleOut(CodeOut):
    """A rule between a declared hour and a counted one, in their order."""

    text: str
    reference: str
    assumed: bool


class CodeTextOut(CodeOut):
    """A code or a rule for people: what it means, and where that is written."""

    text: str
    reference: str
    assumed: bool = Field(description="Vrai si aucune source lisible ne le confirme.")


class WaiverGroundOut(CodeOut):
    """A ground on which the law lets a buyer leave out a social condition."""

    text: str
    reference: str
    assumed: bool


class OutcomeSituationOut(CodeOut):
    """A situation after a hire, and the class in which it counts."""

    category: OutcomeCategory
    category_label: str
    text: str
    reference: str
    assumed: bool


class ChoiceOut(Output):
    """A public that a profile accepts, as tuned there."""

    code: str
    parameters: dict[str, Value]
    reference: str
    assumed: bool


class ConditionsOut(Output):
    """Everything a profile says in place of a clause."""

    publics: list[ChoiceOut]
    modalities: list[Modality]
    contract_types: list[ContractType]
    durations: DurationsOut
    late_threshold: Number
    rounding: RoundingOut
    reporting: ReportingOut
    approval_counts_from: ApprovalFrom
    automatic_approval: bool
    training_share: Number | None
    training_cap: Number | None
    proof_authorities: list[Literal["insertion_structure", "prescriber"]]
    penalties: list[PenaltyTermOut]
    holder_approval: HolderApprovalOut | None


class ProfileState(StrEnum):
    """Where a version of a profile stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class EditionOut(Output):
    """One version of a profile, without what it says."""

    edition: int
    state: ProfileState
    since: date | None
    until: date | None


class ProfileOut(CatalogueEntry):
    """A reusable set of clause terms in one version, with its source and dates."""

    edition: int = Field(description="Numéro de cette version du profil.")
    state: ProfileState
    owner: str | None = Field(description="Identifiant de l'organisme auteur ; nul pour un profil intégré.")
    since: date | None = Field(description="Premier jour ; nul pour un brouillon.")
    assumed_terms: list[str] = Field(
        description="Ce qu'aucune source lisible ne confirme (pointeurs JSON) ; chaque public le dit aussi."
    )
    ready_targets: list[str] = Field(
        description="Objectifs prêts du même texte, à nommer dans une clause (`ready_targets` des règles)."
    )
    conditions: ConditionsOut
    editions: list[EditionOut]
    # Of the profile as a whole, for `If-Match`; nothing of a built-in one or of another's is edited.
    version: int | None

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/profiles/{self.code}"


class ReadyEntry(CatalogueEntry):
    """What a published text demands, since when, and what is supposed of it."""

    since: date
    assumed_terms: list[str] = Field(
        description="Ce qu'aucune source lisible ne confirme (pointeurs JSON) ; le reste est publié."
    )


class StepTableOut(ReadyEntry):
    """A ready table of hours by firm amount, which a target may name."""

    bands: list[BandOut]


class TargetNameOut(Output):
    """The target that a clause sends to name a ready one; the name that does not serve is null."""

    kind: TargetKind
    ready: str | None
    table: str | None = Field(description="Pour `step_table` seulement.")


class ReadyTargetOut(ReadyEntry):
    """A target as published, with its numbers, and how a clause names it."""

    target: TargetOut = Field(description="L'objectif en toutes lettres, tel que la clause le gardera.")
    named_by: TargetNameOut


class ProfileList(Output):
    """The built-in profiles and those that the caller may use."""

    on: date
    items: list[ProfileOut]


class RulesOut(Output):
    """The whole catalogue as of a day."""

    rules_version: str
    on: date
    parameters: list[ParameterOut]
    publics: list[EligiblePublicOut]
    proofs: list[ProofTypeOut]
    facts: list[FactOut]
    counting_rules: list[CountingRuleOut]
    waiver_grounds: list[WaiverGroundOut]
    outcome_situations: list[OutcomeSituationOut]
    profiles: list[ProfileOut]
    step_tables: list[StepTableOut]
    ready_targets: list[ReadyTargetOut] = Field(description="Objectifs publiés qu'une clause peut nommer.")
    modalities: list[CodeTextOut] = Field(description="Manières de réaliser les heures.")
    contract_types: list[CodeTextOut] = Field(description="Types de contrat de travail.")
    targets: list[CodeTextOut] = Field(description="Sortes d'objectif : comment les heures se calculent.")
    counts_from: list[CodeTextOut] = Field(
        description="Ce qui oblige, par montant facturé, une fois le seuil atteint."
    )
    rounding: list[CodeTextOut] = Field(description="Arrondis d'un objectif calculé.")
    reporting: list[CodeTextOut] = Field(description="Rythmes des relevés.")
    approval_counts_from: list[CodeTextOut] = Field(description="Jour dont part une éligibilité approuvée.")
    penalty_kinds: list[CodeTextOut] = Field(description="Ce qu'une pénalité sanctionne.")
    penalty_days: list[CodeTextOut] = Field(description="Jours de retard qui comptent.")
    value_days: list[CodeTextOut] = Field(description="Jour de la valeur de référence d'une pénalité.")
    statuses: list[CodeTextOut] = Field(description="Où en est la réalisation d'un engagement.")
    clause_states: list[CodeTextOut] = Field(description="Pourquoi un contrat a ou n'a pas de clause.")
    forecast_methods: list[CodeTextOut] = Field(description="Comment les heures de la fin sont prévues.")
    proof_levels: list[CodeTextOut] = Field(description="Combien une heure est prouvée.")
    consultation_kinds: list[CodeTextOut] = Field(description="Nature de l'achat et seuil européen.")
    duration_rules: list[CodeTextOut] = Field(description="Combien de temps une personne compte.")
    duration_decisions: list[CodeTextOut] = Field(description="Ce qu'une décision datée fait à cette durée.")
    outcome_moments: list[CodeTextOut] = Field(description="Quand la situation d'une personne est demandée.")
    outcome_categories: list[CodeTextOut] = Field(description="Classes des situations après l'emploi.")
    outcome_rates: list[CodeTextOut] = Field(description="Taux tirés de ces situations.")
    codes: dict[str, list[CodeOut]] = Field(description="Libellés des codes, par liste.")


class TriedFacts(FactsIn):
    """Facts about nobody in particular, the birth date included: nothing of it is kept."""

    birth_date: BirthDate | None = None


class TrialIn(Input):
    """Facts, claims and proofs to be judged on a day, by a profile or by publics of one's choosing."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "profile": "ccag-2021",
                    "on": "2025-01-06",
                    "facts": {"rsa": True, "birth_date": "1999-05-17"},
                    "claimed_publics": ["rsa"],
                    "proofs": [{"type": "rsa", "issued_on": "2024-12-20", "valid_until": "2025-03-31"}],
                }
            ]
        }
    )

    profile: Code | None = Field(
        default=None, description="Profil intégré ou de l'organisme ; sinon `publics`."
    )
    edition: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None,
        description="Version du profil, brouillon compris ; absente : celle en vigueur le jour jugé.",
    )
    publics: Annotated[list[PublicIn], Field(max_length=60)] | None = Field(
        default=None, description="Publics et paramètres à essayer, à la place d'un profil."
    )
    on: Day = Field(description="Jour jugé : le début de la mise à l'emploi.")
    facts: TriedFacts = TriedFacts()
    claimed_publics: Annotated[list[PublicCode], Field(max_length=40)] = Field(default=[])
    proofs: Annotated[list[ProofIn], Field(max_length=50)] = Field(default=[])


class TrialOut(Output):
    """What the publics answer, with every reason."""

    profile: str | None
    edition: int | None
    on: date
    outcome: Outcome
    rules_version: str
    publics: list[PublicAnswerOut]
