"""Who holds which key and which membership.

`memberships_of` and `organisations.key_by_public_id` run before anybody is known: each is one statement that
reads by a secret or a keyed hash alone, past the second wall.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, bindparam, or_, select, update

from app.db.tables import ApiKey, Membership, Organisation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

_MEMBERSHIPS = (
    select(
        Membership.id,
        Membership.organisation_id,
        Organisation.identifier,
        Membership.role,
        Membership.scopes,
        Membership.manages_access,
    )
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(
        Membership.subject_hash.in_(bindparam("subject_hashes", expanding=True)),
        Membership.ended_at.is_(None),
        Membership.since <= bindparam("today"),
        or_(Membership.until.is_(None), Membership.until >= bindparam("today")),
    )
    .order_by(Membership.id)
)


def memberships_of(
    session: ReadSession, subject_hashes: Sequence[bytes], today: date
) -> Sequence[Row[UUID, UUID, str, str, list[Any], bool]]:
    """The memberships of a subject that run today, with the SIRET of each organisation."""
    values = {"subject_hashes": subject_hashes, "today": today}
    with session.across():
        return session.connection().execute(_MEMBERSHIPS, values).all()


def visible_memberships(principal: Principal) -> Select[Membership]:
    """The platform sees all; everybody else those of their own organisation and role."""
    query = select(Membership)
    if principal.is_admin:
        return query
    return query.where(
        Membership.organisation_id == principal.organisation_id, Membership.role == principal.role.value
    )


def own_memberships(session: ReadSession, ids: Sequence[UUID]) -> Sequence[Membership]:
    """Memberships that the caller's own token chose from, of other organisations too."""
    query = select(Membership).where(Membership.id.in_(ids)).order_by(Membership.id)
    with session.across():
        return session.scalars(query).all()


def running_memberships(
    session: ReadSession, organisation_id: UUID, role: str, subject_hashes: Sequence[bytes]
) -> Sequence[Membership]:
    """Those of a subject in this role that were not ended, whatever their days."""
    query = select(Membership).where(
        Membership.organisation_id == organisation_id,
        Membership.role == role,
        Membership.subject_hash.in_(subject_hashes),
        Membership.ended_at.is_(None),
    )
    return session.scalars(query).all()


def live_keys_of(session: ReadSession, lineage_id: UUID, now: datetime) -> int:
    """How many keys of a lineage open something at the instant."""
    query = select(ApiKey.id).where(
        or_(ApiKey.id == lineage_id, ApiKey.lineage_id == lineage_id),
        ApiKey.revoked_at.is_(None),
        ApiKey.expires_at > now,
    )
    return len(session.scalars(query).all())


def keep_last_uses(session: WriteSession, uses: Mapping[UUID, datetime]) -> None:
    """Move the last use of these keys and memberships forward, in the order of their ids."""
    values = [{"used_by": key, "used_at": uses[key]} for key in sorted(uses)]
    for table in (ApiKey, Membership):
        statement = (
            update(table)
            .where(
                table.id == bindparam("used_by"),
                # Another process may have seen a later one.
                or_(table.last_used_at.is_(None), table.last_used_at < bindparam("used_at")),
            )
            .values(last_used_at=bindparam("used_at"))
        )
        session.connection().execute(statement, values)
