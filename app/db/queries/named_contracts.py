"""Contracts by what a firm's table calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_

from app.db.tables import Contract

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy import Row, Select

    from app.db.session import ReadSession


def contracts_named(
    session: ReadSession, seen: Select[Contract], ids: Collection[UUID], references: Collection[str]
) -> Sequence[Row[UUID, str]]:
    """(id, reference) of those contracts in sight that have one of these ids or references, in any case."""
    lowered = {name.lower() for name in references}
    named = or_(
        Contract.id.in_(ids), Contract.reference.in_(references), func.lower(Contract.reference).in_(lowered)
    )
    return session.execute(seen.where(named).with_only_columns(Contract.id, Contract.reference)).all()
