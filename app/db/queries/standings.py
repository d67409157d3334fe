"""Lists of contracts by where they stand: from what is kept, and from what is told anew of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Row, String, Uuid, and_, case, column, func, literal, or_, select, values

from app.db.queries.figures import contracts_inside
from app.db.tables import Contract, ContractStanding, UnfoldedChange
from app.errors import unknown_reference
from app.rules.codes import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select

    from app.db.queries.figures import Asked
    from app.db.session import ReadSession

# What needs somebody first; what is over last.
BY_RISK = (
    *(Status.LATE, Status.AT_RISK, Status.CLAUSE_MISSING, Status.TO_CHECK, Status.ON_TRACK),
    *(
        Status.NOT_STARTED,
        Status.MET,
        Status.NO_CLAUSE,
        Status.WAIVED,
        Status.CLOSED_UNMET,
        Status.CLOSED_MET,
    ),
)


def outdated(session: ReadSession, seen: Select[Contract], today: date, rules_version: str) -> list[UUID]:
    """Those of these contracts of which nothing is kept that holds today.

    Without a clause that is its clause state, which contracts of old may lack.
    """
    standing = ContractStanding
    query = (
        seen.with_only_columns(Contract.id)
        .join(standing, standing.contract_id == Contract.id, isouter=True)
        .where(
            or_(
                and_(Contract.clause_id.is_(None), Contract.clause_state.is_(None)),
                and_(
                    Contract.clause_id.is_not(None),
                    or_(
                        standing.contract_id.is_(None),
                        standing.judged_on != today,
                        standing.rules_version != rules_version,
                        Contract.id.in_(select(UnfoldedChange.contract_id)),
                    ),
                ),
            )
        )
    )
    return list(session.scalars(query))


def standings_inside(
    session: ReadSession, asked: Asked, area: ColumnElement[bool], rules_version: str
) -> tuple[list[Row[*tuple[Any, ...]]], list[UUID]]:
    """What is kept of the contracts with a place in an area, where it holds today; the other contracts.

    Rows of (contract_id, status, first, last, since, expected), hours in hundredths.
    """
    kept = ContractStanding
    holds = and_(
        kept.judged_on == asked.today,
        kept.rules_version == rules_version,
        kept.since.is_not(None),
        Contract.id.not_in(select(UnfoldedChange.contract_id)),
    )
    query = (
        select(
            Contract.id.label("contract_id"),
            *(kept.status, kept.first, kept.last, kept.since, kept.expected),
            func.coalesce(holds, literal(value=False)).label("holds"),
        )
        .join(kept, kept.contract_id == Contract.id, isouter=True)
        .where(Contract.id.in_(contracts_inside(asked, asked.today, area)))
    )
    rows = session.execute(query).all()
    return [row for row in rows if row.holds], [row.contract_id for row in rows if not row.holds]


class ByStanding:
    """Contracts with their status and how far they are behind; `fresh` replaces what is kept of some."""

    def __init__(self, seen: Select[Contract], fresh: Mapping[UUID, tuple[str, int]]) -> None:
        """`seen`: the contracts to list; `fresh`: by contract, status and hundredths of hours."""
        kept = ContractStanding
        query = seen.join(kept, kept.contract_id == Contract.id, isouter=True)
        status: ColumnElement[Any] = kept.status.expression
        behind: ColumnElement[Any] = kept.behind.expression
        if fresh:
            told = (
                values(
                    column("contract_id", Uuid()), column("status", String()), column("behind", BigInteger())
                )
                .data([(contract_id, *said) for contract_id, said in sorted(fresh.items())])
                .cte("fresh")
            )
            query = query.join(told, told.c.contract_id == Contract.id, isouter=True)
            status, behind = func.coalesce(told.c.status, status), func.coalesce(told.c.behind, behind)
        # Without a clause it says itself why it has none.
        without = func.coalesce(Contract.clause_state, status)
        self._status = case((Contract.clause_id.is_(None), without), else_=status)
        self._behind = case((Contract.clause_id.is_(None), 0), else_=func.coalesce(behind, 0))
        self._rank = case(
            {status.value: rank for rank, status in enumerate(BY_RISK)},
            value=self._status,
            else_=len(BY_RISK),
        )
        self._query = query

    def page(
        self, session: ReadSession, *, status: str | None, by_risk: bool, after: UUID | None, limit: int
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """(contract, status, behind): up to `limit` after one, by risk or in the order of registration.

        By risk, InvalidPayload where the one to go on from is not, or no longer, among these contracts.
        """
        query = self._query.with_only_columns(
            Contract, self._status.label("status"), self._behind.label("behind")
        )
        if status is not None:
            query = query.where(self._status == status)
        if after is not None:
            query = query.where(self._after(session, after) if by_risk else Contract.id > after)
        order = (self._rank, self._behind.desc(), Contract.id) if by_risk else (Contract.id,)
        return session.execute(query.order_by(*order).limit(limit)).all()

    def _after(self, session: ReadSession, contract_id: UUID) -> ColumnElement[bool]:
        """What comes after a contract, from where that one stands now."""
        columns = (self._rank.label("rank"), self._behind.label("behind"))
        here = session.execute(
            self._query.with_only_columns(*columns).where(Contract.id == contract_id)
        ).first()
        if here is None:
            # It has no place in this order: whatever came after it would be missed without a word.
            raise unknown_reference("/query/after")
        same = and_(self._rank == here.rank, self._behind == here.behind, Contract.id > contract_id)
        return or_(self._rank > here.rank, and_(self._rank == here.rank, self._behind < here.behind), same)
