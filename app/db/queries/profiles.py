"""Organisations' own profiles, through what the principal may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Select, false, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from app.db.tables import Mandate, OwnProfile, ProfileVersion, ProfileWithdrawal
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

OWNING_ROLES = (Role.BUYER, Role.FACILITATOR)


def visible_profiles(principal: Principal, today: date) -> Select[OwnProfile]:
    """Those of one's own organisation; a buyer also sees those of the facilitators whose mandate runs."""
    query = select(OwnProfile)
    if principal.role not in OWNING_ROLES:
        return query.where(false())
    own = OwnProfile.owner_id == principal.organisation_id
    if principal.role is not Role.BUYER:
        return query.where(own)
    mandated = select(Mandate.organisation_id).where(
        Mandate.owner_id == principal.organisation_id,
        Mandate.role == Role.FACILITATOR.value,
        Mandate.since <= today,
        or_(Mandate.until.is_(None), Mandate.until >= today),
    )
    return query.where(or_(own, OwnProfile.owner_id.in_(mandated)))


def coded(query: Select[OwnProfile], code: str) -> Select[OwnProfile]:
    """Those of a query that bear this code: one per organisation."""
    return query.where(OwnProfile.code == code)


def profile_of(session: ReadSession, owner_id: UUID, code: str) -> OwnProfile | None:
    """The profile of this code of an organisation whose profiles may be used."""
    return session.scalar(select(OwnProfile).where(OwnProfile.owner_id == owner_id, OwnProfile.code == code))


def add_unless_taken(session: WriteSession, **values: object) -> bool:
    """Add a profile unless its organisation has one of that code; returns whether it was added."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(OwnProfile).values(**values).on_conflict_do_nothing().returning(OwnProfile.id)
    return session.scalar(statement) is not None


def versions_of(session: ReadSession, profile_ids: Collection[UUID]) -> list[ProfileVersion]:
    """The published versions of these profiles, each profile's oldest first."""
    query = select(ProfileVersion).where(ProfileVersion.profile_id.in_(profile_ids))
    return list(session.scalars(query.order_by(ProfileVersion.number)))


def withdrawals_of(session: ReadSession, profile_ids: Collection[UUID]) -> dict[tuple[UUID, int], date]:
    """The last days of their withdrawn versions, by profile and number."""
    query = select(ProfileWithdrawal).where(ProfileWithdrawal.profile_id.in_(profile_ids))
    return {(row.profile_id, row.number): row.until for row in session.scalars(query)}
