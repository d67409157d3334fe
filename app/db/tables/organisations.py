"""Organisations and the keys of their systems."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import (
    Base,
    Code,
    Data,
    Day,
    Id,
    Items,
    KeyedHash,
    Label,
    Moment,
    Place,
    RoleCode,
    Sealed,
    refers_to,
)


class Organisation(Base):
    """A buyer, a firm, a facilitator…: identified by SIRET or another DECP identifier type."""

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("scheme", "identifier"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(16))
    identifier: Mapped[str] = mapped_column(String(40))
    name: Mapped[Label | None]
    seat: Mapped[Place | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    # What the State's directory says, beside what people say; never the name of a person.
    official_name: Mapped[Label | None]
    official_state: Mapped[Code | None]
    official_closed_on: Mapped[Day | None]
    official_siae_kind: Mapped[Code | None]
    official_checked_at: Mapped[Moment | None] = mapped_column(index=True)


class ApiKey(Base):
    """A credential of one organisation in one role; only a keyed hash of its secret is kept."""

    __tablename__ = "api_keys"

    id: Mapped[Id] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)
    secret_hash: Mapped[KeyedHash]
    organisation_id: Mapped[UUID] = mapped_column(refers_to("organisations.id"), index=True)
    role: Mapped[RoleCode]
    scopes: Mapped[Items]
    label: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Moment | None]
    # The first key of those that followed each other by rotation; null on the first one itself.
    lineage_id: Mapped[Id | None] = mapped_column(index=True)
    last_used_at: Mapped[Moment | None]


class StoredAnswer(Base):
    """The answer of a creating request, kept so that sending it again has one effect."""

    __tablename__ = "stored_answers"

    organisation_id: Mapped[UUID] = mapped_column(refers_to("organisations.id"), primary_key=True)
    role: Mapped[RoleCode] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[KeyedHash]
    status: Mapped[int]
    headers: Mapped[Data]
    body: Mapped[Sealed]
    created_at: Mapped[Moment] = mapped_column(index=True)
