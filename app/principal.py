"""Who is asking: one organisation in one role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What an organisation may be in front of the service; rights never add up across roles."""

    ADMIN = "admin"
    BUYER = "buyer"
    CONTRACTOR = "contractor"
    FACILITATOR = "facilitator"
    INSERTION_STRUCTURE = "insertion_structure"
    PRESCRIBER = "prescriber"
    OBSERVER = "observer"


class Scope(StrEnum):
    """What a key may do with its role; a key without `write` only reads."""

    READ = "read"
    WRITE = "write"


class CredentialKind(StrEnum):
    """By what a caller is known."""

    API_KEY = "api_key"
    MEMBERSHIP = "membership"


class SubjectKind(StrEnum):
    """Who bears a token: somebody, or a machine by its own client credentials."""

    PERSON = "person"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class Principal:
    """One organisation in one role, as proved by the credential of the request.

    `key_id` or `membership_id` says by which; `memberships` are all those that the same token could choose
    from. `manages_access`: may make keys and memberships for its organisation in its role.
    """

    organisation_id: UUID
    role: Role
    key_id: UUID | None = None
    scopes: frozenset[Scope] = frozenset(Scope)
    membership_id: UUID | None = None
    manages_access: bool = True
    expires_at: datetime | None = None
    memberships: tuple[UUID, ...] = ()

    @property
    def is_admin(self) -> bool:
        """True for the platform, which sees every contract and no identity."""
        return self.role is Role.ADMIN


# The service acting by itself (jobs of its own) or by its operator at the command line.
SERVICE = Principal(UUID(int=0), Role.ADMIN)
