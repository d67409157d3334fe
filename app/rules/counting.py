"""From a declared hour to a counted hour: the review, then seven named rules in their order (domain §5).

`count_month` takes all the lines of ONE person and ONE month, whatever the obligation and the employer, and
says of every declared hundredth whether it is pending, held, refused or counted, by which rule and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from uuid import UUID

from app.rules.codes import Rule, State
from app.rules.day_rules import Claim, by_days, clause_reference, modality, review, waits
from app.rules.days import days_of_month
from app.rules.held_texts import ALREADY
from app.rules.hours import HUNDREDTHS, half_up
from app.rules.lines import Hours, Line, Posting, Reason, postings
from app.rules.parameters import parameter
from app.rules.splits import Room, room_of_pair, share_anew
from app.rules.texts import TIMES, french, hours_text, percent

DAYS_IN_WEEK = 7
SINGLE_COUNT_REFERENCE = "Règle du service, supposée : une heure ne compte qu'une fois"

Claims = tuple[Claim, ...]


def count_month(lines: Sequence[Line], month: date) -> dict[UUID, tuple[Posting, ...]]:
    """Return the postings of each line, by its key; per line they sum to worked + training.

    Claims take room in the order of their first recording (equal instants: by key).
    """
    claims = training(_competed(_alone(lines, month), month).claims)
    return {item.line.key: item.decided + postings(State.COUNTED, item.left) for item in claims}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a claim asks of the person's month, and what rules 5 and 6 let through (hundredths)."""

    asked: int
    taken: int


def standings(lines: Sequence[Line], month: date) -> dict[UUID, Standing]:
    """Return how each line stands in rules 5 and 6, by its key."""
    found = _competed(_alone(lines, month), month)
    return {
        one.line.key: Standing(one.left.total, item.left.total)
        for one, item in zip(found.reached, found.claims, strict=True)
    }


def room_of(lines: Sequence[Line], month: date, one: UUID, other: UUID) -> Room:
    """Return what the reviewers of two lines may share between them, whatever they agreed so far."""
    found = _competed(_alone(lines, month), month)
    reached = {item.line.key: item for item in found.reached}
    taken = {item.line.key: item.left.total for item in found.in_order}
    return room_of_pair((reached[one], reached[other]), (taken[one], taken[other]), found.spare)


@dataclass(frozen=True, slots=True)
class _Competed:
    """Claims before rules 5 and 6, after them in the order of recording, what is left, and as agreed."""

    reached: Claims
    in_order: Claims
    spare: Mapping[UUID, int]
    claims: Claims


def _alone(lines: Sequence[Line], month: date) -> Claims:
    ordered = sorted(lines, key=lambda line: (line.first_recorded_at, line.key))
    return tuple(alone(line, month) for line in ordered)


def _competed(reached: Claims, month: date) -> _Competed:
    plausible = plausibility(reached, month)
    in_order = single_count(plausible, month)
    spare = {employer: usual + overtime for employer, (usual, overtime) in _limits(plausible, month).items()}
    for item in in_order:
        spare[item.line.employer] -= item.left.total
    return _Competed(reached, in_order, spare, share_anew(reached, in_order, spare))


def alone(line: Line, month: date) -> Claim:
    """Apply what looks at one line alone: pending as a whole, else the review and rules 1 to 4."""
    waiting = waits(line)
    whole = Claim(line, line.declared)
    if waiting:
        return whole.keep(Hours(), State.PENDING, waiting)
    return modality(by_days(review(whole), month))


def plausibility(claims: Claims, month: date) -> Claims:
    """Rule 5: the person's hours of the month within the legal weekly maximum; the excess is held."""
    weekly = parameter("weekly_maximum").at(month)
    employed = {day for item in claims for day in days_of_month(item.line.hire, month)}
    limit = half_up(weekly.value * HUNDREDTHS * len(employed) / DAYS_IN_WEEK)
    text = f"{french(int(weekly.value) * HUNDREDTHS)} h {TIMES} {len(employed)} j ÷ 7 = {french(limit)} h"
    return _within(claims, limit, Reason(Rule.PLAUSIBILITY, text, weekly.reference))


def single_count(claims: Claims, month: date) -> Claims:
    """Rule 6: one person's hours with one employer in the month, over all obligations; the excess is held."""
    for employer, (usual, overtime) in _limits(claims, month).items():
        own = tuple(item for item in claims if item.line.employer == employer)
        kept = {item.line.key: item for item in _of_one_employer(own, usual, overtime)}
        claims = tuple(kept.get(item.line.key, item) for item in claims)
    return claims


def _limits(claims: Claims, month: date) -> dict[UUID, tuple[int, int]]:
    """Usual hours, half-up, and declared overtime with each employer; both together may count there."""
    found = {}
    for employer in {item.line.employer for item in claims}:
        own = [item for item in claims if item.line.employer == employer]
        overtime = sum(item.line.overtime for item in own if item.left.total)
        found[employer] = half_up(usual_hours([item.line for item in own], month)), overtime
    return found


def _of_one_employer(claims: Claims, usual: int, overtime: int) -> Claims:
    limit = usual + overtime
    parts = hours_text(usual, "usuelle"), hours_text(overtime, "supplémentaire")
    text = f"{' + '.join(parts)} = {french(limit)} h"
    return _within(claims, limit, Reason(Rule.SINGLE_COUNT, text, SINGLE_COUNT_REFERENCE))


def usual_hours(lines: Sequence[Line], month: date) -> Fraction:
    """Return weekly hours × days employed ÷ 7, exact hundredths: each day once, at its highest."""
    highest: dict[date, int] = {}
    for line in sorted(lines, key=lambda line: line.weekly_hours):
        highest |= dict.fromkeys(days_of_month(line.hire, month), line.weekly_hours)
    return Fraction(sum(highest.values()), DAYS_IN_WEEK)


def _within(claims: Claims, room: int, reason: Reason) -> Claims:
    """Hold what exceeds the room; the claim recorded first takes it first."""
    held = []
    for item in claims:
        taken = min(item.left.total, room)
        room -= taken
        held.append(item.keep(item.left.in_proportion(taken), State.HELD, reason))
    return tuple(held)


def training(claims: Claims) -> Claims:
    """Rule 7: training within the share and the cap of the clause; the excess is refused."""
    counted: dict[UUID, int] = {}
    limited = []
    for item in claims:
        before = item.line.training_before + counted.get(item.line.obligation, 0)
        kept = _training_cap(_training_share(item), before)
        counted[item.line.obligation] = counted.get(item.line.obligation, 0) + kept.left.training
        limited.append(kept)
    return tuple(limited)


def _training_share(claim: Claim) -> Claim:
    share = claim.line.terms.training_share
    if share is None:
        return claim
    text = f"{percent(share)} de {french(claim.left.total)} h"
    return _at_most(claim, half_up(share * claim.left.total), text)


def _training_cap(claim: Claim, before: int) -> Claim:
    cap = claim.line.terms.training_cap
    if cap is None:
        return claim
    text = f"{french(cap)} h au plus{ALREADY}{hours_text(before, 'déjà comptée')}"
    return _at_most(claim, max(0, cap - before), text)


def _at_most(claim: Claim, limit: int, text: str) -> Claim:
    left = replace(claim.left, training=min(claim.left.training, limit))
    reason = Reason(Rule.TRAINING, text, f"{clause_reference(claim.line)}, heures de formation")
    return claim.keep(left, State.REFUSED, reason)
