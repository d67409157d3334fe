"""What the hires of contracts say of their needs: the trades at work, and the hours still planned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, select

from app.db.queries.figures import contracts_inside, open_on
from app.db.queries.present_facts import running_on
from app.db.tables import Assessment, Contract, Hire, Line

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ScalarSelect

    from app.db.queries.figures import Asked
    from app.db.session import ReadSession


@dataclass(slots=True)
class HiresOfContract:
    """Hires by job (ROME); hours (hundredths) that running ones still plan.

    `left_before` is what is left after the months before that of the day, `left_within` after that month too.
    """

    jobs: dict[str | None, int] = field(default_factory=dict)
    left_before: int = 0
    left_within: int = 0


def hires_of_contracts(
    session: ReadSession, asked: Asked, on: date, area: ColumnElement[bool]
) -> dict[UUID, HiresOfContract]:
    """By contract not closed by the day, in one query: the jobs of its hires, and the hours still planned."""
    month = on.replace(day=1)
    query = (
        select(
            Hire.contract_id,
            Hire.job,
            func.count().label("hires"),
            _left(on, Line.month < month).label("before"),
            _left(on, Line.month <= month).label("within"),
        )
        .join(Contract, (Contract.owner_id == Hire.owner_id) & (Contract.id == Hire.contract_id))
        .join(Assessment, (Assessment.owner_id == Hire.owner_id) & (Assessment.hire_id == Hire.id))
        .where(open_on(on), Hire.contract_id.in_(contracts_inside(asked, on, area)))
        .group_by(Hire.contract_id, Hire.job)
    )
    found: dict[UUID, HiresOfContract] = {}
    for row in session.execute(query):
        hires = found.setdefault(row.contract_id, HiresOfContract())
        hires.jobs[row.job] = row.hires
        hires.left_before += row.before
        hires.left_within += row.within
    return found


def _left(on: date, months: ColumnElement[bool]) -> ColumnElement[int]:
    """Planned hours that these months did not secure, never negative, over the hires that run on the day."""
    left = Hire.planned_hours - _secured(months)
    counts = running_on(on) & (left > 0)
    return cast(func.coalesce(func.sum(case((counts, left), else_=0)), 0), BigInteger)


def _secured(months: ColumnElement[bool]) -> ScalarSelect[int]:
    return (
        select(func.coalesce(func.sum(Line.pending + Line.counted), 0))
        .where(Line.owner_id == Hire.owner_id, Line.hire_id == Hire.id, months)
        .correlate(Hire)
        .scalar_subquery()
    )
