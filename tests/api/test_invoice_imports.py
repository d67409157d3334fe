"""Invoices from a buyer's own table: recorded once, taken back, never rewritten."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app import worker
from app.db.tables import Invoice
from app.principal import Role
from app.services import invoices
from app.services.verify import verify
from tests.api.builders import BUYER, CONTRACTOR, OTHER_BUYER, Service, add_contract, serving
from tests.api.sending_tables import INVOICES, Found, told

HEADER = "N° de marché;N° facture;Date de facture;Montant facturé HT;Avoir sur facture;Motif"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running
        assert verify(running.means.database).holds


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return add_contract(service)


def imported(service: Service, *lines: str, header: str = HEADER, **asked: Any) -> Found:  # noqa: ANN401 - query
    return INVOICES.imported(service, "\r\n".join((header, *lines, "")), **asked)


def recorded(service: Service, contract_id: UUID) -> list[tuple[str | None, str, int]]:
    """Number, day and cents of what a contract has, reversals below zero, in order."""
    with service.means.database.read() as session:
        found = session.scalars(
            select(Invoice).where(Invoice.contract_id == contract_id).order_by(Invoice.id)
        ).all()
    return [(o.number, o.invoiced_on.isoformat(), o.amount) for o in found]


def test_invoices_and_credit_notes_are_recorded_once(service: Service, contract_id: UUID) -> None:
    lines = [
        # The credit note stands above its invoice: files are sorted by anything.
        f"{contract_id};AV-1;31/12/2024;-234,50;F2024-1;Prestation non réalisée",
        f"{contract_id};F2024-1;20/12/2024;1 234,50;;",
        f"{contract_id};F2024-2;2024-12-31;2\u202f000 €;;".replace("\u202f", "\xa0"),
        f"{contract_id};F2024-2;31/12/2024;2000,00;;",
        "Total;;;3000;;",
    ]
    dry = imported(service, *lines, dry_run="true")
    assert [row["outcome"] for row in dry["items"]] == ["created", "created", "created", "unchanged", "noted"]
    assert recorded(service, contract_id) == []
    assert told(imported(service, *lines)) == [
        (2, "created", []),
        (3, "created", []),
        (4, "created", []),
        (5, "unchanged", []),
        (6, "noted", [("total_row", None)]),
    ]
    assert recorded(service, contract_id) == [
        ("F2024-1", "2024-12-20", 123450),
        ("AV-1", "2024-12-31", -23450),
        ("F2024-2", "2024-12-31", 200000),
    ]
    again = imported(service, *lines)
    assert [row["outcome"] for row in again["items"]] == ["unchanged"] * 4 + ["noted"]
    assert len(recorded(service, contract_id)) == 3
    page = service.get(f"/v1/contracts/{contract_id}/invoices", BUYER, Role.BUYER).json()
    # 1,234.50 + 2,000.00 − 234.50.
    assert page["total"] == "3000.00"


def test_a_number_with_another_amount_is_told_and_overwrites_nothing(
    service: Service, contract_id: UUID
) -> None:
    imported(service, f"{contract_id};F-1;20/12/2024;100;;")
    found = imported(
        service,
        f"{contract_id};F-1;20/12/2024;101;;",
        f"{contract_id};F-2;20/12/2024;10;;",
        f"{contract_id};F-2;20/12/2024;11;;",
        f"{contract_id};F-3;20/12/2024;5;;",
        mode="valid",
    )
    assert told(found) == [
        (2, "rejected", [("invoice_differs", "B")]),
        (3, "held_back", [("held_back", None)]),
        (4, "rejected", [("invoice_differs", "B")]),
        (5, "created", []),
    ]
    assert recorded(service, contract_id) == [("F-1", "2024-12-20", 10000), ("F-3", "2024-12-20", 500)]
    # Taken back whole, it may be recorded with its right amount; then all of it is known.
    lines = [f"{contract_id};AV-9;20/12/2024;100;F-1;", f"{contract_id};F-1;20/12/2024;101;;"]
    imported(service, lines[0])
    assert [row["outcome"] for row in imported(service, *lines)["items"]] == ["unchanged", "created"]
    assert {row["outcome"] for row in imported(service, *lines)["items"]} == {"unchanged"}
    assert [amount for *_, amount in recorded(service, contract_id)] == [10000, 500, -10000, 10100]


def test_what_the_use_case_refuses_is_said_at_its_cell(service: Service, contract_id: UUID) -> None:
    foreign = add_contract(service, buyer=OTHER_BUYER)
    found = imported(
        service,
        f"{contract_id};Dupont;20/12/2024;100;;",
        f"{contract_id};F-1;20/12/2999;100;;",
        f"{contract_id};F-2;01/12/2024;100;;",
        f"{contract_id};F-3;20/12/2024;0;;",
        f"{contract_id};F-4;20/12/2024;-5;;",
        f"{contract_id};F-5;20/12/24;douze;;",
        f"{contract_id};AV-1;20/12/2024;5;F-0;",
        f"{foreign};F-6;20/12/2024;100;;",
        f"{uuid4()};F-6;20/12/2024;100;;",
        ";;20/12/2024;100;;",
        f"{contract_id};AV-2;20/12/2024;5;F\0;",
        mode="valid",
    )
    assert told(found) == [
        (2, "rejected", [("not_an_invoice_number", "B")]),
        (3, "rejected", [("day_out_of_range", "C")]),
        # Before the contract was notified.
        (4, "rejected", [("before_notification", "C")]),
        (5, "rejected", [("not_above_zero", "D")]),
        (6, "rejected", [("negative_invoice", "D")]),
        (7, "rejected", [("short_year", "C"), ("not_a_number", "D")]),
        (8, "rejected", [("invoice_unknown", "E")]),
        (9, "rejected", [("contract_unknown", "A")]),
        (10, "rejected", [("contract_unknown", "A")]),
        (11, "rejected", [("cell_empty", "A"), ("cell_empty", "B")]),
        (12, "rejected", [("invoice_unknown", "E")]),
    ]
    first, second = (row["issues"] for row in found["items"][7:9])
    assert first == second
    assert recorded(service, contract_id) == []


def test_all_or_nothing(service: Service, contract_id: UUID) -> None:
    found = imported(service, f"{contract_id};F-1;20/12/2024;10;;", f"{contract_id};F-2;20/12/2024;x;;")
    assert [row["outcome"] for row in found["items"]] == ["held_back", "rejected"]
    too_much = imported(
        service, f"{contract_id};F-1;20/12/2024;10;;", f"{contract_id};AV-1;20/12/2024;11;F-1;"
    )
    assert [row["outcome"] for row in too_much["items"]] == ["held_back", "rejected"]
    assert too_much["items"][1]["issues"][0]["code"] == "nothing_to_reverse"
    assert recorded(service, contract_id) == []


def test_who_records_invoices_imports_them(service: Service) -> None:
    for siret, role in ((CONTRACTOR, Role.CONTRACTOR), (BUYER, Role.FACILITATOR)):
        assert INVOICES.send(service, b"x", siret, role).status_code == 403
    for form in ("csv", "xlsx"):
        template = service.get("/v1/imports/templates/invoices", BUYER, Role.BUYER, format=form)
        assert template.status_code == 200
    titles = service.get("/v1/imports/templates/invoices", BUYER, Role.BUYER).text.strip("\ufeff\r\n")
    contract_id = add_contract(service)
    found = imported(service, f"{contract_id};F-1;20/12/2024;10;;", header=titles)
    assert (found["mapping"]["source"], len(found["mapping"]["columns"])) == ("found", 6)
    assert recorded(service, contract_id) == [("F-1", "2024-12-20", 1000)]


class Died(BaseException):
    """A worker that ends without a word."""


def test_a_worker_that_dies_leaves_the_rest_to_the_next(
    service: Service, contract_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{contract_id};F-{number};20/12/2024;{number};;" for number in range(1, 5)]
    made = INVOICES.send(service, "\n".join((HEADER, *lines)).encode()).json()
    kept, count = invoices.record_invoice, 0

    def record(*given: Any) -> Any:  # noqa: ANN401 - as the function that it stands before
        nonlocal count
        count += 1
        if count == 7:
            # Each of four was tried once; two of them are written.
            raise Died
        return kept(*given)

    with monkeypatch.context() as patch:
        patch.setattr(invoices, "record_invoice", record)
        with pytest.raises(Died):
            worker.drain(service.means)
    assert len(recorded(service, contract_id)) == 2
    service.clock.moment += timedelta(minutes=2)
    worker.drain(service.means)
    found = service.get(f"/v1/imports/{made['id']}", BUYER, Role.BUYER).json()
    assert (found["done"], found["total"], found["outcomes"]["created"]) == (4, 4, 4)
    assert [amount for *_, amount in recorded(service, contract_id)] == [100, 200, 300, 400]
