"""Organisations' own profiles: drafted, published from a day on, superseded, withdrawn."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from app.schemas.clauses import ConditionsIn
from app.schemas.fields import Day, Input, Words
from app.schemas.rules import LawOn
from app.schemas.targets import Code

LABEL = "Nom affiché du profil."
REFERENCE = "Où ces termes sont écrits : délibération, guide, CCAP type…"


class ProfileIn(Input):
    """A new profile: its first version, as a draft."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "metz-2025",
                    "label": "Clause type de la métropole, 2025",
                    "reference": "Délibération d'exemple, annexe 2",
                    "based_on": "herault",
                    "conditions": {"reporting": {"every": "month", "due_day": 10}},
                }
            ]
        }
    )

    code: Code = Field(description="Au choix de l'organisme ; celui d'aucun profil intégré.")
    label: Words = Field(description=LABEL)
    reference: Words = Field(description=REFERENCE)
    based_on: Code | None = Field(
        default=None,
        description="Profil dont vient ce que `conditions` ne dit pas, tel qu'en vigueur aujourd'hui ;"
        " absent : les conditions générales.",
    )
    conditions: ConditionsIn = ConditionsIn()


class ProfileChanges(Input):
    """What a draft says otherwise; what is left out stays as it was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conditions": {
                        "publics": [
                            {"code": "deld", "parameters": {"months": 12, "proof_months": 3}},
                            {"code": "rsa", "parameters": {"dependants": True}},
                        ]
                    }
                }
            ]
        }
    )

    label: Words | None = Field(default=None, description=LABEL)
    reference: Words | None = Field(default=None, description=REFERENCE)
    conditions: ConditionsIn = ConditionsIn()


class PublicationIn(Input):
    """From when clauses take the version."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"since": "2025-04-01"}]})

    since: Day = Field(
        description="Premier jour : les clauses dont la période commence ce jour ou après la prennent."
    )


class ProfileAsked(LawOn):
    """Which version of a profile is asked for: the one in force on a day, or one by its number."""

    edition: int | None = Field(default=None, ge=1, le=10_000, description="Numéro de version.")
