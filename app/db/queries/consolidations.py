"""What the counted hours of a period are made of, hire by hire, over the contracts that one sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, cast, func, select

from app.db.tables import (
    Contract,
    Entry,
    Hire,
    HireTraits,
    ObligationMonth,
    Organisation,
    Participant,
    Territory,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row

    from app.db.queries.figures import Asked
    from app.db.session import ReadSession

COUNTED = "counted"
PLACES = {
    "execution": Entry.execution,
    "residence": Entry.residence,
    "buyer": Entry.buyer_seat,
    "facilitator": Entry.facilitator_seat,
}


def counted_hires(
    session: ReadSession, asked: Asked, area: ColumnElement[bool]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One row per hire and modality with hours counted in the months and the area; hours in hundredths.

    Columns: person_id, contract_id, hire_id, starts_on, cpv, modality, contract_type, prescriber_kind,
    structure (the employer's kind), sex, age_band, level, qpv, hours.
    """
    keys = (
        *(Participant.person_id, Entry.contract_id, Entry.hire_id, Hire.starts_on, Contract.cpv),
        *(Entry.modality, Hire.contract_type, Hire.prescriber_kind),
        Organisation.official_siae_kind.label("structure"),
        *(HireTraits.sex, HireTraits.age_band, HireTraits.level, HireTraits.qpv),
    )
    hours = cast(func.sum(Entry.hours), BigInteger)
    # By their obligations, which the ledger is indexed by.
    obligations = select(ObligationMonth.obligation_id).where(
        ObligationMonth.contract_id.in_(asked.contracts)
    )
    query = (
        select(*keys, hours.label("hours"))
        .join(Participant, Participant.id == Entry.participant_id)
        .join(Contract, (Contract.owner_id == Entry.owner_id) & (Contract.id == Entry.contract_id))
        .join(Hire, (Hire.owner_id == Entry.owner_id) & (Hire.id == Entry.hire_id))
        .join(Organisation, Organisation.id == Entry.employer_id)
        .outerjoin(
            HireTraits, (HireTraits.owner_id == Entry.owner_id) & (HireTraits.hire_id == Entry.hire_id)
        )
        .outerjoin(Territory, Territory.place == PLACES[asked.basis])
        .where(
            Entry.state == COUNTED,
            Entry.month.between(asked.first, asked.last),
            Entry.obligation_id.in_(obligations),
            Entry.contract_id.in_(asked.contracts),
            area,
        )
        .group_by(*keys)
        .having(hours > 0)
    )
    return session.execute(query).all()
