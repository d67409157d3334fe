"""Records that say which contract they are of: believed of one's own, not against what they describe."""

from collections.abc import Iterator

import pytest

from app.db.tables import Organisation
from app.principal import Role
from tests.api.any_contracts import PERSON
from tests.api.builders import CONTRACTOR, FACILITATOR, Service, serving
from tests.api.taking_away import (
    ACT,
    PATH,
    back,
    codes,
    edited,
    read,
    records,
    registered,
    rewritten,
    sent_back,
    taken,
)
from tests.api.test_imports import OTHER, PLATFORM, count, imported
from tests.exchange.decp_samples import BUYER, HOLDER, OTHER_HOLDER, Raw, as_json, sound

READERS = ((BUYER, Role.BUYER), (HOLDER, Role.CONTRACTOR), (PLATFORM, Role.ADMIN))


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as running:
        yield running


class TestClaims:
    def test_who_describes_another_contract_is_not_followed(self, on_sqlite: Service) -> None:
        contract = registered(
            on_sqlite, notified_on="2024-12-12", holders=[{"siret": HOLDER}], cpv="45261100"
        )
        (record,) = records(taken(on_sqlite, BUYER, Role.BUYER))
        others: list[Raw] = [
            {"id": "EX-2"},
            {"codeCPV": "45000000"},
            {"objet": "Un autre marché d'exemple"},
            {"dateNotification": "2024-12-13"},
            {"titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": OTHER_HOLDER}}]},
            {"titulaires": []},
        ]
        content = as_json(*(record | {"montant": 5} | change for change in others))
        # Each is asked once, however often the file comes.
        for _ in range(2):
            rows = imported(on_sqlite, content, siret=BUYER, role=Role.BUYER)["items"]
            for row in rows:
                assert (row["outcome"], row["contract_id"]) == ("conflict", contract["id"])
                assert codes(row) == ["returned_otherwise"]
            found = on_sqlite.get("/v1/imports/reviews", BUYER, Role.BUYER).json()["items"]
            assert [item["reason"] for item in found] == ["returned_otherwise"] * len(others)
        assert read(on_sqlite, contract["id"]) == contract

    @pytest.mark.parametrize("decision", ["same", "distinct"])
    def test_somebody_says_what_it_is(self, on_sqlite: Service, decision: str) -> None:
        contract = registered(on_sqlite, notified_on="2024-12-12", firm_amount="100.00")
        moved = edited(taken(on_sqlite, BUYER, Role.BUYER), objet="Halle exemple, lot 2", dureeMois=3)
        assert codes(back(on_sqlite, moved)) == ["returned_otherwise"]
        (review,) = on_sqlite.get("/v1/imports/reviews", BUYER, Role.BUYER).json()["items"]
        address = f"/v1/imports/reviews/{review['id']}/decision"
        answer = on_sqlite.send("POST", address, BUYER, Role.BUYER, {"decision": decision}, review["version"])
        assert answer.status_code == 200, answer.text
        found = read(on_sqlite, contract["id"])
        conflicts = on_sqlite.get("/v1/imports/conflicts", BUYER, Role.BUYER).json()["items"]
        if decision == "same":
            assert (found["duration_months"], found["object"]) == (3, contract["object"])
            assert [item["field"] for item in conflicts] == ["object"]
        else:
            assert (found, conflicts) == (contract, [])
            made = read(on_sqlite, answer.json()["new_contract_id"])
            assert (made["object"], made["duration_months"]) == ("Halle exemple, lot 2", 3)
        sent_back(on_sqlite, moved, BUYER, Role.BUYER)
        sent_back(on_sqlite, taken(on_sqlite, BUYER, Role.BUYER), BUYER, Role.BUYER)

    def test_a_foreign_contract_is_none(self, service: Service) -> None:
        foreign = service.post(
            "/v1/contracts", OTHER, Role.BUYER, {"reference": "EX-9", "object": "Exemple", "cpv": "45261100"}
        ).json()
        answers = []
        for number, claimed in enumerate((foreign["id"], "01936f2e-7c10-7a31-9c55-0242ac120042", "x", 5)):
            buyer = {"id": BUYER, "idContratSuivi": claimed}
            row = back(service, as_json(sound(id=f"EX-{number}", objet=f"Halle {number}", acheteur=buyer)))
            assert (row.pop("reference"), row.pop("contract_id")) != (None, foreign["id"])
            answers.append(row)
        assert answers == [answers[0]] * 4
        assert (answers[0]["outcome"], codes(answers[0])) == ("created", ["claim_unknown"])
        # Who says whose it is, is not its buyer either; for the platform it is another buyer's contract.
        theirs = {"id": OTHER, "idContratSuivi": foreign["id"]}
        row = back(service, as_json(sound(id="EX-9", acheteur=theirs)))
        assert (row["outcome"], row["contract_id"]) == ("other_buyer", None)
        swapped = {"id": BUYER, "idContratSuivi": foreign["id"]}
        row = back(service, as_json(sound(id="EX-9", acheteur=swapped)), PLATFORM, Role.ADMIN)
        assert (row["outcome"], codes(row)) == ("created", ["claim_unknown"])
        assert row["contract_id"] != foreign["id"]
        assert service.get(f"/v1/contracts/{foreign['id']}", OTHER, Role.BUYER).json() == foreign

    def test_what_is_masked_names_nobody(self, on_sqlite: Service) -> None:
        contract = registered(on_sqlite, holders=[PERSON, {"siret": HOLDER}], notified_on="2024-12-12")
        whole, hidden = taken(on_sqlite, BUYER, Role.BUYER), taken(on_sqlite)
        assert b"CHPERSONNE" in whole
        assert b"CHPERSONNE" not in hidden
        firms = [item["titulaire"]["id"] for item in records(hidden)[0]["titulaires"]]
        assert sorted(firms) == [HOLDER, "CH…"]
        # What is edited beside it is taken, and keeps whom it names.
        assert back(on_sqlite, edited(hidden, dureeMois=3))["outcome"] == "updated"
        assert read(on_sqlite, contract["id"])["duration_months"] == 3
        sent_back(on_sqlite, taken(on_sqlite), PLATFORM, Role.ADMIN)
        assert b"CHPERSONNE" in taken(on_sqlite, BUYER, Role.BUYER)
        # Nor is a mask kept of whom the published record names.
        acts = [
            {"acteSousTraitance": {**ACT, "sousTraitant": {"typeIdentifiant": "HORS-UE", "id": "USEXEMPLE"}}}
        ]
        imported(on_sqlite, as_json(sound(id="EX-7", actesSousTraitance=acts)))
        moved = edited(taken(on_sqlite, reference="EX-7"), dureeMois=3)
        assert back(on_sqlite, moved, PLATFORM, Role.ADMIN)["outcome"] == "updated"
        (record,) = records(taken(on_sqlite, BUYER, Role.BUYER, reference="EX-7"))
        assert record["actesSousTraitance"] == acts
        # Two that one mask hides are two, whoever writes the file anew.
        pair = [{"scheme": "HORS-UE", "identifier": f"CHEXEMPLE{letter}"} for letter in "AB"]
        registered(on_sqlite, reference="EX-8", holders=pair)
        sent_back(on_sqlite, rewritten(taken(on_sqlite, reference="EX-8")))
        names = count(on_sqlite, Organisation)
        acts = [{"acteSousTraitance": {**ACT, "sousTraitant": {"typeIdentifiant": "HORS-UE", "id": "CH…"}}}]
        row = back(on_sqlite, edited(taken(on_sqlite), actesSousTraitance=acts))
        assert (row["outcome"], codes(row)) == ("rejected", ["identifier_masked"])
        unknown = {"id": BUYER, "idContratSuivi": "01936f2e-7c10-7a31-9c55-0242ac120042"}
        row = back(on_sqlite, edited(taken(on_sqlite), acheteur=unknown, id="EX-6"))
        assert (row["outcome"], codes(row)) == ("rejected", ["identifier_masked"])
        assert count(on_sqlite, Organisation) == names


