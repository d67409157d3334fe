"""Keys and the caller."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.principal import Role, Scope
from app.schemas.fields import Input, Instant, Name, Output, Siret, Whole
from app.schemas.lists import Page

KEY_DAYS = 365


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


class ApiKeyCreated(ApiKeyOut):
    """A new key; `key` is shown this once."""

    key: str

    @property
    def location(self) -> str:
        """Where the key is managed."""
        return f"/v1/api-keys/{self.id}"


class ApiKeyPage(Page[ApiKeyOut]):
    """Keys one may manage."""


class Me(Output):
    """The caller as the service sees it."""

    siret: str
    name: str | None
    role: Role
    scopes: list[Scope]
