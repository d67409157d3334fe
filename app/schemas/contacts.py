"""Who answers for what inside an organisation."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated
from unicodedata import category
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema, model_validator

from app.errors import FieldProblem, Text
from app.rules.contacts import ContactFunction, ContactState
from app.schemas.fields import CONTROL, Day, Input, Instant, Output
from app.schemas.lists import Page, Walk

# The addresses that a browser takes (HTML, valid e-mail address), with a domain of two labels at least: they
# hold nothing that could break out of the header of a message.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+", re.ASCII)
LONGEST_ADDRESS = 254
# Controls, and separators of lines and of paragraphs.
BREAKING = frozenset({"Cc", "Zl", "Zp"})
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NOT_AN_ADDRESS = Text(
    "Adresse électronique attendue, par exemple « suivi@exemple.fr ».",
    "E-mail address expected, for example “suivi@exemple.fr”.",
)
NOTHING_TO_CHANGE = Text(
    "Donnez un nom, une adresse ou « reminders ».", "Give a name, an address or “reminders”."
)


def _address(value: object) -> object:
    if isinstance(value, str):
        text = value.strip()
        if len(text) > LONGEST_ADDRESS or not ADDRESS.fullmatch(text):
            raise FieldProblem("not_an_email", NOT_AN_ADDRESS)
        return text
    return value


def _one_line(value: object) -> object:
    # A name stands in the header of a message: nothing may break its line there (`str.splitlines`), nor turn
    # round what is read beside it (the signs of Unicode's annex 9).
    if isinstance(value, str) and any(
        category(sign) in BREAKING or sign in TURNING for sign in value.strip()
    ):
        raise FieldProblem("control_character", CONTROL)
    return value


Email = Annotated[
    str,
    BeforeValidator(_address),
    WithJsonSchema(
        {
            "type": "string",
            "format": "email",
            "maxLength": LONGEST_ADDRESS,
            "description": "Adresse électronique de service ; lue par qui partage un contrat.",
            "examples": ["suivi@exemple.fr"],
        }
    ),
]
ContactName = Annotated[
    str,
    BeforeValidator(_one_line),
    StringConstraints(min_length=1, max_length=200),
    Field(description="Nom d'une personne ou d'un service.", examples=["Service d'exemple"]),
]


class ContactIn(Input):
    """Somebody who answers for a function."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"function": "statements", "name": "Service d'exemple", "email": "suivi@exemple.fr"}]
        }
    )

    function: ContactFunction
    name: ContactName
    email: Email
    since: Day | None = Field(default=None, description="Premier jour ; aujourd'hui si absent.")
    reminders: bool = Field(default=True, description="Veut les rappels par courriel de sa fonction.")


class ContactPatch(Input):
    """A correction: what is said anew is confirmed with it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": "releves@exemple.fr"}]})

    name: ContactName | None = None
    email: Email | None = None
    reminders: bool | None = Field(default=None, description="Veut les rappels par courriel, ou non.")

    @model_validator(mode="after")
    def _something(self) -> ContactPatch:
        if self.name is None and self.email is None and self.reminders is None:
            raise FieldProblem("nothing_to_change", NOTHING_TO_CHANGE)
        return self


class HandOverIn(Input):
    """Who takes over, and from which day."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Relève d'exemple", "email": "releve@exemple.fr"}]}
    )

    name: ContactName
    email: Email
    on: Day | None = Field(default=None, description="Premier jour de la relève ; aujourd'hui si absent.")


class BounceIn(Input):
    """A message that came back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sent_on": "2025-04-14"}]})

    sent_on: Day | None = Field(
        default=None,
        description="Jour de l'envoi, ou aujourd'hui ; sans effet si l'adresse fut confirmée depuis.",
    )


class ContactOut(Output):
    """A contact. Others read name and address while it runs, never of the management."""

    id: UUID
    siret: str
    function: ContactFunction
    function_label: str
    name: str | None
    email: str | None
    since: date
    until: date | None
    confirmed_on: date
    bounced_on: date | None
    reminders: bool
    state: ContactState
    state_label: str
    replaced_by: UUID | None
    escalation: list[UUID] = Field(
        description="Interlocuteurs joints à sa place tant qu'il est injoignable ou non confirmé."
    )
    version: int
    created_at: Instant

    @property
    def location(self) -> str:
        """Its address."""
        return f"/v1/organisations/{self.siret}/contacts/{self.id}"


class ContactPage(Page[ContactOut]):
    """The contacts of an organisation."""


class ContactWalk(Walk):
    """What to list, in the order of naming."""

    function: ContactFunction | None = Field(default=None, description="Ceux d'une fonction.")
    state: ContactState | None = Field(default=None, description="Ceux qui en sont là aujourd'hui.")
