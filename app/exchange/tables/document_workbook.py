"""A document as a workbook: what it says on the first sheet, each of its tables on one of its own."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import xlsxwriter

from app.exchange.documents import Hours
from app.exchange.tables.writing import HEADING, HUNDREDTHS, Kind, plain

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from app.exchange.documents import Cell, Document, Section

PRESENTED = "Présentation"
# What a spreadsheet takes in the name of a sheet, and how much of it.
REFUSED, LONGEST_NAME = re.compile(r"[\[\]:*?/\\']"), 31
FIRST_WIDTH, WIDTH, TEXT_WIDTH = 34, 16, 100


def workbook_of(document: Document) -> bytes:
    """The document with the same words, and its figures as numbers that can be filtered and summed."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": document.title, "author": document.author, "language": "fr-FR"})
    heading, wrapped = book.add_format(HEADING), book.add_format({"text_wrap": True, "valign": "top"})
    _present(book.add_worksheet(PRESENTED), document, heading, wrapped)
    names = {PRESENTED.casefold()}
    for section in document.sections:
        if section.rows:
            _tabulate(book, book.add_worksheet(_name(section.heading, names)), section, heading)
    book.close()
    return file.getvalue()


def _present(sheet: Worksheet, document: Document, heading: Format, wrapped: Format) -> None:
    sheet.set_column(0, 0, FIRST_WIDTH, wrapped)
    sheet.set_column(1, 1, TEXT_WIDTH, wrapped)
    sheet.write_string(0, 0, plain(document.title), heading)
    sheet.write_string(0, 1, plain(document.subtitle), heading)
    lines = [
        *document.facts,
        *((section.heading, text) for section in document.sections for text in section.paragraphs),
    ]
    for number, (name, text) in enumerate(lines, start=2):
        sheet.write_string(number, 0, plain(name))
        sheet.write_string(number, 1, plain(text))


def _tabulate(book: Workbook, sheet: Worksheet, section: Section, heading: Format) -> None:
    hours = book.add_format({"num_format": Kind.HUNDREDTHS.value})
    sheet.set_column(0, 0, FIRST_WIDTH)
    sheet.set_column(1, len(section.heads) - 1, WIDTH)
    sheet.freeze_panes(1, 1)
    for place, title in enumerate(section.heads):
        sheet.write_string(0, place, plain(title), heading)
    for number, row in enumerate(section.rows, start=1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell, hours)
    sheet.autofilter(0, 0, len(section.rows), len(section.heads) - 1)


def _write(sheet: Worksheet, row: int, place: int, cell: Cell, hours: Format) -> None:
    if isinstance(cell, Hours):
        sheet.write_number(row, place, cell / HUNDREDTHS, hours)
    elif isinstance(cell, int):
        sheet.write_number(row, place, cell)
    elif cell is not None:
        sheet.write_string(row, place, plain(cell))


def _name(heading: str, taken: set[str]) -> str:
    """A name that a sheet may bear and that no other one has."""
    name = REFUSED.sub(" ", heading)[:LONGEST_NAME]
    number = 1
    while name.casefold() in taken:
        number += 1
        name = f"{REFUSED.sub(' ', heading)[: LONGEST_NAME - 4]} ({number})"
    taken.add(name.casefold())
    return name
