"""What holds of every month of every person: hours are conserved, parts sum, limits hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.rules.codes import ContractType, Decision, HourKind, Modality, ReviewState, Rule, State
from app.rules.counting import count_month, standings, usual_hours
from app.rules.days import Span, count_days, days_of_month, month_end
from app.rules.hours import HUNDREDTHS, cumulative_split, half_up, largest_remainder
from app.rules.lines import Line, Period, Review, Split
from app.rules.terms import Terms
from tests.rules.months import EPOCH, ident, terms

MONTH = date(2025, 1, 1)
DAYS = st.dates(date(2024, 12, 1), date(2025, 2, 28))
HOURS = st.integers(0, 40_000)
SHARES = st.one_of(st.none(), st.integers(0, 100).map(lambda percent: Fraction(percent, 100)))


HOLDING = (Rule.PLAUSIBILITY, Rule.SINGLE_COUNT)
SUSPENDED = ((), (), (Span(date(2025, 1, 6), date(2025, 1, 12)), Span(date(2025, 1, 20), date(2025, 2, 3))))


# Made once: each line draws from dozens of them.
MAYBE_DAY = st.one_of(st.none(), DAYS)
MANY_MODALITIES = st.sets(st.sampled_from(Modality), min_size=2)
MAYBE_CAP = st.one_of(st.none(), st.integers(0, 20_000))
CUTS = st.dates(MONTH, month_end(MONTH) - timedelta(days=1))
STATES, DECISIONS = st.sampled_from(ReviewState), st.sampled_from(Decision)
MODALITIES, CONTRACT_TYPES = st.sampled_from(Modality), st.sampled_from(ContractType)
OBLIGATIONS, EMPLOYERS, SUSPENSIONS = st.sampled_from("AB"), st.sampled_from("XY"), st.sampled_from(SUSPENDED)
MINUTES, WEEKLY, BEFORE = st.integers(0, 3), st.integers(0, 4_800), st.integers(0, 20_000)
HOW_MANY = st.integers(0, 4)
TERMS = terms()


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first = draw(DAYS)
    return Span(first, draw(st.one_of(st.none(), st.dates(first, date(2025, 3, 31)))))


SPANS = spans()


@st.composite
def clauses(draw: st.DrawFn) -> Terms:
    window = draw(SPANS)
    return replace(
        TERMS,
        window=Span(window.first, window.last or date(2026, 12, 31)),
        modalities=tuple(draw(MANY_MODALITIES)),
        training_share=draw(SHARES),
        training_cap=draw(MAYBE_CAP),
    )


CLAUSES = clauses()


@st.composite
def periods(draw: st.DrawFn) -> tuple[Period, ...]:
    cut = draw(CUTS)
    first = Period(MONTH, cut, draw(HOURS), draw(HOURS))
    return (first, Period(cut + timedelta(days=1), month_end(MONTH), draw(HOURS), draw(HOURS)))


PARTS = st.one_of(st.just(()), periods())


@st.composite
def lines(draw: st.DrawFn, order: int = 0) -> Line:
    parts = draw(PARTS)
    worked = sum(item.worked for item in parts) if parts else draw(HOURS)
    training = sum(item.training for item in parts) if parts else draw(HOURS)
    state = draw(STATES)
    accepted = draw(st.integers(0, worked + training)) if state is ReviewState.PART else None
    decision = draw(DECISIONS)
    return Line(
        key=ident(f"line {order}"),
        obligation=ident(draw(OBLIGATIONS)),
        employer=ident(draw(EMPLOYERS)),
        first_recorded_at=EPOCH + timedelta(minutes=draw(MINUTES)),
        terms=draw(CLAUSES),
        hire=draw(SPANS),
        weekly_hours=draw(WEEKLY),
        modality=draw(MODALITIES),
        contract_type=draw(CONTRACT_TYPES),
        worked=worked,
        training=training,
        overtime=draw(st.integers(0, worked)),
        periods=parts,
        review=Review(state, accepted),
        decision=decision,
        eligible=draw(SPANS) if decision is Decision.APPROVED else None,
        eligible_until=draw(MAYBE_DAY),
        suspended=draw(SUSPENSIONS),
        training_before=draw(BEFORE),
    )


@st.composite
def months(draw: st.DrawFn) -> list[Line]:
    return [draw(lines(order)) for order in range(draw(HOW_MANY))]


@given(months())
def test_every_declared_hour_is_in_one_state_and_explained(month: list[Line]) -> None:
    counted = count_month(month, MONTH)
    assert set(counted) == {line.key for line in month}
    for line in month:
        for kind, declared in ((HourKind.WORKED, line.worked), (HourKind.TRAINING, line.training)):
            assert sum(item.hours for item in counted[line.key] if item.kind is kind) == declared
        for item in counted[line.key]:
            assert item.hours > 0
            held = item.rule in {Rule.PLAUSIBILITY, Rule.SINGLE_COUNT}
            assert (item.state is State.HELD) is held
            assert (item.state is State.COUNTED) is (item.rule is None)


@given(months())
def test_a_line_is_pending_as_a_whole_or_not_at_all(month: list[Line]) -> None:
    for found in count_month(month, MONTH).values():
        states = {item.state for item in found}
        assert State.PENDING not in states or states == {State.PENDING}


@given(months())
def test_counted_hours_stay_within_the_limits_of_the_person(month: list[Line]) -> None:
    _within_limits(month)


def _within_limits(month: list[Line]) -> None:
    counted = {
        key: sum(item.hours for item in found if item.state is State.COUNTED)
        for key, found in count_month(month, MONTH).items()
    }
    employed = {day for line in month for day in days_of_month(line.hire, MONTH)}
    assert sum(counted.values()) <= half_up(Fraction(48 * HUNDREDTHS * len(employed), 7))
    for employer in {line.employer for line in month}:
        own = [line for line in month if line.employer == employer]
        overtime = sum(line.overtime for line in own)
        assert sum(counted[line.key] for line in own) <= half_up(usual_hours(own, MONTH)) + overtime


@st.composite
def agreed(draw: st.DrawFn) -> list[Line]:
    """A month in which pairs of lines carry an agreement."""
    month = draw(months())
    for first in range(0, len(month) - 1, 2):
        one, other = month[first], month[first + 1]
        parts, rule = (draw(HOURS), draw(HOURS)), draw(st.sampled_from(HOLDING))
        month[first] = replace(one, split=Split(other.key, *parts, MONTH, rule))
        month[first + 1] = replace(other, split=Split(one.key, *parts[::-1], MONTH, rule))
    return month


@given(agreed())
def test_an_agreement_moves_nobody_elses_hours_and_caps_both_parts(month: list[Line]) -> None:
    alone = [replace(line, split=None) for line in month]
    before, after = standings(alone, MONTH), standings(month, MONTH)
    for line in month:
        other = after.get(line.split.other) if line.split else None
        both = other is not None and other.asked > 0 and after[line.key].asked > 0
        if line.split is None or other is None or not both:
            assert after[line.key] == before[line.key]
            continue
        assert after[line.key].taken <= min(line.split.hours, after[line.key].asked)
        pair = (line.key, line.split.other)
        assert sum(after[key].taken for key in pair) <= sum(before[key].taken for key in pair)


@given(agreed())
def test_hours_are_conserved_and_explained_whatever_was_agreed(month: list[Line]) -> None:
    counted = count_month(month, MONTH)
    for line in month:
        assert sum(item.hours for item in counted[line.key]) == line.worked + line.training
        for item in counted[line.key]:
            if item.state in {State.HELD, State.REFUSED}:
                assert item.rule
                assert item.parameter
                assert item.reference
    _within_limits(month)


@given(months())
def test_the_order_of_the_lines_given_changes_nothing(month: list[Line]) -> None:
    assert count_month(month[::-1], MONTH) == count_month(month, MONTH)


def _worked_only(month: list[Line]) -> list[Line]:
    """Return the lines as work for one employer, accepted in part, none of them training."""
    return [
        replace(
            line,
            employer=ident("X"),
            periods=(),
            training=0,
            review=Review(ReviewState.PART, min(line.worked, line.accepted.total)),
        )
        for line in month
    ]


@given(months().filter(bool), st.data())
def test_an_added_accepted_hour_never_lowers_what_its_obligation_counts(
    month: list[Line], data: st.DataObject
) -> None:
    before = _worked_only(month)
    chosen = data.draw(st.integers(0, len(before) - 1))
    line = before[chosen]
    more = data.draw(st.integers(line.accepted.total, line.worked))
    after = [
        replace(item, review=Review(ReviewState.PART, more)) if item is line else item for item in before
    ]
    assert _obligation(after, line) >= _obligation(before, line)


def _obligation(month: list[Line], line: Line) -> int:
    counted = count_month(month, MONTH)
    keys = {item.key for item in month if item.obligation == line.obligation}
    return sum(item.hours for key in keys for item in counted[key] if item.state is State.COUNTED)


@given(st.integers(0, 10**7), st.lists(st.integers(0, 1000)))
def test_cumulative_parts_sum_and_stay_near_their_share(total: int, weights: list[int]) -> None:
    parts = cumulative_split(total, weights)
    assert len(parts) == len(weights)
    whole = sum(weights)
    assert sum(parts) == (total if whole else 0)
    for part, weight in zip(parts, weights, strict=True):
        assert part >= 0
        assert abs(part * whole - total * weight) <= whole


@given(st.integers(0, 10**7), st.lists(st.integers(1, 1000), min_size=1))
def test_largest_remainders_sum_and_stay_within_one(total: int, weights: list[int]) -> None:
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    parts = largest_remainder(total, shares)
    assert sum(parts) == total
    assert all(abs(part - total * share) < 1 for part, share in zip(parts, shares, strict=True))


@given(DAYS, DAYS, st.lists(spans()))
def test_days_are_counted_as_one_by_one(first: date, last: date, without: list[Span]) -> None:
    one_by_one = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    kept = [day for day in one_by_one if not any(span.holds(day) for span in without)]
    assert count_days(first, last, without) == len(kept)
