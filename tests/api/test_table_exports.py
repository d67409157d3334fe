"""Statements, entries and territories to take away: what the API tells, row by row, to whom it tells it."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest

from app.principal import Role
from app.services import extracts
from app.services.changes import settle
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import NOTHING, accepted, line, send, sent, taken

PATH = "/v1/exports"
COMMUNE = "commune/57433"
# Hours belong to a day from the last one of their month on.
JANUARY_OVER = "2025-01-31"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture(scope="module")
def contract_id(service: Service) -> UUID:
    """70 h counted in January, 20 + 5 h waiting since December; nothing in January for a subcontractor."""
    found = add_contract(service, subcontractor=SUBCONTRACTOR)
    add_mandate(service, found)
    worker = add_hire(service, found, workplace=COMMUNE)
    sent(service, found, line(worker, "20.00", training="5.00"), month="2024-12")
    accepted(service, sent(service, found, line(worker, "70.00")))
    taken(send(service, found, NOTHING, SUBCONTRACTOR))
    other = add_contract(service, buyer=OTHER_BUYER)
    sent(service, other, line(add_hire(service, other), "10.00"))
    settle(service.means)
    return found


def lines(service: Service, name: str, siret: str, role: Role, **asked: str) -> list[dict[str, str]]:
    answer = service.get(f"{PATH}/{name}", siret, role, **asked)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))


def book(service: Service, name: str, siret: str, role: Role, **asked: str) -> tuple[Any, dict[str, str]]:
    answer = service.get(f"{PATH}/{name}", siret, role, format="xlsx", **asked)
    assert answer.status_code == 200, answer.text
    found = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)
    return found["Données"], {row[0].value: row[1].value for row in found["Définitions"].iter_rows()}


def test_statements_line_by_line(service: Service, contract_id: UUID) -> None:
    found = lines(service, "statements", BUYER, Role.BUYER)
    told = [
        (
            row["Mois"],
            row["Déclarant"],
            row["Rien à déclarer"],
            row["Heures déclarées"],
            row["Heures comptées"],
        )
        for row in found
    ]
    assert told == [
        ("2024-12", CONTRACTOR, "", "25,00", "0,00"),
        ("2025-01", CONTRACTOR, "", "70,00", "70,00"),
        ("2025-01", SUBCONTRACTOR, "oui", "", ""),
    ]
    assert {row["Contrat"] for row in found} == {str(contract_id)}
    assert [row["Examen"] for row in found] == ["Non examinée", "Acceptée", ""]


def test_statements_are_those_that_one_reads(service: Service, contract_id: UUID) -> None:
    def months(siret: str, role: Role, **asked: str) -> list[str]:
        return [row["Mois"] for row in lines(service, "statements", siret, role, **asked)]

    only = {"contract": str(contract_id)}
    assert months(SUBCONTRACTOR, Role.CONTRACTOR, **only) == ["2025-01"]
    assert months(CONTRACTOR, Role.CONTRACTOR, **only) == ["2024-12", "2025-01", "2025-01"]
    # Of every contract that it holds.
    assert months(CONTRACTOR, Role.CONTRACTOR) == ["2024-12", "2025-01", "2025-01", "2025-01"]
    assert months(STRUCTURE, Role.INSERTION_STRUCTURE) == []
    assert months(FACILITATOR, Role.FACILITATOR, **{"from": "2024-12", "to": "2024-12"}) == ["2024-12"]


def test_entries_sum_to_the_figures(service: Service, contract_id: UUID) -> None:
    for figure, hours in (("counted", ["70,00"]), ("pending", ["20,00", "5,00"]), ("held", [])):
        found = lines(service, "entries", BUYER, Role.BUYER, figure=figure, as_of=JANUARY_OVER)
        assert [row["Heures"] for row in found] == hours
    only = {"contract": str(contract_id), "as_of": JANUARY_OVER}
    whole = lines(service, "entries", FACILITATOR, Role.FACILITATOR, **only)
    assert {row["Lieu d'exécution"] for row in whole} == {COMMUNE}
    assert len(whole) == 3


def test_the_workbook_of_entries_has_its_total_and_its_definitions(
    service: Service, contract_id: UUID
) -> None:
    asked = {"as_of": JANUARY_OVER, "contract": str(contract_id)}
    sheet, about = book(service, "entries", BUYER, Role.BUYER, **asked)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:Q4")
    heads = [cell.value for cell in sheet[1]]
    # Three entries, an empty row, their sum: 20 + 5 + 70.
    assert sheet.cell(6, heads.index("Heures") + 1).value == 95
    assert about["Situation au"] == "31/01/2025"
    assert about["Lignes"] == "3"
    assert about["Critères"] == f"as_of = 2025-01-31 ; contract = {contract_id} ; figure = declared"
    assert about["Résidence"] == "Du mois ; au facilitateur seul."


def test_long_lists_are_read_in_pages(
    service: Service, contract_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole() -> dict[str, list[dict[str, str]]]:
        entries = lines(service, "entries", CONTRACTOR, Role.CONTRACTOR, as_of=JANUARY_OVER)
        return {"statements": lines(service, "statements", CONTRACTOR, Role.CONTRACTOR), "entries": entries}

    before = whole()
    # Every page ends as soon as there is a row, also within a contract.
    monkeypatch.setattr(extracts, "ENOUGH", 1)
    monkeypatch.setattr("app.services.statement_exports.BATCH", 1)
    monkeypatch.setattr("app.services.entry_exports.BATCH", 1)
    monkeypatch.setattr(extracts, "BATCH", 1)
    assert whole() == before
    assert [len(rows) for rows in before.values()] == [4, 4]


def test_what_is_not_theirs_is_refused_before_a_line_is_sent(service: Service, contract_id: UUID) -> None:
    def status(name: str, siret: str, role: Role, **asked: str) -> int:
        return service.get(f"{PATH}/{name}", siret, role, **asked).status_code

    for name in ("statements", "entries"):
        assert status(name, OTHER_BUYER, Role.BUYER, contract=str(contract_id)) == 404
        assert status(name, BUYER, Role.BUYER, contract=str(uuid4()), format="xlsx") == 404
        assert status(name, BUYER, Role.BUYER, colour="blue") == 422
    assert status("entries", STRUCTURE, Role.INSERTION_STRUCTURE) == 403
    assert status("statements", BUYER, Role.BUYER, **{"from": "2025-02", "to": "2025-01"}) == 422


@pytest.mark.usefixtures("contract_id")
def test_too_many_rows_for_a_workbook(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.client.app.state.settings, "export_rows", 2)  # type: ignore[attr-defined]  # Starlette's
    for name in ("statements", "entries"):
        asked = {"as_of": JANUARY_OVER} if name == "entries" else {}
        refused = service.get(f"{PATH}/{name}", BUYER, Role.BUYER, format="xlsx", **asked)
        assert (refused.status_code, refused.json()["code"]) == (409, "export_too_large")
        assert len(lines(service, name, BUYER, Role.BUYER, **asked)) == 3


@pytest.mark.usefixtures("contract_id")
def test_territories_are_those_of_the_figures(service: Service) -> None:
    asked = {"level": "region", "from": "2024-12", "to": "2025-01"}
    found = lines(service, "territories/country/FR", BUYER, Role.BUYER, **asked)
    told = [
        (row["Ligne"], row["Territoire"], row["Heures déclarées"], row["Heures comptées"], row["Personnes"])
        for row in found
    ]
    assert told == [
        ("ensemble", "France", "95,00", "70,00", "1"),
        ("territoire", "Grand Est", "95,00", "70,00", "1"),
        ("non localisé", "", "0,00", "0,00", "0"),
    ]
    # The contract itself says no place.
    assert [row["Contrats"] for row in found] == ["1", "0", "1"]
    sheet, about = book(service, "territories/country/FR", BUYER, Role.BUYER, **asked)
    assert sheet.cell(2, 9).value == 70
    assert about["Période"] == "12/2024 – 01/2025"
    assert about["Rattachement"] == "Lieu d'exécution"
    answer = service.get(f"{PATH}/territories/commune/57433", BUYER, Role.BUYER, level="region")
    assert answer.status_code == 422
    structure = service.get(
        f"{PATH}/territories/country/FR", STRUCTURE, Role.INSERTION_STRUCTURE, level="region"
    )
    assert structure.status_code == 403
