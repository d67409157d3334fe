"""Tables to take away: read a page at a time under the caller's own sight, then written out.

Each page is read in a session of its own and says where the next one begins: a file is sent as it is read,
and work that was cut off goes on where it was.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from app.db.queries.organisations import organisations_by_id
from app.exchange.tables.writing import Table, csv_lines, workbook
from app.refusals.exports import ExportTooLarge
from app.schemas.contracts import ContractsWalk
from app.schemas.exports import Separator
from app.schemas.labels import LABELS
from app.services import contracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from app.exchange.tables.writing import Column, Row
    from app.schemas.compliance import ComplianceQuery
    from app.schemas.contracts import ContractOut
    from app.schemas.exports import AttestationQuery, ContractsTaken, LinesTaken, PackageQuery
    from app.services.work import Reader

    Reading = Callable[[], AbstractContextManager[Reader]]
    # Where a page begins, in texts; empty at the beginning.
    Cursor = tuple[str, ...]
    RowsOf = Callable[[Reader, ContractOut, UUID | None], tuple[list[Row], UUID | None]]

BATCH = 100
# A page of lines ends with the part of a contract that makes it so long.
ENOUGH = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and where the next ones begin; None after the last."""

    rows: list[Row]
    after: Cursor | None


@dataclass(frozen=True, slots=True)
class Extract:
    """What is taken away: `name` of the file, what each column means, how rows are read.

    `check` raises what the caller is refused for before anything is sent; `about` says what has to be known
    to read the rows, by its label. `text` is how a page that begins at a cursor is written, where that is
    neither a CSV nor a workbook.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    check: Callable[[Reader], None]
    read: Callable[[Reader, Cursor], Page]
    about: Callable[[Reader], dict[str, str]]
    text: Callable[[Page, Cursor], str] | None = None


def csv_of(extract: Extract, reading: Reading, separator: Separator) -> Iterator[str]:
    """The table as it is read: no session stays open while the caller takes its time."""
    with reading() as reader:
        extract.check(reader)
    return csv_lines(extract.columns, _rows(extract, reading), comma=separator is Separator.COMMA)


def workbook_of(extract: Extract, reader: Reader, most: int) -> bytes:
    """The same as a workbook; ExportTooLarge beyond `most` rows."""
    extract.check(reader)
    rows = at_most(most, _rows(extract, lambda: nullcontext(reader)))
    return workbook(Table(extract.title, extract.columns, extract.about(reader)), rows)


def at_most(most: int, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, as long as there are not too many: ExportTooLarge then."""
    for number, row in enumerate(rows, start=1):
        if number > most:
            raise ExportTooLarge
        yield row


def pages(extract: Extract, reading: Reading, cursor: Cursor = ()) -> Iterator[Page]:
    """The pages from a cursor on, each read in a session that is closed before it is handed over."""
    following: Cursor | None = cursor
    while following is not None:
        with reading() as reader:
            page = extract.read(reader, following)
        yield page
        following = page.after


def _rows(extract: Extract, reading: Reading) -> Iterator[Row]:
    for page in pages(extract, reading):
        yield from page.rows


def who_and_when(reader: Reader, asked: PackageQuery | ComplianceQuery | AttestationQuery) -> dict[str, str]:
    """Who asked, for which day, as known when: what every file has to say of itself."""
    return {
        **who(reader),
        "Situation au": f"{asked.as_of or reader.today:%d/%m/%Y}",
        "Connu au": f"{asked.known_at or reader.now:%d/%m/%Y %H:%M:%S} UTC",
    }


def who(reader: Reader) -> dict[str, str]:
    """Who asked, and when."""
    own = reader.principal.organisation_id
    organisation = organisations_by_id(reader.session, {own}).get(own)
    name = f"{organisation.name or ''} ({organisation.identifier})".strip() if organisation else "Plateforme"
    return {
        "Demandé par": name,
        "Rôle": LABELS["roles"][reader.principal.role],
        "Établi le": f"{reader.today:%d/%m/%Y}",
    }


def filters(asked: ContractsTaken) -> dict[str, str]:
    """The criteria that were set, in the words of the address."""
    said = asked.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"form", "separator"})
    return {"Critères": " ; ".join(f"{name} = {value}" for name, value in sorted(said.items())) or "aucun"}


def taken(reader: Reader, asked: ContractsTaken, after: UUID | None) -> tuple[list[ContractOut], UUID | None]:
    """The next contracts of the list, read as the list itself is; and where it goes on."""
    page = contracts.list_contracts(reader, walk_of(asked, after))
    return page.items, page.next


def walk_of(asked: ContractsTaken, after: UUID | None) -> ContractsWalk:
    """The criteria as the list reads them, from one contract on."""
    fields = ("buyer", "holder", "reference", "clause_state", "place")
    said = {name: getattr(asked, name) for name in fields}
    return ContractsWalk.model_validate({**said, "after": after, "limit": BATCH})


def all_taken(reader: Reader, asked: ContractsTaken, most: int) -> Iterator[ContractOut]:
    """All contracts of the list; ExportTooLarge beyond `most`."""
    after, number = None, 0
    while True:
        items, after = taken(reader, asked, after)
        number += len(items)
        if number > most:
            raise ExportTooLarge
        yield from items
        if after is None:
            return


def by_contract(asked: LinesTaken, rows_of: RowsOf) -> Callable[[Reader, Cursor], Page]:
    """How the rows of one contract after the other are read.

    `rows_of` gives some rows of a contract after an id, and the id to go on from. A cursor is the last
    contract that is done, then the one under way and where in it.
    """

    def read(reader: Reader, cursor: Cursor) -> Page:
        done, current, within = cursor or ("", "", "")
        items, following = _asked_for(reader, asked, UUID(done) if done else None)
        rows: list[Row] = []
        for contract in items:
            # Its rows go on only if it is still the next one that the caller sees.
            inner = UUID(within) if within and current == str(contract.id) else None
            while True:
                found, inner = rows_of(reader, contract, inner)
                rows += found
                if inner is None:
                    break
                if len(rows) >= ENOUGH:
                    return Page(rows, (done, str(contract.id), str(inner)))
            done = str(contract.id)
            if len(rows) >= ENOUGH:
                return Page(rows, (done, "", ""))
        return Page(rows, (done, "", "") if following else None)

    return read


def _asked_for(
    reader: Reader, asked: LinesTaken, after: UUID | None
) -> tuple[list[ContractOut], UUID | None]:
    if asked.contract is None:
        return taken(reader, asked, after)
    return ([contracts.read_contract(reader, asked.contract)] if after is None else []), None
