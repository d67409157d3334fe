"""What a position reads of a contract and its clause, from the rows of today or a version's snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from app.rules.days import Span
from app.rules.status import Known
from app.rules.targets import Basis
from app.rules.terms_json import kept_terms_from_json
from app.services.clause_states import state_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.rules.codes import ClauseState
    from app.rules.status import Sums
    from app.rules.terms import Terms

VERSIONS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """The contract's part in its position. Its facts carry their own dates: the latest known hold."""

    closed_on: date | None
    suspensions: tuple[Span, ...]
    clause_state: ClauseState
    basis: Basis

    def closed_by(self, day: date) -> bool:
        """Whether the contract was closed on or before a day."""
        return self.closed_on is not None and self.closed_on <= day

    def known(self, day: date, sums: Sums, months: Mapping[date, int] | None = None) -> Known:
        """What the rules read of the contract on a day, with the hours (hundredths) that belong to it.

        `months`: those of them that are secured, by month; None where nothing is forecast.
        """
        return Known(
            as_of=day,
            sums=sums,
            months=months,
            suspensions=self.suspensions,
            closed=self.closed_by(day),
            basis=self.basis,
        )


def read(facts: Mapping[str, Any]) -> ContractFacts:
    """The facts of a contract, from its row or from the snapshot of one of its versions (ISO dates)."""
    return ContractFacts(
        closed_on=_day(facts["closed_on"]),
        suspensions=suspensions_of(facts["suspensions"]),
        clause_state=state_in(facts),
        basis=Basis(firm_amount=facts["firm_amount"]),
    )


def suspensions_of(stored: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
    """Suspended days as stored with a contract, as the rules read them."""
    return tuple(Span(date.fromisoformat(item["since"]), _day(item["until"])) for item in stored)


@dataclass(frozen=True, slots=True)
class ClauseVersion:
    """One version of a clause, and its terms as stored: immutable, so that it need be read only once."""

    clause_id: UUID
    number: int
    terms: Mapping[str, Any] = field(compare=False)


@lru_cache(maxsize=VERSIONS_KEPT)
def terms_of(version: ClauseVersion) -> Terms:
    """The terms of a clause version, as the rules read them."""
    return kept_terms_from_json(version.terms)


def terms_on(clause_id: UUID, versions: Sequence[Any], day: date) -> Terms | None:
    """The terms of the latest version in force on a day; before the first, the first; None if there is none.

    `versions` are rows with `number`, `effective_on` and `snapshot`, oldest first.
    """
    if not versions:
        return None
    in_force = [version for version in versions if version.effective_on <= day] or versions[:1]
    chosen = in_force[-1]
    return terms_of(ClauseVersion(clause_id, chosen.number, chosen.snapshot["terms"]))


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
