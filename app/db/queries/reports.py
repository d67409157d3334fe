"""Sums of entries for what is reported of one contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, cast, func, select

from app.db.tables import Entry, Hire, HireTraits, Participant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select

    from app.db.session import ReadSession


def hours_by_month(session: ReadSession, entries: Select[Entry]) -> Sequence[Row[*tuple[Any, ...]]]:
    """(month, state, kind, hours) of a list of entries, earliest month first; hours in hundredths."""
    by = (Entry.month, Entry.state, Entry.kind)
    total = cast(func.sum(Entry.hours), BigInteger).label("hours")
    return session.execute(entries.with_only_columns(*by, total).group_by(*by).order_by(*by)).all()


def hours_by_person(session: ReadSession, entries: Select[Entry]) -> Sequence[Row[*tuple[Any, ...]]]:
    """(person_id, sex, age_band, modality, contract_type, hours > 0) of a list of entries."""
    found = entries.subquery()
    keys = (
        *(Participant.person_id, HireTraits.sex, HireTraits.age_band),
        *(found.c.modality, Hire.contract_type),
    )
    hours = cast(func.sum(found.c.hours), BigInteger)
    query = (
        select(*keys, hours.label("hours"))
        .select_from(found)
        .join(Participant, Participant.id == found.c.participant_id)
        .join(Hire, (Hire.owner_id == found.c.owner_id) & (Hire.id == found.c.hire_id))
        .outerjoin(
            HireTraits, (HireTraits.owner_id == found.c.owner_id) & (HireTraits.hire_id == found.c.hire_id)
        )
        .group_by(*keys)
        .having(hours > 0)
    )
    return session.execute(query).all()
