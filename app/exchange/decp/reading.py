"""Reading a DECP file (public data on French public contracts): bytes to contracts and issues.

Tolerant by design: official files are malformed, incomplete and duplicated, and what is wrong with
one record never stops the rest. Streaming by design: a file of any size is read a piece at a time.
"""

import io
import json
from collections.abc import Hashable, Iterator
from dataclasses import replace
from datetime import date
from typing import BinaryIO, Protocol

from app.exchange.decp import contract, csv_records
from app.exchange.decp.csv_records import CsvRecords
from app.exchange.decp.issues import IssueCode, issue
from app.exchange.decp.json_records import JsonRecords
from app.exchange.decp.received import NumberText, Received, Source
from app.exchange.decp.records import DecpContract, DecpRow
from app.exchange.encodings import open_text

_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_COLUMNAR = b"PAR1"
_HEAD = 1 << 16
_EMPTY = "\ufeff \t\r\n\0"
# Publications of one contract stand close to each other: comparing with so many records is enough, and bounds
# what is kept of a file.
COMPARED = 100_000


class _Records(Protocol):
    def __iter__(self) -> Iterator[Source]: ...

    @property
    def issues(self) -> tuple[IssueCode, ...]: ...


def read_decp(
    content: bytes | BinaryIO, *, today: date, content_type: str | None = None, filename: str | None = None
) -> Iterator[DecpRow]:
    """Give one row per record, in the order of the file, and rows about the file itself among them.

    ``content``: bytes, or a stream that can be read from its beginning again and is closed in the end. The
    shape is recognised from the content; its declared type and name only help to name what is not
    recognised. ``today`` is the day after which dates are in the future. What is wrong with the whole file
    may be known only at its end. Never raises on content.
    """
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    opened, records = _open(stream, f"{content_type or ''} {filename or ''}".lower())
    for code in opened:
        yield DecpRow(None, None, (issue(code),))
    seen = _Seen()
    count = 0
    for count, source in enumerate(records or (), start=1):
        yield seen.compared(contract.read_record(source, count - 1, today))
    issues = () if records is None else records.issues
    for code in issues:
        yield DecpRow(None, None, (issue(code),))
    if not count and not issues and records is not None:
        yield DecpRow(None, None, (issue(IssueCode.NO_RECORD),))


def read_again(raw_json: str, *, concession: bool) -> DecpContract | None:
    """Read a record from what is kept of it (`DecpContract.raw_json`), be it a line of a CSV.

    ``concession``: it is known to be one, whatever its names say. None if it cannot be read.
    """
    number = NumberText
    try:
        value: Received = json.loads(raw_json, parse_int=number, parse_float=number)
    except (ValueError, RecursionError):
        return None
    kept = value
    if isinstance(value, dict):
        cells = {name: cell for name, cell in value.items() if type(cell) is str}
        # Of a line every cell is a text, but for those behind its last column.
        if len(cells) == len(value) - ("" in value):
            value = csv_records.record_of(cells)
    return contract.read_record(Source(value, kept, concession=concession), 0, date.max).record


def count_records(
    content: BinaryIO, *, content_type: str | None = None, filename: str | None = None
) -> Iterator[int]:
    """Give how many records were met so far, one by one: reading them takes much longer than this."""
    _, records = _open(content, f"{content_type or ''} {filename or ''}".lower())
    for count, _ in enumerate(records or (), start=1):
        yield count


def _open(content: BinaryIO, declared: str) -> tuple[tuple[IssueCode, ...], _Records | None]:
    content.seek(0)
    head = content.read(_HEAD)
    if head.startswith((*_ARCHIVES, _COLUMNAR)):
        return (IssueCode.SHAPE_ARCHIVE,), None
    text, guessed = open_text(content)
    start = text.read(_HEAD).lstrip(_EMPTY)
    while not start and (block := text.read(_HEAD)):
        start = block.lstrip(_EMPTY)
    if not start:
        return (IssueCode.FILE_EMPTY,), None
    if start.startswith("<"):
        return (IssueCode.SHAPE_XML,), None
    text.seek(0)
    shape: type[JsonRecords | CsvRecords]
    shape = JsonRecords if start[0] in "{[" or "json" in declared else CsvRecords
    return (IssueCode.ENCODING_GUESSED,) if guessed else (), shape(text)


class _Seen:
    """What the file contained just before: whole records, identities, and contracts but for their number."""

    def __init__(self) -> None:
        # Of each key its hash: nothing hangs on one warning in billions. Two halves, the older goes first.
        self._keys: dict[IssueCode, tuple[set[int], set[int]]] = {
            IssueCode.DUPLICATE_RECORD: (set(), set()),
            IssueCode.DUPLICATE_IDENTITY: (set(), set()),
            IssueCode.DUPLICATE_SUSPECTED: (set(), set()),
        }

    def compared(self, row: DecpRow) -> DecpRow:
        """Give the row with one warning if an earlier one was the same, or seems to be."""
        if row.record is None:
            return row
        keys = _keys(row.record)
        codes = [
            code for code, (older, newer) in self._keys.items() if keys[code] in older or keys[code] in newer
        ]
        for code, (_, newer) in self._keys.items():
            newer.add(keys[code])
            if len(newer) >= COMPARED:
                self._keys[code] = (newer, set())
        return replace(row, issues=(*row.issues, issue(codes[0]))) if codes else row


def _keys(record: DecpContract) -> dict[IssueCode, int]:
    holders = frozenset((holder.scheme, holder.value) for holder in record.holders)
    found: dict[IssueCode, Hashable] = {
        IssueCode.DUPLICATE_RECORD: record.fingerprint,
        IssueCode.DUPLICATE_IDENTITY: (record.buyer.value, record.external_id, record.cpv, holders),
        # Some publishers send one contract again and again under successive numbers.
        IssueCode.DUPLICATE_SUSPECTED: (
            record.buyer.value,
            record.object,
            holders,
            record.amount,
            record.notified_on,
        ),
    }
    return {code: hash(key) for code, key in found.items()}
