"""One cell of a firm's table: hours, money, days, months and texts as French offices write them.

Numbers are exact: texts are read as decimals, and the number of a spreadsheet by its fifteen significant
digits, which is what the spreadsheet shows; neither is ever computed with as a binary float.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

from app.exchange.folding import fold_words
from app.exchange.tables.problems import TableProblem, Unreadable

Cell = str | int | float | bool | date | datetime | time | timedelta | None

SPREADSHEET_DIGITS = Context(prec=15, rounding=ROUND_HALF_UP)
HUNDREDTH = Decimal("0.01")
# Day 1 is 1 January 1900, and spreadsheets believe in a 29 February 1900: this epoch is right after it.
SERIAL_EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 61, 73_415
SECONDS_OF_HOUR, MINUTES_OF_HOUR = 3_600, 60
# Hundredths: what the API takes at most for one number of hours.
MOST_HOURS = 10_000_000_00

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_UNIT = re.compile(r" ?(h|hrs?|heures?|€|eur|euros?)$", re.IGNORECASE)
_PLAIN = re.compile(r"-?(\d{1,3}( \d{3})+|\d{1,13})([.,]\d{1,15})?", re.ASCII)
_DOTTED = re.compile(r"-?\d{1,3}(\.\d{3})+,\d{1,15}", re.ASCII)
_COMMAED = re.compile(r"-?\d{1,3}(,\d{3})+\.\d{1,15}", re.ASCII)
_BRACKETED = re.compile(r"\(\s*([^()-]+)\)")
_SIGN_LAST = re.compile(r"([^-]+)-")
_CLOCK = re.compile(r"(\d{1,5}) ?(?:h|:) ?([0-5]\d)(?: ?(?:min|mn|m))?", re.ASCII | re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{2})-(\d{2})([T ]00:00(:00(\.0+)?)?)?", re.ASCII)
_SERIAL = re.compile(r"\d{2,5}", re.ASCII)
_MONTH_FIRST = re.compile(r"(\d{1,2})[/.-](\d{4})", re.ASCII)
_MONTH_LAST = re.compile(r"(\d{4})[/.-]?(\d{2})", re.ASCII)
_MONTH_SHOWN = re.compile(r"([^\W\d_]+)\.?-([0-9]{2})")
_NAMED_DAY = re.compile(r"(?:(\d{1,2})(?:er)? )?([a-z]+) (\d{4}|\d{2})")
_MONTHS = (
    ("janvier", "janv", "jan"),
    ("fevrier", "fevr", "fev"),
    ("mars", "mar"),
    ("avril", "avr"),
    ("mai",),
    ("juin",),
    ("juillet", "juil"),
    ("aout",),
    ("septembre", "sept", "sep"),
    ("octobre", "oct"),
    ("novembre", "nov"),
    ("decembre", "dec"),
)
MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}


def is_empty(cell: Cell) -> bool:
    """Whether a cell says nothing: spaces are nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_of(cell: Cell) -> str:
    """The words of a cell on one line; a whole number (a SIRET) without the decimals spreadsheets add."""
    if cell is None:
        return ""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return f"{_shown(cell).normalize():f}"
    return _SPACES.sub(" ", cell).strip() if isinstance(cell, str) else str(cell)


def money(cell: Cell) -> int:
    """Whole cents; Unreadable for anything else than an amount of at most two decimals."""
    return _hundredths(_number(cell))


def signed_money(cell: Cell) -> int:
    """The same with a sign, as credit notes have it: before or behind the amount, or as brackets."""
    text = text_of(cell).replace("\u2212", "-") if isinstance(cell, str) else ""
    shown = _BRACKETED.fullmatch(text) or _SIGN_LAST.fullmatch(text)
    if shown is not None:
        return -money(shown[1])
    if isinstance(cell, float | int) and not isinstance(cell, bool) and cell < 0:
        return -money(-cell)
    return -money(text[1:].lstrip()) if text.startswith("-") else money(cell)


def hours(cell: Cell) -> int:
    """Whole hundredths of hours; Unreadable for anything else.

    `7h30`, `7:30` and durations of spreadsheets are hours and minutes, brought to the nearest hundredth, half
    up (151h40 is 151.67, as on pay slips). Decimals beyond two are refused: nobody said how to round them.
    """
    found = _hours(cell)
    if found > MOST_HOURS:
        raise Unreadable(TableProblem.NOT_A_NUMBER)
    return found


