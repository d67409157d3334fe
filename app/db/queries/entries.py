"""The entries behind a figure of a contract, and their sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, cast, exists, func, select
from sqlalchemy.orm import aliased

from app.db.tables import ContractParty, Entry, Seal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Row, Select

    from app.db.session import ReadSession


def entries_in_view(
    owner_id: UUID,
    obligation_id: UUID,
    last_month: date,
    *,
    position: int | None,
    states: Sequence[str],
    declarant_id: UUID | None,
    hidden: Sequence[UUID] = (),
) -> Select[Entry]:
    """The entries that make a figure: those of the states and months that nothing in the view reverses.

    A reversal takes back a whole entry of the same month and state, so that leaving both out of the list
    leaves its sum as it is. `position` None is the ledger as it stands; `declarant_id` narrows to its lines,
    `hidden` leaves out those of some declarants.
    """
    reversal = aliased(Entry)
    reversed_later = exists().where(
        reversal.owner_id == Entry.owner_id,
        reversal.line_id == Entry.line_id,
        reversal.reverses_id == Entry.id,
    )
    query = select(Entry).where(
        Entry.owner_id == owner_id,
        Entry.obligation_id == obligation_id,
        Entry.month <= last_month,
        Entry.state.in_(states),
        Entry.reverses_id.is_(None),
    )
    if position is not None:
        known = select(Seal.change_id).where(Seal.position <= position)
        query = query.where(Entry.change_id.in_(known))
        reversed_later = reversed_later.where(reversal.change_id.in_(known))
    if declarant_id is not None:
        query = query.where(Entry.declarant_id == declarant_id)
    if hidden:
        query = query.where(Entry.declarant_id.not_in(hidden))
    return query.where(~reversed_later)


def fellow_holders(
    session: ReadSession, owner_id: UUID, contract_id: UUID, organisation_id: UUID
) -> list[UUID]:
    """The other members of the group that holds a contract."""
    query = select(ContractParty.organisation_id).where(
        ContractParty.owner_id == owner_id,
        ContractParty.contract_id == contract_id,
        ContractParty.kind == "holder",
        ContractParty.organisation_id != organisation_id,
    )
    return list(session.scalars(query))


def hours_of(session: ReadSession, entries: Select[Entry]) -> int:
    """The sum of a list of entries, whatever the page asked for."""
    total = session.scalar(entries.with_only_columns(func.coalesce(func.sum(Entry.hours), 0)))
    return int(total or 0)


def hours_by_proof(session: ReadSession, entries: Select[Entry]) -> Sequence[Row[*tuple[Any, ...]]]:
    """A list of entries summed by state, rule and whether a document was seen.

    Columns: state, rule, documented, hours.
    """
    by = (Entry.state, Entry.rule, Entry.documented)
    total = cast(func.sum(Entry.hours), BigInteger).label("hours")
    return session.execute(entries.with_only_columns(*by, total).group_by(*by)).all()
