"""What the lots of one consultation say of it together: the law compares the value of them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from app.rules.codes import ConsultationKind

Told = TypeVar("Told", date, ConsultationKind, bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A consultation as one contract or several tell of it; None is unknown.

    Values in cents, all lots, excluding tax: the true one lies from `estimated_value` to `at_most`, both the
    same when the lots agree.
    """

    launched_on: date | None = None
    estimated_value: int | None = None
    at_most: int | None = None
    kind: ConsultationKind | None = None
    state_buyer: bool | None = None


def shared(own: Consultation, lots: Iterable[Consultation]) -> Consultation:
    """Return the consultation as a contract and the other lots of it tell it.

    What the contract itself says holds; what it leaves unknown is what the others say, when they agree.
    Different values mean that some gave the whole and others their lot: it is at least the largest, at most
    their sum.
    """
    others = tuple(lots)
    values = [item.estimated_value for item in (own, *others) if item.estimated_value is not None]
    return Consultation(
        launched_on=_told(own.launched_on, [item.launched_on for item in others]),
        estimated_value=max(values, default=None),
        at_most=sum(values) if len(set(values)) > 1 else max(values, default=None),
        kind=_told(own.kind, [item.kind for item in others]),
        state_buyer=_told(own.state_buyer, [item.state_buyer for item in others]),
    )


def _told(own: Told | None, others: Iterable[Told | None]) -> Told | None:
    known = {value for value in others if value is not None}
    return own if own is not None or len(known) != 1 else known.pop()
