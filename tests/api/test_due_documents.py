"""Documents that a clause makes due besides the statements: expected, received, claimed, charged."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, SUBCONTRACTOR, Service, serving
from tests.api.penalising import (
    HOURS,
    PARIS,
    Body,
    cancel,
    code,
    computed,
    lines,
    noticed,
    path_of,
    record,
    recorded,
    settled,
)
from tests.api.registering import errors_of, record_clause, register

PROGRESS = {"code": "progress", "label": "Bilan semestriel", "every": "half_year", "due_day": 15}
JANUARY, JULY = "document:progress:2025-01-15", "document:progress:2025-07-15"
LATE = {**PARIS[1], "statements": False}


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        found.clock.moment = datetime(2025, 7, 20, 9, tzinfo=UTC)
        yield found


def owing(service: Service, *terms: Body) -> Body:
    contract = register(service)
    reporting = {"every": "month", "due_day": 15, "documents": [PROGRESS]}
    record_clause(service, contract, penalties=list(terms), reporting=reporting)
    served = {"siret": SUBCONTRACTOR, "since": "2024-12-12"}
    assert service.post(path_of(contract, "subcontracts"), BUYER, Role.BUYER, served).status_code == 201
    return contract


def position(
    service: Service, contract: Body, siret: str = BUYER, role: Role = Role.BUYER, **query: str
) -> tuple[list[Any], list[Any]]:
    """Received and missing by due day; the actions about documents."""
    found = service.get(path_of(contract, "compliance"), siret, role, **query).json()
    shown = [(item["key"], item["received_on"], item["missing"]) for item in found["reporting"]["documents"]]
    actions = [item for item in found["next_actions"] if item["code"] == "missing_document"]
    return shown, [(item["due_on"], item["text"]) for item in actions]


def test_it_is_missing_from_its_due_day_until_it_is_received(service: Service) -> None:
    contract = owing(service)
    later = ("document:progress:2026-01-15", None, False)
    july = ("2025-07-15", "Bilan semestriel, du 01/01/2025 au 30/06/2025 : manquant depuis le 15/07/2025")
    recorded(service, contract, kind="document_received", on="2025-01-14", document=JANUARY)
    for siret, role in ((BUYER, Role.BUYER), (CONTRACTOR, Role.CONTRACTOR)):
        shown, actions = position(service, contract, siret, role)
        assert (shown, actions) == ([(JANUARY, "2025-01-14", False), (JULY, None, True), later], [july])
    assert position(service, contract, as_of="2025-07-14")[1] == []
    receipt = recorded(service, contract, kind="document_received", on="2025-07-18", document=JULY)
    assert position(service, contract)[0][1] == (JULY, "2025-07-18", False)
    assert position(service, contract)[1] == []
    assert position(service, contract, as_of="2025-07-15")[1] == [july]
    cancel(service, contract, receipt)
    assert position(service, contract)[1] == [july]
    shown, actions = position(service, contract, SUBCONTRACTOR, Role.CONTRACTOR)
    assert ({(came, missing) for _, came, missing in shown}, actions) == ({(None, None)}, [])


def test_its_delay_is_charged_after_the_notice_without_retyping(service: Service) -> None:
    """75 € a day from the day after 20 January to 30 January: 10 days."""
    contract = owing(service, LATE)
    before = lines(computed(service, contract))
    assert list(before) == [JANUARY, JULY]
    assert before[JULY]["text"] == (
        "« Bilan semestriel, du 01/01/2025 au 30/06/2025 », attendu le 15/07/2025, pas reçu au 20/07/2025"
    )
    assert [item["code"] for item in before[JANUARY]["blocks"]] == ["notice_missing"]
    noticed(service, contract, "2025-01-17", "2025-01-20", document=JANUARY)
    recorded(service, contract, kind="document_received", on="2025-01-30", document=JANUARY)
    recorded(service, contract, kind="document_received", on="2025-07-15", document=JULY)
    settled(service)
    for query in ({}, {"known_at": service.clock.moment.isoformat()}):
        answer = service.get(path_of(contract, "penalties"), BUYER, Role.BUYER, **query).json()
        assert [(line["key"], line["formula"]) for line in answer["lines"]] == [
            (JANUARY, "10 jours calendaires × 75 € = 750 €")
        ]


def test_what_begins_after_the_contract_was_closed_is_not_expected(service: Service) -> None:
    contract = owing(service, LATE)
    current = service.get(path_of(contract), BUYER, Role.BUYER).json()["version"]
    closed = {"closed_on": "2024-12-31"}
    service.send("POST", path_of(contract, "close"), BUYER, Role.BUYER, closed, current)
    assert list(lines(computed(service, contract))) == [JANUARY]


def test_a_wrong_fact_about_it_is_named(service: Service) -> None:
    contract = owing(service, HOURS)
    receipt = {"kind": "document_received", "on": "2025-01-14", "document": JANUARY}
    assert record(service, contract, **receipt).json()["document"] == JANUARY
    assert code(record(service, contract, **receipt)) == (409, "fact_exists")
    unknown = record(service, contract, **{**receipt, "document": "document:progress:2025-01-16"})
    assert (unknown.status_code, errors_of(unknown)) == (422, [("/document", "unknown_reference")])
    notice = record(service, contract, kind="notice_sent", on="2025-01-17", document=JANUARY)
    assert (notice.status_code, errors_of(notice)) == (422, [("/document", "unknown_code")])
    event = record(service, contract, kind="notice_received", on="2025-01-17", document=JANUARY)
    assert errors_of(event) == [("/subject", "missing"), ("/document", "not_for_this_kind")]
