"""Tables of firms as they come: separators, encodings, titles above, totals below."""

import contextlib
import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.exchange.tables.problems import TableProblem, Unreadable
from app.exchange.tables.reading import Row, open_table

LINES = [
    ("Salarié", "Mois", "Heures"),
    ("Exemple Élève", "mars 2026", "7,5"),
    ("Exemple Prêté", "avril 2026", "8"),
]


def written(separator: str) -> str:
    """The lines as a text file; the comma of decimals is quoted where it separates."""
    quoted = [[f'"{cell}"' if separator in cell else cell for cell in line] for line in LINES]
    return "\r\n".join(separator.join(line) for line in quoted) + "\r\n"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "cp850"])
def test_separators_and_encodings(separator: str, encoding: str) -> None:
    """The same rows whatever the program that wrote them."""
    table = open_table(written(separator).encode(encoding))
    assert table.headers == LINES[0]
    assert table.separator == separator
    assert list(table.rows) == [Row(2, LINES[1]), Row(3, LINES[2])]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
def test_an_older_alphabet_is_told_by_few_letters_wherever_they_stand(encoding: str) -> None:
    few = "Prénom;Mois\r\nZoé;août 2026\r\n"
    late = "Nom;Mois\r\n" + "Exemple;mars 2026\r\n" * 5_000 + "Zoé;mars 2026\r\n"
    table = open_table(few.encode(encoding))
    assert (table.headers, list(table.rows)) == (("Prénom", "Mois"), [Row(2, ("Zoé", "août 2026"))])
    assert list(open_table(late.encode(encoding)).rows)[-1] == Row(5_002, ("Zoé", "mars 2026"))


def test_titles_above_totals_below() -> None:
    """Rows keep the number a person sees; empty ones vanish, totals and broken ones are named."""
    text = (
        "Relevé de l'entreprise exemple;;\n"
        ";;\n"
        "Salarié;Mois;Heures\n"
        '"Exemple\nDeux lignes";mars 2026;7,5\n'
        ";;\n"
        "Exemple;avril 2026;8;en trop\n"
        "Exemple court\n"
        "TOTAL;;15,5\n"
    )
    table = open_table(text.encode())
    assert table.header_row == 3
    assert list(table.rows) == [
        Row(4, ("Exemple\nDeux lignes", "mars 2026", "7,5")),
        Row(7, ("Exemple", "avril 2026", "8"), TableProblem.TOO_MANY_CELLS),
        Row(8, ("Exemple court", None, None)),
        Row(9, ("TOTAL", "", "15,5"), TableProblem.TOTAL_ROW),
    ]


def test_declared_separator() -> None:
    """The first line by which spreadsheets say their separator is no data."""
    table = open_table(b"sep=|\nNom;prenom|Heures\nexemple|7\n")
    assert (table.headers, table.header_row) == (("Nom;prenom", "Heures"), 2)
    assert list(table.rows) == [Row(3, ("exemple", "7"))]


def workbook() -> bytes:
    """Two sheets; on the second a table away from the corner, with a formula that nobody computed."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Heures")
    sheet["A1"] = "Relevé exemple"
    sheet["B3"], sheet["C3"], sheet["D3"] = "Salarié", "Mois", "Heures"
    sheet["B4"], sheet["C4"], sheet["D4"] = "Exemple", date(2026, 3, 1), 7.5
    sheet["B5"], sheet["C5"], sheet["D5"] = "Autre", date(2026, 3, 1), "=3+4"
    sheet.merge_cells("B5:B6")
    sheet["C6"], sheet["D6"] = date(2026, 4, 1), 8
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_workbook() -> None:
    """The first sheet with anything on it; a merged cell stands once, an uncomputed formula is empty."""
    table = open_table(workbook())
    assert (table.sheet, table.sheets) == ("Heures", ("Sheet", "Heures"))
    assert (table.headers, table.header_row) == (("", "Salarié", "Mois", "Heures"), 3)
    assert list(table.rows) == [
        Row(4, ("", "Exemple", date(2026, 3, 1), 7.5)),
        Row(5, ("", "Autre", date(2026, 3, 1), "")),
        Row(6, ("", "", date(2026, 4, 1), 8.0)),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b" \n", TableProblem.FILE_EMPTY),
        (b"1;2\n3;4\n", TableProblem.NO_HEADER),
        (b"Mois;mois\n1;2\n", TableProblem.HEADER_TWICE),
        (workbook()[:900], TableProblem.FILE_DAMAGED),
        (b"PK\x03\x04", TableProblem.FILE_DAMAGED),
        (b'Nom;Mois\n"exemple;3\n', TableProblem.FILE_DAMAGED),
    ],
)
def test_unusable_files(content: bytes, problem: TableProblem) -> None:
    """What concerns the whole file is said at once, or where the walk meets it."""
    with pytest.raises(Unreadable) as refusal:
        list(open_table(content).rows)
    assert refusal.value.problem is problem


@pytest.mark.parametrize(
    ("size", "problem"), [(1 << 31, TableProblem.FILE_TOO_LARGE), (10, TableProblem.FILE_DAMAGED)]
)
def test_a_packed_file_unpacks_to_what_it_says_and_not_to_too_much(size: int, problem: TableProblem) -> None:
    """Every part says its size in the list at the end of the file; 24 bytes into each entry."""
    content = bytearray(workbook())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = size.to_bytes(4, "little")
        at = content.find(b"PK\x01\x02", at + 1)
    with pytest.raises(Unreadable) as refusal:
        open_table(bytes(content))
    assert refusal.value.problem is problem


def test_unknown_sheet() -> None:
    """A sheet that the workbook does not have; one without a cell."""
    with pytest.raises(Unreadable) as unknown:
        open_table(workbook(), "Autre")
    assert unknown.value.problem is TableProblem.SHEET_UNKNOWN
    with pytest.raises(Unreadable) as empty:
        open_table(workbook(), "Sheet")
    assert empty.value.problem is TableProblem.FILE_EMPTY


@given(some.binary(max_size=200) | some.text(max_size=200).map(str.encode))
def test_any_bytes(content: bytes) -> None:
    """Whatever is handed over is read or refused, and nothing else."""
    with contextlib.suppress(Unreadable):
        table = open_table(content)
        assert all(len(row.cells) == len(table.headers) for row in table.rows)
