"""Exact hours: fractions inside, whole hundredths of an hour outside, and parts that always sum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from app.rules.codes import RoundingMode

if TYPE_CHECKING:
    from collections.abc import Sequence

HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Rounding:
    """A term of a clause: the mode, and the step in hundredths of an hour (1, 50 or 100)."""

    mode: RoundingMode = RoundingMode.HALF_UP
    step: int = HUNDREDTHS


def half_up(value: Fraction) -> int:
    """Return the nearest whole number; a half goes up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def in_hundredths(hours: Fraction) -> int:
    """Return exact hours as hundredths, half-up: how a computed number is shown."""
    return half_up(hours * HUNDREDTHS)


def rounded(hours: Fraction, rounding: Rounding) -> int:
    """Return exact hours as hundredths, a whole number of the steps of the clause."""
    steps = hours * HUNDREDTHS / rounding.step
    if rounding.mode is RoundingMode.UP:
        return math.ceil(steps) * rounding.step
    if rounding.mode is RoundingMode.DOWN:
        return math.floor(steps) * rounding.step
    return half_up(steps) * rounding.step


def share_of(total: int, part: int, whole: int) -> int:
    """Return total × part ÷ whole, half-up; 0 when the whole is 0."""
    return half_up(Fraction(total * part, whole)) if whole else 0


def cumulative_split(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split a total over weights so that the parts sum: each cumulative value is rounded half-up.

    Weights that are all 0 give parts of 0.
    """
    whole, running, before = sum(weights), 0, 0
    parts = []
    for weight in weights:
        running += weight
        reached = share_of(total, running, whole)
        parts.append(reached - before)
        before = reached
    return tuple(parts)


def largest_remainder(total: int, shares: Sequence[Fraction]) -> tuple[int, ...]:
    """Split a total over shares that sum to 1: whole parts first, then one each to the largest remainders.

    Equal remainders: the earlier share first.
    """
    exact = [total * share for share in shares]
    parts = [math.floor(value) for value in exact]
    left = total - sum(parts)
    by_remainder = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for index in by_remainder[:left]:
        parts[index] += 1
    return tuple(parts)
