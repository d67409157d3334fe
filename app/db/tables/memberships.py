"""Who may act for an organisation by a token of an OpenID Connect issuer."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Day, Id, Items, KeyedHash, Moment, RoleCode, refers_to


class Membership(Base):
    """One role of one organisation, granted to a person or a machine of an issuer.

    Who that is stays with the issuer: a keyed hash of its subject is all there is here, and goes when the
    membership is ended.
    """

    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_organisation", "organisation_id", "role", "id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(refers_to("organisations.id"))
    role: Mapped[RoleCode]
    issuer: Mapped[str] = mapped_column(String(500))
    kind: Mapped[Code]
    subject_hash: Mapped[KeyedHash | None] = mapped_column(index=True)
    label: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[Items]
    manages_access: Mapped[bool]
    since: Mapped[Day]
    until: Mapped[Day | None]
    created_at: Mapped[Moment]
    ended_at: Mapped[Moment | None]
    last_used_at: Mapped[Moment | None]
