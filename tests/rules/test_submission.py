from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.rules.days import Span
from app.rules.errors import WrongValueError
from app.rules.lines import Period
from app.rules.submission import Declared, line_problems, line_warnings, month_problem, read_hours

JANUARY = date(2025, 1, 1)
WINDOW = Span(date(2024, 12, 12), date(2025, 9, 11))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("35", 3500),
        ("35.5", 3550),
        ("0.01", 1),
        ("35.500", 3550),
        (12, 1200),
        (Decimal("12.34"), 1234),
        (Decimal("1E+2"), 10000),
        ("0", 0),
    ],
)
def test_hours_are_read_exactly(value: object, found: int) -> None:
    assert read_hours(value, "/worked") == found


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("-1", "negative"),
        (-2, "negative"),
        (Decimal("-0.01"), "negative"),
        ("1.005", "too_many_decimals"),
        ("1.0010", "too_many_decimals"),
        (Decimal("35.123"), "too_many_decimals"),
        ("x", "not_a_number"),
        ("", "not_a_number"),
        ("1,5", "not_a_number"),
        (1.5, "not_a_number"),
        (True, "not_a_number"),
        (None, "not_a_number"),
        ("NaN", "not_a_number"),
    ],
)
def test_malformed_hours_are_refused(value: object, code: str) -> None:
    with pytest.raises(WrongValueError) as caught:
        read_hours(value, "/lines/0/worked")
    assert (caught.value.finding.code, caught.value.finding.pointer) == (code, "/lines/0/worked")


@pytest.mark.parametrize(
    ("month", "refused"),
    [
        (date(2024, 11, 1), True),
        (date(2024, 12, 1), False),
        (date(2025, 9, 1), False),
        (date(2025, 10, 1), True),
    ],
)
def test_a_month_wholly_outside_the_window_is_refused(month: date, *, refused: bool) -> None:
    problem = month_problem(WINDOW, month)
    assert (problem is not None) is refused
    assert problem is None or (problem.code, problem.pointer) == ("month_outside_window", "/month")


def _declared(
    worked: int, training: int = 0, overtime: int = 0, periods: tuple[Period, ...] = ()
) -> Declared:
    return Declared(
        hire=Span(date(2024, 12, 2)),
        weekly_hours=3500,
        worked=worked,
        training=training,
        overtime=overtime,
        periods=periods,
    )


NOT_THE_SUM = ("periods_do_not_sum", "/lines/0/periods")
OVERLAP = ("periods_overlap", "/lines/0/periods")


def _half(worked: int, first: int = 1, last: int = 15, month: int = 1, training: int = 0) -> Period:
    return Period(date(2025, month, first), date(2025, month, last), worked, training)


@pytest.mark.parametrize(
    ("declared", "problems"),
    [
        (_declared(10000), []),
        (_declared(74400), []),
        (_declared(74401), [("too_many_hours", "/lines/0/worked")]),
        (_declared(70000, 5000), [("too_many_hours", "/lines/0/worked")]),
        (_declared(-1), [("negative", "/lines/0/worked")]),
        (_declared(10000, -1), [("negative", "/lines/0/training")]),
        (_declared(10000, 0, -1), [("negative", "/lines/0/overtime")]),
        (_declared(10000, 5000, 10000), []),
        (_declared(0, 5000, 1), [("overtime_above_worked", "/lines/0/overtime")]),
        (_declared(10000, 0, 0, (_half(10000, 31, 31),)), []),
        (_declared(10000, 5000, 10001), [("overtime_above_worked", "/lines/0/overtime")]),
        (_declared(10000, 500, 0, (_half(4000, training=500), _half(6000, 16, 31))), []),
        (
            _declared(10000, 0, 0, (_half(4000), _half(6001, 16, 31))),
            [NOT_THE_SUM],
        ),
        (
            _declared(10000, 500, 0, (_half(10000), _half(0, 16, 31, training=499))),
            [NOT_THE_SUM],
        ),
        (
            _declared(10000, 0, 0, (_half(6000, 15, 31), _half(4000))),
            [OVERLAP],
        ),
        (_declared(10000, 0, 0, (_half(10000, month=2),)), [("period_outside_month", "/lines/0/periods/0")]),
        (_declared(10000, 0, 0, (_half(10000, 9, 8),)), [("period_outside_month", "/lines/0/periods/0")]),
        (
            _declared(10000, 0, 0, (_half(10001), _half(-1, 16, 31))),
            [("negative", "/lines/0/periods/1")],
        ),
    ],
)
def test_a_malformed_line_is_refused(declared: Declared, problems: list[tuple[str, str]]) -> None:
    found = line_problems(declared, JANUARY, "/lines/0")
    assert [(item.code, item.pointer) for item in found] == problems
    assert all(item.detail.endswith(".") for item in found)


def test_only_worked_hours_need_saying() -> None:
    declared = Declared(hire=Span(date(2024, 12, 2)), weekly_hours=3500, worked=1)
    assert (declared.total, declared.overtime, declared.periods) == (1, 0, ())


def test_february_has_fewer_hours() -> None:
    february = date(2025, 2, 1)
    assert line_problems(_declared(67200), february, "") == ()
    assert [item.detail for item in line_problems(_declared(67201), february, "")] == [
        "Ce mois n'a que 672 heures."
    ]


@pytest.mark.parametrize(
    ("declared", "month", "codes"),
    [
        (_declared(15500), JANUARY, []),
        (_declared(15501), JANUARY, ["above_usual_hours"]),
        (_declared(15501, 0, 1), JANUARY, []),
        (_declared(15000, 501), JANUARY, ["above_usual_hours"]),
        (_declared(21257, 0, 6000), JANUARY, []),
        (_declared(21258, 0, 6000), JANUARY, ["above_weekly_maximum"]),
        (_declared(30000, 0, 14500), JANUARY, ["above_weekly_maximum"]),
        (_declared(9000), date(2024, 12, 1), ["partly_outside_window"]),
        (_declared(0), date(2024, 11, 1), ["hire_not_running"]),
        (
            _declared(100),
            date(2024, 11, 1),
            ["hire_not_running", "above_weekly_maximum", "above_usual_hours"],
        ),
    ],
)
def test_an_implausible_line_is_warned_of(declared: Declared, month: date, codes: list[str]) -> None:
    found = line_warnings(declared, month, WINDOW, "/lines/0")
    assert [item.code for item in found] == codes
    assert all(item.pointer == "/lines/0" and item.detail.endswith(".") for item in found)
