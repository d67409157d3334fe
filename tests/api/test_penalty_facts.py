"""Facts towards penalties: recorded, read, cancelled, and what is wrong with one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, OTHER_BUYER, SUBCONTRACTOR, Service, serving
from tests.api.penalising import (
    HOURS,
    MEETING,
    MISSED,
    PARIS,
    REPORT,
    Body,
    cancel,
    code,
    computed,
    noticed,
    path_of,
    penalised,
    record,
    recorded,
)
from tests.api.registering import errors_of, register


@pytest.fixture
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        found.clock.moment = datetime(2025, 9, 30, 9, tzinfo=UTC)
        yield found


class TestFacts:
    def test_a_fact_is_recorded_read_and_cancelled(self, service: Service) -> None:
        contract = penalised(service, MEETING)
        answer = record(service, contract, **MISSED)
        fact = answer.json()
        assert answer.headers["location"] == path_of(contract, "penalties", "facts", fact["id"])
        assert {
            name: fact[name] for name in ("kind", "kind_label", "on", "term", "label", "recorded_by")
        } == {
            "kind": "event",
            "kind_label": "Manquement",
            "on": "2025-01-06",
            "term": "meeting",
            "label": "Réunion de lancement",
            "recorded_by": BUYER,
        }
        assert service.get(answer.headers["location"], CONTRACTOR, Role.CONTRACTOR).json() == fact
        assert computed(service, contract)["total"] == "500.00"
        cancelled = cancel(service, contract, fact["id"])
        assert cancelled.status_code == 200
        assert cancelled.json()["cancel_reason"] == "Saisi sur le mauvais contrat."
        service.clock.moment += timedelta(minutes=1)
        again = cancel(service, contract, fact["id"], "Autre motif")
        assert again.json() == cancelled.json()
        assert computed(service, contract)["lines"] == []
        listed = service.get(path_of(contract, "penalties", "facts"), FACILITATOR, Role.FACILITATOR).json()
        assert listed == {"items": [cancelled.json()], "next": None}

    def test_the_reviewer_records_too(self, service: Service) -> None:
        contract = penalised(service, MEETING)
        answer = record(service, contract, FACILITATOR, Role.FACILITATOR, **MISSED)
        assert (answer.status_code, answer.json()["recorded_by"]) == (201, FACILITATOR)
        assert code(record(service, contract, BUYER, Role.FACILITATOR, **MISSED)) == (403, "not_reviewer")
        for siret, role in ((CONTRACTOR, Role.CONTRACTOR), (OTHER_BUYER, Role.ADMIN)):
            assert code(record(service, contract, siret, role, **MISSED)) == (403, "forbidden")
        assert code(record(service, contract, OTHER_BUYER, Role.BUYER, **MISSED)) == (404, "not_found")

    def test_what_is_about_a_cancelled_fact_has_no_effect(self, service: Service) -> None:
        contract = penalised(service, {**PARIS[1], "statements": False})
        report = recorded(service, contract, **REPORT)
        noticed(service, contract, "2025-02-28", "2025-03-02", subject=report)
        assert computed(service, contract, as_of="2025-03-12")["total"] == "750.00"
        cancel(service, contract, report)
        assert computed(service, contract, as_of="2025-03-12")["lines"] == []
        refused = record(service, contract, kind="document_received", on="2025-03-12", subject=report)
        assert errors_of(refused) == [("/subject", "unknown_reference")]

    def test_a_cancelled_receipt_may_be_recorded_anew(self, service: Service) -> None:
        contract = penalised(service, {**PARIS[1], "statements": False})
        report = recorded(service, contract, **REPORT)
        notice = recorded(service, contract, kind="notice_sent", on="2025-02-28", subject=report)
        wrong = recorded(service, contract, kind="notice_received", on="2025-03-05", subject=notice)
        again = record(service, contract, kind="notice_received", on="2025-03-02", subject=notice)
        assert code(again) == (409, "fact_exists")
        cancel(service, contract, wrong)
        recorded(service, contract, kind="notice_received", on="2025-03-02", subject=notice)
        assert computed(service, contract, as_of="2025-03-12")["total"] == "750.00"

    def test_the_same_request_records_once(self, service: Service) -> None:
        contract = penalised(service, MEETING)
        path, key = path_of(contract, "penalties", "facts"), str(uuid4())
        first, second = (service.post(path, BUYER, Role.BUYER, MISSED, key) for _ in range(2))
        assert (first.content, second.headers["idempotent-replayed"]) == (second.content, "true")
        assert len(computed(service, contract)["lines"]) == 1
        other = service.post(path, BUYER, Role.BUYER, {**MISSED, "on": "2025-01-07"}, key)
        assert code(other) == (422, "idempotency_key_reused")
        bare = service.client.post(path, json=MISSED, headers=service.headers(BUYER, Role.BUYER))
        assert code(bare) == (400, "idempotency_key_missing")

    @pytest.mark.parametrize(
        ("fact", "expected"),
        [
            ({"kind": "event"}, [("/on", "missing")]),
            ({"kind": "event", "on": "2025-01-06"}, [("/label", "missing"), ("/term", "missing")]),
            ({**MISSED, "month": "2025-01"}, [("/month", "not_for_this_kind")]),
            ({**MISSED, "on": "2025-10-01"}, [("/on", "future_day")]),
            ({**MISSED, "term": "other"}, [("/term", "unknown_code")]),
            # A code of the clause, but of another kind.
            ({**MISSED, "term": "late_document"}, [("/term", "unknown_code")]),
            ({**REPORT, "term": "meeting"}, [("/term", "unknown_code")]),
            ({"kind": "document_received", "on": "2025-01-06"}, [("/subject", "missing")]),
            (
                {"kind": "document_received", "on": "2025-01-06", "subject": str(uuid4())},
                [("/subject", "unknown_reference")],
            ),
            ({"kind": "notice_sent", "on": "2025-01-06"}, [("", "notice_about_one")]),
            (
                {"kind": "notice_sent", "on": "2025-01-06", "term": "missing_hours", "month": "2025-01"},
                [("", "notice_about_one")],
            ),
            ({"kind": "notice_sent", "on": "2025-01-06", "term": "meeting"}, [("/term", "unknown_code")]),
            (
                {"kind": "notice_sent", "on": "2025-01-06", "declarant": SUBCONTRACTOR, "month": "2025-01"},
                [("/declarant", "unknown_reference")],
            ),
        ],
    )
    def test_a_wrong_fact_is_named(
        self, service: Service, fact: Body, expected: list[tuple[str, str]]
    ) -> None:
        contract = penalised(service, HOURS, MEETING, PARIS[1])
        answer = record(service, contract, **fact)
        assert (answer.status_code, errors_of(answer)) == (422, expected)

    def test_a_statement_cannot_be_claimed_where_no_term_punishes_it(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        fact = {"kind": "notice_sent", "on": "2025-02-01", "declarant": CONTRACTOR, "month": "2024-12"}
        assert errors_of(record(service, contract, **fact)) == [("/month", "unknown_code")]

    def test_a_receipt_fits_its_subject(self, service: Service) -> None:
        contract = penalised(service, MEETING, {**PARIS[1], "statements": False})
        event = recorded(service, contract, **MISSED)
        received = record(service, contract, kind="document_received", on="2025-02-01", subject=event)
        assert errors_of(received) == [("/subject", "unknown_reference")]
        notice = recorded(service, contract, kind="notice_sent", on="2025-02-02", subject=event)
        early = record(service, contract, kind="notice_received", on="2025-02-01", subject=notice)
        assert errors_of(early) == [("/on", "received_before_sent")]
        elsewhere = penalised(service, MEETING)
        foreign = record(service, elsewhere, kind="notice_received", on="2025-02-03", subject=notice)
        assert errors_of(foreign) == [("/subject", "unknown_reference")]

    def test_a_contract_without_clause_has_no_facts(self, service: Service) -> None:
        assert code(record(service, register(service), **MISSED)) == (409, "no_clause")

    def test_a_fact_of_another_contract_is_not_found(self, service: Service) -> None:
        fact = recorded(service, penalised(service, MEETING), **MISSED)
        elsewhere = penalised(service, MEETING)
        path = path_of(elsewhere, "penalties", "facts", fact)
        assert service.get(path, BUYER, Role.BUYER).status_code == 404
        assert cancel(service, elsewhere, fact).status_code == 404
        blank = service.send("POST", f"{path}/cancel", BUYER, Role.BUYER, {"reason": " "}, None)
        assert blank.status_code == 422
