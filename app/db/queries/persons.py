"""One person known by several records: held together, proposed, joined and parted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, Select, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from app.db.queries.contracts import visible_contracts
from app.db.queries.participants import hired_in_sight, opposed, visible_participants
from app.db.queries.rows import columns_of
from app.db.tables import Contract, Hire, Identity, Participant, PersonLink, PersonMonth

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession, WriteSession
    from app.principal import Principal

    Pair = tuple[UUID, UUID]

MERGED, SEPARATED = "merged", "separated"


# Asked by every write on hours: built once. The records of the persons of these records, in id order.
_RECORD = columns_of(Participant)
_NAMED = select(_RECORD.person_id).where(_RECORD.id.in_(bindparam("wanted", expanding=True)))
_RECORDS = select(_RECORD.id, _RECORD.person_id).where(_RECORD.person_id.in_(_NAMED)).order_by(_RECORD.id)
_HELD_RECORDS = _RECORDS.with_for_update()


def hold_persons(session: WriteSession, participant_ids: Iterable[UUID]) -> set[UUID]:
    """Hold every record of these participants' persons until the commit; returns the persons.

    In id order, so that two writers never cross. While this waits, a decision may join other records to these
    or part them: what was taken is then let go, and all of it is taken anew in order.
    """
    wanted = {"wanted": list(participant_ids)}
    session.flush()
    with session.across():
        connection = session.connection()
        if connection.dialect.name != "postgresql":
            # The write lock of SQLite is held already: nobody joins or parts anything meanwhile.
            return {row.person_id for row in connection.execute(_RECORDS, wanted)}
        while True:
            with connection.begin_nested() as attempt:
                held = {row.id for row in connection.execute(_HELD_RECORDS, wanted)}
                # A statement of its own sees what was committed while the one before waited.
                found = connection.execute(_RECORDS, wanted).all()
                if held >= {row.id for row in found}:
                    return {row.person_id for row in found}
                attempt.rollback()


def held_records(session: WriteSession, *participant_ids: UUID) -> list[Participant]:
    """The records of these participants' persons as they stand, held until the commit; in id order."""
    persons = hold_persons(session, participant_ids)
    query = select(Participant).where(Participant.person_id.in_(persons)).order_by(Participant.id)
    with session.across():
        return list(session.scalars(query.execution_options(populate_existing=True)))


def seen_with_hires_of(principal: Principal, today: date, participant_id: UUID) -> Select[Contract]:
    """The contracts that the principal sees on which this record of a person was hired."""
    hired = select(Hire.contract_id).where(Hire.participant_id == participant_id)
    return visible_contracts(principal, today).where(Contract.id.in_(hired)).order_by(Contract.id)


def hired_on(session: ReadSession, participant_ids: Iterable[UUID]) -> Sequence[Row[UUID, UUID]]:
    """(contract_id, participant_id) of every hire of these records, whoever sees its contract."""
    query = (
        select(Hire.contract_id, Hire.participant_id)
        .where(Hire.participant_id.in_(list(participant_ids)))
        .distinct()
        .order_by(Hire.contract_id, Hire.participant_id)
    )
    with session.across():
        return session.execute(query).all()


def worked_on(session: ReadSession, participant_ids: Iterable[UUID]) -> Sequence[UUID]:
    """Every contract with hours of these records."""
    query = select(PersonMonth.contract_id).where(PersonMonth.participant_id.in_(list(participant_ids)))
    return session.scalars(query.distinct()).all()


def with_duplicates(principal: Principal, today: date) -> Select[Participant]:
    """The records that the principal sees which a younger one, seen too, seems to repeat."""
    older = _alike(principal, today).with_only_columns(_OLDER.id)
    return visible_participants(principal, today).where(Participant.id.in_(older))


def duplicates_of(
    session: ReadSession, principal: Principal, today: date, participant_ids: Iterable[UUID]
) -> Sequence[Row[UUID, UUID]]:
    """(participant_id, other_id): each of these records with the younger ones that seem to repeat it."""
    query = _alike(principal, today).where(_OLDER.id.in_(list(participant_ids)))
    return session.execute(query.order_by(_OLDER.id, _YOUNGER.id)).all()


_OLDER, _YOUNGER = aliased(Participant), aliased(Participant)
_MINE, _THEIRS = aliased(Identity), aliased(Identity)


def _alike(principal: Principal, today: date) -> Select[UUID, UUID]:
    """Pairs of records with the same four fields that the principal sees, neither joined nor parted."""
    parted = exists().where(
        PersonLink.first_id == _OLDER.id,
        PersonLink.second_id == _YOUNGER.id,
        PersonLink.decision == SEPARATED,
    )
    return (
        select(_OLDER.id, _YOUNGER.id)
        .join(_MINE, _MINE.participant_id == _OLDER.id)
        .join(
            _THEIRS,
            (_THEIRS.matching_hash == _MINE.matching_hash) & (_THEIRS.participant_id > _MINE.participant_id),
        )
        .join(_YOUNGER, _YOUNGER.id == _THEIRS.participant_id)
        .where(
            _YOUNGER.person_id != _OLDER.person_id,
            ~parted,
            ~opposed(_OLDER.person_id),
            ~opposed(_YOUNGER.person_id),
            hired_in_sight(_OLDER.id, principal, today),
            hired_in_sight(_YOUNGER.id, principal, today),
        )
    )


def standing_merges(session: ReadSession, participant_ids: Iterable[UUID]) -> dict[Pair, UUID]:
    """The pairs of these records that a facilitator joined and nobody parted since, with the change."""
    ids = list(participant_ids)
    undoing = aliased(PersonLink)
    query = select(PersonLink.first_id, PersonLink.second_id, PersonLink.change_id).where(
        PersonLink.first_id.in_(ids),
        PersonLink.second_id.in_(ids),
        PersonLink.decision == MERGED,
        ~exists().where(undoing.undoes_id == PersonLink.change_id),
    )
    with session.across():
        return {(row.first_id, row.second_id): row.change_id for row in session.execute(query)}


def is_parted(session: ReadSession, pair: Pair) -> bool:
    """Whether a facilitator said of two records that they are of two people."""
    query = select(
        exists().where(
            PersonLink.first_id == pair[0],
            PersonLink.second_id == pair[1],
            PersonLink.decision == SEPARATED,
        )
    )
    return bool(session.scalar(query))


def decisions_on(
    session: ReadSession, principal: Principal, today: date, participant_id: UUID
) -> list[PersonLink]:
    """One row of each decision on this record and another, where the principal sees both; oldest first."""
    one, other = aliased(Participant), aliased(Participant)
    query = (
        select(PersonLink)
        .join(one, one.id == PersonLink.first_id)
        .join(other, other.id == PersonLink.second_id)
        .where(
            or_(PersonLink.first_id == participant_id, PersonLink.second_id == participant_id),
            hired_in_sight(one.id, principal, today),
            hired_in_sight(other.id, principal, today),
        )
        .order_by(PersonLink.decided_at, PersonLink.change_id, PersonLink.participant_id)
    )
    found: dict[UUID, PersonLink] = {}
    for row in session.scalars(query):
        found.setdefault(row.change_id, row)
    return list(found.values())


def undone(session: ReadSession, change_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these merges that a later decision took back."""
    query = select(PersonLink.undoes_id).where(PersonLink.undoes_id.in_(list(change_ids)))
    return {found for found in session.scalars(query) if found is not None}
