"""Cells as French offices write them; every expected value is worked out by hand."""

from datetime import date, datetime, time, timedelta

import pytest

from app.exchange.tables import cells
from app.exchange.tables.problems import WHAT_TO_DO, TableProblem, Unreadable


@pytest.mark.parametrize(
    ("cell", "hundredths"),
    [
        ("1 234,5", 123450),
        ("1\u202f234,50", 123450),
        ("1\u00a0234,50 €", 123450),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("151,67 h", 15167),
        ("12.5", 1250),
        ("0", 0),
        ("7h30", 750),
        ("7 h 30", 750),
        ("7:30", 750),
        # 40 minutes are 0.6666… of an hour, 20 minutes 0.3333…
        ("151h40", 15167),
        ("7h20", 733),
        (timedelta(hours=35, minutes=15), 3525),
        (time(7, 30), 750),
        (7, 700),
        (7.3, 730),
        # What a spreadsheet shows of 0.1 + 0.2 is 0.3.
        (0.1 + 0.2, 30),
    ],
)
def test_hours_are_exact(cell: cells.Cell, hundredths: int) -> None:
    """Commas, narrow spaces, units, minutes and numbers of spreadsheets."""
    assert cells.hours(cell) == hundredths


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("", TableProblem.CELL_EMPTY),
        (None, TableProblem.CELL_EMPTY),
        ("absent", TableProblem.NOT_A_NUMBER),
        ("1 2", TableProblem.NOT_A_NUMBER),
        ("7h75", TableProblem.NOT_A_NUMBER),
        (True, TableProblem.NOT_A_NUMBER),
        (float("inf"), TableProblem.NOT_A_NUMBER),
        (1e300, TableProblem.NOT_A_NUMBER),
        (date(2026, 3, 31), TableProblem.NOT_A_NUMBER),
        ("-7,5", TableProblem.NEGATIVE),
        (timedelta(hours=-1), TableProblem.NEGATIVE),
        # A thousand, or one with three decimals: nobody can say.
        ("1.234", TableProblem.TOO_FINE),
        (151.666666666667, TableProblem.TOO_FINE),
    ],
)
def test_hours_that_say_nothing_usable(cell: cells.Cell, problem: TableProblem) -> None:
    """Each flaw has its code."""
    with pytest.raises(Unreadable) as refusal:
        cells.hours(cell)
    assert refusal.value.problem is problem


def test_minutes_are_no_money() -> None:
    """An amount is a decimal number, and nothing else."""
    assert cells.money("27 364,00 €") == 2736400
    with pytest.raises(Unreadable):
        cells.money("7h30")


@pytest.mark.parametrize(
    "cell",
    [
        "31/03/2026",
        "31.03.2026",
        "2026-03-31",
        "2026-03-31 00:00:00",
        "31 mars 2026",
        date(2026, 3, 31),
        datetime(2026, 3, 31, 8, 0),  # noqa: DTZ001 - cells bear no time zone
        # 1 January 2026 is 46023; 31 January, 28 February and 30 days more.
        46112,
        46112.0,
        " 46112 ",
    ],
)
def test_days(cell: cells.Cell) -> None:
    """One day in ten spellings."""
    assert cells.day(cell) == date(2026, 3, 31)


def test_first_of_a_month_in_words() -> None:
    """The French first."""
    assert cells.day("1er août 2026") == date(2026, 8, 1)


@pytest.mark.parametrize(
    "cell", ["mars 2026", "Mars-2026", "03/2026", "2026-03", "202603", "31/03/2026", 46112]
)
def test_months(cell: cells.Cell) -> None:
    """A month, or any day of it, is its first day."""
    assert cells.month(cell) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("cell", "month"), [("mars-26", 3), ("Mars-26", 3), ("févr.-26", 2), ("août-26", 8), ("juil-26", 7)]
)
def test_a_month_as_a_spreadsheet_shows_it(cell: str, month: int) -> None:
    """What 2026-03 becomes in a French spreadsheet that saves a text file."""
    assert cells.month(cell) == date(2026, month, 1)


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("31/02/2026", TableProblem.NOT_A_DATE),
        ("03/31/2026", TableProblem.NOT_A_DATE),
        ("31/03/26", TableProblem.SHORT_YEAR),
        ("hier", TableProblem.NOT_A_DATE),
        ("", TableProblem.CELL_EMPTY),
        (True, TableProblem.NOT_A_DATE),
        (46112.5, TableProblem.NOT_A_DATE),
    ],
)
def test_no_days(cell: cells.Cell, problem: TableProblem) -> None:
    """Nothing is guessed between two readings."""
    with pytest.raises(Unreadable) as refusal:
        cells.day(cell)
    assert refusal.value.problem is problem


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("mars 26", TableProblem.SHORT_YEAR),
        ("13/2026", TableProblem.NOT_A_MONTH),
        ("mars", TableProblem.NOT_A_MONTH),
        (None, TableProblem.CELL_EMPTY),
    ],
)
def test_no_months(cell: cells.Cell, problem: TableProblem) -> None:
    """A month without its year, or no month at all."""
    with pytest.raises(Unreadable) as refusal:
        cells.month(cell)
    assert refusal.value.problem is problem


def test_texts() -> None:
    """A SIRET kept as a number keeps its digits, words keep their apostrophe."""
    assert cells.text_of(22222200200008.0) == "22222200200008"
    assert cells.text_of("  Lot 2 :\n charpente d'exemple ") == "Lot 2 : charpente d'exemple"
    assert cells.text_of(None) == ""


def test_each_flaw_says_what_to_do() -> None:
    """No code without its sentence."""
    assert set(WHAT_TO_DO) == set(TableProblem)


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("1 234,50", 123450),
        ("-1 234,50", -123450),
        ("− 5,00 €", -500),
        ("5,00-", -500),
        ("(1.234,50)", -123450),
        (-234.5, -23450),
        (0, 0),
    ],
)
def test_credit_notes_are_written_with_a_sign(cell: cells.Cell, cents: int) -> None:
    assert cells.signed_money(cell) == cents


@pytest.mark.parametrize("cell", ["--5", "-(5)", "(5", "-", "5-5", "-7h30", -0.001, float("nan"), True])
def test_what_is_no_amount_with_a_sign(cell: cells.Cell) -> None:
    with pytest.raises(Unreadable):
        cells.signed_money(cell)
