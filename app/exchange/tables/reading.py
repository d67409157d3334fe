"""CSV and XLSX files of firms, to rows of cells under the firm's own titles of columns."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

from app.exchange.encodings import open_text
from app.exchange.folding import fold_words
from app.exchange.tables.cells import day, is_empty, month, text_of
from app.exchange.tables.packages import check_package
from app.exchange.tables.problems import TableProblem, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.exchange.tables.cells import Cell

ZIP = b"PK\x03\x04"
SAMPLE = 65_536
TITLE_ROWS = 30
# Spreadsheets have no more; and no firm has that many lines of hours. Titles and lines are held in memory.
COLUMNS, LINES_OF_FILE, ROWS = 16_384, 1_048_576, 100_000
SEPARATORS = (";", "\t", ",", "|")
TOTALS = ("total", "totaux", "sous total", "sous totaux", "grand total")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of data. `number` is the one a person sees beside it; `problem` is set where it is not taken."""

    number: int
    cells: tuple[Cell, ...]
    problem: TableProblem | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as found. Rows can be walked once; empty ones are left out.

    `separator` is of a CSV, `sheet` of a workbook. A merged cell stands in its first place,
    the others of it are empty; of a formula the value kept with the file is read.
    """

    headers: tuple[str, ...]
    header_row: int
    rows: Iterator[Row]
    separator: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()


def open_table(content: bytes, sheet: str | None = None) -> Table:
    """Find the table of a file; `sheet` chooses one of a workbook, by default the first that has any cell.

    Raises Unreadable: FILE_EMPTY, FILE_DAMAGED, FILE_TOO_LARGE, NO_HEADER, HEADER_TWICE, SHEET_UNKNOWN.
    Walking the rows may raise FILE_DAMAGED and FILE_TOO_LARGE as well.
    """
    if not content.strip():
        raise Unreadable(TableProblem.FILE_EMPTY)
    return _workbook(content, sheet) if content.startswith(ZIP) else _text_file(content)


def _workbook(content: bytes, asked: str | None) -> Table:
    check_package(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = tuple(book.sheet_names)
        if asked is not None and asked not in names:
            raise Unreadable(TableProblem.SHEET_UNKNOWN)
        for name in names if asked is None else (asked,):
            found = book.get_sheet_by_name(name)
            if found.total_height:
                rows = enumerate((tuple(cells) for cells in found.iter_rows()), start=1)
                headers, number, data = _under_header(rows)
                return Table(headers, number, data, sheet=name, sheets=names)
    except (CalamineError, WorksheetNotFound, OSError):
        raise Unreadable(TableProblem.FILE_DAMAGED) from None
    raise Unreadable(TableProblem.FILE_EMPTY)


def _text_file(content: bytes) -> Table:
    # Bytes are read as they stand: the text is never whole in memory beside them.
    text, _ = open_text(io.BytesIO(content))
    start = text.tell()
    separator = _separator(text.read(SAMPLE))
    text.seek(start)
    headers, number, data = _under_header(_records(text, separator))
    return Table(headers, number, data, separator=separator)


def _separator(sample: str) -> str:
    declared = sample.partition("\n")[0]
    if declared.strip().lower().startswith("sep=") and len(declared.strip()) == len("sep=;"):
        said = declared.strip()[-1]
        if said in SEPARATORS:
            return said
    return max(SEPARATORS, key=lambda sign: _agreement(sample, sign))


def _agreement(sample: str, separator: str) -> tuple[int, int]:
    """How many of the first records have the same number of cells, above one, and how many cells that is."""
    try:
        records = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=separator), TITLE_ROWS)
        widths = Counter(len(record) for record in records if len(record) > 1)
    except csv.Error:
        return 0, 0
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return times, width


def _records(text: io.TextIOWrapper, separator: str) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    last = 0
    try:
        for record in reader:
            # A cell may hold line breaks: a record is known by the line on which it begins.
            number, last = last + 1, reader.line_num
            if len(record) > COLUMNS or number > LINES_OF_FILE:
                raise Unreadable(TableProblem.FILE_TOO_LARGE)
            if number > 1 or not (record and record[0].lower().startswith("sep=")):
                yield number, tuple(record)
    except (csv.Error, UnicodeError):
        raise Unreadable(TableProblem.FILE_DAMAGED) from None


def _under_header(
    rows: Iterator[tuple[int, tuple[Cell, ...]]],
) -> tuple[tuple[str, ...], int, Iterator[Row]]:
    """The titles, their line, and what stands below: the first of the lines that hold the most titles.

    No line of data holds more: each of its cells stands under a title. Lines of a document's title hold few.
    """
    first = list(islice(rows, TITLE_ROWS))
    best = max(range(len(first)), key=lambda place: (_titles(first[place][1]), -place), default=None)
    if best is None or not _titles(first[best][1]):
        raise Unreadable(TableProblem.NO_HEADER)
    number, cells = first[best]
    titles = [text_of(cell) for cell in cells]
    while titles and not titles[-1]:
        titles.pop()
    headers = tuple(titles)
    folded = [fold_words(title) for title in headers if title]
    if len(set(folded)) < len(folded):
        raise Unreadable(TableProblem.HEADER_TWICE)
    return headers, number, _data(chain(first[best + 1 :], rows), len(headers))


def _titles(cells: tuple[Cell, ...]) -> int:
    return sum(1 for cell in cells if isinstance(cell, str) and _is_title(cell))


def _is_title(cell: str) -> bool:
    if not any(sign.isalpha() for sign in cell):
        return False
    for read in (day, month):
        try:
            read(cell)
        except Unreadable:
            continue
        return False
    return True


def _data(rows: Iterator[tuple[int, tuple[Cell, ...]]], width: int) -> Iterator[Row]:
    taken = 0
    for number, cells in rows:
        filled = [cell for cell in cells if not is_empty(cell)]
        if not filled:
            continue
        taken += 1
        if taken > ROWS:
            raise Unreadable(TableProblem.FILE_TOO_LARGE)
        kept = (*cells[:width], *(None,) * (width - len(cells)))
        if any(not is_empty(cell) for cell in cells[width:]):
            yield Row(number, kept, TableProblem.TOO_MANY_CELLS)
        elif _is_total(filled[0]):
            yield Row(number, kept, TableProblem.TOTAL_ROW)
        else:
            yield Row(number, kept)


def _is_total(cell: Cell) -> bool:
    words = fold_words(cell) if isinstance(cell, str) else ""
    return words in TOTALS or words.startswith(("total general", "total du", "total des", "total mois"))
