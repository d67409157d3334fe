"""What profiles are made of: the general conditions, and publics chosen with their parameters and source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.rules.codes import ContractType, Every, Modality
from app.rules.parameters import parameter
from app.rules.publics import public, values_of
from app.rules.terms import Conditions, Durations, ParameterValue, PublicChoice, Reporting


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A named set of conditions in one version, the days on which a clause may take it, and its source.

    `since` None: a draft, which no clause takes. `assumed_terms` are JSON pointers to what no readable source
    confirmed; each public says for itself. `ready_targets` are the codes of those of the same text.
    """

    code: str
    version: int
    label_fr: str
    since: date | None
    until: date | None
    reference: str
    assumed_terms: tuple[str, ...] = ()
    ready_targets: tuple[str, ...] = ()
    conditions: Conditions

    @property
    def assumed(self) -> bool:
        """Tell whether anything in it is assumed."""
        return bool(self.assumed_terms) or any(item.assumed for item in self.conditions.publics)

    def in_force(self, on: date) -> bool:
        """Tell whether a clause whose window starts that day may take it."""
        return self.since is not None and self.since <= on and (self.until is None or on <= self.until)


_ANY_DAY = date(2021, 4, 1)
"""The parameters read here have had one value; a later one is for later versions of the profiles."""

APPROVAL_DAYS = int(parameter("holder_approval_days").at(_ANY_DAY).value)
"""What a holder is given to approve a subcontractor's statement, where the clause does not say."""

GENERAL = Conditions(
    publics=(),
    modalities=tuple(Modality),
    contract_types=tuple(ContractType),
    durations=Durations(
        months=int(parameter("eligibility_months").at(_ANY_DAY).value),
        to_window_end=((ContractType.CDI, int(parameter("cdi_months").at(_ANY_DAY).value)),),
    ),
    late_threshold=parameter("late_threshold").at(_ANY_DAY).value,
    reporting=Reporting(Every.MONTH, int(parameter("reporting_due_day").at(_ANY_DAY).value)),
)
"""What a clause without profile is given: every modality and contract type, but no public."""


def chosen(code: str, reference: str, *, assumed: bool = False, **parameters: ParameterValue) -> PublicChoice:
    """Return a public with these parameter values, and those of the catalogue for the others."""
    values = values_of(public(code), parameters)
    return PublicChoice(code, tuple(values.items()), reference, assumed)


def all_chosen(codes: tuple[str, ...], reference: str, *, assumed: bool = False) -> tuple[PublicChoice, ...]:
    """Return several publics with the parameter values of the catalogue."""
    return tuple(chosen(code, reference, assumed=assumed) for code in codes)
