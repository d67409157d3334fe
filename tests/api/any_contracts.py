"""Contracts of every kind, registered by hand or published, and changes of them: the same each time."""

from random import Random
from typing import Any

from app.principal import Role
from tests.api.builders import Service
from tests.api.registering import CLAUSE
from tests.exchange.decp_samples import BUYER, HOLDER, OTHER_HOLDER, Raw, sound

SUBCONTRACTOR = "44444400400006"
PERSON = {"scheme": "HORS-UE", "identifier": "CHPERSONNEEXEMPL"}
# Texts that readers take for something else: marks of absence, entities, escapes, signs without a shape.
ODD = (
    *("NC", "mq", "CDL", "INX 12", "null", "NaN", "A&amp;B", "&nbsp;", '"\'\\"', "\\n", "é" * 64),
    *(
        "\U0001d518n 🏗️ \u202etset",
        "a/b#c",
        " , ; ",
        "<b>",
        "\u200b",
        "-1e5",
        "=1+1",
        "l1\nl2",
        "TEST",
        "[]",
        "{}",
        "0",
    ),
)
FIRMS: list[dict[str, Any]] = [
    {"siret": HOLDER},
    {"siret": OTHER_HOLDER},
    PERSON,
    {"scheme": "TVA", "identifier": "be 0456.272.657"},
    {"scheme": "OTHER", "identifier": "Exempl"},
]
PLACES: list[dict[str, Any]] = [
    {"published_code": "57280", "published_type": "Code postal"},
    {"published_code": "NC", "published_type": "Code pays"},
    {"place": "epci/200039949"},
    {"place": "commune/57433"},
    {"place": "country/FR"},
]
WAIVER = {
    "ground": "no_link",
    "text": "Exemple",
    "decided_on": "2025-01-02",
    "decided_by": "Service d'exemple",
}


CHANGES: dict[str, list[Any]] = {
    "firm_amount": [None, "0.00", "0.50", "500.10"],
    "maximum_amount": [None, "0.00", "9.00"],
    "duration_months": [None, 1, 600],
    "holders": [[], [{"siret": HOLDER}], [{"siret": OTHER_HOLDER}], [PERSON, {"siret": HOLDER}]],
    "cpv": [None, "45261100"],
    "nature": [None, "Accord-cadre"],
    "consultation": [None, {"kind": "concession"}],
    "notified_on": [None, "2024-01-01"],
    "places": [[], [{"place": "commune/57433"}]],
}


def any_changes(seed: int) -> dict[str, Any]:
    """What a person may change of a published contract."""
    chance = Random(seed)  # noqa: S311 - the same each time
    return {name: chance.choice(CHANGES[name]) for name in chance.sample(list(CHANGES), 1 + seed % 5)}


def any_record(seed: int) -> Raw:
    """A published record with amendments that change this or that, in any order."""
    chance = Random(seed)  # noqa: S311 - the same each time

    def some(*values: object) -> Any:  # noqa: ANN401 - any value of a record
        return chance.choice(values)

    def amendment(number: int) -> Raw:
        found = {
            "id": number,
            "dateNotificationModification": some("2025-01-02", "2025-01-03", None),
            "datePublicationDonneesModification": "2025-01-05",
            "montant": some(None, 0, 0.5, 30000, 40000.25),
            "dureeMois": some(None, 3, 50),
            "titulaires": some(None, [_firm(HOLDER)], [_firm(OTHER_HOLDER), _firm(HOLDER)]),
        }
        return {"modification": {name: value for name, value in found.items() if value is not None}}

    return sound(
        id=f"P-{seed}",
        techniques={"technique": [some("Sans objet", "Accord-cadre")]},
        dureeMois=some(None, 9),
        montant=some(0, 0.3, 27364),
        titulaires=some([], [_firm(HOLDER)]),
        modifications=[amendment(number) for number in range(seed % 4)],
    )


def _firm(siret: str) -> Raw:
    return {"titulaire": {"typeIdentifiant": "SIRET", "id": siret}}


def any_contracts(service: Service, seed: int) -> list[str]:
    """One under each odd reference and second lots, closed, waived, under a clause…; their ids."""
    chance = Random(seed)  # noqa: S311 - the same each time
    return [_registered(service, chance, number) for number in range(len(ODD) + LOTS)]


def _registered(service: Service, chance: Random, number: int) -> str:
    body = {name: value for name, value in _body(chance, number).items() if value is not None}
    answer = service.post("/v1/contracts", BUYER, Role.BUYER, body)
    assert answer.status_code == 201, answer.text
    path = f"/v1/contracts/{answer.json()['id']}"
    last = str(body.get("notified_on"))
    if number % 4 == 0 and last < "2025":
        answer = service.send("POST", f"{path}/close", BUYER, Role.BUYER, {}, 1)
    elif number % 4 == 1 and not body["social_conditions"]:
        answer = service.send("PUT", f"{path}/waiver", BUYER, Role.BUYER, WAIVER, 1)
    elif number % 4 == 2:
        clause = CLAUSE | {"target": {"kind": "fixed_hours", "hours": "40"}, "window": WINDOW}
        answer = service.send("PUT", f"{path}/clause", BUYER, Role.BUYER, clause, None)
    else:
        answer = service.post(f"{path}/subcontracts", BUYER, Role.BUYER, {"siret": SUBCONTRACTOR})
    assert answer.status_code in {200, 201}, answer.text
    return path.rpartition("/")[2]


HALF = 0.5
LOTS = 4
WINDOW = {"start": "2024-12-12", "end": "2025-09-11"}


def _body(chance: Random, number: int) -> dict[str, Any]:
    reference = ODD[number % len(ODD)]

    def some(*values: object) -> Any:  # noqa: ANN401 - any value of a payload
        return chance.choice(values)

    holders = [dict(firm) for firm in chance.sample(FIRMS, chance.randrange(4))]
    if holders:
        holders[0]["lead"] = chance.random() < HALF
    return {
        "reference": reference,
        "object": some("Halle exemple", *ODD),
        "lot": some(None, "1", "NC") if number < len(ODD) else "2",
        "nature": some(None, "Marché", "Accord-cadre", "Marché subséquent"),
        "kind": some(None, "works"),
        "cpv": some(None, "45261100", "00000000"),
        "procedure": some(None, "Procédure adaptée"),
        "ccag": some(None, "Maitrise d'œuvre"),
        "firm_amount": some(None, "0.00", "0.01", "27364.10", "100000000000.00", 99999999999.99),
        "maximum_amount": some(None, None, "40000.00"),
        "framework_reference": some(None, *ODD),
        "notified_on": some(None, "2024-12-12", "2100-12-31", "2000-01-01"),
        "duration_months": some(None, 1, 600),
        "consultation": some(None, {"kind": "concession"}, {"reference": reference}),
        "social_conditions": some([], [{"kind": "reserved", "text": "Exemple"}]),
        "holders": holders,
        "places": chance.sample(PLACES, chance.randrange(3)),
    }
