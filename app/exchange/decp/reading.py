"""Reading a DECP file (public data on French public contracts): bytes to contracts and issues.

Tolerant by design: official files are malformed, incomplete and duplicated, and what is wrong with
one record never stops the rest.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from app.exchange.decp import contract
from app.exchange.decp.csv_records import open_csv
from app.exchange.decp.issues import IssueCode, issue
from app.exchange.decp.json_records import open_json
from app.exchange.decp.received import Source, decode
from app.exchange.decp.records import DecpContract, DecpRow

_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b")


def read_decp(
    content: bytes, *, today: date, content_type: str | None = None, filename: str | None = None
) -> Iterator[DecpRow]:
    """Give one row per record of the file, in its order, then rows about the file itself first.

    The shape is recognised from the content; its declared type and name only help to name what
    is not recognised. ``today`` is the day after which dates are in the future. Never raises on
    content.
    """
    file_issues, sources = _open(content, f"{content_type or ''} {filename or ''}".lower())
    for code in file_issues:
        yield DecpRow(None, None, (issue(code),))
    seen = _Seen()
    count = 0
    for count, source in enumerate(sources, start=1):
        yield seen.compared(contract.read_record(source, count - 1, today))
    if not count and not file_issues:
        yield DecpRow(None, None, (issue(IssueCode.NO_RECORD),))


def _open(content: bytes, declared: str) -> tuple[tuple[IssueCode, ...], Iterable[Source]]:
    if content.startswith(_ARCHIVES):
        return (IssueCode.SHAPE_ARCHIVE,), ()
    text, guessed = decode(content)
    start = text.lstrip("\ufeff \t\r\n\0")
    if not start:
        return (IssueCode.FILE_EMPTY,), ()
    if start.startswith("<"):
        return (IssueCode.SHAPE_XML,), ()
    issues: tuple[IssueCode, ...]
    sources: Iterable[Source]
    if start[0] in "{[" or "json" in declared:
        issues, sources = open_json(start)
    else:
        issues, sources = open_csv(start)
    return ((IssueCode.ENCODING_GUESSED, *issues) if guessed else issues), sources


class _Seen:
    """What the file already contained, by whole content and by what identifies a contract."""

    def __init__(self) -> None:
        self._fingerprints: set[str] = set()
        self._identities: set[tuple[object, ...]] = set()

    def compared(self, row: DecpRow) -> DecpRow:
        """Give the row with a warning if an earlier one was the same, or claimed to be."""
        if row.record is None:
            return row
        identity = _identity(row.record)
        code = None
        if row.record.fingerprint in self._fingerprints:
            code = IssueCode.DUPLICATE_RECORD
        elif identity in self._identities:
            code = IssueCode.DUPLICATE_IDENTITY
        self._fingerprints.add(row.record.fingerprint)
        self._identities.add(identity)
        if code is None:
            return row
        return DecpRow(
            row.source_index, row.record, (*row.issues, issue(code)), row.fingerprint, row.raw_json
        )


def _identity(record: DecpContract) -> tuple[object, ...]:
    holders = frozenset((holder.scheme, holder.value) for holder in record.holders)
    return record.buyer.value, record.external_id, record.cpv, holders
