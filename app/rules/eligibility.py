"""From facts, claims and seen proofs to an explained answer, and the days an approval covers (domain §4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.rules.codes import ApprovalFrom, Outcome
from app.rules.criteria import Answer, Condition, all_of
from app.rules.days import Span, add_months
from app.rules.facts import Facts
from app.rules.proofs import PROOFS, Need
from app.rules.publics import Public, public, values_of
from app.rules.terms import ParameterValue, PublicChoice, Terms
from app.rules.texts import french_day
from app.rules.version import RULES_VERSION


@dataclass(frozen=True, slots=True)
class SeenProof:
    """A proof that the reviewer, or a body the profile names, recorded as seen.

    It covers from `covers_from` (default: `issued_on`) to `valid_until` (None: open).
    """

    type: str
    issued_on: date
    valid_until: date | None = None
    covers_from: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether the proof covers a day, whenever it was seen."""
        return Span(self.covers_from or self.issued_on, self.valid_until).holds(day)


@dataclass(frozen=True, slots=True)
class OldProof:
    """A proof that covers the day judged and is too old for it.

    At most `months` months old there, it would have been issued on or after `issued_from`.
    """

    type: str
    issued_on: date
    months: int
    issued_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAnswer:
    """What one public answers, with every reason.

    `criterion` is true, false or None (unknown); `proofs_seen` and `missing` (each a choice of proof types)
    are those of the public's needs on the day judged; `too_old` were seen for a need that is missing.
    """

    code: str
    label_fr: str
    outcome: Outcome
    criterion: Answer
    reasons: tuple[Condition, ...]
    claimed: bool
    proofs_seen: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    too_old: tuple[OldProof, ...]
    parameters: tuple[tuple[str, ParameterValue], ...]
    reference: str
    assumed: bool


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answers of all the publics of a clause about a person on a day."""

    on: date
    outcome: Outcome
    publics: tuple[PublicAnswer, ...]
    rules_version: str = RULES_VERSION


def assess(
    choices: Iterable[PublicChoice],
    facts: Facts,
    claimed: frozenset[str],
    proofs: Iterable[SeenProof],
    on: date,
) -> Assessment:
    """Judge a person on a day (the hire's start) against the publics a clause accepts.

    `claimed` are codes of publics. Met if one public is met, else unproven if one is unproven, else unmet.
    Raises UnknownCodeError for a choice that is not in the catalogue.
    """
    seen = tuple(proof for proof in proofs if proof.covers(on))
    answers = tuple(_answer(choice, facts, claimed, seen, on) for choice in choices)
    return Assessment(on, _overall(answers), answers)


def _overall(answers: tuple[PublicAnswer, ...]) -> Outcome:
    outcomes = {answer.outcome for answer in answers}
    return next((item for item in (Outcome.MET, Outcome.UNPROVEN) if item in outcomes), Outcome.UNMET)


def _answer(
    choice: PublicChoice, facts: Facts, claimed: frozenset[str], seen: tuple[SeenProof, ...], on: date
) -> PublicAnswer:
    kind = public(choice.code)
    values = values_of(kind, dict(choice.parameters))
    conditions = (*_existence(kind, on), *kind.criterion(facts, values, on))
    criterion = all_of(tuple(item.answer for item in conditions))
    needs = [need for need in kind.needs if need.only_if is None or values[need.only_if]]
    tried = [(need, *_tried(need, int(values[need.age]), seen, on)) for need in needs]  # type: ignore[arg-type]  # the catalogue declares it a whole number
    missing = tuple(need.any_of for need, fit, _ in tried if not fit)
    used = sorted({proof for _, fit, _ in tried for proof in fit})
    too_old = tuple(sorted({old for _, fit, aged in tried if not fit for old in aged}, key=_in_order))
    return PublicAnswer(
        code=kind.code,
        label_fr=kind.label_fr,
        outcome=_outcome(
            criterion,
            claimed=kind.code in claimed,
            complete=not missing,
            started=bool(used or too_old),
        ),
        criterion=criterion,
        reasons=conditions,
        claimed=kind.code in claimed,
        proofs_seen=tuple(used),
        missing=missing,
        too_old=too_old,
        parameters=tuple(values.items()),
        reference=choice.reference or kind.reference,
        assumed=choice.assumed or kind.assumed,
    )


def _existence(kind: Public, on: date) -> tuple[Condition, ...]:
    if kind.in_force(on):
        return ()
    end = "" if kind.until is None else f" et jusqu'au {french_day(kind.until)}"
    return (Condition("in_force", f"Ce public existe depuis le {french_day(kind.since)}{end}", answer=False),)


def _tried(
    need: Need, months: int, seen: tuple[SeenProof, ...], on: date
) -> tuple[list[str], list[OldProof]]:
    """Return the types of proof that fit a need on a day, and the proofs that would, were they newer."""
    issued_from = add_months(on, -months)
    fit, aged = [], []
    for proof in seen:
        if proof.type not in need.any_of:
            continue
        if months and not PROOFS[proof.type].lasting and proof.issued_on < issued_from:
            aged.append(OldProof(proof.type, proof.issued_on, months, issued_from))
        else:
            fit.append(proof.type)
    return fit, aged


def _in_order(old: OldProof) -> tuple[str, date]:
    return old.type, old.issued_on


def _outcome(criterion: Answer, *, claimed: bool, complete: bool, started: bool) -> Outcome:
    if criterion is False:
        return Outcome.UNMET
    if complete:
        return Outcome.MET
    return Outcome.UNPROVEN if claimed or started else Outcome.UNMET


def approved_span(terms: Terms, hire: Span, decided_on: date) -> Span:
    """Return the days of a hire that its approval covers: from its start, or the decision's day (a term).

    A decision later than the hire's end covers none: the span then starts after it ends and holds no day.
    """
    if terms.approval_counts_from is ApprovalFrom.HIRE_START:
        return hire
    return Span(max(hire.first, decided_on), hire.last)
