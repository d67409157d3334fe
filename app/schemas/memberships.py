"""Who may act for an organisation by a token of an issuer."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from app.errors import FieldProblem, Text
from app.principal import Role, Scope, SubjectKind
from app.schemas.fields import Instant, Name, Output, Siret, YesNo
from app.schemas.lists import Page
from app.schemas.parties import DatedIn

ONE_OF_TWO = Text(
    "Donnez « subject » pour une personne, ou « client_id » pour une machine.",
    "Give “subject” for a person, or “client_id” for a machine.",
)
# OpenID Connect Core, section 2: a subject has at most 255 characters.
Subject = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]


class MembershipIn(DatedIn):
    """A role of an organisation, for an account of an issuer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "siret": "20003994900017",
                    "role": "buyer",
                    "issuer": "https://idp.example",
                    "subject": "4f7a9c21-0b1e-4a8e-9d0a-2f6c5f1f4f11",
                    "label": "Chargée de suivi",
                }
            ]
        }
    )

    siret: Siret
    role: Role
    issuer: str = Field(max_length=500, description="Adresse du fournisseur d'identité (`iss`).")
    subject: Subject | None = Field(
        default=None,
        description="Identifiant d'une personne chez lui (`sub`) ; jamais relu, seule une empreinte reste.",
    )
    client_id: Subject | None = Field(default=None, description="Identifiant d'une machine chez lui.")
    label: Name = Field(
        description="Fonction ou service ; jamais le nom d'une personne.", examples=["Chargée de suivi"]
    )
    scopes: Annotated[frozenset[Scope], Field(min_length=1)] = frozenset(Scope)
    manages_access: YesNo = Field(
        default=False, description="Peut accorder des accès et faire des clés pour l'organisme dans ce rôle."
    )

    @model_validator(mode="after")
    def _complete(self) -> MembershipIn:
        if (self.subject is None) == (self.client_id is None):
            raise FieldProblem("subject_or_client", ONE_OF_TWO)
        return self

    @property
    def kind(self) -> SubjectKind:
        """Whose account it is."""
        return SubjectKind.PERSON if self.client_id is None else SubjectKind.CLIENT


class MembershipOut(Output):
    """A membership, without who it is of: that is known to the issuer."""

    id: UUID
    siret: str
    role: Role
    issuer: str
    kind: SubjectKind
    label: str
    scopes: list[Scope]
    manages_access: bool
    since: date
    until: date | None
    created_at: Instant
    ended_at: Instant | None
    last_used_at: Instant | None = Field(description="À la minute, une ou deux minutes plus tard.")

    @property
    def location(self) -> str:
        """Where the membership is ended."""
        return f"/v1/memberships/{self.id}"


class MembershipPage(Page[MembershipOut]):
    """Memberships one may manage."""
