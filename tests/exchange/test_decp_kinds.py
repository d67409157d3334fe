"""Concessions, and records of the format of 2019, each in the terms of its own."""

import json
from datetime import date

import pytest

from tests.exchange.decp_samples import BUYER, HOLDER, contract_of, found, read, read_one, sound


@pytest.mark.parametrize(
    "record",
    [
        sound(_type="Contrat de concession"),
        sound(nature="Délégation de service public"),
        sound(autoriteConcedante={"id": BUYER}),
    ],
)
def test_a_concession_is_known_by_its_type_its_nature_or_its_grantor(record: object) -> None:
    row = read_one(record)

    assert contract_of(row).concession
    assert ("concession", "") in found(row)
    assert contract_of(row).buyer.value == BUYER


def test_a_concession_in_its_own_terms() -> None:
    record: dict[str, object] = {
        "id": "C-2018-01",
        "autoriteConcedante": {"id": BUYER, "nom": "Exemple"},
        "_type": "Contrat de concession",
        "nature": "CONCESSION DE TRAVAUX",
        "objet": "Exploitation d'un parc exemple",
        "procedure": "Procédure négociée ouverte",
        "dureeMois": 120,
        "dateSignature": "2018-07-12",
        "dateDebutExecution": "2018-09-01",
        "datePublicationDonnees": "2018-07-20",
        "valeurGlobale": "7789456.56",
        "montantSubventionPublique": 12456.32,
        "donneesExecution": [{"depensesInvestissement": 12345.5}],
        "concessionnaires": [{"concessionnaire": {"typeIdentifiant": "SIRET", "id": HOLDER}}],
        "modifications": [{"id": 1, "dateSignatureModification": "2019-01-01", "valeurGlobale": 8000000}],
    }
    row = read_one(record)
    contract = contract_of(row)

    assert found(row) == [("concession", ""), ("unusual_spelling", "/nature")]
    assert contract.nature == "Concession de travaux"
    assert contract.procedure == "Procédure négociée ouverte"
    assert (contract.notified_on, contract.started_on) == (date(2018, 7, 12), date(2018, 9, 1))
    assert (contract.amount, contract.duration_months) == (778_945_656, 120)
    assert [holder.value for holder in contract.holders] == [HOLDER]
    assert contract.modifications[0].amount == 800_000_000
    assert contract.modifications[0].notified_on == date(2019, 1, 1)


def test_a_record_of_2019_is_held_to_its_own_format() -> None:
    record: dict[str, object] = {
        "id": "EX-2019-01",
        "uid": f"{BUYER}EX-2019-01",
        "acheteur": {"id": BUYER, "nom": "Exemple"},
        "_type": "Marché",
        "nature": "Accord-cadre",
        "objet": "Maintenance exemple",
        "codeCPV": "50700000-2",
        "procedure": "Procédure négociée avec mise en concurrence préalable",
        "lieuExecution": {"code": "49", "typeCode": "Code département", "nom": "Maine-et-Loire"},
        "dureeMois": 38,
        "dateNotification": "2018-12-17+01:00",
        "datePublicationDonnees": "2019-03-19+01:00",
        "montant": 153900,
        "formePrix": "Ferme",
        "titulaires": [{"typeIdentifiant": "SIRET", "id": HOLDER, "denominationSociale": "Exemple"}],
        "modifications": [
            {
                "objetModification": "Avenant 1",
                "dateNotificationModification": "2019-06-01+02:00",
                "datePublicationDonneesModification": "2019-07-01+02:00",
                "montant": 160000,
            }
        ],
    }
    (row,) = read(json.dumps({"marches": [record]}).encode())
    contract = contract_of(row)

    assert {code for code, _ in found(row)} == {"unusual_spelling", "date_unusual"}
    assert contract.is_framework
    assert contract.procedure == "Procédure avec négociation"
    assert contract.notified_on == date(2018, 12, 17)
    assert contract.modifications[0].amount == 16_000_000
    assert contract.modifications[0].notified_on == date(2019, 6, 1)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("procédure négociée OUVERTE", "Procédure négociée ouverte"),
        (
            "Procédure négociée sans publicité ni mise en concurrence préalable",
            "Marché passé sans publicité ni mise en concurrence préalable",
        ),
        ("autre", None),
    ],
)
def test_the_procedure_of_a_concession_is_recognised_or_left(written: str, read: str | None) -> None:
    row = read_one(sound(_type="Contrat de concession", procedure=written))
    assert contract_of(row).procedure == read
