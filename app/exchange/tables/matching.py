"""Which column of a firm's table holds what: chosen by its title, else found by the titles firms use."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_col_to_name

from app.exchange.folding import fold_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What the column is called in which a table that is given back says what to do.
PROBLEM_TITLE = "Problème"
FIND_COLUMN = {
    "column_missing": "Colonne introuvable : donnez-lui le titre du modèle, ou dites le sien.",
    "column_unsure": "Plusieurs colonnes portent ce titre : dites laquelle prendre.",
    "column_twice": "Cette colonne est déjà prise pour autre chose : dites-en une autre.",
}


@dataclass(frozen=True, slots=True)
class Field:
    """What a column may hold. `titles` are folded; the first one that stands in the table is it.

    A column that is `needed` may be missing where one of the fields `instead` is there.
    """

    code: str
    label: str
    titles: tuple[str, ...]
    needed: bool = False
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, where and what to do; `column` as spreadsheets name it. No value is repeated."""

    code: str
    detail: str
    field: str = ""
    column: str | None = None
    keeps_out: bool = True


def match_columns(
    headers: Sequence[str], fields: Sequence[Field], chosen: Mapping[str, str]
) -> tuple[dict[str, int], list[Flaw]]:
    """The place of each field found, and what keeps the table from being read.

    `chosen`: titles by field code, as somebody says them; a title that does not stand there is a flaw.
    """
    folded = [fold_words(title) for title in headers]
    places: dict[str, int] = {}
    flaws: list[Flaw] = []
    missing: list[Field] = []
    # What somebody said comes first: a title that is also known for something else is taken then.
    for field in sorted(fields, key=lambda field: field.code not in chosen):
        said = field.code in chosen
        titles = (fold_words(chosen[field.code]),) if said else field.titles
        free = [title if said or place not in places.values() else "" for place, title in enumerate(folded)]
        found = next(([p for p, title in enumerate(free) if title == t] for t in titles if t in free), [])
        if len(found) > 1:
            flaws.append(_flaw("column_unsure", field))
        elif found and found[0] in places.values():
            flaws.append(_flaw("column_twice", field))
        elif found:
            places[field.code] = found[0]
        elif field.needed or said:
            missing.append(field)
    flaws += [
        _flaw("column_missing", field)
        for field in missing
        if field.code in chosen or not any(other in places for other in field.instead)
    ]
    return places, flaws


def fingerprint(headers: Sequence[str]) -> bytes:
    """The same for two tables with the same titles, in any order and however they are typed.

    The column that the service itself adds to a table that it gives back does not count.
    """
    folded = sorted({fold_words(title) for title in headers} - {"", fold_words(PROBLEM_TITLE)})
    return hashlib.sha256("\n".join(folded).encode()).digest()


def column_name(places: Mapping[str, int], field: str) -> str | None:
    """The letter of the column that holds a field."""
    return xl_col_to_name(places[field]) if field in places else None


def _flaw(code: str, field: Field) -> Flaw:
    return Flaw(code, f"{field.label} – {FIND_COLUMN[code]}", field.code)
