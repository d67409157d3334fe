"""The agreements in force between claims on one person's month, as the counting rules read them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from app.db.queries import splits as queries
from app.rules.codes import Rule
from app.rules.lines import Split as AgreedSplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.db.session import ReadSession
    from app.db.tables import Line, Split


def agreed_splits(session: ReadSession, lines: Sequence[tuple[UUID, Line]]) -> dict[UUID, AgreedSplit]:
    """The agreement that binds each line, by line id; `lines` come with their person.

    The latest between two lines replaces the earlier. A person with one claim in a month shares with nobody.
    """
    claims = Counter((person, line.month) for person, line in lines)
    competing = {line.id: line for person, line in lines if claims[person, line.month] > 1}
    persons = {line.id: person for person, line in lines}
    found: dict[UUID, AgreedSplit] = {}
    if not competing:
        return found
    for split, answer in queries.accepted_splits(session, list(competing)):
        # Two records parted since are two people: their claims no longer compete.
        if not same_claims(split, competing) or persons[split.line_id] != persons[split.other_line_id]:
            continue
        sides = (split.line_id, split.hours), (split.other_line_id, split.other_hours)
        for (mine, hours), (other, other_hours) in (sides, sides[::-1]):
            found[mine] = AgreedSplit(other, hours, other_hours, answer.answered_on, Rule(split.rule))
    return found


def same_claims(split: Split, lines: Mapping[UUID, Line]) -> bool:
    """Whether both lines are still the claims that were meant: a line taken out and sent again is another."""
    meant = {split.line_id: split.recorded_at, split.other_line_id: split.other_recorded_at}
    return all(
        line_id in lines and not lines[line_id].withdrawn and lines[line_id].recorded_at == recorded_at
        for line_id, recorded_at in meant.items()
    )
