"""Agreed splits of held hours: two reviewers share anew what the order of claims gives to two of them (§5).

An agreement is a cap with priority: never more for either claim than agreed, never more for both than the
order of first recording gives to the two together, and nobody else's hours move.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.rules.codes import State
from app.rules.day_rules import Claim
from app.rules.lines import Reason, Split
from app.rules.texts import french, french_day, hours_text

Claims = tuple[Claim, ...]
REFERENCE = "Accord des deux organismes qui examinent ces heures"


@dataclass(frozen=True, slots=True)
class Room:
    """What two claims may share, in hundredths: `both` together, at most `one` and `other` each."""

    both: int
    one: int
    other: int


def room_of_pair(reached: tuple[Claim, Claim], taken: tuple[int, int], spare: Mapping[UUID, int]) -> Room:
    """Return what two claims may share of what they took in the order of claims.

    `reached` are the two before rules 5 and 6, `taken` their hours after these; `spare` is what each employer
    has left under rule 6: hours that move to another employer have to fit there too.
    """
    both = sum(taken)
    if reached[0].line.employer == reached[1].line.employer:
        most = (both, both)
    else:
        most = (taken[0] + spare[reached[0].line.employer], taken[1] + spare[reached[1].line.employer])
    one, other = (min(claim.left.total, limit, both) for claim, limit in zip(reached, most, strict=True))
    return Room(both, one, other)


def share_anew(reached: Claims, counted: Claims, spare: Mapping[UUID, int]) -> Claims:
    """Apply the agreements in force to claims that went through rules 5 and 6, in their order.

    An agreement is in force while both lines carry it and both have hours that reached these rules. Of a room
    that no longer holds both parts, the claim recorded first takes its part first.
    """
    after = {item.line.key: item for item in counted}
    left = dict(spare)
    for position, one in enumerate(reached):
        for other, splits in _in_force(one, reached[position + 1 :]):
            pair = (one, other)
            taken = (after[one.line.key].left.total, after[other.line.key].left.total)
            room = room_of_pair(pair, taken, left)
            first = min(splits[0].hours, room.one)
            parts = (first, min(splits[1].hours, room.other, room.both - first))
            for claim, split, had, part in zip(pair, splits, taken, parts, strict=True):
                left[claim.line.employer] += had - part
                after[claim.line.key] = _held_back(claim, split, part)
    return tuple(after[item.line.key] for item in counted)


def _in_force(one: Claim, later: Claims) -> Iterator[tuple[Claim, tuple[Split, Split]]]:
    """The claim recorded later that an agreement in force ties to this one, with both sides of it."""
    mine = one.line.split
    for other in later:
        theirs = other.line.split
        if mine is None or theirs is None or not (one.left.total and other.left.total):
            continue
        if (mine.other, theirs.other) == (other.line.key, one.line.key):
            yield other, (mine, theirs)


def _held_back(claim: Claim, split: Split, part: int) -> Claim:
    text = (
        f"Partage convenu le {french_day(split.agreed_on)} : {french(split.hours)} h "
        f"des {hours_text(split.hours + split.other_hours, 'partagée')}"
    )
    return claim.keep(claim.left.in_proportion(part), State.HELD, Reason(split.rule, text, REFERENCE))
