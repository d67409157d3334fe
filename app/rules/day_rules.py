"""The rules that look at one line alone: review, window, eligibility, duration, modality (domain §5, 1–4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from app.rules.codes import Decision, ReviewState, Rule, State
from app.rules.days import Span, count_days, days_of_month
from app.rules.hours import cumulative_split, share_of
from app.rules.labels import LABELS
from app.rules.lines import Hours, Line, Posting, Reason, postings
from app.rules.texts import agreed, french_day, hours_text

Days = frozenset[date]

REVIEW_REFERENCE = "Examen du relevé"
UNREVIEWED = {
    ReviewState.NOT_REVIEWED: "Ligne non examinée",
    ReviewState.RETURNED: "Ligne renvoyée au déclarant",
}
UNDECIDED = {
    Decision.UNDECIDED: "Diagnostic non décidé",
    Decision.NEEDS_PROOF: "Justificatif demandé",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A line on its way through the rules: what is left of it, and what was already decided."""

    line: Line
    left: Hours
    decided: tuple[Posting, ...] = ()

    def keep(self, left: Hours, state: State, reason: Reason) -> Claim:
        """Return the claim with only these hours left, the others posted with their reason."""
        return replace(self, left=left, decided=self.decided + postings(state, self.left.less(left), reason))


@dataclass(frozen=True, slots=True)
class Portion:
    """Accepted hours that belong to some days: `days` of them, of which `inside` passed the rules so far.

    The hours that pass are always taken from the whole, half-up: successive rules round the cumulative value,
    and their parts sum.
    """

    hours: Hours
    days: int
    inside: Days

    @property
    def passed(self) -> Hours:
        """The hours of the days inside."""
        return self.hours.in_proportion(share_of(self.hours.total, len(self.inside), self.days))


def clause_reference(line: Line) -> str:
    """Return where the terms of the line's clause are written."""
    return f"Clause, {line.terms.article}" if line.terms.article else "Clause"


def waits(line: Line) -> Reason | None:
    """Say why the whole line is pending, or None once it is reviewed and its assessment decided."""
    if line.review.state in UNREVIEWED:
        return Reason(Rule.REVIEW, UNREVIEWED[line.review.state], REVIEW_REFERENCE)
    if line.decision in UNDECIDED:
        return Reason(Rule.ELIGIBILITY, UNDECIDED[line.decision], "Diagnostic d'éligibilité")
    return None


def review(claim: Claim) -> Claim:
    """Refuse what the reviewer cut."""
    reason = Reason(Rule.REVIEW, hours_text(claim.line.accepted.total, "acceptée"), REVIEW_REFERENCE)
    return claim.keep(claim.line.accepted, State.REFUSED, reason)


def window(line: Line, days: Days) -> tuple[Days, Reason]:
    """Rule 1: days inside the window of the clause."""
    inside = line.terms.window
    return _within(days, inside), Reason(Rule.WINDOW, _span_text(inside), clause_reference(line))


def eligibility(line: Line, days: Days) -> tuple[Days, Reason]:
    """Rule 2: days that an approved assessment covers."""
    reference = f"{clause_reference(line)}, publics éligibles"
    if line.eligible is None or line.decision is not Decision.APPROVED:
        return frozenset(), Reason(Rule.ELIGIBILITY, "Diagnostic refusé", reference)
    return _within(days, line.eligible), Reason(Rule.ELIGIBILITY, _span_text(line.eligible), reference)


def duration(line: Line, days: Days) -> tuple[Days, Reason]:
    """Rule 3: days up to the end of the person's duration on the obligation, those suspended left out."""
    until, stopped = line.eligible_until, line.suspended
    text = "Sans limite" if until is None else f"Jusqu'au {french_day(until)}"
    if stopped:
        # How many, not which: the days of a suspension are the reviewer's to read.
        total = sum(count_days(span.first, span.last or span.first) for span in stopped)
        text = f"{text}, hors {total} j {agreed(total, 2, 'suspendu')}"
    inside = days if until is None else frozenset(day for day in days if day <= until)
    kept = frozenset(day for day in inside if not any(span.holds(day) for span in stopped))
    return kept, Reason(Rule.DURATION, text, f"{clause_reference(line)}, durée d'éligibilité")


def modality(claim: Claim) -> Claim:
    """Rule 4: modality and contract type are accepted by the clause; else the whole line is refused."""
    line = claim.line
    refused = [
        LABELS[name][code]
        for name, code, accepted in (
            ("modalities", line.modality, line.terms.modalities),
            ("contract_types", line.contract_type, line.terms.contract_types),
        )
        if code not in accepted
    ]
    if not refused:
        return claim
    reference = f"{clause_reference(line)}, modalités et types de contrat"
    return claim.keep(Hours(), State.REFUSED, Reason(Rule.MODALITY, ", ".join(refused), reference))


DAY_RULES: tuple[Callable[[Line, Days], tuple[Days, Reason]], ...] = (window, eligibility, duration)


def by_days(claim: Claim, month: date) -> Claim:
    """Apply rules 1 to 3: each refuses the hours of the days that it leaves out."""
    portions = _portions(claim, month)
    for rule in DAY_RULES:
        kept, reason = zip(*(rule(claim.line, item.inside) for item in portions), strict=True)
        portions = tuple(replace(item, inside=days) for item, days in zip(portions, kept, strict=True))
        claim = claim.keep(_sum(portions), State.REFUSED, reason[0])
    return claim


def _portions(claim: Claim, month: date) -> tuple[Portion, ...]:
    """Return the dated sub-periods, else all the days of the hire in the month."""
    line = claim.line
    employed = days_of_month(line.hire, month)
    if not line.periods:
        return (Portion(claim.left, len(employed), employed),)
    worked = cumulative_split(claim.left.worked, [item.worked for item in line.periods])
    training = cumulative_split(claim.left.training, [item.training for item in line.periods])
    spans = [days_of_month(Span(item.first, item.last), month) for item in line.periods]
    return tuple(
        Portion(Hours(w, t), len(days), days & employed)
        for w, t, days in zip(worked, training, spans, strict=True)
    )


def _sum(portions: tuple[Portion, ...]) -> Hours:
    passed = [item.passed for item in portions]
    return Hours(sum(item.worked for item in passed), sum(item.training for item in passed))


def _within(days: Days, span: Span) -> Days:
    return frozenset(day for day in days if span.holds(day))


def _span_text(span: Span) -> str:
    if span.last is None or span.last < span.first:
        return f"À partir du {french_day(span.first)}"
    return f"Du {french_day(span.first)} au {french_day(span.last)}"
