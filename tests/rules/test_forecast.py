"""Made histories, their forecast worked out by hand, and what holds of every history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.codes import Status
from app.rules.days import Span, months_of
from app.rules.forecast import Forecast, Record, forecast, told
from app.rules.hours import HUNDREDTHS, half_up
from app.rules.status import Known, Sums, compliance, forecast_of
from app.rules.texts import hundredths_text
from tests.rules.cases import load
from tests.rules.months import day, hours, terms

YEAR = ("2025-01-01", "2025-12-31")
MONTHS = months_of(date(2025, 1, 1), date(2025, 12, 31))


def _month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def _record(case: dict[str, Any]) -> Record:
    first, last = case.get("window", YEAR)
    told_by = {"every": case.get("every", "month"), "due_day": 15}
    by_month = {_month(month): hours(text) for month, text in case["months"].items()}
    return Record(
        terms=terms((first, last), reporting=told_by),
        as_of=date.fromisoformat(case["as_of"]),
        secured=sum(by_month.values()),
        by_month=by_month,
        suspensions=tuple(
            Span(date.fromisoformat(one), day(other or None)) for one, other in case.get("suspensions", [])
        ),
    )


def _shown(found: Forecast) -> dict[str, Any]:
    return {
        **{name: hundredths_text(getattr(found, name)) for name in ("low", "mid", "high", "pace")},
        "left": hundredths_text(half_up(found.left * HUNDREDTHS)),
        "used": [f"{month:%Y-%m}" for month in found.used],
    }


@pytest.mark.parametrize("case", load("forecasts"))
def test_what_a_clause_will_end_with(case: dict[str, Any]) -> None:
    found = forecast(_record(case), hours(case.get("planned", "0")))
    if "expected" not in case:
        assert found is None
        return
    assert found is not None
    shown = _shown(found)
    assert {name: shown[name] for name in case["expected"]} == case["expected"]


@pytest.mark.parametrize(
    ("exact", "secured", "shown"),
    [
        # To the hour: low down, mid to the nearest (a half up), high up.
        ((4490, 5350, 6101), 4000, (4400, 5400, 6200)),
        ((4400, 5349, 6100), 4000, (4400, 5300, 6100)),
        # From 1,000 h by tens, from 10,000 h by hundreds, as the high value says.
        ((80_000, 90_000, 99_901), 0, (80_000, 90_000, 100_000)),
        ((81_234, 90_500, 100_001), 0, (81_000, 91_000, 101_000)),
        ((81_234, 90_500, 100_000), 0, (81_000, 91_000, 100_000)),
        ((812_345, 905_000, 1_000_000), 0, (810_000, 910_000, 1_000_000)),
        ((812_345, 905_000, 1_000_001), 0, (810_000, 910_000, 1_010_000)),
        # What is there already is no forecast: never less, and told as it is.
        ((4490, 4490, 4490), 4490, (4490, 4490, 4490)),
        ((4490, 4530, 4560), 4490, (4490, 4500, 4600)),
        ((4441, 4445, 4450), 4440, (4440, 4440, 4500)),
    ],
)
def test_a_forecast_is_told_without_false_precision(
    exact: tuple[int, int, int], secured: int, shown: tuple[int, int, int]
) -> None:
    low, mid, high = exact
    found = forecast(_record({"as_of": "2025-05-15", "months": {}}))
    assert found is not None
    answer = told(replace(found, low=low, mid=mid, high=high), secured)
    assert (answer.low, answer.mid, answer.high) == shown
    assert (answer.pace, answer.used, answer.left) == (found.pace, found.used, found.left)


class TestInsideTheStatus:
    """120 h over 2025; on 2025-05-15 January to April are due: 120 × 120 ÷ 365 = 39.45 h are expected."""

    TERMS = terms(YEAR, target={"kind": "fixed_hours", "hours": "120"})

    def known(self, *months: int, **facts: Any) -> Known:  # noqa: ANN401  # fields of what is known
        by_month = {MONTHS[i]: hours for i, hours in enumerate(months)}
        sums = Sums(counted=sum(months))
        return Known(as_of=date(2025, 5, 15), sums=sums, months=by_month, **facts)

    @pytest.mark.parametrize(
        ("months", "status"),
        [
            # 40 + 8 × 10 = 120
            ((1000, 1000, 1000, 1000), Status.ON_TRACK),
            # 9.99 h in April: 39.99 + 8 × 29.99 ÷ 3 = 119.963…
            ((1000, 1000, 1000, 999), Status.AT_RISK),
            # Much at first, then nothing: 60 h, and no pace.
            ((6000, 0, 0, 0), Status.AT_RISK),
            ((12000, 0, 0, 0), Status.MET),
            ((0, 0, 0, 0), Status.LATE),
        ],
    )
    def test_a_pace_too_slow_for_the_end_is_a_risk(self, months: tuple[int, ...], status: Status) -> None:
        assert compliance(self.TERMS, self.known(*months)).status is status

    def test_without_months_nothing_is_forecast(self) -> None:
        known = replace(self.known(6000), months=None)
        assert forecast_of(self.TERMS, known) is None
        assert compliance(self.TERMS, known).status is Status.ON_TRACK

    def test_too_few_due_months_are_no_risk(self) -> None:
        known = replace(self.known(1100), as_of=date(2025, 2, 15))
        assert compliance(self.TERMS, known).status is Status.ON_TRACK

    def test_what_is_closed_has_no_forecast(self) -> None:
        assert forecast_of(self.TERMS, self.known(1000, 1000, closed=True)) is None

    def test_nothing_is_planned_unless_it_is_said(self) -> None:
        known = self.known(6000, 0, 0, 0)
        record = Record(
            terms=self.TERMS, as_of=known.as_of, secured=known.sums.secured, by_month=known.months or {}
        )
        assert forecast(record) == forecast(record, 0) == forecast_of(self.TERMS, known)
        assert forecast(record) != forecast(record, 1)

    def test_planned_hours_are_no_part_of_the_status(self) -> None:
        known = self.known(1000, 1000, 1000, 999)
        ahead = forecast_of(self.TERMS, known, planned_left=10_000)
        assert ahead is not None
        assert (ahead.mid, ahead.high) == (11_996, 13_999)
        assert compliance(self.TERMS, known).status is Status.AT_RISK


@st.composite
def records(draw: st.DrawFn) -> Record:
    first = draw(st.dates(date(2024, 6, 1), date(2025, 6, 30)))
    last = draw(st.dates(first, date(2026, 12, 31)))
    as_of = draw(st.dates(date(2024, 6, 1), date(2027, 2, 28)))
    reporting = {"every": draw(st.sampled_from(["month", "quarter", "half_year"])), "due_day": 15}
    inside = months_of(first, min(last, as_of)) or (date(2024, 6, 1),)
    by_month = draw(st.dictionaries(st.sampled_from(inside), st.integers(0, 50_000)))
    pauses = draw(st.lists(st.tuples(st.dates(first, last), st.integers(0, 90)), max_size=2))
    return Record(
        terms=terms((first.isoformat(), last.isoformat()), reporting=reporting),
        as_of=as_of,
        secured=sum(by_month.values()),
        by_month=by_month,
        suspensions=tuple(Span(since, date.fromordinal(since.toordinal() + days)) for since, days in pauses),
    )


@given(records(), st.integers(0, 200_000))
def test_low_mid_and_high_are_in_order_and_hold_what_is_there(record: Record, planned: int) -> None:
    found = forecast(record, planned)
    if found is None:
        return
    assert record.secured <= found.low <= found.mid <= found.high
    assert found.high >= record.secured + planned
    shown = told(found, record.secured)
    assert record.secured <= shown.low <= shown.mid <= shown.high
    assert shown.low <= found.low
    assert shown.high >= found.high


@given(records(), st.data())
def test_an_hour_more_never_lowers_what_is_forecast(record: Record, data: st.DataObject) -> None:
    if not record.by_month:
        return
    month = data.draw(st.sampled_from(sorted(record.by_month)))
    more = replace(
        record,
        secured=record.secured + HUNDREDTHS,
        by_month={**record.by_month, month: record.by_month[month] + HUNDREDTHS},
    )
    before, after = forecast(record), forecast(more)
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert after.mid >= before.mid
        assert after.low >= before.low


@given(st.integers(0, 20_000), st.integers(1, 11), st.integers(0, 1))
def test_a_constant_pace_is_forecast_exactly(pace: int, told_months: int, days_before: int) -> None:
    """Twelve whole months of one pace: whenever one looks, the twelve are forecast."""
    as_of = MONTHS[told_months].replace(day=15 - days_before)
    by_month = dict.fromkeys(MONTHS[:told_months], pace)
    found = forecast(Record(terms=terms(YEAR), as_of=as_of, secured=pace * told_months, by_month=by_month))
    due = told_months - days_before
    assert (found is None) == (due < 2)
    if found is not None:
        assert (found.mid, found.pace) == (12 * pace, pace)
