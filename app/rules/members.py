"""The members of a group of holders: what each owes of the hours, and where it stands (domain §3).

Only the group's position is contractual, for members answer for one another; theirs are balances between
them. Hours are hundredths. What is required and what is counted both sum to the group's, to the hundredth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from app.rules.hours import largest_remainder
from app.rules.status import Sums, summed

WHOLE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A holder: its share in ten-thousandths (None: nobody said), and its first and last day as a member."""

    organisation: UUID
    share: int | None = None
    lead: bool = False
    since: date | None = None
    until: date | None = None

    def belongs_on(self, day: date) -> bool:
        """Tell whether it is a member on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPosition:
    """Where a member stands; `share` in ten-thousandths as shown, `assumed`: equal for want of shares."""

    member: Member
    share: int
    assumed: bool
    required: int
    required_at_end: int | None
    sums: Sums

    @property
    def balance(self) -> int:
        """Counted minus required."""
        return self.sums.counted - self.required


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPosition:
    """The members, in the order given, and the hours that are nobody's."""

    members: tuple[MemberPosition, ...]
    unattributed: Sums


def shares_on(members: Sequence[Member], day: date) -> tuple[Fraction, ...]:
    """Return the parts of the whole on a day, in the order given.

    Equal where a share is not known. Who is not a member that day has none: the others take it over in
    proportion to their own. With nobody left, those who were keep theirs.
    """
    equal = any(member.share is None for member in members)
    weights = [1 if equal or member.share is None else member.share for member in members]
    present = [
        weight if member.belongs_on(day) else 0 for member, weight in zip(members, weights, strict=True)
    ]
    kept = present if any(present) else weights
    return tuple(Fraction(weight, sum(kept)) for weight in kept)


def group_position(
    members: Sequence[Member],
    day: date,
    required: int,
    required_at_end: int | None,
    by_declarant: Mapping[UUID, Sums],
) -> GroupPosition:
    """Return where each member stands: its part of what is required, by largest remainder, and its hours.

    A member's hours are those of the hires that it declared. Those declared by others (subcontractors,
    insertion structures) are the lead's, since nothing says for which member they work; without a lead they
    are unattributed.
    """
    shares = shares_on(members, day)
    dues = largest_remainder(required, shares)
    at_end = None if required_at_end is None else largest_remainder(required_at_end, shares)
    own = {member.organisation: by_declarant.get(member.organisation, Sums()) for member in members}
    others = summed(sums for declarant, sums in by_declarant.items() if declarant not in own)
    leads = [member.organisation for member in members if member.lead][:1]
    for lead in leads:
        own[lead] = summed((own[lead], others))
    shown = largest_remainder(WHOLE, shares)
    return GroupPosition(
        members=tuple(
            MemberPosition(
                member=member,
                share=shown[i],
                assumed=any(other.share is None for other in members),
                required=dues[i],
                required_at_end=None if at_end is None else at_end[i],
                sums=own[member.organisation],
            )
            for i, member in enumerate(members)
        ),
        unattributed=Sums() if leads else others,
    )
