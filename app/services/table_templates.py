"""Files to fill in: the titles that an import knows, and a sheet that explains each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.tables.writing import Table, csv_lines, workbook
from app.schemas.exports import TableForm

if TYPE_CHECKING:
    from collections.abc import Sequence


def written(table: Table, rows: Sequence[Sequence[object]], form: TableForm) -> bytes:
    """A template in the form asked for; a CSV has no place for explanations."""
    if form is TableForm.CSV:
        return "".join(csv_lines(table.columns, rows)).encode()
    return workbook(table, rows)
