"""The records of an "augmenté" CSV of the 2022 format, put into the form of its JSON."""

import csv
import io
import re
from collections.abc import Iterator, Mapping

from app.exchange.decp.issues import IssueCode
from app.exchange.decp.received import Received, Source

_ONLY_2019 = frozenset({"titulaire_denominationSociale_1", "booleanModification", "objetModification"})
_ONLY_2022 = frozenset({"techniques", "modalitesExecution", "idActeSousTraitance"})
_EXPECTED = (frozenset({"id", "objet"}), frozenset({"id", "acheteur.id"}), frozenset({"id", "acheteur_id"}))
_DELIMITERS = ";,\t|"
_HOLDER = re.compile(r"titulaire_id_([0-9]{1,3})")
_NOTHING = frozenset({"", "CDL"})

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
_FLATTENED = frozenset({*_ACT, *_SUBCONTRACTOR, *_MODIFICATION, *_NEW_HOLDER, *_ACT_MODIFICATION})


def open_csv(text: str) -> tuple[tuple[IssueCode, ...], Iterator[Source]]:
    """Give the issues about the file, then its records one by one.

    A file in another shape gives no record and the issue that says so.
    """
    first_line = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    rows = _rows(text, delimiter)
    header = [name.strip() for name in next(rows, None) or []]
    columns = frozenset(header)
    if not any(expected <= columns for expected in _EXPECTED):
        return (IssueCode.SHAPE_UNKNOWN,), iter(())
    if _ONLY_2022.isdisjoint(columns) and not _ONLY_2019.isdisjoint(columns):
        return (IssueCode.SHAPE_CSV_2019,), iter(())
    return (), _sources(header, rows)


def _rows(text: str, delimiter: str) -> Iterator[list[str] | None]:
    """Give the rows that are not blank, None for one that the CSV reader refuses."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
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
        yield Source(_record(cells), original, issues=issues)


def _record(cells: Mapping[str, str]) -> Received:
    record: dict[str, Received] = {
        name: text
        for name, text in cells.items()
        if text.strip() not in _NOTHING and name not in _FLATTENED and not name.startswith("titulaire_")
    }
    record["titulaires"] = _holders(cells)
    act = _pick(cells, _ACT)
    subcontractor = _pick(cells, _SUBCONTRACTOR)
    if act or subcontractor:
        record["actesSousTraitance"] = [act | {"sousTraitant": subcontractor}]
    modification = _pick(cells, _MODIFICATION)
    new_holder = _pick(cells, _NEW_HOLDER)
    if modification or new_holder:
        record["modifications"] = [modification | {"titulaires": [new_holder]}]
    changed_act = _pick(cells, _ACT_MODIFICATION)
    if changed_act:
        record["modificationsActesSousTraitance"] = [changed_act]
    return record


def _holders(cells: Mapping[str, str]) -> list[Received]:
    numbers = sorted(int(match[1]) for name in cells if (match := _HOLDER.fullmatch(name)))
    holders: list[Received] = []
    for number in numbers:
        columns = {f"titulaire_id_{number}": "id", f"titulaire_typeIdentifiant_{number}": "typeIdentifiant"}
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
