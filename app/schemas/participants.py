"""The people, as their declarant gives them and as those with access read them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, WithJsonSchema

from app.errors import Text
from app.rules.codes import Level, Sex
from app.schemas.fields import OLDEST, Day, Input, Name, Output, day_from

NOT_A_BIRTH_DATE = Text("Date de naissance attendue, depuis 1900.", "Birth date expected, from 1900 on.")


class Purpose(StrEnum):
    """Why a facilitator reads about a person; each reading is kept with its purpose."""

    ELIGIBILITY_REVIEW = "eligibility_review"
    HOURS_REVIEW = "hours_review"
    DUPLICATE_CHECK = "duplicate_check"
    SUPPORT = "support"
    RIGHTS_REQUEST = "rights_request"


def unsent() -> Any:  # noqa: ANN401 - stands where nothing was sent; what was sent is in `model_fields_set`
    """Fill a field that a PATCH leaves out, whatever its type."""
    return None


BirthDate = Annotated[
    date,
    day_from(OLDEST, "not_a_birth_date", NOT_A_BIRTH_DATE),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["1999-05-17"]}),
]
Commune = Annotated[
    str,
    StringConstraints(pattern=r"^commune/[0-9A-Z]{5}$"),
    Field(description="Commune, « commune/code INSEE ».", examples=["commune/57433"]),
]
Quarter = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Z]{4,16}$"),
    Field(description="Code du quartier prioritaire (QPV).", examples=["QN05713M"]),
]
Edition = Annotated[
    str,
    StringConstraints(pattern=r"^20[0-9]{2}$"),
    Field(description="Millésime du zonage des QPV.", examples=["2024"]),
]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{5,20}$")]


class IdentityIn(Input):
    """The four fields that say who somebody is, and match two records of one person."""

    birth_name: Name = Field(description="Nom de naissance.", examples=["EXEMPLE"])
    first_names: Name = Field(description="Prénoms.", examples=["Testeuse"])
    birth_date: BirthDate
    birth_place: Name | None = Field(
        default=None, description="Commune ou pays de naissance.", examples=["Exempleville"]
    )


class ResidenceIn(Input):
    """Where a person lives."""

    place: Commune
    qpv: Quarter | None = None
    qpv_edition: Edition | None = None


class FirstResidenceIn(ResidenceIn):
    """The first address known."""

    since: Day | None = Field(default=None, description="Absent : vaut pour tout jour, faute de mieux.")


class ParticipantIn(IdentityIn):
    """A person to record. Their numbers serve to find proofs; the social security number is never asked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "birth_name": "EXEMPLE",
                    "first_names": "Testeuse",
                    "birth_date": "1999-05-17",
                    "birth_place": "Exempleville",
                    "sex": "female",
                    "level": "none",
                    "residence": {"place": "commune/57433"},
                    "informed_on": "2024-12-02",
                }
            ]
        }
    )

    sex: Sex | None = None
    level: Level | None = Field(default=None, description="Niveau de diplôme.")
    france_travail_number: Number | None = Field(default=None, description="Identifiant France Travail.")
    pass_iae_number: Number | None = Field(default=None, description="Numéro de PASS IAE.")
    informed_on: Day | None = Field(
        default=None, description="Jour où la personne a été informée du traitement de ses données."
    )
    residence: FirstResidenceIn | None = Field(default=None, description="Première adresse connue.")


class ParticipantPatch(Input):
    """What to rectify; fields left out stay, null clears."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"first_names": "Testeuse Deux"}]})

    birth_name: Name = Field(default_factory=unsent, description="Nom de naissance.")
    first_names: Name = Field(default_factory=unsent, description="Prénoms.")
    birth_date: BirthDate = Field(default_factory=unsent)
    birth_place: Name | None = Field(default=None, description="Commune ou pays de naissance.")
    sex: Sex | None = None
    level: Level | None = Field(default=None, description="Niveau de diplôme.")
    france_travail_number: Number | None = Field(default=None, description="Identifiant France Travail.")
    pass_iae_number: Number | None = Field(default=None, description="Numéro de PASS IAE.")
    informed_on: Day | None = Field(default=None, description="Jour de l'information de la personne.")


class ParticipantSearch(IdentityIn):
    """A full identity to look for: nobody is found by a fragment."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "birth_name": "EXEMPLE",
                    "first_names": "Testeuse",
                    "birth_date": "1999-05-17",
                    "birth_place": "Exempleville",
                    "purpose": "duplicate_check",
                }
            ]
        }
    )

    purpose: Purpose | None = Field(
        default=None, description="Motif de la lecture, requis d'un facilitateur."
    )


class ParticipantFound(Output):
    """A record of the person looked for."""

    id: UUID


class ParticipantsFound(Output):
    """The records of the person looked for, among those the caller may see."""

    items: list[ParticipantFound]


class ResidenceOut(Output):
    """Where the person lives from a day on."""

    since: date
    place: str
    qpv: str | None
    qpv_edition: str | None


class ParticipantOut(Output):
    """A person, for their declarant and, with a purpose, for the facilitator who reviews."""

    id: UUID
    birth_name: str
    first_names: str
    birth_date: date
    birth_place: str | None
    sex: Sex | None
    level: Level | None
    france_travail_number: str | None
    pass_iae_number: str | None
    informed_on: date | None
    residences: list[ResidenceOut]
    version: int

    @property
    def location(self) -> str:
        """Its address, which says nothing of the person."""
        return f"/v1/participants/{self.id}"
