"""The bilan of a contract and the attestation of hours: what they say, to whom, readable by anybody."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import openpyxl
import pypdf
import pytest

from app.principal import Role
from app.services.changes import settle
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    Service,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import accepted, line, sent


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture(scope="module")
def contract_id(service: Service) -> UUID:
    found = add_contract(service)
    add_mandate(service, found)
    accepted(service, sent(service, found, line(add_hire(service, found), "70.00")))
    settle(service.means)
    return found


def document(
    service: Service, contract_id: UUID, name: str, siret: str, role: Role, **asked: str
) -> tuple[pypdf.PdfReader, str]:
    answer = service.get(f"/v1/exports/contracts/{contract_id}/{name}", siret, role, **asked)
    assert answer.status_code == 200, answer.text
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    text = " ".join(page.extract_text() for page in reader.pages)
    return reader, " ".join(text.split())


def test_the_bilan_tells_the_buyer_hours_and_people(service: Service, contract_id: UUID) -> None:
    reader, text = document(service, contract_id, "bilan", BUYER, Role.BUYER, as_of="2025-01-31")
    # 46 h owed, 70 h counted: 24 h more; one person, hired directly on a fixed term.
    for said in ("Dues à la fin 46,00 h", "Comptées 70,00 h", "24,00 h", "Situation au 31/01/2025"):
        assert said in text, said
    assert "Personnes distinctes ayant des heures comptées : 1." in text
    assert "Embauche directe 1 70,00 h" in text
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert reader.metadata.title == "Bilan de la clause sociale"


def test_ages_are_told_to_the_facilitator_alone(service: Service, contract_id: UUID) -> None:
    whole = contract_id, "bilan"
    _, text = document(service, *whole, FACILITATOR, Role.FACILITATOR, as_of="2025-01-31")
    assert "Personnes et heures comptées, par tranche d'âge" in text.replace("’", "'")
    _, text = document(service, *whole, BUYER, Role.BUYER, as_of="2025-01-31")
    assert "heures comptées, par tranche" not in text


def test_the_workbook_is_the_same_bilan(service: Service, contract_id: UUID) -> None:
    def sheets(siret: str, role: Role) -> dict[str, list[tuple[Any, ...]]]:
        asked = {"as_of": "2025-01-31", "format": "xlsx"}
        answer = service.get(f"/v1/exports/contracts/{contract_id}/bilan", siret, role, **asked)
        assert answer.status_code == 200, answer.text
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}

    found = sheets(FACILITATOR, Role.FACILITATOR)
    # 46 h owed, 70 h counted: numbers, and 24 h more.
    for row in (("Dues à la fin", 46), ("Comptées", 70), ("Solde (comptées moins dues)", 24)):
        assert row in found["Quantités"]
    assert found["Trajectoire"][1] == ("01/2025", 70, 0, 0, 0)
    assert ("Embauche directe", 1, 70) in found["Par modalité"]
    assert ("Situation au", "31/01/2025") in found["Présentation"]
    assert ("Personnes", "Personnes distinctes ayant des heures comptées : 1.") in found["Présentation"]
    assert "Par tranche d âge" in found
    buyer = sheets(BUYER, Role.BUYER)
    assert buyer.keys() == found.keys() - {name for name in found if "tranche" in name}
    assert sheets(CONTRACTOR, Role.CONTRACTOR).keys() == {"Présentation", "Quantités", "Trajectoire"}


def test_a_firm_reads_the_hours_and_not_the_people(service: Service, contract_id: UUID) -> None:
    _, text = document(service, contract_id, "bilan", CONTRACTOR, Role.CONTRACTOR, as_of="2025-01-31")
    assert "Comptées 70,00 h" in text
    assert "Personnes distinctes" not in text
    assert "Embauche directe" not in text


def test_the_attestation_sums_the_months_asked_for(service: Service, contract_id: UUID) -> None:
    # January is a month of the attestation once it is over.
    service.clock.moment = datetime(2025, 2, 20, 9, tzinfo=UTC)
    _, text = document(service, contract_id, "attestation", CONTRACTOR, Role.CONTRACTOR)
    assert "70,00 h d'insertion" in text.replace("’", "'")
    assert "01/2025 70,00 h 0,00 h 70,00 h" in text
    later = {"from": "2025-02", "to": "2025-03"}
    _, text = document(service, contract_id, "attestation", FACILITATOR, Role.FACILITATOR, **later)
    assert "0,00 h d'insertion" in text.replace("’", "'")
    assert " 01/2025" not in text


def test_what_cannot_be_reported_is_refused(service: Service, contract_id: UUID) -> None:
    address = f"/v1/exports/contracts/{contract_id}"
    backwards = {"from": "2025-03", "to": "2025-02"}
    answer = service.get(f"{address}/attestation", BUYER, Role.BUYER, **backwards)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/to")
    assert service.get(f"{address}/bilan", OTHER_BUYER, Role.BUYER).status_code == 404
    bare = f"/v1/exports/contracts/{add_contract(service, terms=None)}"
    for name in ("bilan", "attestation"):
        answer = service.get(f"{bare}/{name}", BUYER, Role.BUYER)
        assert (answer.status_code, answer.json()["code"]) == (409, "no_clause")
