"""Contracts in the form of DECP 2022, to be taken away and sent back: sent back, they change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from app.exchange.decp.writing import text_of
from app.services.contracts import found_contracts
from app.services.decp_standing import told
from app.services.extracts import Extract, Page, pages, walk_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.exchange.tables.writing import Row
    from app.schemas.exports import ContractsTaken
    from app.services.extracts import Cursor, Reading
    from app.services.work import Reader

# The two lists of the envelope, one after the other: the contracts are walked again if any is a concession.
CONTRACTS, CONCESSIONS = "marche", "contrat-concession"
_BEGINNING = (CONTRACTS, "", "", "")
_YES = "yes"


def decp_extract(asked: ContractsTaken) -> Extract:
    """The contracts that the caller sees, one record each.

    A cursor is one of the two lists, the contract after which it goes on, whether it has a record yet, and
    whether a concession was met.
    """

    def read(reader: Reader, cursor: Cursor) -> Page:
        part, after, some, met = cursor or _BEGINNING
        if part == CONCESSIONS and not met:
            return Page([], None)
        found, following = found_contracts(reader, walk_of(asked, UUID(after) if after else None))
        records = told(reader.session, found)
        rows: list[Row] = [
            (text_of(record),) for record in records if record.concession == (part == CONCESSIONS)
        ]
        met = _YES if any(record.concession for record in records) else met
        if following is not None:
            return Page(rows, (part, str(following), _YES if rows else some, met))
        return Page(rows, (CONCESSIONS, "", "", met) if part == CONTRACTS else None)

    return Extract("contrats-decp", "Contrats", (), lambda _: None, read, lambda _: {}, _text)


def written(extract: Extract, reading: Reading) -> Iterator[str]:
    """The file as it is read."""
    cursor: Cursor = ()
    for page in pages(extract, reading):
        yield _text(page, cursor)
        cursor = page.after or ()


def _text(page: Page, cursor: Cursor) -> str:
    part, after, some, _ = cursor or _BEGINNING
    found = [f"\n{row[0]}" for row in page.rows]
    if after:
        opening = "," if some and found else ""
    else:
        opening = f'{{"marches": {{"{part}": [' if part == CONTRACTS else f'\n], "{part}": ['
    return f"{opening}{','.join(found)}{'' if page.after else chr(10) + ']}}' + chr(10)}"
