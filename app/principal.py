"""Who is asking: one organisation in one role."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Principal:
    """One organisation in one role, as proved by the credential of the request."""

    organisation_id: UUID
    role: Role
    key_id: UUID | None = None
    scopes: frozenset[Scope] = frozenset(Scope)

    @property
    def is_admin(self) -> bool:
        """True for the platform, which sees every contract and no identity."""
        return self.role is Role.ADMIN


# The service acting by itself (jobs of its own) or by its operator at the command line.
SERVICE = Principal(UUID(int=0), Role.ADMIN)
