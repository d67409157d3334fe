"""Tables: what a French spreadsheet opens, what a machine reads, what no spreadsheet computes."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl

from app.exchange.tables.writing import Column, Kind, Table, csv_lines, inert, workbook

COLUMNS = (
    Column("Objet", "Ce qui est acheté."),
    Column("Jour", "Un jour.", Kind.DAY),
    Column("Heures", "Des heures.", Kind.HUNDREDTHS, summed=True),
    Column("Taux", "Une part.", Kind.RATE),
    Column("Instant", "Un instant.", Kind.INSTANT),
)
ROWS = (
    ('=HYPERLINK("x")', date(2025, 4, 15), 123450, "0.2883", datetime(2025, 4, 15, 8, 0, tzinfo=UTC)),
    ("Lot 2 ; bois\x07, «\u00a0pin\u00a0»\nsuite", None, -5, None, None),
)


def test_a_french_spreadsheet_opens_the_csv_as_it_is() -> None:
    text = "".join(csv_lines(COLUMNS, ROWS))
    assert text.startswith("\ufeffObjet;Jour;Heures;Taux;Instant\r\n")
    _, first, second = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=";")
    # 8 h UTC on a day of April is 10 h in Paris.
    assert first == ['\'=HYPERLINK("x")', "2025-04-15", "1234,50", "0,2883", "2025-04-15T10:00:00+02:00"]
    assert second == ["Lot 2 ; bois , « pin »\nsuite", "", "-0,05", "", ""]


def test_a_machine_reads_rfc_4180() -> None:
    lines = list(csv_lines(COLUMNS, ROWS[:1], comma=True))
    assert lines[0] == "Objet,Jour,Heures,Taux,Instant\r\n"
    assert lines[1].endswith(",2025-04-15,1234.50,0.2883,2025-04-15T10:00:00+02:00\r\n")


def test_every_beginning_of_a_formula_is_inert() -> None:
    texts = ["=1", "+1", "-1", "@a", "\t=1", "a=1", "\uff1d1", "\uff201"]
    lines = list(csv_lines(COLUMNS[:1], [[text] for text in texts]))[1:]
    assert [line.strip() for line in lines] == [
        "'=1",
        "'+1",
        "'-1",
        "'@a",
        "' =1",
        "a=1",
        "'\uff1d1",
        "'\uff201",
    ]
    assert [inert(text)[0] for text in ("\t=1", "\r=1", "\n=1", "\uff0b1", "\uff0d1", " =1", "\u3000+1")] == [
        "'"
    ] * 7


def test_the_workbook_holds_real_numbers_days_filter_and_total() -> None:
    content = workbook(Table("Essai", COLUMNS, {"Situation au": "15/04/2025"}), ROWS)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Données"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:E3"
    # A text all the same, though it looks like a formula.
    assert (sheet["A2"].value, sheet["A2"].data_type) == ('=HYPERLINK("x")', "s")
    assert sheet["B2"].value == datetime(2025, 4, 15)  # noqa: DTZ001 - a workbook knows no zone
    assert (sheet["C2"].value, sheet["C3"].value, sheet["D2"].value) == (1234.5, -0.05, 0.2883)
    assert sheet["E2"].value == datetime(2025, 4, 15, 10)  # noqa: DTZ001 - a workbook knows no zone
    assert sheet["C5"].value == "=SUBTOTAL(109,C2:C3)"
    seen = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    # 1 234.50 − 0.05, also for readers that compute nothing.
    assert seen["Données"]["C5"].value == 1234.45
    meanings = {row[0].value: row[1].value for row in book["Définitions"].iter_rows()}
    assert meanings["Situation au"] == "15/04/2025"
    assert meanings["Heures"] == "Des heures."
