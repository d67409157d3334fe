"""The hours of a contract by how well they are proven; they sum to its position (domain §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import entries as queries
from app.rules.codes import ProofLevel, Rule, State
from app.rules.labels import LABELS
from app.rules.proof_levels import proof_level
from app.schemas.proof_levels import HoursOfLevel, ProofLevelsOut
from app.services.entries import view_of

if TYPE_CHECKING:
    from uuid import UUID

    from app.schemas.compliance import ComplianceQuery
    from app.services.work import Reader


def read_proof_levels(reader: Reader, contract_id: UUID, asked: ComplianceQuery) -> ProofLevelsOut:
    """The hours of each level on a day, as known now or at an instant; a contractor reads its own side's.

    NotFound and Forbidden as for the position itself.
    """
    view = view_of(reader, contract_id, asked.as_of, asked.known_at)
    hours = {level: dict.fromkeys(State, 0) for level in ProofLevel}
    documented = 0
    query = view.entries(list(State))
    for row in queries.hours_by_proof(reader.session, query) if query is not None else ():
        state, rule = State(row.state), Rule(row.rule) if row.rule else None
        hours[proof_level(state, rule, documented=row.documented)][state] += row.hours
        if state is State.COUNTED and row.documented:
            documented += row.hours
    return ProofLevelsOut(
        as_of=view.as_of,
        known_at=view.known_at,
        provisional=view.provisional,
        items=[
            HoursOfLevel(
                level=level,
                label=LABELS["proof_levels"][level],
                declared=sum(found.values()),
                **{state.value: found[state] for state in State},
            )
            for level, found in hours.items()
        ],
        counted_with_document=documented,
        own_only=view.own_only,
    )
