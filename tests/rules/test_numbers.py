"""Exact hours, days, dated parameters, French numbers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from app.rules.codes import RoundingMode
from app.rules.days import (
    Span,
    add_months,
    birthday,
    count_days,
    days_of_month,
    month_end,
    month_start,
    months_of,
    overlap,
)
from app.rules.errors import NoValueYetError, UnknownCodeError
from app.rules.hours import (
    Rounding,
    cumulative_split,
    half_up,
    in_hundredths,
    largest_remainder,
    rounded,
    share_of,
)
from app.rules.parameters import PARAMETERS, parameter
from app.rules.texts import (
    decimal_text,
    french,
    french_day,
    french_month,
    hundredths_text,
    percent,
    spoken_day,
    spoken_month,
)


@pytest.mark.parametrize(
    ("value", "found"),
    [(Fraction(5, 2), 3), (Fraction(249, 100), 2), (Fraction(-5, 2), -2), (Fraction(0), 0), (Fraction(7), 7)],
)
def test_a_half_goes_up(value: Fraction, found: int) -> None:
    assert half_up(value) == found


@pytest.mark.parametrize(
    ("mode", "step", "found"),
    [
        (RoundingMode.HALF_UP, 1, 4563),
        (RoundingMode.HALF_UP, 50, 4550),
        (RoundingMode.HALF_UP, 100, 4600),
        (RoundingMode.UP, 1, 4563),
        (RoundingMode.UP, 50, 4600),
        (RoundingMode.UP, 100, 4600),
        (RoundingMode.DOWN, 1, 4562),
        (RoundingMode.DOWN, 50, 4550),
        (RoundingMode.DOWN, 100, 4500),
    ],
)
def test_hours_go_to_the_step_of_the_clause(mode: RoundingMode, step: int, found: int) -> None:
    assert rounded(Fraction(45625, 1000), Rounding(mode, step)) == found


def test_an_exact_number_of_steps_stays() -> None:
    assert {rounded(Fraction(46), Rounding(mode, 100)) for mode in RoundingMode} == {4600}


def test_hours_are_shown_half_up() -> None:
    assert in_hundredths(Fraction(6841, 150)) == 4561


def test_a_part_of_a_whole() -> None:
    assert share_of(10000, 1, 3) == 3333
    assert share_of(100, 1, 200) == 1
    assert share_of(100, 1, 0) == 0


def test_cumulative_parts_sum() -> None:
    assert cumulative_split(100, [1, 1, 1]) == (33, 34, 33)
    assert cumulative_split(100, [0, 0]) == (0, 0)
    assert cumulative_split(100, []) == ()


def test_largest_remainders_take_what_is_left() -> None:
    thirds = [Fraction(1, 3)] * 3
    assert largest_remainder(100, thirds) == (34, 33, 33)
    assert largest_remainder(101, thirds) == (34, 34, 33)
    assert largest_remainder(10, [Fraction(1, 8), Fraction(1, 2), Fraction(3, 8)]) == (1, 5, 4)


def test_months_are_clamped() -> None:
    assert add_months(date(2024, 2, 29), 24) == date(2026, 2, 28)
    assert add_months(date(2024, 12, 31), 2) == date(2025, 2, 28)
    assert add_months(date(2024, 1, 31), -2) == date(2023, 11, 30)
    assert add_months(date(2024, 1, 15), 12) == date(2025, 1, 15)


def test_birthdays_of_29_february_are_on_the_28th() -> None:
    assert birthday(date(2000, 2, 29), 26) == date(2026, 2, 28)
    assert birthday(date(2000, 2, 29), 16) == date(2016, 2, 28)
    assert birthday(date(1999, 1, 10), 26) == date(2025, 1, 10)


def test_months_begin_and_end() -> None:
    assert month_start(date(2024, 2, 17)) == date(2024, 2, 1)
    assert month_end(date(2024, 2, 17)) == date(2024, 2, 29)
    assert months_of(date(2024, 12, 12), date(2025, 2, 1)) == tuple(
        date(*day) for day in ((2024, 12, 1), (2025, 1, 1), (2025, 2, 1))
    )
    assert months_of(date(2025, 1, 2), date(2025, 1, 1)) == (date(2025, 1, 1),)
    assert months_of(date(2025, 2, 1), date(2025, 1, 31)) == ()


def test_spans_share_days() -> None:
    march = Span(date(2025, 3, 1), date(2025, 3, 31))
    assert overlap(march, Span(date(2025, 3, 31))) == Span(date(2025, 3, 31), date(2025, 3, 31))
    assert overlap(march, Span(date(2025, 4, 1))) is None
    assert overlap(Span(date(2025, 1, 1)), Span(date(2025, 2, 1))) == Span(date(2025, 2, 1))
    assert march.holds(date(2025, 3, 31))
    assert not march.holds(date(2025, 4, 1))
    assert not march.holds(date(2025, 2, 28))
    assert Span(date(2025, 3, 1)).holds(date(2099, 1, 1))
    assert len(days_of_month(Span(date(2025, 3, 5)), date(2025, 3, 1))) == 27
    assert days_of_month(Span(date(2025, 4, 1)), date(2025, 3, 1)) == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (("2025-03-01", "2025-03-31"), ("2025-03-31", None), True),
        (("2025-03-01", "2025-03-31"), ("2025-04-01", None), False),
        (("2025-03-01", None), ("2025-01-01", None), True),
        (("2025-03-01", None), ("2025-01-01", "2025-03-01"), True),
        (("2025-03-01", None), ("2025-01-01", "2025-02-28"), False),
        # A span that ends before it begins has no day to share.
        (("2025-03-10", "2025-03-05"), ("2025-03-01", "2025-03-31"), False),
    ],
)
def test_spans_that_share_a_day(
    one: tuple[str, str | None], other: tuple[str, str | None], *, found: bool
) -> None:
    first, second = (
        Span(date.fromisoformat(begin), date.fromisoformat(end) if end else None)
        for begin, end in (one, other)
    )
    assert first.meets(second) is found
    assert second.meets(first) is found
    assert (overlap(first, second) is not None) is found


def test_days_are_counted_once() -> None:
    first, last = date(2025, 1, 1), date(2025, 1, 31)
    assert count_days(first, last) == 31
    assert count_days(last, first) == 0
    assert count_days(first, first) == 1
    assert count_days(first, last, [Span(date(2025, 1, 20), date(2025, 1, 20))]) == 30
    within = Span(date(2025, 1, 10), date(2025, 1, 12))
    across = Span(date(2025, 1, 12), date(2025, 1, 14))
    before = Span(date(2024, 1, 1), date(2025, 1, 2))
    nested = Span(date(2025, 1, 11), date(2025, 1, 11))
    assert count_days(first, last, [within, across, nested, before]) == 24
    assert count_days(first, last, [Span(date(2025, 1, 30))]) == 29
    assert count_days(first, last, [Span(date(2025, 2, 1))]) == 31


@pytest.mark.parametrize(
    ("code", "on", "value"),
    [
        ("fte_hours", date(2024, 12, 1), 1600),
        ("weekly_hours", date(2024, 12, 1), 35),
        ("day_hours", date(2024, 12, 1), 7),
        ("weekly_maximum", date(2024, 12, 1), 48),
        ("late_threshold", date(2024, 12, 1), Fraction(4, 5)),
        ("eligibility_months", date(2024, 12, 1), 24),
        ("cdi_months", date(2024, 12, 1), 48),
        ("threshold_state", date(2026, 1, 1), 140000),
        ("threshold_other", date(2026, 1, 1), 216000),
        ("threshold_network", date(2026, 1, 1), 432000),
        ("threshold_works", date(2027, 12, 31), 5404000),
        ("hourly_ceiling", date(2009, 1, 1), 21),
        ("hourly_ceiling", date(2009, 12, 31), 21),
        ("hourly_ceiling", date(2011, 6, 1), 22),
        ("hourly_ceiling", date(2012, 1, 1), 23),
        ("hourly_ceiling", date(2015, 1, 1), 24),
        ("hourly_ceiling", date(2018, 1, 1), 25),
        ("hourly_ceiling", date(2020, 1, 1), 26),
        ("hourly_ceiling", date(2023, 1, 1), 27),
        ("hourly_ceiling", date(2024, 1, 1), 29),
        ("hourly_ceiling", date(2025, 1, 1), 29),
        ("hourly_ceiling", date(2026, 1, 1), 30),
        ("minimum_wage", date(2025, 12, 31), Fraction(1188, 100)),
        ("minimum_wage", date(2026, 5, 31), Fraction(1202, 100)),
        ("minimum_wage", date(2026, 6, 1), Fraction(1231, 100)),
    ],
)
def test_dated_values(code: str, on: date, value: Fraction) -> None:
    assert parameter(code).at(on).value == value


@pytest.mark.parametrize(
    ("code", "on"),
    [
        ("hourly_ceiling", date(2008, 12, 31)),
        ("minimum_wage", date(2024, 10, 31)),
        ("threshold_works", date(2025, 12, 31)),
    ],
)
def test_a_day_before_the_first_value_is_an_error(code: str, on: date) -> None:
    assert not parameter(code).in_force(on)
    with pytest.raises(NoValueYetError, match="pas de valeur avant le"):
        parameter(code).at(on)


def test_the_obligation_of_a_social_condition_has_its_day() -> None:
    assert not parameter("social_condition_required").in_force(date(2026, 8, 21))
    assert parameter("social_condition_required").in_force(date(2026, 8, 22))


def test_every_parameter_is_dated_in_order_and_referenced() -> None:
    for item in PARAMETERS.values():
        days = [value.since for value in item.values]
        assert days == sorted(set(days))
        assert all(value.reference for value in item.values)
        assert item.label_fr
    assumed = {item.code for item in PARAMETERS.values() if item.assumed}
    assert assumed >= {"late_threshold", "eligibility_months"}
    confirmed = {"weekly_maximum", "threshold_works", "threshold_state", "hourly_ceiling", "minimum_wage"}
    assert not assumed & confirmed


@pytest.mark.parametrize("code", ["hourly_ceiling", "minimum_wage"])
def test_each_value_of_a_dated_reference_names_the_act_that_set_it(code: str) -> None:
    acts = [value.reference for value in parameter(code).values]
    assert all(act.startswith(("Décret", "Arrêté", "OpenFisca-France")) for act in acts)
    assert len(set(acts)) == len(acts)


def test_a_parameter_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UnknownCodeError):
        parameter("exemple")


def test_numbers_are_written() -> None:
    assert decimal_text(Fraction(1, 20)) == "0.05"
    assert decimal_text(Fraction(35)) == "35"
    assert hundredths_text(1326) == "13.26"
    assert hundredths_text(-5) == "-0.05"
    assert french(123456789) == "1 234 567,89"
    assert french(-4605) == "-46,05"
    assert french(100) == "1"
    assert percent(Fraction(125, 1000)) == "12,5 %"


def test_a_third_has_no_decimal_form() -> None:
    with pytest.raises(ValueError, match=r"^Cette part n'a pas d'écriture décimale finie\.$"):
        decimal_text(Fraction(1, 3))


def test_days_and_months_are_written_as_french_readers_do() -> None:
    assert (french_day(date(2025, 1, 5)), french_month(date(2025, 1, 1))) == ("05/01/2025", "01/2025")


def test_days_and_months_are_said_as_french_listeners_hear_them() -> None:
    said = [spoken_day(date(2025, month, day)) for month, day in ((1, 1), (2, 2), (8, 31), (12, 11))]
    assert said == ["1er janvier 2025", "2 février 2025", "31 août 2025", "11 décembre 2025"]
    assert spoken_month(date(2026, 7, 1)) == "juillet 2026"
