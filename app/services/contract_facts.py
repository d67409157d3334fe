"""What a position reads of a contract and its clause, from the rows of today or a version's snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.rules.clause_state import clause_state
from app.rules.days import Span
from app.rules.profiles import PROFILES
from app.rules.terms_json import terms_from_json
from app.services.clause_states import situation_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.rules.codes import ClauseState
    from app.rules.terms import Terms


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """The contract's part in its position. Its facts carry their own dates: the latest known hold."""

    closed_on: date | None
    suspensions: tuple[Span, ...]
    clause_state: ClauseState

    def closed_by(self, day: date) -> bool:
        """Whether the contract was closed on or before a day."""
        return self.closed_on is not None and self.closed_on <= day


def read(facts: Mapping[str, Any]) -> ContractFacts:
    """The facts of a contract, from its row or from the snapshot of one of its versions (ISO dates)."""
    return ContractFacts(
        closed_on=_day(facts["closed_on"]),
        suspensions=suspensions_of(facts["suspensions"]),
        clause_state=clause_state(situation_of(facts)),
    )


def suspensions_of(stored: Sequence[Mapping[str, Any]]) -> tuple[Span, ...]:
    """Suspended days as stored with a contract, as the rules read them."""
    return tuple(Span(date.fromisoformat(item["since"]), _day(item["until"])) for item in stored)


def terms_of(document: Mapping[str, Any]) -> Terms:
    """The terms of a clause, as stored."""
    return terms_from_json(document, PROFILES.get(document["profile"]))


def terms_on(versions: Sequence[Any], day: date) -> Terms | None:
    """The terms of the latest version in force on a day; before the first, the first; None if there is none.

    `versions` are rows with `effective_on` and `snapshot`, oldest first.
    """
    if not versions:
        return None
    in_force = [version for version in versions if version.effective_on <= day] or versions[:1]
    return terms_of(in_force[-1].snapshot["terms"])


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
