"""CSV and XLSX files of firms, to rows of cells under the firm's own titles of columns.

A CSV is read line by line, whatever its size; a workbook is held as a whole, and is bounded for that.
"""

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
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from app.exchange.tables.cells import Cell

ZIP = b"PK\x03\x04"
SAMPLE = 65_536
TITLE_ROWS = 30
# Spreadsheets have no more. The lines of a workbook are held in memory.
COLUMNS, LINES_OF_FILE, ROWS_OF_WORKBOOK = 16_384, 1_048_576, 100_000
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


def open_table(source: bytes | BinaryIO, sheet: str | None = None) -> Table:
    """Find the table of a file; `sheet` chooses one of a workbook, by default the first that has any cell.

    A stream has to be one that may be gone back in; it is read while the rows are walked.

    Raises Unreadable: FILE_EMPTY, FILE_DAMAGED, FILE_TOO_LARGE, NO_HEADER, HEADER_TWICE, SHEET_UNKNOWN.
    Walking the rows may raise FILE_DAMAGED and FILE_TOO_LARGE as well.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    if _is_blank(stream):
        raise Unreadable(TableProblem.FILE_EMPTY)
    return _workbook(stream, sheet) if is_workbook(stream) else _text_file(stream)


def is_workbook(stream: BinaryIO) -> bool:
    """Whether a file begins as a workbook does; the stream stands at its beginning afterwards."""
    stream.seek(0)
    found = stream.read(len(ZIP)) == ZIP
    stream.seek(0)
    return found


def _is_blank(stream: BinaryIO) -> bool:
    while block := stream.read(SAMPLE):
        if block.strip():
            return False
    return True


def _workbook(stream: BinaryIO, asked: str | None) -> Table:
    content = stream.read()
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
                headers, number, data = _under_header(rows, ROWS_OF_WORKBOOK)
                return Table(headers, number, data, sheet=name, sheets=names)
    except (CalamineError, WorksheetNotFound, OSError):
        raise Unreadable(TableProblem.FILE_DAMAGED) from None
    raise Unreadable(TableProblem.FILE_EMPTY)


def _text_file(stream: BinaryIO) -> Table:
    text, separator = open_records(stream)
    headers, number, data = _under_header(records(text, separator), LINES_OF_FILE)
    return Table(headers, number, data, separator=separator)


def open_records(stream: BinaryIO) -> tuple[io.TextIOWrapper, str]:
    """The text of a CSV from its beginning, behind its mark, and what separates its cells."""
    text, _ = open_text(stream)
    start = text.tell()
    separator = _separator(text.read(SAMPLE))
    text.seek(start)
    return text, separator


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


def is_separator_line(record: Sequence[Cell]) -> bool:
    """Whether the first line only tells spreadsheets what separates the cells."""
    return bool(record) and isinstance(record[0], str) and record[0].lower().startswith("sep=")


def records(text: io.TextIOWrapper, separator: str) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """Each record with the line on which it begins, but for a line that tells the separator.

    Raises Unreadable: FILE_DAMAGED, FILE_TOO_LARGE.
    """
    reader = csv.reader(text, delimiter=separator, strict=True)
    last = 0
    try:
        for record in reader:
            # A cell may hold line breaks: a record is known by the line on which it begins.
            number, last = last + 1, reader.line_num
            if len(record) > COLUMNS or number > LINES_OF_FILE:
                raise Unreadable(TableProblem.FILE_TOO_LARGE)
            if number > 1 or not is_separator_line(record):
                yield number, tuple(record)
    except (csv.Error, UnicodeError):
        raise Unreadable(TableProblem.FILE_DAMAGED) from None


def _under_header(
    rows: Iterator[tuple[int, tuple[Cell, ...]]], most: int
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
    return headers, number, _data(chain(first[best + 1 :], rows), len(headers), most)


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


def _data(rows: Iterator[tuple[int, tuple[Cell, ...]]], width: int, most: int) -> Iterator[Row]:
    taken = 0
    for number, cells in rows:
        filled = [cell for cell in cells if not is_empty(cell)]
        if not filled:
            continue
        taken += 1
        if taken > most:
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
