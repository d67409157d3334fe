"""Fictitious records shaped like published ones; every trap is one change of a sound record."""

import csv
import io
import json
from datetime import date

from app.exchange.decp.reading import read_decp
from app.exchange.decp.records import DecpContract, DecpRow

TODAY = date(2026, 11, 23)
BUYER = "11111100100009"
HOLDER = "22222200200008"
OTHER_HOLDER = "33333300300007"

Raw = dict[str, object]


def sound(**changes: object) -> Raw:
    """A record of the 2022 format in which nothing is wrong."""
    record: Raw = {
        "id": "EX-2024-01",
        "acheteur": {"id": BUYER},
        "nature": "Marché",
        "objet": "Construction d'une halle exemple - Lot 2 : charpente",
        "codeCPV": "45210000-2",
        "techniques": {"technique": ["Sans objet"]},
        "modalitesExecution": {"modaliteExecution": ["Sans objet"]},
        "marcheInnovant": False,
        "ccag": "Travaux",
        "offresRecues": 3,
        "attributionAvance": False,
        "typeGroupementOperateurs": "Pas de groupement",
        "sousTraitanceDeclaree": False,
        "procedure": "Procédure adaptée",
        "lieuExecution": {"code": "57280", "typeCode": "Code postal"},
        "dureeMois": 9,
        "dateNotification": "2024-12-12",
        "datePublicationDonnees": "2024-12-31",
        "montant": 27364.0,
        "typesPrix": {"typePrix": ["Définitif ferme"]},
        "formePrix": "Forfaitaire",
        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": HOLDER}}],
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
        "considerationsEnvironnementales": {
            "considerationEnvironnementale": ["Pas de considération environnementale"]
        },
    }
    return record | changes


def without(name: str) -> Raw:
    return {key: value for key, value in sound().items() if key != name}


def as_json(*records: object, concessions: list[Raw] | None = None) -> bytes:
    document = {"marches": {"marche": list(records), "contrat-concession": concessions or []}}
    return json.dumps(document, ensure_ascii=False).encode()


SOUND_CELLS = {
    "titulaire_id_1": HOLDER,
    "titulaire_typeIdentifiant_1": "SIRET",
    "titulaire_id_2": "CDL",
    "titulaire_typeIdentifiant_2": "CDL",
    "id": "EX-2024-01",
    "nature": "Marché",
    "objet": "Construction d'une halle exemple - Lot 2 : charpente",
    "codeCPV": "45210000-2",
    "procedure": "Procédure adaptée",
    "dureeMois": "9",
    "dateNotification": "2024-12-12",
    "datePublicationDonnees": "2024-12-31",
    "montant": "27364.0",
    "formePrix": "Forfaitaire",
    "attributionAvance": "False",
    "offresRecues": "3",
    "marcheInnovant": "False",
    "ccag": "Travaux",
    "sousTraitanceDeclaree": "False",
    "typeGroupementOperateurs": "Pas de groupement",
    "idAccordCadre": "CDL",
    "source": "exemple",
    "acheteur.id": BUYER,
    "lieuExecution.code": "57280",
    "lieuExecution.typeCode": "Code postal",
    "considerationsSociales": "['Clause sociale']",
    "considerationsEnvironnementales": "['Pas de considération environnementale']",
    "modalitesExecution": "['Sans objet']",
    "techniques": "['Sans objet']",
    "typesPrix": "['Définitif ferme']",
}


def as_csv(*rows: dict[str, str], delimiter: str = ";") -> bytes:
    """Rows given as changes of the sound cells; extra columns come last."""
    columns = [*SOUND_CELLS, *dict.fromkeys(name for row in rows for name in row if name not in SOUND_CELLS)]
    output = io.StringIO(newline="")
    writer = csv.DictWriter(output, columns, restval="CDL", delimiter=delimiter)
    writer.writeheader()
    for row in rows:
        writer.writerow(SOUND_CELLS | row)
    return b"\xef\xbb\xbf" + output.getvalue().encode()


def read(content: bytes, **declared: str) -> list[DecpRow]:
    return list(read_decp(content, today=TODAY, **declared))


def read_one(record: object) -> DecpRow:
    (row,) = read(as_json(record))
    return row


def contract_of(row: DecpRow) -> DecpContract:
    assert row.record is not None, row.issues
    return row.record


def found(row: DecpRow) -> list[tuple[str, str]]:
    """What was found, as (code, pointer), in order."""
    return [(issue.code.value, issue.pointer) for issue in row.issues]
