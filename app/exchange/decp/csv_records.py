"""The records of an "augmenté" CSV of either format, put into the form of the JSON, a line at a time."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from typing import TextIO

from app.exchange.decp.issues import IssueCode
from app.exchange.decp.received import Received, Source

_BUYERS = ("acheteur.id", "acheteur_id", "acheteur", "autoriteConcedante.id", "autoriteConcedante_id")
_DELIMITERS = ";,\t|"
_HOLDER = re.compile(r"titulaire_id(?:_([0-9]{1,3}))?")
_NOTHING = frozenset({"", "CDL"})
# A line that goes on for longer has lost its end: it is cut, and found wrong, there.
_LONGEST_LINE = 1 << 20

_ACT = {
    "idActeSousTraitance": "id",
    "dureeMoisActeSousTraitance": "dureeMois",
    "dateNotificationActeSousTraitance": "dateNotification",
    "datePublicationDonneesActeSousTraitance": "datePublicationDonnees",
    "montantActeSousTraitance": "montant",
    "variationPrixActeSousTraitance": "variationPrix",
}
_SUBCONTRACTOR = {"idSousTraitant": "id", "typeIdentifiantSousTraitant": "typeIdentifiant"}
_MODIFICATION = {
    "idModification": "id",
    "montantModification": "montant",
    "dureeMoisModification": "dureeMois",
    "dateNotificationModificationModification": "dateNotificationModification",
    "datePublicationDonneesModificationModification": "datePublicationDonneesModification",
}
_NEW_HOLDER = {"idTitulaireModification": "id", "typeIdentifiantTitulaireModification": "typeIdentifiant"}
_ACT_MODIFICATION = {
    "idModificationActeSousTraitance": "id",
    "dureeMoisModificationActeSousTraitance": "dureeMois",
    "dateNotificationModificationSousTraitanceModificationActeSousTraitance": (
        "dateNotificationModificationSousTraitance"
    ),
    "montantModificationActeSousTraitance": "montant",
    "datePublicationDonneesModificationActeSousTraitance": "datePublicationDonnees",
}
# The 2019 format has one modification per line, with the whole new list of holders in one cell.
_MODIFICATION_2019 = {
    "objetModification": "objetModification",
    "montantModification": "montant",
    "dureeMoisModification": "dureeMois",
    "dateNotificationModification": "dateNotificationModification",
    "datePublicationDonneesModification": "datePublicationDonneesModification",
}
_NEW_HOLDERS = "titulairesModification"
_FLATTENED = frozenset(
    {
        *(*_ACT, *_SUBCONTRACTOR, *_MODIFICATION, *_NEW_HOLDER, *_ACT_MODIFICATION, *_MODIFICATION_2019),
        *(_NEW_HOLDERS, "booleanModification"),
    }
)
_OTHER_NAMES = {"technique": "techniques", "modaliteExecution": "modalitesExecution", "typePrix": "typesPrix"}


class CsvRecords:
    """The records of one text, whose first line names the columns."""

    def __init__(self, text: TextIO) -> None:
        """Read the header."""
        lines = _lines(text)
        first = next((line for line in lines if line.strip("\r\n\0\ufeff ")), "")
        delimiter = max(_DELIMITERS, key=first.count)
        header = next(_rows(iter([first.strip("\0\ufeff")]), delimiter), None) or []
        self._header = [name.strip() for name in header]
        self._rows = _rows(lines, delimiter)
        self._known = "id" in self._header and any(name in self._header for name in ("objet", *_BUYERS))

    def __iter__(self) -> Iterator[Source]:
        """Give each record; none when the columns are those of something else."""
        return _sources(self._header, self._rows) if self._known else iter(())

    @property
    def issues(self) -> tuple[IssueCode, ...]:
        """What is wrong with the file as a whole."""
        return () if self._known else (IssueCode.SHAPE_UNKNOWN,)


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        yield line


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[list[str] | None]:
    """Give the rows that are not blank, None for one that the CSV reader refuses."""
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None
            continue
        if any(cell.strip() for cell in row):
            yield row


def _sources(header: list[str], rows: Iterator[list[str] | None]) -> Iterator[Source]:
    for row in rows:
        if row is None:
            yield Source(None, None, issues=(IssueCode.RECORD_UNREADABLE,))
            continue
        cells = dict(zip(header, row, strict=False))
        issues = () if len(row) == len(header) else (IssueCode.ROW_SHAPE,)
        original: dict[str, Received] = dict(cells)
        if len(row) > len(header):
            original[""] = list(row[len(header) :])
        yield Source(record_of(cells), original, issues=issues)


def record_of(cells: Mapping[str, str]) -> Received:
    """The record that a line tells, from its cells by the names of their columns, in the form of the JSON."""
    record: dict[str, Received] = {
        _OTHER_NAMES.get(name, name): text
        for name, text in cells.items()
        if text.strip() not in _NOTHING and name not in _FLATTENED and not name.startswith("titulaire_")
    }
    record["titulaires"] = _holders(cells)
    act = _pick(cells, _ACT)
    subcontractor = _pick(cells, _SUBCONTRACTOR)
    if act or subcontractor:
        record["actesSousTraitance"] = [act | {"sousTraitant": subcontractor}]
    modification = _modification(cells)
    if modification:
        record["modifications"] = [modification]
    changed_act = _pick(cells, _ACT_MODIFICATION)
    if changed_act:
        record["modificationsActesSousTraitance"] = [changed_act]
    return record


def _modification(cells: Mapping[str, str]) -> dict[str, Received]:
    found = _pick(cells, _MODIFICATION) or _pick(cells, _MODIFICATION_2019)
    new_holder = _pick(cells, _NEW_HOLDER)
    if new_holder:
        found["titulaires"] = [new_holder]
    elif cells.get(_NEW_HOLDERS, "").strip() not in _NOTHING:
        found["titulaires"] = _listed(cells[_NEW_HOLDERS])
    return found


def _listed(text: str) -> Received:
    """A list in one cell: as JSON, or as Python prints it; else the text, which is then found unreadable."""
    for written in (text, text.replace("'", '"')):
        try:
            found: Received = json.loads(written)
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, (list, dict)) else text
    return text


def _holders(cells: Mapping[str, str]) -> list[Received]:
    numbers = [match[1] for name in cells if (match := _HOLDER.fullmatch(name))]
    holders: list[Received] = []
    for number in sorted(numbers, key=lambda found: int(found or 0)):
        end = f"_{number}" if number else ""
        columns = {f"titulaire_id{end}": "id", f"titulaire_typeIdentifiant{end}": "typeIdentifiant"}
        holder = _pick(cells, columns)
        if holder:
            holders.append(holder)
    return holders


def _pick(cells: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, Received]:
    """Give the cells that say something, under the names of the JSON format."""
    return {
        name: cells[column]
        for column, name in columns.items()
        if cells.get(column, "").strip() not in _NOTHING
    }