def _hours(cell: Cell) -> int:
    if isinstance(cell, timedelta):
        return _of_seconds(cell // timedelta(seconds=1))
    if isinstance(cell, time):
        return _of_seconds((cell.hour * MINUTES_OF_HOUR + cell.minute) * MINUTES_OF_HOUR + cell.second)
    clock = _CLOCK.fullmatch(text_of(cell)) if isinstance(cell, str) else None
    if clock is not None:
        return _of_seconds((int(clock[1]) * MINUTES_OF_HOUR + int(clock[2])) * MINUTES_OF_HOUR)
    return _hundredths(_number(cell))


def day(cell: Cell) -> date:
    """A calendar day: `31/03/2026`, `2026-03-31`, `1er mars 2026`, or the serial number of a spreadsheet."""
    found = _day_or_none(cell)
    if found is None:
        raise Unreadable(TableProblem.NOT_A_DATE)
    return found


def month(cell: Cell) -> date:
    """The first day of a month: `mars 2026`, `03/2026`, `2026-03`, `202603`, `mars-26`, or any day of it."""
    text = text_of(cell) if isinstance(cell, str | int | float) else ""
    if (found := _MONTH_FIRST.fullmatch(text)) is not None:
        return _made(TableProblem.NOT_A_MONTH, found[2], found[1], "1")
    if (found := _MONTH_LAST.fullmatch(text)) is not None:
        return _made(TableProblem.NOT_A_MONTH, found[1], found[2], "1")
    shown = _MONTH_SHOWN.fullmatch(text)
    if shown is not None and (name := fold_words(shown[1])) in MONTH_NUMBERS:
        # What a spreadsheet shows for 2026-03, and saves; nobody worked for a clause in 1926.
        return date(2000 + int(shown[2]), MONTH_NUMBERS[name], 1)
    named = _NAMED_DAY.fullmatch(fold_words(text))
    if named is not None and named[2] in MONTH_NUMBERS:
        return _named(TableProblem.NOT_A_MONTH, named).replace(day=1)
    whole = _day_or_none(cell)
    if whole is None:
        raise Unreadable(TableProblem.NOT_A_MONTH)
    return whole.replace(day=1)


def _shown(number: float) -> Decimal:
    # The shortest text of a number is what was typed; fifteen digits take off the noise of computing.
    return SPREADSHEET_DIGITS.create_decimal(repr(number))


def _number(cell: Cell) -> Decimal:
    _refuse_empty(cell)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        found = _shown(cell)
        if not found.is_finite():
            raise Unreadable(TableProblem.NOT_A_NUMBER)
        return found
    text = _UNIT.sub("", text_of(cell)) if isinstance(cell, str) else ""
    if _PLAIN.fullmatch(text):
        return Decimal(text.replace(" ", "").replace(",", "."))
    if _DOTTED.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _COMMAED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    raise Unreadable(TableProblem.NOT_A_NUMBER)


def _hundredths(number: Decimal) -> int:
    if number < 0:
        raise Unreadable(TableProblem.NEGATIVE)
    if number.adjusted() > SPREADSHEET_DIGITS.prec:
        raise Unreadable(TableProblem.NOT_A_NUMBER)
    if number != number.quantize(HUNDREDTH):
        raise Unreadable(TableProblem.TOO_FINE)
    return int(number.scaleb(2))


def _of_seconds(seconds: int) -> int:
    if seconds < 0:
        raise Unreadable(TableProblem.NEGATIVE)
    return (seconds * 100 * 2 + SECONDS_OF_HOUR) // (SECONDS_OF_HOUR * 2)


def _day_or_none(cell: Cell) -> date | None:
    _refuse_empty(cell)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    return _written_day(text_of(cell))


def _written_day(text: str) -> date | None:
    if (found := _YEAR_FIRST.fullmatch(text)) is not None:
        return _made(TableProblem.NOT_A_DATE, found[1], found[2], found[3])
    if (found := _DAY_FIRST.fullmatch(text)) is not None:
        return _made(TableProblem.NOT_A_DATE, found[4], found[3], found[1])
    named = _NAMED_DAY.fullmatch(fold_words(text))
    if named is not None and named[1] and named[2] in MONTH_NUMBERS:
        return _named(TableProblem.NOT_A_DATE, named)
    if _SERIAL.fullmatch(text) and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        return SERIAL_EPOCH + timedelta(days=int(text))
    return None


def _named(problem: TableProblem, found: re.Match[str]) -> date:
    return _made(problem, found[3], str(MONTH_NUMBERS[found[2]]), found[1] or "1")


def _made(problem: TableProblem, year: str, month_number: str, day_number: str) -> date:
    if len(year) != len("2026"):
        # 26 may be 1926, of a birth, or 2026, of a hire.
        raise Unreadable(TableProblem.SHORT_YEAR)
    try:
        return date(int(year), int(month_number), int(day_number))
    except ValueError:
        raise Unreadable(problem) from None


def _refuse_empty(cell: Cell) -> None:
    if is_empty(cell):
        raise Unreadable(TableProblem.CELL_EMPTY)
