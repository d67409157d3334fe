"""What a reviewer may know of another contract's claim on the same hours: its hours, and who reviews it.

The only way from one tenant's held line to another tenant's: nothing of the other contract, its employer, its
person's other work leaves this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.queries import ledger as entries
from app.db.queries import participants
from app.db.queries.organisations import organisations_by_id
from app.rules.codes import Rule, State
from app.rules.counting import room_of, standings
from app.schemas.splits import ReviewerOut
from app.services import ledger, sight

if TYPE_CHECKING:
    from datetime import date

    from app.db.session import ReadSession
    from app.db.tables import Line
    from app.rules.lines import Line as CountedLine
    from app.rules.splits import Room
    from app.services.work import Reader

HOLDING = (Rule.PLAUSIBILITY, Rule.SINGLE_COUNT)


@dataclass(frozen=True, slots=True)
class Claim:
    """Another claim on the hours that a line has held; `rule` holds them, `asked` is what the claim asks."""

    id: UUID
    line: Line
    rule: Rule
    asked: int
    room: Room


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """The month of a line's person on every contract, with what the rules say of it."""

    month: date
    rows: dict[UUID, Line]
    lines: tuple[CountedLine, ...]

    @classmethod
    def of(cls, session: ReadSession, line: Line) -> PersonMonth:
        """Load the month of a line."""
        person = participants.participant_of(session, line.participant_id).person_id
        rows, lines = ledger.person_month(session, person, line.month)
        return cls(line.month, rows, lines)

    def room(self, one: UUID, other: UUID) -> Room:
        """What two of its lines may share; hundredths."""
        return room_of(self.lines, self.month, one, other)


def other_claims(reader: Reader, line: Line, month: PersonMonth) -> list[Claim]:
    """The claims that a held line competes with, in the order of first recording.

    Held by `single_count`: those with the same employer; by `plausibility`: those with every employer.
    """
    rules = _holding(reader.session, line)
    standing = standings(month.lines, month.month)
    found = []
    for other in sorted(month.lines, key=lambda item: (item.first_recorded_at, item.key)):
        row = month.rows[other.key]
        same_employer = row.employer_id == line.employer_id
        fitting = [rule for rule in rules if rule is Rule.PLAUSIBILITY or same_employer]
        if other.key == line.id or not fitting or not standing[other.key].asked:
            continue
        found.append(
            Claim(
                id=UUID(bytes=reader.keyring.claim_hash(line.id, other.key)[:16]),
                line=row,
                rule=fitting[-1],
                asked=standing[other.key].asked,
                room=month.room(line.id, other.key),
            )
        )
    return found


def reviewer_of(reader: Reader, contract_id: UUID) -> ReviewerOut:
    """The organisation that decides today on the contract of a claim: all that is told of that contract."""
    with reader.session.across():
        (contract,) = entries.contracts_of(reader.session, [contract_id])
        reviewer = sight.reviewer_id(reader.session, contract, reader.today)
    organisation = organisations_by_id(reader.session, {reviewer})[reviewer]
    return ReviewerOut(identifier=organisation.identifier, name=organisation.name)


def _holding(session: ReadSession, line: Line) -> list[Rule]:
    standing = entries.entries_in_force(session, [line.id])[line.id]
    held = {item.rule for item in standing if item.state == State.HELD}
    return [rule for rule in HOLDING if rule in held]
