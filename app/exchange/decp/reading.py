"""Reading a DECP file (public data on French public contracts): bytes to contracts and issues.

Tolerant by design: official files are malformed, incomplete and duplicated, and what is wrong with
one record never stops the rest.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
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
    """Give the rows about the file itself, then one row per record, in the order of the file.

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
    """What the file already contained: whole records, identities, and contracts but for their number."""

    def __init__(self) -> None:
        self._keys: dict[IssueCode, set[Hashable]] = {
            IssueCode.DUPLICATE_RECORD: set(),
            IssueCode.DUPLICATE_IDENTITY: set(),
            IssueCode.DUPLICATE_SUSPECTED: set(),
        }

    def compared(self, row: DecpRow) -> DecpRow:
        """Give the row with one warning if an earlier one was the same, or seems to be."""
        if row.record is None:
            return row
        keys = _keys(row.record)
        codes = [code for code, seen in self._keys.items() if keys[code] in seen]
        for code, seen in self._keys.items():
            seen.add(keys[code])
        return replace(row, issues=(*row.issues, issue(codes[0]))) if codes else row


def _keys(record: DecpContract) -> dict[IssueCode, Hashable]:
    holders = frozenset((holder.scheme, holder.value) for holder in record.holders)
    return {
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
