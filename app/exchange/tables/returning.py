"""A firm's table given back as it came, with one more column: what to do about each line."""

from __future__ import annotations

import csv
import io
import math
import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import xlsxwriter
from python_calamine import CalamineWorkbook

from app.exchange.encodings import mark_of, open_text
from app.exchange.folding import fold_words
from app.exchange.tables.matching import PROBLEM_TITLE
from app.exchange.tables.reading import is_separator_line, open_records, open_table, records
from app.exchange.tables.writing import HEADING, LONGEST_CELL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from app.exchange.tables.cells import Cell
    from app.exchange.tables.reading import Table

    # The file from its beginning: whoever reads it as a text closes it.
    Opened = Callable[[], BinaryIO]
    # What is said of the line with a number; asked in the order of the file.
    Told = Callable[[int], str]

WESTERN = "cp1252"
PROBLEM_WIDTH = 80
# What the writer takes as the name of a sheet; other tools write more than that.
LONGEST_NAME, NOT_IN_A_NAME = 31, re.compile(r"[\[\]:*?/\\]")
NUMBER_FORMATS = {
    date: "dd/mm/yyyy",
    datetime: "dd/mm/yyyy hh:mm",
    time: "hh:mm",
    timedelta: "[h]:mm",
}


def encoding_of(opened: Opened) -> str:
    """In which alphabet a CSV is given back: its own, by the name that browsers know."""
    text, guessed = open_text(opened())
    # A text that is no UTF-8 throughout is read as such with single bytes of the older alphabet.
    return WESTERN if guessed and text.encoding == "utf-8" else text.encoding


def returned_text(opened: Opened, told: Told) -> Iterator[bytes]:
    """The lines of a CSV in its own separator and alphabet, each with what is said of it."""
    encoding = encoding_of(opened)
    yield mark_of(opened())
    first = open_records(opened())[0].readline()
    if is_separator_line([first.strip('"')]):
        yield first.encode(encoding, errors="replace")
    table = open_table(opened())
    text, separator = open_records(opened())
    for number, cells in records(text, separator):
        yield _line(_with_problem(table, number, cells, told), separator, encoding)


def returned_workbook(opened: Opened, told: Told) -> bytes:
    """The sheet that was read, by its values: formulas, colours and other sheets are not taken over."""
    table = open_table(opened())
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(opened().read())).get_sheet_by_name(table.sheet or "")
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    written = book.add_worksheet(_name_of(table))
    formats = {kind: book.add_format({"num_format": shown}) for kind, shown in NUMBER_FORMATS.items()}
    wrapped, heading = book.add_format({"text_wrap": True}), book.add_format(HEADING)
    place = _place_of(table)
    written.set_column(place, place, PROBLEM_WIDTH, wrapped)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        for at, cell in enumerate(_with_problem(table, number, tuple(cells), told)):
            _write(written, number - 1, at, cell, formats)
        if number == table.header_row:
            written.write_string(number - 1, place, PROBLEM_TITLE, heading)
    book.close()
    return file.getvalue()


def _name_of(table: Table) -> str:
    """The sheet's own name, as far as it may be one."""
    return NOT_IN_A_NAME.sub("_", table.sheet or "")[:LONGEST_NAME].strip("'")


def _place_of(table: Table) -> int:
    """Behind the titles; where the table was given back before, in the same column."""
    folded = [fold_words(title) for title in table.headers]
    title = fold_words(PROBLEM_TITLE)
    return folded.index(title) if title in folded else len(folded)


def _with_problem(table: Table, number: int, cells: tuple[Cell, ...], told: Told) -> list[Cell]:
    if number < table.header_row:
        return list(cells)
    said = PROBLEM_TITLE if number == table.header_row else told(number)
    place = _place_of(table)
    if not said and not any(cells):
        return list(cells)
    padded = [*cells, *("" for _ in range(place - len(cells)))]
    behind = padded[place + 1 :] if place < len(table.headers) else padded[place:]
    return [*padded[:place], said, *behind]


def _line(cells: list[str] | list[Cell], separator: str, encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerow(cells)
    return text.getvalue().encode(encoding, errors="replace")


def _write(sheet: Worksheet, row: int, place: int, cell: Cell, formats: dict[type, Format]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif isinstance(cell, int | float) and math.isfinite(cell):
        sheet.write_number(row, place, cell)
    elif isinstance(cell, str | int | float):
        # Told to be a text, a cell is never computed; a number beyond all bounds can be nothing else.
        sheet.write_string(row, place, str(cell)[:LONGEST_CELL])
    else:
        sheet.write_datetime(row, place, cell, formats[type(cell)])
