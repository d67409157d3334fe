"""Proof that nothing was lost or counted twice: sums against the ledger, seals against their changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.queries import ledger as queries
from app.db.tables import ObligationMonth, PersonMonth
from app.services.changes import broken_seals, sealed_changes
from app.services.folding import wrong_areas

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.session import Database, ReadSession


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found; all empty when the books are right."""

    lines: tuple[UUID, ...]
    sums: tuple[str, ...]
    seals: tuple[int, ...]
    sealed: int

    @property
    def holds(self) -> bool:
        """True when nothing is wrong."""
        return not (self.lines or self.sums or self.seals)

    def told(self) -> str:
        """The result in one French sentence."""
        if self.holds:
            return f"Sommes égales au registre, {self.sealed} changements scellés sans rupture."
        return (
            f"Écarts : {len(self.lines)} lignes, sommes {', '.join(self.sums) or 'justes'}, "
            f"{len(self.seals)} sceaux rompus."
        )


def verify(database: Database) -> Verification:
    """Compute every line and sum again from the entries, and walk the chain of seals."""
    with database.read() as session:
        lines = tuple(session.scalars(queries.lines_against_entries()))
        sums = tuple(
            table.__tablename__ for table in (ObligationMonth, PersonMonth) if not _agrees(session, table)
        )
        sums += tuple(wrong_areas(session))
        return Verification(lines, sums, tuple(broken_seals(session)), sealed_changes(session))


def _agrees(session: ReadSession, table: type[ObligationMonth | PersonMonth]) -> bool:
    """Whether the stored sums are those of the ledger; a row of zeros and no row mean the same."""
    width = -len(queries.STATES)
    computed = {tuple(row) for row in session.execute(queries.sums_of_entries(table)) if any(row[width:])}
    stored = {tuple(row) for row in session.execute(queries.stored_sums(table)) if any(row[width:])}
    return computed == stored
