"""Organisations' own profiles of clauses: what is being drafted, what was published, what was withdrawn."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.types import Base, Code, Data, Day, Id, Label, Moment, refers_to, refers_together


class OwnProfile(Base):
    """A profile of an organisation, under a code of its choosing; `draft` is its next version, if begun."""

    __tablename__ = "profiles"
    __table_args__ = (UniqueConstraint("owner_id", "code"),)

    owner_id: Mapped[Id] = mapped_column(refers_to("organisations.id"), primary_key=True)
    id: Mapped[Id] = mapped_column(primary_key=True)
    code: Mapped[Code]
    draft: Mapped[Data | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class ProfileVersion(Base):
    """A published version: insert-only, in force from `since` until the next one or its withdrawal."""

    __tablename__ = "profile_versions"
    __table_args__ = (refers_together(["owner_id", "profile_id"], ["profiles.owner_id", "profiles.id"]),)

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    profile_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    label: Mapped[Label]
    reference: Mapped[Label]
    conditions: Mapped[Data]
    since: Mapped[Day]
    published_at: Mapped[Moment]


class ProfileWithdrawal(Base):
    """The last day of a version that was withdrawn: insert-only. Before its first day: it never began."""

    __tablename__ = "profile_withdrawals"
    __table_args__ = (
        refers_together(
            ["owner_id", "profile_id", "number"],
            ["profile_versions.owner_id", "profile_versions.profile_id", "profile_versions.number"],
        ),
    )

    owner_id: Mapped[Id] = mapped_column(primary_key=True)
    profile_id: Mapped[Id] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[Day]
    withdrawn_at: Mapped[Moment]
