"""Clauses: the terms that are sent, and those that are shown (domain §3 to §7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema

from app.errors import FieldProblem, Text
from app.rules.codes import ApprovalFrom, ContractType, Every, Modality, RoundingMode
from app.schemas.fields import (
    Day,
    Hours,
    HoursIn,
    Input,
    Instant,
    MaybeWords,
    Name,
    Output,
    Whole,
    Words,
    YesNo,
)
from app.schemas.penalty_terms import PenaltyTermIn, PenaltyTermOut
from app.schemas.subtargets import SubtargetIn, SubtargetOut
from app.schemas.targets import OTHER_TARGETS, Code, RateIn, TargetIn, TargetOut, plain_decimal

NOT_A_STEP = Text("Un pas de 0.01, 0.5 ou 1 est attendu.", "A step of 0.01, 0.5 or 1 is expected.")
MOST_VALUES, MOST_CHARACTERS = 50, 200
NOT_A_PARAMETER = Text(
    "Un nombre entier, true ou false, ou une liste de textes courts est attendu.",
    "A whole number, true or false, or a list of short texts is expected.",
)
# The steps of a rounding, in hundredths of an hour.
STEPS = {"0.01": 1, "0.5": 50, "0.50": 50, "1": 100, "1.0": 100, "1.00": 100}


def _step(value: object) -> str:
    text = plain_decimal(value)
    if text not in STEPS:
        raise FieldProblem("not_a_step", NOT_A_STEP)
    return str(text)


StepIn = Annotated[
    str,
    BeforeValidator(_step),
    WithJsonSchema({"type": "string", "pattern": r"^(0\.01|0\.50?|1(\.00?)?)$", "examples": ["1"]}),
]
Months = Annotated[Whole, Field(ge=1, le=120)]


def _parameter(value: object) -> int | bool | list[str]:
    # The rules know which of the three a public's parameter is, and its bounds.
    if isinstance(value, bool | int):
        return value
    if isinstance(value, list) and len(value) <= MOST_VALUES and all(map(_is_short_text, value)):
        return value
    raise FieldProblem("invalid", NOT_A_PARAMETER)


def _is_short_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_CHARACTERS and value.isprintable()


Value = Annotated[
    int | bool | list[str],
    PlainValidator(_parameter),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer"},
                {"type": "boolean"},
                {
                    "type": "array",
                    "items": {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS},
                    "maxItems": MOST_VALUES,
                },
            ]
        }
    ),
]


class WindowIn(Input):
    """The days on which hours count, both included."""

    start: Day | None = Field(default=None, description="Par défaut : ordre de service, sinon notification.")
    end: Day | None = Field(
        default=None, description="Par défaut : fin ferme, sinon début et durée du contrat."
    )


class RoundingIn(Input):
    """How a computed target is rounded, once."""

    mode: RoundingMode
    step: StepIn = Field(description="0.01, 0.5 ou 1.")


class DocumentIn(Input):
    """A document owed besides the statements."""

    code: Code = Field(examples=["half_yearly"])
    label: Name = Field(examples=["Bilan semestriel d'avancement"])
    every: Every
    due_day: Whole = Field(ge=1, le=31, description="Jour du mois qui suit la période.")


class ReportingIn(Input):
    """When statements fall due, and other documents."""

    every: Every
    due_day: Whole = Field(ge=1, le=31, description="Jour du mois qui suit la période.")
    documents: list[DocumentIn] = Field(
        default_factory=list, max_length=20, description="Autres documents dus, chacun à son rythme."
    )


class PublicIn(Input):
    """A public that the clause accepts."""

    code: Code
    parameters: dict[Code, Value] = Field(default_factory=dict, max_length=20)
    reference: MaybeWords = Field(default="", description="Où la clause le dit.")
    assumed: YesNo = False


class DurationsIn(Input):
    """How long a person counts, in months."""

    months: Months
    by_contract_type: dict[ContractType, Months] = Field(default_factory=dict)
    to_window_end: dict[ContractType, Months] = Field(
        default_factory=dict, description="Types comptés jusqu'à la fin de la clause, au plus tant de mois."
    )


class MilestoneIn(Input):
    """Cumulative hours due on a day."""

    on: Day
    hours: HoursIn


class HolderApprovalIn(Input):
    """How long the holder has to approve a subcontractor's statement."""

    days: Whole | None = Field(
        default=None,
        ge=1,
        le=90,
        description="Jours, 10 par défaut ; passé ce délai, le réviseur peut examiner.",
    )


class HolderApprovalOut(Output):
    """The days that the holder has."""

    days: int = Field(examples=[10])


