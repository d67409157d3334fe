"""People: who may read of them, their identity, where they lived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, ColumnElement, Select, and_, exists, false, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from app.db.queries.contracts import access_of
from app.db.tables import (
    ContractAccess,
    Hire,
    HireTraits,
    Identity,
    Opposition,
    Participant,
    ParticipantAccess,
    Residence,
)
from app.db.walls import OBJECTS
from app.principal import Role

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import InstrumentedAttribute
    from sqlalchemy.sql.compiler import SQLCompiler

    from app.db.session import ReadSession
    from app.principal import Principal

DECLARANT = "declarant"
OPPOSED = "opposed"
DECLARANTS = (Role.CONTRACTOR, Role.INSERTION_STRUCTURE)


def declared_participants(principal: Principal) -> Select[Participant]:
    """The people that the principal declared in its role."""
    return select(Participant).where(
        exists().where(
            ParticipantAccess.participant_id == Participant.id,
            ParticipantAccess.organisation_id == principal.organisation_id,
            ParticipantAccess.role == principal.role.value,
            ParticipantAccess.cause == DECLARANT,
        )
    )


def visible_participants(principal: Principal, today: date) -> Select[Participant]:
    """The people whose identity the principal may read.

    A declarant: those it declared. A facilitator: those hired on a contract that it sees today, so that a
    mandate opens and closes identities by itself. A prescriber: those it referred. Nobody else.
    """
    if principal.role in DECLARANTS:
        return declared_participants(principal)
    if principal.role is Role.PRESCRIBER:
        sent = exists().where(Hire.participant_id == Participant.id, referred(Hire, principal))
        return select(Participant).where(sent)
    if principal.role is not Role.FACILITATOR:
        return select(Participant).where(false())
    return select(Participant).where(hired_in_sight(Participant.id, principal, today))


def hired_in_sight(
    participant_id: InstrumentedAttribute[UUID], principal: Principal, today: date
) -> ColumnElement[bool]:
    """Whether the record is of somebody hired on a contract that the principal sees today."""
    return exists().where(
        Hire.participant_id == participant_id,
        ContractAccess.owner_id == Hire.owner_id,
        ContractAccess.contract_id == Hire.contract_id,
        access_of(principal, today),
    )


def opposed_record(participant_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether the last thing said of a record is that the person objects to the processing."""
    last = (
        select(Opposition.decision)
        .where(Opposition.participant_id == participant_id)
        .order_by(Opposition.number.desc())
        .limit(1)
    )
    return last.scalar_subquery() == OPPOSED


class opposed(FunctionElement[bool]):  # noqa: N801 - read as the function that it stands for
    """The same of any record of a person, given by its id: whoever holds these records.

    Past the second wall, by a function: an objection told to another organisation counts here too.
    """

    name = "opposed"
    type = Boolean()
    inherit_cache = True


@compiles(opposed)
def _opposed_past_the_wall(element: opposed, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the compiler's own
    return f"wall_objects({compiler.process(element.clauses, **options)})"


@compiles(opposed, "sqlite")
def _opposed(element: opposed, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - the compiler's own
    return OBJECTS.format(person=compiler.process(element.clauses, **options))


def referred(hire: type[Hire], principal: Principal) -> ColumnElement[bool]:
    """Whether this prescriber referred the person of a hire, who did not object: that ends its sight."""
    somebody = aliased(Participant)
    objects = exists().where(somebody.id == hire.participant_id, opposed(somebody.person_id))
    return and_(hire.prescriber_id == principal.organisation_id, ~objects)


def with_matching_hash(query: Select[Participant], hashes: list[bytes]) -> Select[Participant]:
    """Those of the query whose four identity fields hash to one of these, oldest record first.

    Nobody who objected to the processing of their data is found.
    """
    return (
        query.join(Identity, Identity.participant_id == Participant.id)
        .where(Identity.matching_hash.in_(hashes), ~opposed(Participant.person_id))
        .order_by(Participant.id)
    )


def declared_under(session: ReadSession, principal: Principal, hashes: list[bytes]) -> list[UUID]:
    """The principal's own records of a person, whether or not they object: who declares again knows them."""
    query = (
        declared_participants(principal)
        .join(Identity, Identity.participant_id == Participant.id)
        .where(Identity.matching_hash.in_(hashes), Participant.erased_at.is_(None))
        .order_by(Participant.id)
    )
    return [participant.id for participant in session.scalars(query)]


def participant_of(session: ReadSession, participant_id: UUID) -> Participant:
    """The record of a person behind a hire already seen to be visible."""
    return session.get_one(Participant, participant_id)


def identity_of(session: ReadSession, participant_id: UUID) -> Identity | None:
    """The sealed identity of a person already seen to be visible; None once erased."""
    return session.get(Identity, participant_id)


def residences_of(session: ReadSession, participant_id: UUID) -> list[Residence]:
    """Where the person lived, oldest first."""
    query = select(Residence).where(Residence.participant_id == participant_id).order_by(Residence.since)
    return list(session.scalars(query))


def residence_on(session: ReadSession, participant_id: UUID, day: date) -> Residence | None:
    """Where the person lived on a day; before the first known address, nobody knows."""
    query = (
        select(Residence)
        .where(Residence.participant_id == participant_id, Residence.since <= day)
        .order_by(Residence.since.desc())
        .limit(1)
    )
    return session.scalar(query)


def traits_of(session: ReadSession, owner_id: UUID, hire_id: UUID) -> HireTraits | None:
    """What statistics know of a hire."""
    return session.get(HireTraits, (owner_id, hire_id))
