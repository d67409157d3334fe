"""Held hours, and the splits that reviewers of two contracts agree on.

A split lies between two contracts, often of two buyers: it is reached from either, through a contract already
seen to be visible, and read whole by the counting of a person's month.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row, Select, func, or_, select

from app.db.tables import Line, Participant, Split, SplitAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.db.session import ReadSession

ACCEPTED = "accepted"


def held_lines(contract_id: UUID) -> Select[Line]:
    """The lines with held hours of a contract already seen to be visible."""
    return select(Line).where(Line.contract_id == contract_id, Line.held > 0)


def splits_of_contract(contract_id: UUID) -> Select[Split]:
    """The splits with a line of a contract already seen to be visible, on either side."""
    return select(Split).where(or_(Split.contract_id == contract_id, Split.other_contract_id == contract_id))


def open_splits(session: ReadSession, contract_id: UUID) -> list[Split]:
    """The splits with a line of a contract, on either side, that nobody has answered; oldest first."""
    answered = select(SplitAnswer.split_id)
    query = splits_of_contract(contract_id).where(Split.id.not_in(answered)).order_by(Split.id)
    return list(session.scalars(query))


def splits_of_lines(session: ReadSession, line_ids: Sequence[UUID]) -> list[Row[Split, SplitAnswer | None]]:
    """Every split that binds or would bind one of these lines, with its answer if there is one."""
    query = (
        select(Split, SplitAnswer)
        .join(SplitAnswer, SplitAnswer.split_id == Split.id, isouter=True)
        .where(or_(Split.line_id.in_(line_ids), Split.other_line_id.in_(line_ids)))
        .order_by(Split.id)
    )
    with session.across():
        return list(session.execute(query))


def accepted_splits(session: ReadSession, line_ids: Sequence[UUID]) -> list[Row[Split, SplitAnswer]]:
    """The accepted splits between these lines, in the order of their acceptance."""
    query = (
        select(Split, SplitAnswer)
        .join(SplitAnswer, SplitAnswer.split_id == Split.id)
        .where(Split.line_id.in_(line_ids), Split.other_line_id.in_(line_ids), SplitAnswer.state == ACCEPTED)
        .order_by(SplitAnswer.answered_at, SplitAnswer.split_id)
    )
    with session.across():
        return list(session.execute(query))


def of_one_person(session: ReadSession, line_ids: Sequence[UUID]) -> bool:
    """Whether these lines are those of one person, as the records stand now."""
    query = (
        select(func.count(func.distinct(Participant.person_id)))
        .select_from(Line)
        .join(Participant, Participant.id == Line.participant_id)
        .where(Line.id.in_(line_ids))
    )
    with session.across():
        return session.scalar(query) == 1


def answers_to(session: ReadSession, split_ids: Sequence[UUID]) -> dict[UUID, SplitAnswer]:
    """How these splits were answered, by split."""
    found = session.scalars(select(SplitAnswer).where(SplitAnswer.split_id.in_(split_ids)))
    return {answer.split_id: answer for answer in found}


def lines_by_id(session: ReadSession, line_ids: Sequence[UUID]) -> dict[UUID, Line]:
    """The lines of splits already seen to be visible, on both sides."""
    with session.across():
        return {line.id: line for line in session.scalars(select(Line).where(Line.id.in_(line_ids)))}
