"""Sub-targets inside the main target: counted hours of the people who fit criteria (domain §3).

Criteria are judged on the day a hire starts. All of one sub-target hold together; within a list, one is
enough. Sub-targets may overlap: a woman living in a QPV counts in both. Hours are hundredths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

from app.rules.codes import Detail, Sex
from app.rules.hours import half_up

QPV = "qpv/"
# What is shown of hours too few people stand behind goes by quarters of what is required.
QUARTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtarget:
    """Hours (`hours`, hundredths) or a `share` of the main target, of people who fit every criterion given.

    `publics`: met in the answer that the approval was taken on; `jobs`: ROME codes or how they begin;
    `residences`: territories, "level/code"; `qpv`: lives in any QPV.
    """

    label: str
    hours: int | None = None
    share: Fraction | None = None
    publics: tuple[str, ...] = ()
    sex: Sex | None = None
    jobs: tuple[str, ...] = ()
    residences: tuple[str, ...] = ()
    qpv: bool = False

    @property
    def sensitive(self) -> bool:
        """Whether who fits it says why somebody is eligible, or where they live."""
        return bool(self.publics or self.residences or self.qpv)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What criteria look at, as it was on the hire's first day; what is not known fits nothing.

    `places`: where the person lived, with every territory around it and the QPV if there is one.
    """

    publics: frozenset[str] = frozenset()
    sex: str | None = None
    job: str | None = None
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedHire:
    """The hours of one hire that count on a day, and whose they are."""

    person: UUID
    hours: int
    traits: Traits = field(default_factory=Traits)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtargetPosition:
    """Where a sub-target stands on a day; `reached` None: nobody can know yet what it will require.

    `people` stand behind the hours; `crowd` are those who fit its criteria of sex and trade.
    """

    subtarget: Subtarget
    required: int
    required_at_end: int | None
    counted: int
    reached: bool | None
    people: int
    crowd: int

    @property
    def balance(self) -> int:
        """Counted minus required."""
        return self.counted - self.required


@dataclass(frozen=True, slots=True)
class Told:
    """What of a position is told to somebody; None is kept back."""

    detail: Detail
    counted: int | None
    balance: int | None
    reached: bool | None


def judged(
    subtargets: Iterable[Subtarget],
    hires: Iterable[CountedHire],
    required: int,
    required_at_end: int | None,
    *,
    final: bool,
) -> tuple[SubtargetPosition, ...]:
    """Return the position of every sub-target.

    `required` and `required_at_end` are those of the main target, of which shares are taken. The goal is that
    of the end; `final` (window over, or contract closed) makes it today's, as for the main target.
    """
    known = tuple(item for item in hires if item.hours)
    return tuple(_judge(item, known, required, required_at_end, final=final) for item in subtargets)


def told(position: SubtargetPosition, *, closed: bool, fewest: int) -> Told:
    """Return what those may know who must not learn why somebody is eligible, nor where anybody lives.

    Exact when the criteria say neither. Else whole quarters of what is required when at least `fewest` people
    stand behind the hours, and nothing of them below. Whether it is reached is told once the contract is
    closed, or when at least `fewest` people could be the ones who fit.
    """
    if not position.subtarget.sensitive:
        return Told(Detail.EXACT, position.counted, position.balance, position.reached)
    reached = position.reached if closed or position.crowd >= fewest else None
    if position.people < fewest:
        return Told(Detail.MASKED, None, None, reached)
    return Told(Detail.GROUPED, _by_quarters(position), None, reached)


def owed(subtarget: Subtarget, main: int) -> int:
    """Return what a sub-target requires of a main target: its hours, or its share half-up at 0.01 h."""
    if subtarget.share is None:
        return subtarget.hours or 0
    return half_up(main * subtarget.share)


def fits(subtarget: Subtarget, traits: Traits) -> bool:
    """Tell whether somebody fits every criterion."""
    if not _fits_openly(subtarget, traits):
        return False
    if subtarget.publics and traits.publics.isdisjoint(subtarget.publics):
        return False
    if subtarget.residences and traits.places.isdisjoint(subtarget.residences):
        return False
    return not subtarget.qpv or any(place.startswith(QPV) for place in traits.places)


def narrowed(traits: Traits, subtargets: Iterable[Subtarget]) -> Traits:
    """Return what these sub-targets look at and no more: each says the same of both."""
    asked = tuple(subtargets)
    publics = {code for item in asked for code in item.publics}
    named = {place for item in asked for place in item.residences}
    quarters = any(item.qpv for item in asked)
    return Traits(
        publics=traits.publics & publics,
        sex=traits.sex if any(item.sex for item in asked) else None,
        job=traits.job if any(item.jobs for item in asked) else None,
        places=frozenset(
            place for place in traits.places if place in named or (quarters and place.startswith(QPV))
        ),
    )


def _fits_openly(subtarget: Subtarget, traits: Traits) -> bool:
    """Tell whether somebody fits what everybody on the contract may know: sex and trade."""
    if subtarget.sex is not None and traits.sex != subtarget.sex:
        return False
    return not subtarget.jobs or (traits.job or "").startswith(subtarget.jobs)


def _judge(
    subtarget: Subtarget, hires: tuple[CountedHire, ...], required: int, at_end: int | None, *, final: bool
) -> SubtargetPosition:
    counting = [item for item in hires if fits(subtarget, item.traits)]
    counted = sum(item.hours for item in counting)
    due = owed(subtarget, required)
    due_at_end = None if at_end is None and subtarget.share is not None else owed(subtarget, at_end or 0)
    goal = due if final else due_at_end
    return SubtargetPosition(
        subtarget=subtarget,
        required=due,
        required_at_end=due_at_end,
        counted=counted,
        reached=None if goal is None else counted >= goal,
        people=len({item.person for item in counting}),
        crowd=len({item.person for item in hires if _fits_openly(subtarget, item.traits)}),
    )


def _by_quarters(position: SubtargetPosition) -> int:
    """Return the counted hours as whole quarters of what is required, downwards and at most all of it."""
    if not position.required:
        return 0
    quarters = min(QUARTERS, position.counted * QUARTERS // position.required)
    return position.required * quarters // QUARTERS