class ConditionsIn(Input):
    """What a profile can say in place of a clause: everything but the target and the window."""

    publics: list[PublicIn] | None = Field(default=None, max_length=60)
    modalities: list[Modality] | None = Field(default=None, max_length=10)
    contract_types: list[ContractType] | None = Field(default=None, max_length=20)
    durations: DurationsIn | None = None
    late_threshold: RateIn | None = Field(
        default=None, description="Part des heures attendues sous laquelle la clause est en retard."
    )
    rounding: RoundingIn | None = None
    reporting: ReportingIn | None = None
    approval_counts_from: ApprovalFrom | None = None
    automatic_approval: YesNo | None = None
    training_share: RateIn | None = Field(
        default=None, description="Part des heures qui peut être de la formation ; null : sans limite."
    )
    training_cap: HoursIn | None = Field(
        default=None, description="Heures de formation par personne ; null : sans limite."
    )
    proof_authorities: list[Code] | None = Field(
        default=None,
        max_length=2,
        description="Rôles, outre le réviseur, dont le constat vaut preuve :"
        " `insertion_structure`, `prescriber`.",
    )
    penalties: list[PenaltyTermIn] | None = Field(
        default=None, max_length=20, description="Pénalités que la clause prévoit."
    )
    holder_approval: HolderApprovalIn | None = Field(
        default=None, description="Le titulaire approuve ce que ses sous-traitants déclarent ; null : non."
    )


CLAUSES: list[Any] = [
    {
        "profile": "ccag-2021",
        "target": {
            "kind": "labour_formula",
            "labour_share": "0.5",
            "insertion_rate": "0.1",
            "hourly_cost": "30.00",
        },
        "window": {"start": "2024-12-12", "end": "2025-09-11"},
        "reporting": {"every": "month", "due_day": 15},
    },
    *({"profile": "ccag-2021", "target": target} for target in OTHER_TARGETS),
]


class TermsIn(ConditionsIn):
    """Terms of a clause. What is left out comes from the profile, else from the general conditions."""

    article: Words | None = Field(default=None, description="Article du CCAP.", examples=["Article 8"])
    milestones: list[MilestoneIn] | None = Field(default=None, max_length=120)
    subtargets: list[SubtargetIn] | None = Field(
        default=None, max_length=20, description="Sous-objectifs ; une liste remplace la précédente."
    )


class ClauseIn(TermsIn):
    """The first version of a clause."""

    model_config = ConfigDict(json_schema_extra={"examples": CLAUSES})

    profile: Code | None = Field(
        default=None,
        description="Profil qui complète ces termes : intégré, de l'acheteur, ou du facilitateur mandaté ;"
        " dans sa version en vigueur au début de la clause.",
        examples=["ccag-2021"],
    )
    target: TargetIn
    window: WindowIn | None = None


class AmendmentIn(TermsIn):
    """A later version (avenant): only the terms sent change; the others stay as they were."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "effective_on": "2025-05-01",
                    "reason": "Avenant 1 : prolongation d'un mois",
                    "window": {"end": "2025-10-11"},
                }
            ]
        }
    )

    effective_on: Day = Field(description="Jour d'effet, après celui de la version modifiée.")
    reason: Words = Field(examples=["Avenant 1 : prolongation de deux mois"])
    target: TargetIn | None = None
    window: WindowIn | None = None


class WindowOut(Output):
    """The days on which hours count, both included."""

    start: date
    end: date


class MilestoneOut(Output):
    """Cumulative hours due on a day."""

    on: date
    hours: str


class RoundingOut(Output):
    """How a computed target is rounded, once."""

    mode: RoundingMode
    step: str


class DocumentOut(Output):
    """A document owed besides the statements."""

    code: str
    label: str
    every: Every
    due_day: int


class ReportingOut(Output):
    """When statements fall due, and other documents."""

    every: Every
    due_day: int
    documents: list[DocumentOut]


class AcceptedPublicOut(Output):
    """A public that the clause accepts, with every parameter value."""

    code: str
    parameters: dict[str, int | bool | list[str]]
    reference: str
    assumed: bool


class DurationsOut(Output):
    """How long a person counts, in months."""

    months: int
    by_contract_type: dict[ContractType, int]
    to_window_end: dict[ContractType, int]


class TermsOut(Output):
    """The whole terms of a version: nothing is left to a profile."""

    profile: str | None
    article: str | None
    target: TargetOut
    window: WindowOut
    milestones: list[MilestoneOut]
    subtargets: list[SubtargetOut]
    publics: list[AcceptedPublicOut]
    modalities: list[Modality]
    contract_types: list[ContractType]
    durations: DurationsOut
    late_threshold: str
    rounding: RoundingOut
    reporting: ReportingOut
    approval_counts_from: ApprovalFrom
    automatic_approval: bool
    training_share: str | None
    training_cap: str | None
    proof_authorities: list[str]
    penalties: list[PenaltyTermOut]
    holder_approval: HolderApprovalOut | None


class ClauseVersionOut(Output):
    """One version of the clause, without its terms."""

    number: int
    effective_on: date
    reason: str | None
    recorded_at: Instant


class ClauseOut(Output):
    """The clause as in force on a day. `version` is its latest version, the one that an amendment amends."""

    id: UUID
    contract_id: UUID
    version: int
    as_of: date
    number: int = Field(description="Version en vigueur ce jour-là ; avant la première, la première.")
    effective_on: date
    required_at_end: Hours | None = Field(description="Heures dues à la fin selon ces termes.")
    terms: TermsOut
    versions: list[ClauseVersionOut]

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/contracts/{self.contract_id}/clause"
