"""Published records of nobody: shaped like real ones, flaws included, with identifiers that no firm has.

SIREN numbers beginning with 99900 are given to nobody.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from app.principal import Role

BUYER = "99900001100018"
HOLDER = "99900002900010"
FACILITATOR = "99900003700013"
OTHER_BUYER = "99900004500016"
OTHER_CONTRACTOR = "99900005200012"
OTHER_FACILITATOR = "99900006000015"
OBSERVER = "99900007800017"
PLATFORM = "99900008600010"
INSERTION_STRUCTURE = "99900009400014"
PRESCRIBER = "99900010200015"
DEPARTMENT = "99900011000018"
SCHOOL = "99900012800010"
CITY = "99900013600013"

# Who holds a key of each role in a demonstration.
BY_ROLE = {
    Role.ADMIN: PLATFORM,
    Role.BUYER: BUYER,
    Role.FACILITATOR: FACILITATOR,
    Role.CONTRACTOR: HOLDER,
    Role.INSERTION_STRUCTURE: INSERTION_STRUCTURE,
    Role.PRESCRIBER: PRESCRIBER,
    Role.OBSERVER: OBSERVER,
}
NAMES = {
    BUYER: "Communauté d'Exemple (fictive)",
    HOLDER: "Charpentes Exemple (fictive)",
    FACILITATOR: "Maison de l'emploi d'Exemple (fictive)",
    OTHER_BUYER: "Ville de Démonstration (fictive)",
    OTHER_CONTRACTOR: "Travaux Démonstration (fictifs)",
    OTHER_FACILITATOR: "PLIE de Démonstration (fictif)",
    OBSERVER: "Observatoire d'Exemple (fictif)",
    PLATFORM: "Plateforme d'exemple (fictive)",
    INSERTION_STRUCTURE: "Entreprise d'insertion Exemple (fictive)",
    PRESCRIBER: "Mission locale d'Exemple (fictive)",
    DEPARTMENT: "Département d'Exemple (fictif)",
    SCHOOL: "Lycée d'Exemple (fictif)",
    CITY: "Ville d'Exemple (fictive)",
}

COLUMNS = (
    *("titulaire_id_1", "titulaire_typeIdentifiant_1", "id", "nature", "objet", "codeCPV", "procedure"),
    *("dureeMois", "dateNotification", "datePublicationDonnees", "montant", "formePrix", "ccag"),
    *("typeGroupementOperateurs", "source", "acheteur.id", "lieuExecution.code", "lieuExecution.typeCode"),
    *("considerationsSociales", "modalitesExecution", "techniques", "offresRecues"),
)
COMMON = {
    "titulaire_typeIdentifiant_1": "SIRET",
    "nature": "Marché",
    "procedure": "Procédure adaptée",
    "datePublicationDonnees": "2024-12-31",
    "formePrix": "Forfaitaire",
    "ccag": "Travaux",
    "typeGroupementOperateurs": "Pas de groupement",
    "source": "exemple",
    "considerationsSociales": "['Pas de considération sociale']",
    "modalitesExecution": "['Sans objet']",
    "techniques": "['Sans objet']",
    "offresRecues": "3",
}
# Each row besides the first carries flaws met in published files: unusable marks, a wrong checksum, a
# commune's code said to be a department's, an entity in the text.
ROWS: tuple[dict[str, str], ...] = (
    {
        "titulaire_id_1": HOLDER,
        "id": "24-EXEMPLE-2",
        "objet": "Construction d'une déchèterie d'exemple : lot 2, charpente bois",
        "codeCPV": "45210000-2",
        "dureeMois": "9",
        "dateNotification": "2024-12-12",
        "montant": "27364.0",
        "acheteur.id": BUYER,
        "lieuExecution.code": "57280",
        "lieuExecution.typeCode": "Code postal",
        "considerationsSociales": "['Clause sociale']",
    },
    {
        "titulaire_id_1": OTHER_CONTRACTOR,
        "id": "INX 2024-DEMO",
        "objet": "Piste d&#8217;exemple en enrobé",
        "codeCPV": "INX 45212221-1",
        "dureeMois": "2",
        "dateNotification": "2024-12-31",
        "montant": "146796.0",
        "offresRecues": "MQ",
        "acheteur.id": OTHER_BUYER,
        "lieuExecution.code": "26300",
        "lieuExecution.typeCode": "Code postal",
    },
    {
        "titulaire_id_1": "99900002900019",
        "id": "2024FOURN-1",
        "objet": "Fourniture d'exemple",
        "codeCPV": "24321000-0",
        "dureeMois": "48",
        "dateNotification": "2024-11-30",
        "montant": "400000.0",
        "ccag": "Fournitures courantes et services",
        "acheteur.id": CITY,
        "lieuExecution.code": "50129",
        "lieuExecution.typeCode": "Code département",
    },
    {
        "titulaire_id_1": HOLDER,
        "id": "2024-MUSEE",
        "objet": "Restauration d'un tableau d'exemple",
        "codeCPV": "92311000-4",
        "dureeMois": "13",
        "dateNotification": "2024-12-05",
        "montant": "45155.0",
        "acheteur.id": DEPARTMENT,
        "lieuExecution.code": "83",
        "lieuExecution.typeCode": "Code département",
    },
)


@dataclass(frozen=True, slots=True)
class File:
    """A file to import: its name and its bytes."""

    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        """What to say of the bytes."""
        return "application/json" if self.name.endswith(".json") else "text/csv"


def own_files() -> list[File]:
    """The project's own records in the two shapes that are read."""
    return [File("exemple-2022.csv", _csv()), File("exemple-2022.json", _json())]


def files_at(paths: list[Path]) -> list[File]:
    """Files given on the command line."""
    return [File(path.name, path.read_bytes()) for path in paths]


def _csv() -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, delimiter=";", restval="CDL", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**COMMON, **row} for row in ROWS)
    return text.getvalue().encode("utf-8-sig")


def _json() -> bytes:
    lots = [
        ("EX2024T0000256", "Démolition", "45111100", 32122.0),
        ("EX2024T0000356", "Charpente", "45261100", 146780.0),
    ]
    records = [
        {
            "id": number,
            "_type": "Marché",
            "acheteur": {"id": SCHOOL},
            "nature": "Marché",
            "objet": f"Internat d'exemple - {name}",
            "codeCPV": cpv,
            "procedure": "Appel d'offres ouvert",
            "ccag": "Travaux",
            "lieuExecution": {"code": "22", "typeCode": "Code département"},
            "dureeMois": 4,
            "dateNotification": "2024-05-30",
            "datePublicationDonnees": "2024-07-09",
            "montant": amount,
            "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": OTHER_CONTRACTOR}}],
            "considerationsSociales": {"considerationSociale": ["Pas de considération sociale"]},
            "modifications": [],
        }
        for number, name, cpv, amount in lots
    ]
    return json.dumps({"marches": {"marche": records, "contrat-concession": []}}, indent=1).encode()
