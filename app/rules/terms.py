"""The terms of a clause: frozen, complete, self-contained (domain §2–§7).

Hours are hundredths, money cents, shares fractions. `terms_json` reads and writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import ClassVar

from app.rules.codes import ApprovalFrom, ContractType, Every, Modality, TargetKind
from app.rules.days import Span
from app.rules.hours import Rounding
from app.rules.penalty_terms import PenaltyTerm

ParameterValue = int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FixedHours:
    """A number of hours."""

    kind: ClassVar[TargetKind] = TargetKind.FIXED_HOURS
    hours: int


@dataclass(frozen=True, slots=True)
class LabourFormula:
    """Amount (cents) × labour share × insertion rate ÷ hourly cost (cents)."""

    kind: ClassVar[TargetKind] = TargetKind.LABOUR_FORMULA
    amount: int
    labour_share: Fraction
    insertion_rate: Fraction
    hourly_cost: int


Target = FixedHours | LabourFormula


@dataclass(frozen=True, slots=True)
class Milestone:
    """Cumulative hours due on a day."""

    on: date
    hours: int


@dataclass(frozen=True, slots=True)
class PublicChoice:
    """A public that a clause accepts, with its parameter values and where that choice is written.

    Parameters that are not named take the default of the catalogue.
    """

    code: str
    parameters: tuple[tuple[str, ParameterValue], ...] = ()
    reference: str = ""
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Durations:
    """How long a person counts, in months: by contract type, else `months`.

    A type in `to_window_end` counts to the end of the window, at most that many months.
    """

    months: int
    by_contract_type: tuple[tuple[ContractType, int], ...] = ()
    to_window_end: tuple[tuple[ContractType, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Reporting:
    """Statements fall due on `due_day` of the month after each period (clamped to that month's length)."""

    every: Every = Every.MONTH
    due_day: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a profile can say in place of a clause: everything but the target and the window.

    `proof_authorities` are the roles besides the reviewer whose records make a proof seen
    (`insertion_structure`, `prescriber`). `training_share` and `training_cap` (hundredths, per person and
    obligation) limit training hours; None is no limit.
    """

    publics: tuple[PublicChoice, ...]
    modalities: tuple[Modality, ...]
    contract_types: tuple[ContractType, ...]
    durations: Durations
    late_threshold: Fraction
    rounding: Rounding = field(default_factory=Rounding)
    reporting: Reporting = field(default_factory=Reporting)
    approval_counts_from: ApprovalFrom = ApprovalFrom.HIRE_START
    automatic_approval: bool = False
    training_share: Fraction | None = None
    training_cap: int | None = None
    proof_authorities: tuple[str, ...] = ()
    penalties: tuple[PenaltyTerm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Conditions):
    """One immutable version of a clause.

    `window` has both ends; `profile` is the code of the profile that filled what the clause did not say.
    """

    target: Target
    window: Span
    profile: str | None = None
    article: str | None = None
    milestones: tuple[Milestone, ...] = ()

    @property
    def end(self) -> date:
        """The last day of the window."""
        if self.window.last is None:
            message = "La fenêtre d'une clause a une fin."
            raise ValueError(message)
        return self.window.last
