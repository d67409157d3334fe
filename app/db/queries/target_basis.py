"""What targets follow, by contract: what was invoiced, and the hours that everyone worked.

Contracts are named by ids already seen to be visible. `position` None: as recorded now; else as known then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Row, Select, Uuid, bindparam, cast, func, select
from sqlalchemy.orm import aliased

from app.db.tables import Invoice, Seal, Statement, StatementVersion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.db.session import ReadSession

# Statements built once, like those of the position that they belong to.
_CONTRACTS = bindparam("contracts", expanding=True, type_=Uuid())
_POSITION = bindparam("position", type_=BigInteger())


def _invoiced() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Invoice.contract_id,
            Invoice.invoiced_on.label("day"),
            cast(func.sum(Invoice.amount), BigInteger).label("amount"),
        )
        .where(Invoice.contract_id.in_(_CONTRACTS))
        .group_by(Invoice.contract_id, Invoice.invoiced_on)
    )


def _worked() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Statement.contract_id,
            Statement.month,
            cast(func.sum(StatementVersion.total_hours_worked), BigInteger).label("hours"),
        )
        .join(
            StatementVersion,
            (StatementVersion.owner_id == Statement.owner_id)
            & (StatementVersion.statement_id == Statement.id),
        )
        .where(Statement.contract_id.in_(_CONTRACTS), StatementVersion.total_hours_worked.is_not(None))
        .group_by(Statement.contract_id, Statement.month)
    )


def _latest_known() -> Any:  # noqa: ANN401  # a condition
    other = aliased(StatementVersion)
    latest = (
        select(func.max(other.number))
        .join(Seal, Seal.change_id == other.change_id)
        .where(
            other.owner_id == Statement.owner_id,
            other.statement_id == Statement.id,
            Seal.position <= _POSITION,
        )
        .correlate(Statement)
        .scalar_subquery()
    )
    return StatementVersion.number == latest


_INVOICED = _invoiced()
_INVOICED_KNOWN = (
    _invoiced().join(Seal, Seal.change_id == Invoice.change_id).where(Seal.position <= _POSITION)
)
_WORKED = _worked().where(StatementVersion.number == Statement.latest)
_WORKED_KNOWN = _worked().where(_latest_known())


def invoiced_by_day(
    session: ReadSession, contract_ids: Sequence[UUID], position: int | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(contract_id, day, amount): net cents excluding tax."""
    return _asked(session, _INVOICED, _INVOICED_KNOWN, contract_ids, position)


def worked_by_month(
    session: ReadSession, contract_ids: Sequence[UUID], position: int | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """(contract_id, month, hours): what everyone worked (hundredths), by the latest version of statements."""
    return _asked(session, _WORKED, _WORKED_KNOWN, contract_ids, position)


def _asked(
    session: ReadSession,
    present: Select[*tuple[Any, ...]],
    known: Select[*tuple[Any, ...]],
    contract_ids: Sequence[UUID],
    position: int | None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    values: dict[str, Any] = {"contracts": list(contract_ids)}
    if position is None:
        return session.connection().execute(present, values).all()
    return session.connection().execute(known, {**values, "position": position}).all()
