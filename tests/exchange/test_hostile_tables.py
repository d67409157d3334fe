"""Tables made to exhaust whoever reads them: each is refused for what it is, soon and in little memory."""

import io
import math
import zipfile

import openpyxl
import pytest

from app.exchange.tables.packages import check_package
from app.exchange.tables.problems import TableProblem, Unreadable
from app.exchange.tables.reading import open_table
from app.exchange.tables.returning import returned_workbook

SHEET = "xl/worksheets/sheet1.xml"


def problem_of(content: bytes) -> TableProblem:
    with pytest.raises(Unreadable) as refused:
        for _ in open_table(content).rows:
            pass
    return refused.value.problem


def workbook(**cells: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Mise à l'emploi", "Mois", "Heures"])
    for place, text in cells.items():
        book.active[place] = text
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_sheet(content: bytes, rows: str) -> bytes:
    """The workbook with another first sheet."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            if part.filename == SHEET:
                text = f"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                    xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                    ><sheetData>{rows}</sheetData></worksheet>""".encode()
            new.writestr(part.filename, text)
    return file.getvalue()


def with_part(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The workbook with other bytes in one of its parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(file, "w") as after:
        for part in before.infolist():
            text = before.read(part)
            after.writestr(part.filename, text.replace(old, new) if part.filename == name else text)
    return file.getvalue()


TITLES = '<row r="1"><c r="A1" t="inlineStr"><is><t>Mois</t></is></c></row>'


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c r = 'xfd1048576'><v>1</v></c></row>",
        '<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
        f'<row r="1048576">{"<c><v>1</v></c>" * 20}</row>',
        '<row><c r="ZZ1000000"><f>1</f><v>1</v></c></row>',
    ],
)
def test_two_cells_far_apart(rows: str) -> None:
    """Seen before a place is taken for any of those between them."""
    with pytest.raises(Unreadable) as refused:
        check_package(with_sheet(workbook(), TITLES + rows))
    assert refused.value.problem is TableProblem.FILE_TOO_LARGE


def test_cells_far_away_without_a_value_are_nothing() -> None:
    rows = (
        TITLES
        + '<row r="2"><c r="A2"><v>1</v></c></row>'
        + '<row r="1048576"><c r="XFD1048576"/><c r="XFC1048576"></c></row>'
    )
    table = open_table(with_sheet(workbook(), rows))
    assert (table.headers, [row.number for row in table.rows]) == (("Mois",), [2])


def test_a_cell_in_the_last_row_of_a_narrow_sheet_is_read() -> None:
    assert [row.number for row in open_table(workbook(C1048576="x")).rows] == [1_048_576]


def test_entities_are_not_unfolded() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(SHEET, '<!DOCTYPE a [<!ENTITY b "c">]><a><sheetData>&b;</sheetData></a>')
    assert problem_of(file.getvalue()) is TableProblem.FILE_DAMAGED


def test_other_kinds_of_workbook_are_not_opened() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office/>")
    assert problem_of(file.getvalue()) is TableProblem.FILE_DAMAGED


def test_an_archive_that_lies_about_its_size() -> None:
    content = bytearray(with_sheet(workbook(), TITLES + " " * 1_000_000))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert size in content
    assert problem_of(bytes(content).replace(size, (400).to_bytes(4, "little"))) is TableProblem.FILE_DAMAGED


@pytest.mark.parametrize(
    "content",
    [
        b"Mois;Heures" + b";" * 1_000_000 + b"\n",
        b"Mois;Heures\n" + b"\n" * 1_100_000,
    ],
    ids=["columns", "blank lines"],
)
def test_more_than_any_table_has(content: bytes) -> None:
    assert problem_of(content) is TableProblem.FILE_TOO_LARGE


def test_a_quote_declared_as_separator_separates_nothing() -> None:
    table = open_table(b'sep="\nMois;Heures\n2026-03;7\n')
    assert table.separator == ";"


def test_the_lines_of_a_workbook_are_held_and_those_of_a_text_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.exchange.tables.reading.ROWS_OF_WORKBOOK", 2)
    assert problem_of(workbook(A2="1", A3="2", A4="3")) is TableProblem.FILE_TOO_LARGE
    assert len(list(open_table(b"Mois;Heures\n1;2\n1;2\n1;2\n").rows)) == 3


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("2025/01", "2025_01"),
        ("Heures d'insertion de l'entreprise exemple", "Heures d'insertion de l'entrepr"),
        ("'Paie'", "Paie"),
        ("''", "Sheet1"),
    ],
)
def test_a_workbook_is_given_back_whatever_other_tools_wrote_into_it(name: str, given: str) -> None:
    rows = TITLES + '<row r="2"><c r="A2"><v>1E999</v></c></row>'
    named = b'name="Sheet"', f'name="{name}"'.encode()
    content = with_part(with_sheet(workbook(), rows), "xl/workbook.xml", *named)
    (row,) = open_table(content).rows
    assert row.cells == (math.inf,)
    returned = returned_workbook(lambda: io.BytesIO(content), lambda number: f"ligne {number}")
    book = openpyxl.load_workbook(io.BytesIO(returned))
    assert book.sheetnames == [given]
    assert [[cell.value for cell in line] for line in book[given]] == [
        ["Mois", "Problème"],
        ["inf", "ligne 2"],
    ]
