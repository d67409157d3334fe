"""Contracts taken away as a DECP file and sent back, and what that left behind in the database."""

import json
from typing import Any

from sqlalchemy import func, select

from app import worker
from app.db.tables import (
    Change,
    Contract,
    ContractParty,
    DecpConflict,
    DecpRecord,
    DecpReview,
    Event,
    Organisation,
    Version,
)
from app.principal import Role
from tests.api.any_contracts import SUBCONTRACTOR
from tests.api.builders import Service
from tests.api.test_imports import PLATFORM, imported, outcomes
from tests.exchange.decp_samples import BUYER, HOLDER, Raw

PATH = "/v1/exports/decp"
# What an import that changes nothing does not add to; that it was asked for, and is done, is told.
COUNTED = (Contract, Version, ContractParty, Organisation, DecpConflict, DecpReview, DecpRecord)

MODIFICATION = {
    "id": 1,
    "dateNotificationModification": "2025-01-02",
    "datePublicationDonneesModification": "2025-01-05",
}
ACT = {
    "id": 1,
    "sousTraitant": {"typeIdentifiant": "SIRET", "id": SUBCONTRACTOR},
    "dureeMois": 3,
    "dateNotification": "2025-01-02",
    "datePublicationDonnees": "2025-01-05",
    "montant": 1200.5,
    "variationPrix": "Ferme",
}

CONCESSION: Raw = {
    "id": "EX-2024-C1",
    "autoriteConcedante": {"id": BUYER},
    "nature": "Concession de service",
    "objet": "Exploitation d'une halle exemple",
    "procedure": "Procédure négociée ouverte",
    "dureeMois": 60,
    "dateSignature": "2024-11-04",
    "datePublicationDonnees": "2024-11-30",
    "dateDebutExecution": "2025-01-01",
    "valeurGlobale": 1500000,
    "montantSubventionPublique": 1000.1,
    "donneesExecution": [
        {
            "donneesAnnuelles": {
                "datePublicationDonneesExecution": "2025-12-31",
                "depensesInvestissement": 10,
                "tarifs": [{"tarif": {"intituleTarif": "Entrée d'exemple", "tarif": 2.5}}],
            }
        }
    ],
    "concessionnaires": [{"concessionnaire": {"typeIdentifiant": "SIRET", "id": HOLDER}}],
    "considerationsSociales": {"considerationSociale": ["Concession réservée"]},
    "considerationsEnvironnementales": {
        "considerationEnvironnementale": ["Pas de considération environnementale"]
    },
    "modifications": [
        {
            "modification": {
                "id": 1,
                "dateSignatureModification": "2025-01-02",
                "datePublicationDonneesModification": "2025-01-05",
                "dureeMois": 72,
                "valeurGlobale": 1600000.25,
            }
        }
    ],
}


def taken(service: Service, siret: str = PLATFORM, role: Role = Role.ADMIN, **query: str) -> bytes:
    """The contracts that one sees, as a file."""
    answer = service.get(PATH, siret, role, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="contrats-decp.json"'
    return answer.content


def records(content: bytes) -> list[dict[str, Any]]:
    """The records of such a file, concessions last."""
    lists = json.loads(content)["marches"]
    assert list(lists) == ["marche", "contrat-concession"]
    return [*lists["marche"], *lists["contrat-concession"]]


def left(service: Service) -> dict[str, Any]:
    """How much there is of everything that a change would add to, and what the published records say."""
    with service.means.database.read() as session:
        found: dict[str, Any] = {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in COUNTED
        }
        actions = select(Change.action, func.count()).where(Change.action.not_like("import.%"))
        found["changes"] = dict(session.execute(actions.group_by(Change.action)).all())
        told = select(func.count()).select_from(Event).where(Event.type.not_like("import.%"))
        found["events"] = session.scalar(told)
        found["versions_of_contracts"] = session.scalar(select(func.sum(Contract.version)))
        rows = session.execute(select(DecpRecord.fingerprint, DecpRecord.said).order_by(DecpRecord.id))
        found["said"] = [(row.fingerprint, row.said) for row in rows]
    return found


def sent_back(service: Service, content: bytes, siret: str = PLATFORM, role: Role = Role.ADMIN) -> None:
    """The file changes nothing, whoever sends it."""
    # Who has no key yet, and what waits to be done, are no doing of the file.
    service.headers(siret, role)
    worker.drain(service.means, daily=None)
    before = left(service)
    found = imported(service, content, siret=siret, role=role)
    number = len(records(content))
    assert outcomes(found) == ({"unchanged": number} if number else {"noted": 1}), found["items"]
    assert left(service) == before


def rewritten(content: bytes) -> bytes:
    """The same records as another system writes them, without the mark that nobody edited them."""
    document = json.loads(content)
    for record in (item for found in document["marches"].values() for item in found):
        del record["autoriteConcedante" if "autoriteConcedante" in record else "acheteur"]["empreinteSuivi"]
    return json.dumps(document, indent=1).encode()


def registered(service: Service, **fields: object) -> dict[str, Any]:
    """A contract that its buyer registers by hand."""
    body = {"reference": "EX-1", "object": "Halle exemple, lot 1 : charpente", **fields}
    answer = service.post("/v1/contracts", BUYER, Role.BUYER, body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def read(service: Service, contract_id: str) -> dict[str, Any]:
    found: dict[str, Any] = service.get(f"/v1/contracts/{contract_id}", BUYER, Role.BUYER).json()
    return found


def changed(service: Service, contract_id: str, **fields: object) -> None:
    """A person changes a contract by hand."""
    version = read(service, contract_id)["version"]
    answer = service.send("PATCH", f"/v1/contracts/{contract_id}", BUYER, Role.BUYER, fields, version)
    assert answer.status_code == 200, answer.text


def edited(content: bytes, **changes: object) -> bytes:
    """The file after somebody changed its first record elsewhere."""
    document = json.loads(content)
    found = document["marches"]["marche"][0]
    found |= changes
    return json.dumps(document).encode()


def back(service: Service, content: bytes, siret: str = BUYER, role: Role = Role.BUYER) -> dict[str, Any]:
    """What is said of its first record when a file is sent back."""
    found: dict[str, Any] = imported(service, content, siret=siret, role=role)["items"][0]
    return found


def codes(row: dict[str, Any]) -> list[str]:
    """What is said beside what reading the record found."""
    told = {"claim_unknown", "field_conflict", "identifier_masked", "older_publication", "returned_otherwise"}
    return [issue["code"] for issue in row["issues"] if issue["code"] in told]
