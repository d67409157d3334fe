"""Contracts: what is registered, changed, listed and shown."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from app.errors import FieldProblem, Text
from app.rules.codes import ClauseState, ConsultationKind, Status
from app.schemas.compliance import ComplianceStatus
from app.schemas.fields import (
    Day,
    Hours,
    Input,
    Instant,
    Money,
    MoneyIn,
    Output,
    PlaceCode,
    Reference,
    Siret,
    Whole,
    Words,
    YesNo,
)
from app.schemas.lists import Page, Walk
from app.schemas.parties import HolderIn, HolderOut
from app.schemas.places import PlaceIn, PlaceOut
from app.schemas.social_conditions import (
    MOST_CONDITIONS,
    SocialConditionIn,
    SocialConditionOut,
    WaiverFields,
    WaiverOut,
)

MOST_MONTHS = 600
UNORDERED = Text("La fin ne précède pas le début.", "The end does not precede the start.")
NEEDED = Text("Champ obligatoire absent.", "Required field missing.")
OVERLAPPING = Text(
    "Les suspensions se suivent sans se recouvrir ; seule la dernière peut rester ouverte.",
    "Suspensions follow one another without overlapping; only the last may stay open.",
)

# The published lists of the DECP format (schema 2.0.4): what buyers already write and others already read.
Nature = Literal[
    "Marché",
    "Marché de partenariat",
    "Marché de défense ou de sécurité",
    "Accord-cadre",
    "Marché subséquent",
]
Procedure = Literal[
    "Procédure adaptée",
    "Appel d'offres ouvert",
    "Appel d'offres restreint",
    "Procédure avec négociation",
    "Marché passé sans publicité ni mise en concurrence préalable",
    "Dialogue compétitif",
]
Ccag = Literal[
    "Travaux",
    "Maitrise d'œuvre",
    "Fournitures courantes et services",
    "Marchés industriels",
    "Prestations intellectuelles",
    "Techniques de l'information et de la communication",
    "Pas de CCAG",
]


class ContractKind(StrEnum):
    """What a contract buys."""

    WORKS = "works"
    SUPPLIES = "supplies"
    SERVICES = "services"


Cpv = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{8}(-[0-9])?$"),
    AfterValidator(lambda code: code[:8]),
    Field(description="Code CPV, 8 chiffres ; la clé de contrôle est acceptée.", examples=["45261100"]),
]


class ConsultationIn(Input):
    """The procurement procedure behind the contract."""

    reference: Reference | None = None
    launched_on: Day | None = None
    estimated_value: MoneyIn | None = Field(
        default=None, description="Valeur estimée de tous les lots de la consultation, hors taxes."
    )
    kind: ConsultationKind | None = None
    state_buyer: YesNo | None = Field(
        default=None, description="L'acheteur est l'État : un autre seuil européen s'applique."
    )


class SuspensionIn(Input):
    """Days on which execution stands still, both included."""

    since: Day
    until: Day | None = Field(default=None, description="Dernier jour ; absent tant qu'elle dure.")

    @model_validator(mode="after")
    def _ordered(self) -> SuspensionIn:
        if self.until is not None and self.until < self.since:
            raise FieldProblem("end_before_start", UNORDERED)
        return self


def _disjoint(found: list[SuspensionIn]) -> list[SuspensionIn]:
    if any(one.until is None or other.since <= one.until for one, other in pairwise(found)):
        raise FieldProblem("suspensions_overlap", OVERLAPPING)
    return found


class ContractFields(Input):
    """Everything that may be said of a contract besides who concluded it and under which reference."""

    lot: Reference | None = Field(default=None, description="Numéro ou intitulé du lot.", examples=["2"])
    nature: Nature | None = Field(default=None, description="Nature, comme publiée dans les DECP.")
    kind: ContractKind | None = None
    cpv: Cpv | None = None
    procedure: Procedure | None = Field(default=None, description="Procédure, comme publiée dans les DECP.")
    ccag: Ccag | None = Field(default=None, description="CCAG de référence, comme publié dans les DECP.")
    firm_amount: MoneyIn | None = Field(
        default=None, description="Montant ferme hors taxes.", examples=["27364.00"]
    )
    maximum_amount: MoneyIn | None = Field(
        default=None, description="Montant maximum hors taxes (accord-cadre)."
    )
    framework_reference: Reference | None = Field(
        default=None, description="Référence de l'accord-cadre dont relève ce marché."
    )
    consultation: ConsultationIn | None = None
    social_conditions: list[SocialConditionIn] = Field(default_factory=list, max_length=MOST_CONDITIONS)
    waiver: WaiverFields | None = None
    notified_on: Day | None = Field(default=None, examples=["2024-12-12"])
    started_on: Day | None = Field(default=None, description="Ordre de service de démarrage.")
    duration_months: Annotated[Whole, Field(ge=1, le=MOST_MONTHS)] | None = Field(default=None, examples=[9])
    firm_end_on: Day | None = None
    maximum_end_on: Day | None = Field(default=None, description="Fin, reconductions comprises.")
    ended_on: Day | None = Field(default=None, description="Fin réelle de l'exécution.")
    suspensions: Annotated[list[SuspensionIn], AfterValidator(_disjoint)] = Field(
        default_factory=list, max_length=50
    )
    holders: list[HolderIn] = Field(default_factory=list, max_length=50)
    places: list[PlaceIn] = Field(default_factory=list, max_length=100)


class ContractIn(ContractFields):
    """A contract to register."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reference": "24-1065297-2",
                    "object": "Construction d'une déchèterie, lot 2, charpente bois",
                    "lot": "2",
                    "nature": "Marché",
                    "kind": "works",
                    "cpv": "45261100",
                    "procedure": "Procédure adaptée",
                    "ccag": "Travaux",
                    "firm_amount": "27364.00",
                    "notified_on": "2024-12-12",
                    "duration_months": 9,
                    "holders": [{"siret": "20000000800017"}],
                    "places": [{"published_code": "57280", "published_type": "Code postal"}],
                }
            ]
        }
    )

    buyer: Siret | None = Field(
        default=None, description="Requis de la plateforme ; un acheteur n'enregistre que les siens."
    )
    reference: Reference = Field(
        description="Identifiant du marché chez l'acheteur.", examples=["24-1065297-2"]
    )
    object: Words = Field(examples=["Construction d'une déchèterie, lot 2, charpente bois"])


