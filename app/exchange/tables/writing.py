"""Tables for people: the same columns as CSV for French spreadsheets and as a formatted workbook."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import IO, TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from app.clock import PARIS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    Row = Sequence[object]

HUNDREDTHS = 100
# What a spreadsheet would compute instead of showing (OWASP, CSV injection).
COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BOM = "\ufeff"
# Excel's own limit: characters of a cell.
LONGEST_CELL = 32_767
HEADING = {"bold": True, "bg_color": "#000091", "font_color": "#ffffff", "text_wrap": True, "valign": "top"}


class Kind(Enum):
    """What the values of a column are, and the number format of a workbook."""

    TEXT = "@"
    DAY = "dd/mm/yyyy"
    INSTANT = "dd/mm/yyyy hh:mm"
    WHOLE = "0"
    HUNDREDTHS = "#,##0.00"
    RATE = "0.00%"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called and means. Hours and euros are whole hundredths, a rate is a text."""

    title: str
    meaning: str
    kind: Kind = Kind.TEXT
    width: int = 16
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, what the table is called, and what has to be known to read it (label → text)."""

    title: str
    columns: tuple[Column, ...]
    about: Mapping[str, str]


def csv_lines(columns: Sequence[Column], rows: Iterable[Row], *, comma: bool = False) -> Iterator[str]:
    """The heading, then a line per row.

    By default what French spreadsheets open as it is: `;`, a decimal comma, a byte order mark. With
    `comma`, RFC 4180 for machines: `,`, a decimal point, no mark.
    """
    yield ("" if comma else BOM) + _line([column.title for column in columns], comma=comma)
    for row in rows:
        yield _line(
            [_written(column, value, comma) for column, value in zip(columns, row, strict=True)], comma=comma
        )


def workbook(table: Table, rows: Iterable[Row]) -> bytes:
    """The rows on a sheet that can be sorted and filtered, with the sum of those shown below.

    Rows are written as they come, in constant memory; the second sheet says what everything means.
    """
    file = io.BytesIO()
    write_workbook(file, table, rows)
    return file.getvalue()


def write_workbook(file: IO[bytes], table: Table, rows: Iterable[Row]) -> None:
    """The same into a file."""
    book = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    try:
        book.set_properties({"title": table.title, "language": "fr-FR"})
        formats = {kind: book.add_format({"num_format": kind.value, "valign": "top"}) for kind in Kind}
        heading = book.add_format(HEADING)
        number = _data(
            book.add_worksheet("Données"), table, rows, formats, book.add_format({"bold": True}), heading
        )
        about = {**table.about, "Lignes": str(number)}
        _definitions(
            book.add_worksheet("Définitions"), table, about, heading, book.add_format({"text_wrap": True})
        )
    finally:
        # Also when the rows break off: what was written of them lies in a file of its own.
        book.close()


def inert(text: str) -> str:
    """A text that no spreadsheet computes: led by an apostrophe when it begins like a formula.

    Also behind spaces: whoever reads the file may strip them.
    """
    return f"'{text}" if text.startswith(COMPUTED) or text.lstrip().startswith(COMPUTED) else text


def _data(
    sheet: Worksheet,
    table: Table,
    rows: Iterable[Row],
    formats: Mapping[Kind, Format],
    bold: Format,
    heading: Format,
) -> int:
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width, formats[column.kind])
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.title, heading)
    sums = [0] * len(table.columns)
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            _cell(sheet, last, place, column, value, formats[column.kind])
            if column.summed and isinstance(value, int):
                sums[place] += value
    sheet.autofilter(0, 0, max(last, 1), len(table.columns) - 1)
    if not last or not any(column.summed for column in table.columns):
        return last
    # One empty row below, so that sorting and filtering leave the totals where they are.
    below = last + 2
    sheet.write_string(below, 0, "Total des lignes affichées", bold)
    for place, column in enumerate(table.columns):
        if column.summed:
            name = xl_col_to_name(place)
            formula = f"=SUBTOTAL(109,{name}2:{name}{last + 1})"
            sheet.write_formula(below, place, formula, formats[column.kind], _number(column, sums[place]))
    return last


def _definitions(
    sheet: Worksheet, table: Table, about: Mapping[str, str], heading: Format, wrapped: Format
) -> None:
    sheet.set_column(0, 0, 34, wrapped)
    sheet.set_column(1, 1, 100, wrapped)
    sheet.write_string(0, 0, table.title, heading)
    sheet.write_string(0, 1, "", heading)
    lines = [*about.items(), ("", ""), *((column.title, column.meaning) for column in table.columns)]
    for number, (name, text) in enumerate(lines, start=1):
        sheet.write_string(number, 0, name, wrapped)
        sheet.write_string(number, 1, plain(text), wrapped)


def _cell(sheet: Worksheet, row: int, place: int, column: Column, value: object, style: Format) -> None:
    if value is None or value == "":
        return
    if column.kind is Kind.TEXT:
        # Told to be a text, a cell is never computed: it needs no apostrophe.
        sheet.write_string(row, place, plain(str(value))[:LONGEST_CELL], style)
    elif column.kind is Kind.INSTANT and isinstance(value, datetime):
        sheet.write_datetime(row, place, value.astimezone(PARIS).replace(tzinfo=None), style)
    elif column.kind is Kind.DAY and isinstance(value, date):
        sheet.write_datetime(row, place, value, style)
    else:
        sheet.write_number(row, place, _number(column, value), style)


def _number(column: Column, value: Any) -> float:  # noqa: ANN401 - hundredths, a whole number or a rate
    return value / HUNDREDTHS if column.kind is Kind.HUNDREDTHS else float(value)


def _written(column: Column, value: Any, comma: bool) -> str:  # noqa: ANN401, FBT001 - a cell
    if value is None:
        return ""
    if column.kind is Kind.TEXT:
        return inert(plain(str(value)))
    if column.kind is Kind.INSTANT:
        return str(value.astimezone(PARIS).isoformat(timespec="seconds"))
    if column.kind is Kind.HUNDREDTHS:
        whole, rest = divmod(abs(value), HUNDREDTHS)
        text = f"{'-' if value < 0 else ''}{whole}.{rest:02d}"
    else:
        text = str(value)
    return text if comma or column.kind is Kind.DAY else text.replace(".", ",")


def plain(text: str) -> str:
    """The text without signs that break a file or hide what is written."""
    # Control characters break XML and hide what is written; a line break in an object stays.
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def _line(cells: Sequence[str], *, comma: bool) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter="," if comma else ";").writerow(cells)
    return text.getvalue()
