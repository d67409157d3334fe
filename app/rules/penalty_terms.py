"""What a clause punishes and how much: penalty terms, and those of two real texts (domain §7).

Money is in cents, shares and coefficients are fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.rules.codes import PenaltyDays, PenaltyKind, ValueOn


@dataclass(frozen=True, slots=True)
class FixedAmount:
    """Cents per missing hour, day of delay or occurrence."""

    cents: int


@dataclass(frozen=True, slots=True)
class IndexedAmount:
    """A coefficient times a dated parameter in euros, taken at its value on a day of the case."""

    parameter: str
    coefficient: Fraction
    value_on: ValueOn = ValueOn.FACT


Amount = FixedAmount | IndexedAmount


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that one penalty may be: cents, a share of the firm amount, or the lower of both."""

    amount: int | None = None
    share: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyTerm:
    """One penalty of a clause, under a code of its own there.

    `notice`: a formal notice must have been received; a document's days then count from the day after its
    receipt, else from the day after the due date. `observation_days` are calendar days after that receipt, or
    after the due date, the event or the window's end where there is no notice: nothing is penalised in them.
    `days` and `statements` (the monthly statements are such documents too) concern late documents only. `cap`
    and `floor` bound each penalty: that of the hours, of a document, of an event.
    """

    code: str
    kind: PenaltyKind
    amount: Amount
    label: str
    days: PenaltyDays = PenaltyDays.CALENDAR
    notice: bool = True
    observation_days: int = 0
    cap: Cap | None = None
    floor: int | None = None
    statements: bool = False
    reference: str = ""
    assumed: bool = False


def term_of_documents(terms: Sequence[PenaltyTerm]) -> PenaltyTerm | None:
    """Return the term that the documents of the clause's calendar fall under: its first of late documents."""
    return next((term for term in terms if term.kind is PenaltyKind.LATE_DOCUMENT), None)


_PARIS = "CCAP 21_BAM_048, art. 8.2.2"
_CSF = "Modèle de clause sociale de formation, 2018 (montants à adapter)"

PARIS_EPEC_PENALTIES = (
    PenaltyTerm(
        code="missing_hours",
        kind=PenaltyKind.MISSING_HOURS,
        amount=FixedAmount(200_00),
        label="Heures d'insertion non réalisées",
        notice=False,
        reference=_PARIS,
    ),
    PenaltyTerm(
        code="late_document",
        kind=PenaltyKind.LATE_DOCUMENT,
        amount=FixedAmount(75_00),
        label="Document remis en retard",
        statements=True,
        reference=_PARIS,
    ),
)
"""CCAP 21_BAM_048: 200 € per hour; 75 € per calendar day from the day after the formal notice is received."""

CSF_PENALTIES = (
    PenaltyTerm(
        code="missing_hours",
        kind=PenaltyKind.MISSING_HOURS,
        amount=IndexedAmount("hourly_ceiling", Fraction(4), ValueOn.WINDOW_END),
        label="Heures non réalisées",
        notice=False,
        reference=_CSF,
    ),
    PenaltyTerm(
        code="late_document",
        kind=PenaltyKind.LATE_DOCUMENT,
        amount=FixedAmount(50_00),
        label="Document remis en retard",
        days=PenaltyDays.OUVRES,
        notice=False,
        reference=_CSF,
    ),
    PenaltyTerm(
        code="missed_meeting",
        kind=PenaltyKind.EVENT,
        amount=FixedAmount(500_00),
        label="Absence à la réunion dédiée",
        notice=False,
        reference=_CSF,
    ),
)
"""CSF 2018: hours × 4 × hourly ceiling; 50 € per working day without notice; 500 € per missed meeting."""