def test_each_takes_what_it_sees(service: Service) -> None:
    registered(service, reference="EX-1", holders=[{"siret": CONTRACTOR}, PERSON])
    registered(service, reference="EX-2", holders=[{"siret": HOLDER}])
    service.post("/v1/contracts", OTHER, Role.BUYER, {"reference": "EX-3", "object": "Exemple"})

    def seen(siret: str, role: Role, **query: str) -> list[str]:
        return [record["id"] for record in records(taken(service, siret, role, **query))]

    assert seen(PLATFORM, Role.ADMIN) == ["EX-1", "EX-2", "EX-3"]
    assert seen(BUYER, Role.BUYER) == seen(BUYER, Role.FACILITATOR) == ["EX-1", "EX-2"]
    assert seen(CONTRACTOR, Role.CONTRACTOR) == ["EX-1"]
    assert seen(FACILITATOR, Role.FACILITATOR) == []
    assert seen(BUYER, Role.BUYER, holder=HOLDER) == ["EX-2"]
    assert seen(PLATFORM, Role.ADMIN, buyer=OTHER) == ["EX-3"]
    (record,) = records(taken(service, CONTRACTOR, Role.CONTRACTOR))
    assert {item["titulaire"]["id"] for item in record["titulaires"]} == {CONTRACTOR, "CH…"}
    assert b"CHPERSONNE" in taken(service, BUYER, Role.FACILITATOR)
    # What only the published record tells, its holder reads too: with its own name, and nobody else's.
    firm = {"typeIdentifiant": "HORS-UE", "id": "USAUTREEXEMPLE"}
    acts = [{"acteSousTraitance": {**ACT, "sousTraitant": firm}}]
    imported(service, as_json(sound(id="EX-4", actesSousTraitance=acts)))
    told = {role: records(taken(service, siret, role, reference="EX-4"))[0] for siret, role in READERS}
    assert [record["offresRecues"] for record in told.values()] == [3, 3, 3]
    named = [record["actesSousTraitance"][0]["acteSousTraitance"] for record in told.values()]
    assert [act["sousTraitant"]["id"] for act in named] == [firm["id"], "US…", "US…"]
    assert service.client.get(PATH).status_code == 401
