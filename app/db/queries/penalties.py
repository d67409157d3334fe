"""Facts and decisions on penalties, of a contract already seen to be visible: as recorded, or as known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, exists, select

from app.db.tables import (
    Delegation,
    Hire,
    PenaltyCancellation,
    PenaltyDecision,
    PenaltyFact,
    Seal,
    Statement,
    StatementVersion,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy.orm import InstrumentedAttribute

    from app.db.session import ReadSession
    from app.db.tables import Contract


def facts_of(contract: Contract) -> Select[PenaltyFact]:
    """Every fact recorded on a contract, cancelled ones included."""
    return select(PenaltyFact).where(
        PenaltyFact.owner_id == contract.owner_id, PenaltyFact.contract_id == contract.id
    )


def cancellations_of(
    session: ReadSession, owner_id: UUID, fact_ids: Collection[UUID]
) -> dict[UUID, PenaltyCancellation]:
    """The cancellations among these facts, by fact."""
    query = select(PenaltyCancellation).where(
        PenaltyCancellation.owner_id == owner_id, PenaltyCancellation.fact_id.in_(fact_ids)
    )
    return {row.fact_id: row for row in session.scalars(query)}


def standing_facts(
    session: ReadSession, owner_id: UUID, contract_id: UUID, position: int | None
) -> list[PenaltyFact]:
    """The facts recorded and not cancelled, up to a position (None: by now), in the order of recording."""
    cancelled = exists().where(
        PenaltyCancellation.owner_id == PenaltyFact.owner_id,
        PenaltyCancellation.fact_id == PenaltyFact.id,
        *_known(PenaltyCancellation.change_id, position),
    )
    query = (
        select(PenaltyFact)
        .where(
            PenaltyFact.owner_id == owner_id,
            PenaltyFact.contract_id == contract_id,
            *_known(PenaltyFact.change_id, position),
            ~cancelled,
        )
        .order_by(PenaltyFact.id)
    )
    return list(session.scalars(query))


def first_submissions(
    session: ReadSession, owner_id: UUID, contract_id: UUID, position: int | None
) -> Sequence[Row[UUID, date, datetime]]:
    """(declarant_id, month, submitted_at) of the first version of each statement known by a position."""
    query = (
        select(Statement.declarant_id, Statement.month, StatementVersion.submitted_at)
        .join(
            StatementVersion,
            (StatementVersion.owner_id == Statement.owner_id)
            & (StatementVersion.statement_id == Statement.id),
        )
        .where(
            Statement.owner_id == owner_id,
            Statement.contract_id == contract_id,
            StatementVersion.number == 1,
            *_known(StatementVersion.change_id, position),
        )
    )
    return session.execute(query).all()


def hires_known(
    session: ReadSession, owner_id: UUID, contract_id: UUID, position: int | None
) -> list[Mapping[str, Any]]:
    """Declarant, employer and days of the hires of a contract, as they stand or as known at a position.

    Keys as in the snapshots of their versions, which hold ids and days as texts.
    """
    of_contract = (Hire.owner_id == owner_id, Hire.contract_id == contract_id)
    if position is None:
        columns = (
            *(Hire.id.label("hire_id"), Hire.declarant_id, Hire.employer_id),
            *(Hire.starts_on, Hire.planned_end_on, Hire.ended_on),
        )
        rows = session.execute(select(*columns).where(*of_contract).order_by(Hire.id)).mappings()
        return [dict(row) for row in rows]
    query = (
        select(Version.subject_id, Version.snapshot)
        .join(Hire, (Hire.owner_id == Version.owner_id) & (Hire.id == Version.subject_id))
        .where(*of_contract, *_known(Version.change_id, position))
        .order_by(Version.subject_id, Version.number)
    )
    known = {row.subject_id: row.snapshot for row in session.execute(query)}
    return [{**snapshot, "hire_id": hire_id} for hire_id, snapshot in known.items()]


def versions_of_delegates(
    session: ReadSession, owner_id: UUID, contract_id: UUID, position: int | None
) -> Sequence[Row[UUID, date, list[Any], datetime]]:
    """(statement id, month, lines, submitted_at) of what structures with a delegation sent, in order."""
    delegate = exists().where(
        Delegation.contract_id == contract_id, Delegation.delegate_id == Statement.declarant_id
    )
    query = (
        select(Statement.id, Statement.month, StatementVersion.lines, StatementVersion.submitted_at)
        .join(
            StatementVersion,
            (StatementVersion.owner_id == Statement.owner_id)
            & (StatementVersion.statement_id == Statement.id),
        )
        .where(
            Statement.owner_id == owner_id,
            Statement.contract_id == contract_id,
            delegate,
            *_known(StatementVersion.change_id, position),
        )
        .order_by(Statement.id, StatementVersion.number)
    )
    return session.execute(query).all()


def decisions_of(owner_id: UUID, contract_id: UUID, position: int | None = None) -> Select[PenaltyDecision]:
    """The buyer's decisions known by a position (None: by now), replaced ones included."""
    return select(PenaltyDecision).where(
        PenaltyDecision.owner_id == owner_id,
        PenaltyDecision.contract_id == contract_id,
        *_known(PenaltyDecision.change_id, position),
    )


def _known(change_id: InstrumentedAttribute[UUID], position: int | None) -> tuple[Any, ...]:
    if position is None:
        return ()
    return (change_id.in_(select(Seal.change_id).where(Seal.position <= position)),)
