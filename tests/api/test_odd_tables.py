"""Tables as offices send them, or nobody should: each is answered for, and nothing is half done."""

import io
from collections.abc import Iterator

import openpyxl
import pytest

from app.principal import Role
from tests.api.builders import BUYER, Service, add_contract, serving
from tests.api.sending_tables import INVOICES, XLSX, told
from tests.api.test_invoice_imports import recorded

TITLES = ["Contrat", "Numéro", "Date", "Montant HT"]
imported = INVOICES.imported


@pytest.fixture
def service(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as running:
        yield running


def workbook(rows: list[list[object]], *merged: str) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\r\n \r\n", "file_empty"),
        (";".join(TITLES).encode(), "file_empty"),
        (b"\0\0\0\0", "no_header"),
        (b"1;2;3\n4;5;6\n", "no_header"),
        ("Contrat;Numéro;Date;Montant HT;numero\n".encode(), "header_twice"),
        ("Contrat;Numéro;Date\nx;F-1;20/12/2024\n".encode(), "column_missing"),
        (b"PK\x03\x04 nothing", "file_damaged"),
        ('Contrat;Numéro;Date;Montant HT\n"x;F-1;20/12/2024;1\n'.encode(), "file_damaged"),
    ],
    ids=["nothing", "blank", "titles", "nul", "numbers", "twice", "missing", "no archive", "open quote"],
)
def test_what_cannot_be_read_is_said_of_the_file(service: Service, content: bytes, code: str) -> None:
    found = imported(service, content or b" ")
    assert [(row["index"], [issue["code"] for issue in row["issues"]]) for row in found["items"]] == [
        (-1, [code])
    ]
    assert (found["file"], found["mapping"]) == (None, None)


def test_titles_on_two_lines_and_merged_cells(service: Service) -> None:
    contract_id = add_contract(service)
    rows: list[list[object]] = [
        ["Suivi financier exemple", None, None, None, None],
        ["Marché", None, "Facture", None, None],
        [*TITLES, "Observations"],
        [str(contract_id), "F-1", "20/12/2024", 1234.5, None],
        [None, None, None, None, None],
        [str(contract_id), "F-2", "20/12/2024", "1 000,00 €", "revue"],
    ]
    found = imported(service, workbook(rows, "A1:E1", "A2:B2", "C2:D2"), XLSX)
    assert told(found) == [(4, "created", []), (6, "created", [])]
    assert recorded(service, contract_id) == [("F-1", "2024-12-20", 123450), ("F-2", "2024-12-20", 100000)]


def test_formulas_are_not_computed_and_texts_never_become_one(service: Service) -> None:
    contract_id = add_contract(service)
    rows: list[list[object]] = [
        [*TITLES, "=Note"],
        [str(contract_id), "F-1", "20/12/2024", "=1000+1", "=HYPERLINK(1)"],
    ]
    found = imported(service, workbook(rows), XLSX)
    assert told(found) == [(2, "rejected", [("cell_empty", "D")])]
    text = f"{';'.join(TITLES)};Note\n{contract_id};=1+1;20/12/2024;5;=HYPERLINK(1)\n"
    found = imported(service, text.encode())
    assert told(found) == [(2, "rejected", [("not_an_invoice_number", "B")])]
    returned = service.get(found["file"], BUYER, Role.BUYER).text.splitlines()[1]
    # The firm's cells are as they were; what the service adds begins with a word.
    assert returned.startswith(f"{contract_id};=1+1;20/12/2024;5;=HYPERLINK(1);Colonne B : ")
    assert recorded(service, contract_id) == []


def test_control_characters_reach_no_database(service: Service) -> None:
    contract_id = add_contract(service)
    lines = [
        f"{contract_id};F\0-1;20/12/2024;5",
        "a\0b;F-1;20/12/2024;5",
        f"{contract_id};F-1;20/12\0/2024;5",
    ]
    found = imported(service, "\n".join((";".join(TITLES), *lines, "")).encode())
    assert [flaws for _, _, flaws in told(found)] == [
        [("not_an_invoice_number", "B")],
        [("contract_unknown", "A")],
        [("not_a_date", "C")],
    ]


def test_a_table_of_another_separator_and_alphabet(service: Service) -> None:
    contract_id = add_contract(service)
    content = f"sep=\t\r\nContrat\tNuméro\tDate\tMontant HT\r\n{contract_id}\tF-1\t1er déc. 2024\t5\r\n"
    found = imported(service, content.encode("utf-16"), mode="valid")
    # Before the contract was notified.
    assert told(found) == [(3, "rejected", [("before_notification", "C")])]
    returned = service.get(found["file"], BUYER, Role.BUYER).content.decode("utf-16")
    assert returned.splitlines()[:2] == ["sep=\t", "Contrat\tNuméro\tDate\tMontant HT\tProblème"]