class ContractPatch(ContractFields):
    """What changes of a contract: only the fields sent; null clears; a list replaces the whole list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"started_on": "2025-01-06", "suspensions": [{"since": "2025-02-01", "until": "2025-02-10"}]}
            ]
        }
    )

    object: Words | None = Field(default=None, description="Ne s'efface pas.")

    @field_validator("object")
    @classmethod
    def _kept(cls, value: str | None) -> str | None:
        if value is None:
            raise FieldProblem("missing", NEEDED)
        return value


class CloseIn(Input):
    """The closing of a contract."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"closed_on": "2025-10-31"}]})

    closed_on: Day | None = Field(default=None, description="Jour de la clôture ; aujourd'hui si absent.")
    ended_on: Day | None = Field(default=None, description="Fin réelle, si elle n'est pas encore connue.")


class ContractsWalk(Walk):
    """Criteria of the list; all those given must fit."""

    buyer: Siret | None = None
    holder: Siret | None = None
    reference: Reference | None = None
    clause_state: ClauseState | Literal["clause"] | None = None
    place: PlaceCode | None = Field(
        default=None, description="Territoire qui contient un lieu d'exécution résolu."
    )
    updated_since: int | None = Field(
        default=None,
        ge=0,
        le=10**15,
        description="Contrats touchés par un changement réglé après cette position, au moins une fois.",
    )
    facilitator: Siret | None = Field(default=None, description="Facilitateur dont le mandat court.")
    status: Status | None = Field(
        default=None, description="Statut à cet instant ; pour les rôles qui voient le solde."
    )
    sort: Literal["risk"] | None = Field(
        default=None,
        description="`risk` : d'abord les contrats en retard, puis à risque, les plus en retard d'heures en"
        " tête. Vue de l'instant : un contrat qui bouge pendant le parcours peut manquer ou revenir."
        " Sans tri : ordre d'enregistrement.",
    )


class OrganisationRef(Output):
    """An organisation, named."""

    scheme: str
    identifier: str
    name: str | None


class ConsultationOut(Output):
    """The procurement procedure behind the contract."""

    reference: str | None
    launched_on: date | None
    estimated_value: Money | None
    kind: ConsultationKind | None
    state_buyer: bool | None


class SuspensionOut(Output):
    """Days on which execution stands still, both included."""

    since: date
    until: date | None


class ClauseReason(Output):
    """Why the contract is in its clause state, with the text it rests on."""

    code: str
    text: str
    reference: str | None


class ClauseStateOut(Output):
    """Whether the contract has a clause, and otherwise why not."""

    state: ClauseState | Literal["clause"]
    label: str
    reasons: list[ClauseReason]


class ContractOut(Output):
    """A contract as those see it who take part in it."""

    id: UUID
    version: int
    buyer: OrganisationRef
    reference: str
    object: str
    lot: str | None
    nature: str | None
    kind: ContractKind | None
    cpv: str | None
    procedure: str | None
    ccag: str | None
    firm_amount: Money | None
    maximum_amount: Money | None
    framework_reference: str | None
    consultation: ConsultationOut
    social_conditions: list[SocialConditionOut]
    waiver: WaiverOut | None
    published_social: list[str] = Field(description="Considérations sociales publiées dans les DECP.")
    notified_on: date | None
    started_on: date | None
    duration_months: int | None
    firm_end_on: date | None
    maximum_end_on: date | None
    ended_on: date | None
    closed_on: date | None
    suspensions: list[SuspensionOut]
    holders: list[HolderOut]
    places: list[PlaceOut]
    clause_id: UUID | None
    clause_state: ClauseStateOut
    created_at: Instant

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/contracts/{self.id}"


class StatesQuery(BaseModel):
    """Criteria of the counts; all those given must fit."""

    model_config = ConfigDict(extra="forbid")

    buyer: Siret | None = None
    holder: Siret | None = None
    place: PlaceCode | None = Field(
        default=None, description="Territoire qui contient un lieu d'exécution résolu."
    )


class StateCount(Output):
    """How many contracts are in a clause state."""

    code: ClauseState | Literal["clause"]
    label: str
    contracts: int


class StateCounts(Output):
    """The contracts that the caller sees, by clause state; states without contract are left out."""

    items: list[StateCount]


class ContractStanding(Output):
    """Where a contract of the page stands at this moment."""

    contract_id: UUID
    status: ComplianceStatus
    behind: Hours = Field(description="Heures attendues à ce jour moins heures comptées ou en attente.")


class ContractPage(Page[ContractOut]):
    """Contracts one sees."""

    position: int = Field(
        description="Dernière position réglée à la lecture de cette page : celle de la première page d'un"
        " parcours est le prochain `updated_since`."
    )
    standings: list[ContractStanding] | None = Field(
        default=None,
        description="Position de chaque contrat de la page, dans le même ordre, si `status` ou `sort` est"
        " demandé ; null sinon.",
    )
