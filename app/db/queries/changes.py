"""The change log: settling, positions, the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, Select, and_, delete, exists, func, insert, or_, select, true, update

from app.db.queries.event_readers import about_somebody_referred, may_read
from app.db.tables import Change, ChangeObject, ContractAccess, Event, OpenChange, Seal
from app.principal import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from typing import Any
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

# Any constant known to nobody else in the database will do.
SETTLE_LOCK = 7_401_001


def try_settle_lock(session: WriteSession) -> bool:
    """True when this transaction alone may settle; SQLite's write lock already says so."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(SETTLE_LOCK))))


def open_changes(session: WriteSession, limit: int) -> Sequence[Row[int, Change]]:
    """The oldest changes without a position, in the order in which they were about to commit."""
    query = (
        select(OpenChange.sequence, Change)
        .join(Change, Change.id == OpenChange.change_id)
        .order_by(OpenChange.sequence)
        .limit(limit)
    )
    return session.execute(query).all()


def objects_of(session: ReadSession, change_ids: Sequence[UUID]) -> dict[UUID, list[ChangeObject]]:
    """What each of these changes touched, in order."""
    query = (
        select(ChangeObject)
        .where(ChangeObject.change_id.in_(change_ids))
        .order_by(ChangeObject.change_id, ChangeObject.ordinal)
    )
    found: dict[UUID, list[ChangeObject]] = {}
    for row in session.scalars(query):
        found.setdefault(row.change_id, []).append(row)
    return found


def last_seal(session: ReadSession) -> Seal | None:
    """The seal of the highest position."""
    return session.scalar(select(Seal).order_by(Seal.position.desc()).limit(1))


def append_seals(session: WriteSession, seals: Sequence[dict[str, Any]], sequences: Sequence[int]) -> None:
    """Give positions and forget that these changes were open."""
    session.execute(insert(Seal), seals)
    session.execute(delete(OpenChange).where(OpenChange.sequence.in_(sequences)))


def has_open_changes(session: ReadSession, contract_id: UUID | None = None) -> bool:
    """True while a change (of this contract) has no position yet."""
    criterion = true() if contract_id is None else OpenChange.contract_id == contract_id
    return bool(session.scalar(select(exists().select_from(OpenChange).where(criterion))))


def position_at(session: ReadSession, instant: datetime) -> Seal | None:
    """The last seal not later than the instant."""
    query = select(Seal).where(Seal.sealed_at <= instant).order_by(Seal.position.desc()).limit(1)
    return session.scalar(query)


def seals_after(session: ReadSession, position: int, limit: int) -> Sequence[Row[Seal, Change]]:
    """Seals with their changes, in order, for verification."""
    query = (
        select(Seal, Change)
        .join(Change, Change.id == Seal.change_id)
        .where(Seal.position > position)
        .order_by(Seal.position)
        .limit(limit)
    )
    return session.execute(query).all()


def _event_visible(principal: Principal, today: date) -> ColumnElement[bool]:
    if principal.is_admin:
        return may_read(principal)
    access: ColumnElement[bool] = exists().where(
        ContractAccess.contract_id == Event.contract_id,
        ContractAccess.organisation_id == principal.organisation_id,
        ContractAccess.role == principal.role,
        ContractAccess.since <= today,
        or_(ContractAccess.until.is_(None), ContractAccess.until >= today),
    )
    # Outside any contract, one's own doings: an import, an organisation, a key.
    own_doing = and_(
        Event.contract_id.is_(None),
        Change.organisation_id == principal.organisation_id,
        Change.role == principal.role.value,
    )
    if principal.role is Role.PRESCRIBER:
        return and_(may_read(principal), or_(access, own_doing, about_somebody_referred(principal)))
    if principal.role in {Role.CONTRACTOR, Role.INSERTION_STRUCTURE}:
        own = or_(Event.declarant_id.is_(None), Event.declarant_id == principal.organisation_id)
        access = and_(access, own)
    return and_(may_read(principal), or_(access, own_doing))


def events_after(
    principal: Principal, today: date, position: int, limit: int
) -> Select[int, datetime, str, Event]:
    """Settled events that the principal may know, after a position, in the order of commits."""
    found = _visible_events(principal, today).where(Seal.position > position)
    return found.order_by(Seal.position, Event.ordinal).limit(limit)


def event_at(
    principal: Principal, today: date, position: int, ordinal: int
) -> Select[int, datetime, str, Event]:
    """One settled event, if the principal may know it."""
    return _visible_events(principal, today).where(Seal.position == position, Event.ordinal == ordinal)


def _visible_events(principal: Principal, today: date) -> Select[int, datetime, str, Event]:
    return (
        select(Seal.position, Seal.sealed_at, Change.action, Event)
        .join(Event, Event.change_id == Seal.change_id)
        .join(Change, Change.id == Seal.change_id)
        .where(_event_visible(principal, today))
    )


def audit_trail(principal: Principal, after: UUID | None, limit: int) -> Select[Change]:
    """What the organisation changed itself in the same role, oldest first; the platform reads all.

    Rights never add up: what an organisation does in another role is that role's to read.
    """
    query = select(Change).order_by(Change.id).limit(limit)
    if not principal.is_admin:
        query = query.where(
            Change.organisation_id == principal.organisation_id, Change.role == principal.role.value
        )
    return query if after is None else query.where(Change.id > after)


def changes_with_actors(before: datetime, after: UUID | None, limit: int) -> Select[UUID]:
    """Sealed changes older than an instant that still say by what and in which request they were made."""
    query = (
        select(Change.id)
        .join(Seal, Seal.change_id == Change.id)
        .where(Change.at < before, Change.request_id.is_not(None))
        .order_by(Change.id)
        .limit(limit)
    )
    return query if after is None else query.where(Change.id > after)


def forget_actors(session: WriteSession, change_ids: Sequence[UUID]) -> None:
    """Empty what no seal holds."""
    gone = {"key_id": None, "membership_id": None, "request_id": None}
    session.execute(update(Change).where(Change.id.in_(change_ids)).values(**gone))
