"""Keys and the caller."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.principal import CredentialKind, Role, Scope
from app.schemas.fields import Input, Instant, Name, Output, Siret, Warned, Whole
from app.schemas.lists import Page

KEY_DAYS = 365
OVERLAP_DAYS, LONGEST_OVERLAP_DAYS = 7, 90


class ApiKeyIn(Input):
    """A key to make."""

    siret: Siret
    role: Role
    label: Name = Field(
        description="À quoi sert la clé ; jamais le nom d'une personne.", examples=["Logiciel de paie"]
    )
    scopes: Annotated[frozenset[Scope], Field(min_length=1)] = frozenset(Scope)
    valid_days: Whole = Field(default=KEY_DAYS, ge=1, le=KEY_DAYS, description="Durée de validité, en jours.")


class ApiKeyOut(Output):
    """A key, without its secret."""

    id: UUID
    siret: str
    role: Role
    label: str
    scopes: list[Scope]
    prefix: str = Field(description="Début de la clé, pour la reconnaître.")
    created_at: Instant
    expires_at: Instant
    revoked_at: Instant | None
    lineage_id: UUID = Field(description="La même pour toutes les clés qui se sont remplacées.")
    last_used_at: Instant | None = Field(
        description="À la minute, une ou deux minutes plus tard ; perdu si le service est tué entre-temps."
    )


class RotationIn(Input):
    """The replacement of a key by a successor."""

    overlap_days: Whole = Field(
        default=OVERLAP_DAYS,
        ge=0,
        le=LONGEST_OVERLAP_DAYS,
        description="Jours que vit encore l'ancienne clé, au plus jusqu'à sa fin ; 0 : finie aussitôt.",
    )
    valid_days: Whole = Field(
        default=KEY_DAYS, ge=1, le=KEY_DAYS, description="Durée de validité de la nouvelle clé, en jours."
    )


class ApiKeyCreated(ApiKeyOut):
    """A new key; `key` is shown this once."""

    key: str

    @property
    def location(self) -> str:
        """Where the key is managed."""
        return f"/v1/api-keys/{self.id}"


class ApiKeyPage(Page[ApiKeyOut]):
    """Keys one may manage."""


class OwnMembership(Output):
    """A role that the caller's token opens."""

    id: UUID
    siret: str
    name: str | None
    role: Role
    label: str
    until: date | None


class Me(Output):
    """The caller as the service sees it."""

    siret: str
    name: str | None
    role: Role
    scopes: list[Scope]
    manages_access: bool = Field(description="Peut faire des clés et accorder des accès dans ce rôle.")
    credential: CredentialKind
    key_id: UUID | None
    membership_id: UUID | None
    expires_at: Instant | None = Field(description="Quand finit la clé, ou le jeton.")
    memberships: list[OwnMembership] = Field(
        description="Les rôles entre lesquels le jeton choisit par `Clauses-Role` ; vide pour une clé."
    )
    warnings: list[Warned]
