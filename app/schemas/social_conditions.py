"""What a contract demands socially, and why it demands nothing."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import ConfigDict, Field

from app.rules.codes import WaiverGround
from app.schemas.fields import Day, Input, Name, Output, Words

MOST_CONDITIONS = 20
DECIDED_BY = "Service ou fonction qui a décidé, sans nom de personne."


class SocialConditionKind(StrEnum):
    """What a contract demands socially (domain §2). `insertion_hours` announces a clause."""

    INSERTION_HOURS = "insertion_hours"
    TRAINING = "training"
    RESERVED = "reserved"
    CRITERION = "criterion"
    OTHER = "other"


class SocialConditionIn(Input):
    """A social condition of the contract."""

    kind: SocialConditionKind
    text: Words


class WaiverFields(Input):
    """The reasoned absence of a social condition, as far as it is known."""

    ground: WaiverGround
    text: Words = Field(description="Motivation, en clair.")
    decided_on: Day | None = Field(default=None, description="Jour de la décision.", examples=["2026-09-07"])
    decided_by: Name | None = Field(default=None, description=DECIDED_BY)


class WaiverIn(WaiverFields):
    """A waiver: on which ground, why, since when and by whom."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ground": "no_link",
                    "text": "Achat de licences, sans main-d'œuvre sur le marché.",
                    "decided_on": "2026-09-07",
                    "decided_by": "Direction de la commande publique",
                }
            ]
        }
    )

    decided_on: Day = Field(description="Jour de la décision.")
    decided_by: Name = Field(description=DECIDED_BY)


class SocialConditionsIn(Input):
    """Every social condition of the contract, in place of those recorded."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"kind": "training", "text": "Deux apprentis"}]}]}
    )

    items: list[SocialConditionIn] = Field(min_length=1, max_length=MOST_CONDITIONS)


class SocialConditionOut(Output):
    """A social condition of the contract."""

    kind: SocialConditionKind
    text: str


class WaiverOut(Output):
    """The reasoned absence of a social condition."""

    ground: WaiverGround
    text: str
    decided_on: date | None
    decided_by: str | None
