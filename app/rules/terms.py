"""The terms of a clause: frozen, complete, self-contained (domain §2–§7).

Hours are hundredths, money cents, shares fractions. `terms_json` reads and writes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import ClassVar

from app.rules.codes import ApprovalFrom, ContractType, CountsFrom, Every, Modality, TargetKind
from app.rules.days import Span
from app.rules.hours import HUNDREDTHS, Rounding
from app.rules.penalty_terms import PenaltyTerm
from app.rules.subtargets import Subtarget

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PerInvoicedAmount:
    """`hours_per_tranche` for each complete tranche invoiced, once the net total reaches the trigger (cents).

    `estimated_amount` (cents): what should be invoiced in the end; None when nobody said.
    """

    kind: ClassVar[TargetKind] = TargetKind.PER_INVOICED_AMOUNT
    tranche: int
    trigger: int
    counts_from: CountsFrom
    hours_per_tranche: int = HUNDREDTHS
    estimated_amount: int | None = None

    def tranches(self, invoiced: int) -> int:
        """How many complete tranches a net total (cents) holds; none below the trigger."""
        if invoiced < self.trigger:
            return 0
        first = self.trigger if self.counts_from is CountsFrom.BEYOND_TRIGGER else 0
        return max(0, invoiced - first) // self.tranche


@dataclass(frozen=True, slots=True)
class Band:
    """The hours of the firm amounts from `from_amount` (cents) to the next band's, that one excluded."""

    from_amount: int
    hours: int


@dataclass(frozen=True, slots=True)
class StepTable:
    """The hours of the band that holds the firm amount, none below the first; bands ascend."""

    kind: ClassVar[TargetKind] = TargetKind.STEP_TABLE
    bands: tuple[Band, ...]

    def around(self, amount: int) -> tuple[Band | None, Band | None]:
        """The band that holds an amount (cents), and the next one; None below the first, after the last."""
        reached = [band for band in self.bands if band.from_amount <= amount]
        above = self.bands[len(reached) :]
        return (reached[-1] if reached else None, above[0] if above else None)


@dataclass(frozen=True, slots=True)
class ShareOfHours:
    """A share of the hours that everyone worked on the contract, as declared.

    `estimated_hours`: what everyone should have worked in the end; None when nobody said.
    """

    kind: ClassVar[TargetKind] = TargetKind.SHARE_OF_HOURS
    share: Fraction
    estimated_hours: int | None = None


Target = FixedHours | LabourFormula | PerInvoicedAmount | StepTable | ShareOfHours
FOLLOWING = frozenset((TargetKind.PER_INVOICED_AMOUNT, TargetKind.SHARE_OF_HOURS))
"""The kinds whose hours follow what happens from day to day: what is required is expected at once."""


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
class Document:
    """A document owed besides the statements, due on `due_day` of the month after each of its periods."""

    code: str
    label: str
    every: Every
    due_day: int


@dataclass(frozen=True, slots=True)
class Reporting:
    """Statements fall due on `due_day` of the month after each period (clamped to that month's length)."""

    every: Every
    due_day: int
    documents: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a profile can say in place of a clause: everything but the target and the window.

    `proof_authorities` are the roles besides the reviewer whose records make a proof seen
    (`insertion_structure`, `prescriber`). `training_share` and `training_cap` (hundredths, per person and
    obligation) limit training hours; None is no limit. `holder_approval`: the days that the holder has to
    approve a subcontractor's statement before it is reviewed; None asks nobody.
    """

    publics: tuple[PublicChoice, ...]
    modalities: tuple[Modality, ...]
    contract_types: tuple[ContractType, ...]
    durations: Durations
    late_threshold: Fraction
    reporting: Reporting
    rounding: Rounding = field(default_factory=Rounding)
    approval_counts_from: ApprovalFrom = ApprovalFrom.HIRE_START
    automatic_approval: bool = False
    training_share: Fraction | None = None
    training_cap: int | None = None
    proof_authorities: tuple[str, ...] = ()
    penalties: tuple[PenaltyTerm, ...] = ()
    holder_approval: int | None = None


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
    subtargets: tuple[Subtarget, ...] = ()

    @property
    def end(self) -> date:
        """The last day of the window."""
        if self.window.last is None:
            message = "La fenêtre d'une clause a une fin."
            raise ValueError(message)
        return self.window.last
