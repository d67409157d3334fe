"""Files to take away: the same contracts and figures as the lists, nobody else's."""

import csv
import io
from collections.abc import Iterator

import openpyxl
import pytest

from app.principal import Role
from app.services.changes import settle
from tests.api.builders import BUYER, CONTRACTOR, OTHER_BUYER, Service, add_contract, serving
from tests.api.cases import STRANGER

PATH = "/v1/exports/contracts"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        add_contract(running)
        add_contract(running, terms=None)
        add_contract(running, buyer=OTHER_BUYER)
        settle(running.means)
        yield running


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


def test_the_file_has_what_the_list_has(service: Service) -> None:
    listed = service.get("/v1/contracts", BUYER, Role.BUYER).json()["items"]
    answer = service.get(PATH, BUYER, Role.BUYER, as_of="2025-04-15")
    assert answer.headers["content-disposition"] == 'attachment; filename="contrats.csv"'
    found = lines(answer.text)
    assert [row["Identifiant"] for row in found] == [item["id"] for item in listed]
    # 27 364 € × 50 % × 10 % ÷ 30 € = 45.61 → 46 h; 110 of 274 days → 18.47 (domain §6).
    due = [(row["Heures dues"], row["Heures attendues"], row["Heures comptées"]) for row in found]
    assert due == [("46,00", "18,47", "0,00"), ("", "", "")]
    assert found[0]["Clause sociale"] == "Clause enregistrée"


def test_nobody_takes_what_is_not_theirs(service: Service) -> None:
    assert len(lines(service.get(PATH, OTHER_BUYER, Role.BUYER).text)) == 1
    assert len(lines(service.get(PATH, CONTRACTOR, Role.CONTRACTOR).text)) == 3
    assert lines(service.get(PATH, STRANGER, Role.FACILITATOR).text) == []
    assert len(lines(service.get(PATH, BUYER, Role.BUYER, clause_state="clause").text)) == 1


def test_the_workbook_says_what_it_is(service: Service) -> None:
    answer = service.get(PATH, BUYER, Role.BUYER, format="xlsx", as_of="2025-04-15")
    assert answer.status_code == 200, answer.text
    book = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)
    heads = [cell.value for cell in book["Données"][1]]
    due = heads.index("Heures dues") + 1
    # Two contracts, an empty row, the totals: one of them owes 46 h.
    assert (book["Données"].cell(2, due).value, book["Données"].cell(5, due).value) == (46, 46)
    about = {row[0].value: row[1].value for row in book["Définitions"].iter_rows()}
    assert BUYER in about["Demandé par"]
    assert about["Situation au"] == "15/04/2025"


def test_a_workbook_too_large_is_refused_and_the_csv_is_not(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.client.app.state.settings, "export_rows", 1)  # type: ignore[attr-defined]  # Starlette's
    refused = service.get(PATH, BUYER, Role.BUYER, format="xlsx")
    assert (refused.status_code, refused.json()["code"]) == (409, "export_too_large")
    assert len(lines(service.get(PATH, BUYER, Role.BUYER).text)) == 2


def test_an_unknown_criterion_is_refused(service: Service) -> None:
    answer = service.get(PATH, BUYER, Role.BUYER, colour="blue")
    assert answer.status_code == 422


def test_a_contract_is_taken_as_a_release(service: Service) -> None:
    listed = service.get("/v1/contracts", BUYER, Role.BUYER, clause_state="clause").json()["items"]
    answer = service.get(f"{PATH}/{listed[0]['id']}/ocds", BUYER, Role.BUYER, as_of="2025-04-15")
    (found,) = answer.json()["releases"]
    assert found["ocid"] == f"ocds-000000-{listed[0]['id']}"
    assert found["contracts"][0]["agreedMetrics"][0]["observations"][0]["measure"] == 46
    assert found["contracts"][0]["implementation"]["milestones"][0]["status"] == "scheduled"
    assert service.get(f"{PATH}/{listed[0]['id']}/ocds", OTHER_BUYER, Role.BUYER).status_code == 404


def test_the_list_is_a_package_of_releases(service: Service) -> None:
    answer = service.get("/v1/exports/ocds", BUYER, Role.BUYER)
    assert BUYER in answer.json()["publisher"]["name"]
    tags = sorted(len(found["tag"]) for found in answer.json()["releases"])
    # One contract with a clause and hours to follow, one without.
    assert tags == [1, 2]


def test_the_list_is_a_package_of_records_too(service: Service) -> None:
    releases = service.get("/v1/exports/ocds", BUYER, Role.BUYER).json()["releases"]
    answer = service.get("/v1/exports/ocds/records", BUYER, Role.BUYER)
    records = answer.json()["records"]
    assert [record["ocid"] for record in records] == [found["ocid"] for found in releases]
    for record in records:
        (found,) = record["releases"]
        compiled = record["compiledRelease"]
        assert compiled["tag"] == ["compiled"]
        assert {name for name in found if found[name] != compiled[name]} == {"id", "tag"}
