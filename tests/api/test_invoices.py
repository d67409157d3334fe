"""Invoices: recorded once, taken back whole or in part, never rewritten."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Change, ChangeObject, Event
from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, SUBCONTRACTOR, Service, add_mandate, serving
from tests.api.registering import errors_of, record_clause, register

Body = dict[str, Any]
INVOICE: Body = {"number": "F2025-0142", "invoiced_on": "2025-01-08", "amount": "12500.00"}


@pytest.fixture
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


def record(service: Service, contract: Body, key: str | None = None, **fields: object) -> Response:
    path = f"/v1/contracts/{contract['id']}/invoices"
    return service.post(path, BUYER, Role.BUYER, {**INVOICE, **fields}, key)


def take_back(service: Service, invoice: Response, key: str | None = None, **fields: object) -> Response:
    path = f"{invoice.headers['location']}/reversals"
    return service.post(path, BUYER, Role.BUYER, {"reason": "Avoir", **fields}, key)


def listed(service: Service, contract: Body, siret: str = BUYER, role: Role = Role.BUYER) -> Body:
    answer = service.get(f"/v1/contracts/{contract['id']}/invoices", siret, role)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


class TestRecording:
    def test_an_invoice_is_kept_as_it_was_sent(self, service: Service) -> None:
        contract = register(service)
        answer = record(service, contract)
        assert answer.status_code == 201
        found = answer.json()
        assert {name: found[name] for name in found if name != "id"} == {
            "contract_id": contract["id"],
            **INVOICE,
            "reversed": "0.00",
            "reverses": None,
            "reason": None,
            "recorded_by": "buyer",
            "recorded_at": "2025-01-10T09:00:00Z",
        }
        assert service.get(answer.headers["location"], BUYER, Role.BUYER).json() == found
        assert listed(service, contract) == {"items": [found], "next": None, "total": "12500.00"}

    def test_a_number_is_not_needed(self, service: Service) -> None:
        contract = register(service)
        for _ in range(2):
            answer = record(service, contract, number=None)
            assert (answer.status_code, answer.json()["number"]) == (201, None)
        assert listed(service, contract)["total"] == "25000.00"

    def test_one_of_a_number_and_day_is_recorded_once(self, service: Service) -> None:
        contract = register(service)
        first = record(service, contract)
        again = record(service, contract, amount="1.00")
        assert (again.status_code, again.json()["code"]) == (409, "invoice_exists")
        # Another member of the group may number alike, on another day; another contract owes its own.
        assert record(service, contract, invoiced_on="2025-01-09").status_code == 201
        assert record(service, register(service)).status_code == 201
        take_back(service, first, amount="12499.99")
        assert record(service, contract).status_code == 409
        take_back(service, first)
        assert record(service, contract, amount="1250.00").status_code == 201

    def test_a_repetition_records_once(self, service: Service) -> None:
        contract, key = register(service), str(uuid4())
        first, second = record(service, contract, key), record(service, contract, key)
        assert (second.status_code, second.content) == (201, first.content)
        assert len(listed(service, contract)["items"]) == 1
        other = record(service, contract, key, amount="1.00")
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")

    def test_a_key_is_needed(self, service: Service) -> None:
        path = f"/v1/contracts/{register(service)['id']}/invoices"
        answer = service.send("POST", path, BUYER, Role.BUYER, INVOICE, None)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"invoiced_on": "2025-01-11"}, ("/invoiced_on", "in_the_future")),
            ({"invoiced_on": "2024-12-11"}, ("/invoiced_on", "before_notification")),
            ({"invoiced_on": None}, ("/invoiced_on", "not_a_date")),
            ({"amount": "0.00"}, ("/amount", "not_above_zero")),
            ({"amount": "-1"}, ("/amount", "negative")),
            ({"amount": "1.001"}, ("/amount", "too_many_decimals")),
            ({"number": "Dupont"}, ("/number", "not_an_invoice_number")),
            ({"number": "Mme Dupont 3"}, ("/number", "not_an_invoice_number")),
            ({"number": "1" * 41}, ("/number", "not_an_invoice_number")),
            ({"number": ""}, ("/number", "not_an_invoice_number")),
            ({"reverses": str(uuid4())}, ("/reverses", "unknown_field")),
        ],
    )
    def test_a_wrong_field_is_named(self, service: Service, fields: Body, expected: tuple[str, str]) -> None:
        contract = register(service)
        answer = record(service, contract, **fields)
        assert (answer.status_code, errors_of(answer)) == (422, [expected])
        assert "Dupont" not in answer.text
        assert listed(service, contract)["items"] == []

    def test_the_days_of_notification_and_of_today_are_good(self, service: Service) -> None:
        contract = register(service)
        for day in ("2024-12-12", "2025-01-10"):
            assert record(service, contract, invoiced_on=day).status_code == 201

    def test_a_closed_contract_takes_none_and_keeps_those_it_has(self, service: Service) -> None:
        contract = register(service)
        invoice = record(service, contract)
        path = f"/v1/contracts/{contract['id']}/close"
        assert service.send("POST", path, BUYER, Role.BUYER, {}, 1).status_code == 200
        for answer in (record(service, contract, number=None), take_back(service, invoice)):
            assert (answer.status_code, answer.json()["code"]) == (409, "contract_closed")
        assert listed(service, contract)["total"] == "12500.00"


class TestReversing:
    def test_a_part_then_the_rest(self, service: Service) -> None:
        contract = register(service)
        invoice = record(service, contract)
        part = take_back(service, invoice, amount="2500.01", number="A2025-7", reversed_on="2025-01-09")
        assert part.status_code == 201
        found = part.json()
        assert {name: found[name] for name in ("amount", "number", "invoiced_on", "reason", "reversed")} == {
            "amount": "-2500.01",
            "number": "A2025-7",
            "invoiced_on": "2025-01-09",
            "reason": "Avoir",
            "reversed": "0.00",
        }
        assert found["reverses"] == invoice.json()["id"]
        assert service.get(part.headers["location"], BUYER, Role.BUYER).json() == found
        rest = take_back(service, invoice)
        assert (rest.json()["amount"], rest.json()["invoiced_on"]) == ("-9999.99", "2025-01-10")
        seen = listed(service, contract)
        assert [item["amount"] for item in seen["items"]] == ["12500.00", "-2500.01", "-9999.99"]
        assert (seen["items"][0]["reversed"], seen["total"]) == ("12500.00", "0.00")

    def test_more_than_is_left_is_refused(self, service: Service) -> None:
        contract = register(service)
        invoice = record(service, contract)
        part = take_back(service, invoice, amount="12499.99")
        refused = [
            take_back(service, invoice, amount="0.02"),
            take_back(service, part),
            take_back(service, part, amount="1.00"),
        ]
        assert take_back(service, invoice, amount="0.01").status_code == 201
        refused.append(take_back(service, invoice))
        assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {
            (409, "nothing_to_reverse")
        }
        assert listed(service, contract)["total"] == "0.00"

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"reversed_on": "2025-01-07"}, ("/reversed_on", "before_invoice")),
            ({"reversed_on": "2025-01-11"}, ("/reversed_on", "in_the_future")),
            ({"amount": "0"}, ("/amount", "not_above_zero")),
            ({"reason": None}, ("/reason", "not_a_text")),
            ({"number": "Avoir de Dupont"}, ("/number", "not_an_invoice_number")),
        ],
    )
    def test_a_wrong_field_is_named(self, service: Service, fields: Body, expected: tuple[str, str]) -> None:
        answer = take_back(service, record(service, register(service)), **fields)
        assert (answer.status_code, errors_of(answer)) == (422, [expected])

    def test_a_repetition_reverses_once(self, service: Service) -> None:
        contract, key = register(service), str(uuid4())
        invoice = record(service, contract)
        first = take_back(service, invoice, key, amount="10.00")
        second = take_back(service, invoice, key, amount="10.00")
        assert (second.status_code, second.content) == (201, first.content)
        assert listed(service, contract)["total"] == "12490.00"

    def test_an_invoice_of_another_contract_is_not_found(self, service: Service) -> None:
        one, other = register(service), register(service)
        invoice = record(service, one).json()["id"]
        path = f"/v1/contracts/{other['id']}/invoices/{invoice}"
        answer = service.post(f"{path}/reversals", BUYER, Role.BUYER, {"reason": "Avoir"})
        assert (answer.status_code, service.get(path, BUYER, Role.BUYER).status_code) == (404, 404)


class TestReading:
    def test_those_on_the_case_read_and_a_subcontractor_does_not(self, service: Service) -> None:
        contract = register(service)
        invoice = record(service, contract)
        add_mandate(service, UUID(contract["id"]))
        subcontract = {"siret": SUBCONTRACTOR, "since": "2024-12-12"}
        path = f"/v1/contracts/{contract['id']}"
        assert service.post(f"{path}/subcontracts", BUYER, Role.BUYER, subcontract).status_code == 201
        for siret, role in ((CONTRACTOR, Role.CONTRACTOR), (FACILITATOR, Role.FACILITATOR)):
            assert listed(service, contract, siret, role)["items"] == [invoice.json()]
        for asked in (f"{path}/invoices", invoice.headers["location"]):
            answer = service.get(asked, SUBCONTRACTOR, Role.CONTRACTOR)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_a_list_is_walked(self, service: Service) -> None:
        contract = register(service)
        for day in (1, 2, 3):
            record(service, contract, number=f"F-{day}", invoiced_on=f"2025-01-0{day}", amount="10")
        path = f"/v1/contracts/{contract['id']}/invoices"
        first = service.get(path, BUYER, Role.BUYER, limit=2).json()
        rest = service.get(path, BUYER, Role.BUYER, limit=2, after=first["next"]).json()
        assert [item["number"] for item in first["items"] + rest["items"]] == ["F-1", "F-2", "F-3"]
        assert (rest["next"], first["total"], rest["total"]) == (None, "30.00", "30.00")

    def test_what_was_done_is_told_without_what_was_said(self, service: Service) -> None:
        contract = register(service)
        take_back(service, record(service, contract))
        contract_id = UUID(contract["id"])
        with service.means.database.read() as session:
            events = session.scalars(
                select(Event.type).where(Event.contract_id == contract_id, Event.subject_type == "invoice")
            ).all()
            fields = session.scalars(
                select(ChangeObject.fields)
                .join(Change, Change.id == ChangeObject.change_id)
                .where(Change.contract_id == contract_id, ChangeObject.object_type == "invoice")
            ).all()
        assert sorted(events) == ["invoice.recorded", "invoice.reversed"]
        assert fields == [["amount", "invoiced_on", "number"]] * 2


def test_a_clause_follows_invoices_and_forgets_nothing(service: Service) -> None:
    contract = register(service)
    target = {
        "kind": "per_invoiced_amount",
        "tranche": "2000",
        "trigger": "10000",
        "counts_from": "beyond_trigger",
    }
    clause = record_clause(service, contract, target=target)
    assert clause["required_at_end"] is None
    invoice = record(service, contract, amount="14000")
    path = f"/v1/contracts/{contract['id']}/compliance"

    def position(**query: str) -> Body:
        answer = service.get(path, BUYER, Role.BUYER, **query)
        assert answer.status_code == 200, answer.text
        found: Body = answer.json()
        return found

    before, instant = position(), service.clock.moment.isoformat()
    assert (before["required"], before["expected"], before["required_at_end"]) == ("2.00", "2.00", None)
    assert before["target"]["formula"] == (
        "(14 000 € facturés \N{MINUS SIGN} 10 000 €) ÷ 2 000 € = 2 tranches complètes × 1 h = 2 h"
    )
    known = position(known_at=instant)
    service.clock.moment += timedelta(minutes=1)
    take_back(service, invoice, amount="4000.01", reversed_on="2025-01-08")
    after = position()
    assert (after["required"], after["target"]["formula"]) == (
        "0.00",
        "9 999,99 € facturés, sous le seuil de 10 000 € : 0 h",
    )
    assert position(known_at=instant) == known
    assert known["required"] == "2.00"
