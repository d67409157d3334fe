"""What the target of a contract follows, as known on a day: read only for the kinds that follow something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.db.queries import target_basis as queries
from app.rules.codes import TargetKind
from app.rules.days import Span, month_end, overlap
from app.rules.reporting import belongs
from app.rules.terms import FOLLOWING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession
    from app.rules.targets import Basis
    from app.rules.terms import Terms

CONTRACTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Followed:
    """What happened on a contract, whatever the day: cents by day, everyone's hours (hundredths) by month."""

    invoiced: tuple[tuple[date, int], ...] = ()
    worked: tuple[tuple[date, int], ...] = ()

    def on(self, day: date, terms: Terms, known: Basis) -> Basis:
        """What was known on a day: invoices dated by then, months of the window that belong to it."""
        return replace(
            known,
            invoiced=sum(amount for on, amount in self.invoiced if on <= day),
            total_hours=sum(
                hours
                for month, hours in self.worked
                if belongs(month, day, terms.window) and overlap(terms.window, Span(month, month_end(month)))
            ),
        )


NOTHING_FOLLOWED = Followed()


def followed(
    session: ReadSession,
    contract_ids: Collection[UUID],
    kinds: Collection[TargetKind],
    position: int | None = None,
) -> dict[UUID, Followed]:
    """What targets of these kinds follow on each of these contracts; `position` None: as recorded now."""
    ids = sorted(contract_ids)
    invoiced: dict[UUID, list[tuple[date, int]]] = {contract_id: [] for contract_id in ids}
    worked: dict[UUID, list[tuple[date, int]]] = {contract_id: [] for contract_id in ids}
    for first in range(0, len(ids), CONTRACTS_AT_ONCE):
        chunk = ids[first : first + CONTRACTS_AT_ONCE]
        if TargetKind.PER_INVOICED_AMOUNT in kinds:
            for row in queries.invoiced_by_day(session, chunk, position):
                invoiced[row.contract_id].append((row.day, row.amount))
        if TargetKind.SHARE_OF_HOURS in kinds:
            for row in queries.worked_by_month(session, chunk, position):
                worked[row.contract_id].append((row.month, row.hours))
    return {item: Followed(tuple(invoiced[item]), tuple(worked[item])) for item in ids}


def basis_on(
    session: ReadSession,
    contract_id: UUID,
    terms: Terms | None,
    day: date,
    known: Basis,
    position: int | None = None,
) -> Basis:
    """What the terms' target follows on a day, besides what is `known` of the contract itself."""
    if terms is None or terms.target.kind not in FOLLOWING:
        return known
    found = followed(session, [contract_id], {terms.target.kind}, position)
    return found[contract_id].on(day, terms, known)
