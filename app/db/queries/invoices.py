"""Invoices of contracts already seen to be visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Select, cast, func, select

from app.db.tables import Invoice

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession


def invoices_of(contract_id: UUID) -> Select[Invoice]:
    """The invoices of a contract and their reversals."""
    return select(Invoice).where(Invoice.contract_id == contract_id)


def invoiced_until(session: ReadSession, contract_id: UUID, day: date) -> int:
    """The net total (cents) of what is dated on or before a day."""
    query = select(func.coalesce(func.sum(Invoice.amount), 0)).where(
        Invoice.contract_id == contract_id, Invoice.invoiced_on <= day
    )
    return int(session.scalar(query) or 0)


def reversed_of(session: ReadSession, contract_id: UUID, invoice_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How much (cents) of each of these invoices is reversed; those without a reversal are left out."""
    query = (
        select(Invoice.reverses_id, cast(-func.sum(Invoice.amount), BigInteger).label("amount"))
        .where(Invoice.contract_id == contract_id, Invoice.reverses_id.in_(list(invoice_ids)))
        .group_by(Invoice.reverses_id)
    )
    return {row.reverses_id: row.amount for row in session.execute(query)}
