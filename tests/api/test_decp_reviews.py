"""Records under a taken identity: kept apart, decided by somebody, and the same file changes nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from app.db.tables import Contract, DecpRecord
from app.principal import Role
from tests.api.builders import FACILITATOR, Service, serving
from tests.api.test_imports import PLATFORM, codes, imported, outcomes
from tests.exchange.decp_samples import BUYER, HOLDER, OTHER_HOLDER, as_json, sound

REVIEWS = "/v1/imports/reviews"
LOTS = [sound(objet=f"Aménagement exemple, lot {number}", montant=number * 1000) for number in (1, 2)]


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as service:
        yield service


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as service:
        yield service


def reviews(service: Service, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get(REVIEWS, BUYER, Role.BUYER, **query).json()["items"]
    return found


def decide(service: Service, review: dict[str, Any], decision: str) -> Any:  # noqa: ANN401 - an answer
    address = f"{REVIEWS}/{review['id']}/decision"
    return service.send("POST", address, BUYER, Role.BUYER, {"decision": decision}, review["version"])


def contracts(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get("/v1/contracts", BUYER, Role.BUYER).json()["items"]
    return found


def test_two_lots_under_one_number_are_told_apart_by_somebody(service: Service) -> None:
    content = as_json(*LOTS)
    found = imported(service, content, filename="lots.json")
    assert outcomes(found) == {"created": 1, "conflict": 1}
    assert codes(found["items"][1])[-1] == "other_content"
    (review,) = reviews(service)
    assert (review["reason"], review["state"], review["source"]) == ("other_content", "open", "lots.json")
    assert review["contract_id"] == found["items"][0]["contract_id"]
    assert (review["published"]["object"], review["published"]["amount"]) == (LOTS[1]["objet"], "2000.00")
    assert (review["registered"]["object"], review["registered"]["amount"]) == (LOTS[0]["objet"], "1000.00")
    assert review["published"]["holders"] == [f"SIRET {HOLDER}"]
    # Asked once, however often the file comes.
    assert outcomes(imported(service, content)) == {"unchanged": 1, "conflict": 1}
    assert reviews(service) == [review]
    decided = decide(service, review, "distinct")
    assert (decided.status_code, decided.json()["state"]) == (200, "distinct")
    assert [item["object"] for item in contracts(service)] == [lot["objet"] for lot in LOTS]
    assert decided.json()["new_contract_id"] == contracts(service)[1]["id"]
    assert outcomes(imported(service, content)) == {"unchanged": 2}
    assert decide(service, decided.json(), "same").json()["code"] == "decp_decided"
    # Each lot is followed by itself from now on.
    later = [lot | {"dureeMois": 10, "datePublicationDonnees": "2025-01-05"} for lot in LOTS]
    assert outcomes(imported(service, as_json(*later))) == {"updated": 2}
    assert [item["duration_months"] for item in contracts(service)] == [10, 10]


def test_a_corrected_object_is_the_same_contract_once_somebody_said_so(service: Service) -> None:
    imported(service, as_json(sound()))
    corrected = sound(objet="Construction d'une halle exemple - Lot 2 : charpente et couverture", montant=5)
    assert outcomes(imported(service, as_json(corrected))) == {"conflict": 1}
    (review,) = reviews(service, state="open")
    assert decide(service, review, "same").json()["state"] == "same"
    (contract,) = contracts(service)
    assert (contract["object"], contract["firm_amount"]) == (corrected["objet"], "5.00")
    for record in (corrected, sound()):
        assert outcomes(imported(service, as_json(record))) == {"unchanged": 1}
    assert reviews(service, state="open") == []


def test_in_one_file_a_difference_that_nothing_explains_is_a_second_contract(on_sqlite: Service) -> None:
    content = as_json(sound(), sound(montant=5))
    assert outcomes(imported(on_sqlite, content, dry_run="true")) == {"created": 1, "conflict": 1}
    assert reviews(on_sqlite) == []
    assert outcomes(imported(on_sqlite, content)) == {"created": 1, "conflict": 1}
    assert outcomes(imported(on_sqlite, content)) == {"unchanged": 1, "conflict": 1}


def by_hand(service: Service, **fields: object) -> str:
    body = {"reference": "EX-2024-01", "object": "Halle exemple", **fields}
    made = service.post("/v1/contracts", BUYER, Role.BUYER, body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_a_contract_registered_by_hand_takes_what_it_lacks_and_keeps_what_it_says(service: Service) -> None:
    contract_id = by_hand(service, duration_months=8)
    assert outcomes(imported(service, as_json(sound()))) == {"conflict": 1}
    (review,) = reviews(service)
    assert review["reason"] == "registered_otherwise"
    assert decide(service, review, "same").status_code == 200
    (contract,) = contracts(service)
    assert contract["id"] == contract_id
    assert (contract["firm_amount"], contract["notified_on"]) == ("27364.00", "2024-12-12")
    assert (contract["object"], contract["duration_months"]) == ("Halle exemple", 8)
    assert [holder["identifier"] for holder in contract["holders"]] == [HOLDER]
    found = service.get("/v1/imports/conflicts", BUYER, Role.BUYER).json()["items"]
    assert {item["field"]: item["theirs"] for item in found} == {
        "object": sound()["objet"],
        "duration_months": "9",
    }
    assert outcomes(imported(service, as_json(sound()))) == {"unchanged": 1}


def test_or_is_another_contract(on_sqlite: Service) -> None:
    by_hand(on_sqlite)
    imported(on_sqlite, as_json(sound()))
    assert decide(on_sqlite, reviews(on_sqlite)[0], "distinct").status_code == 200
    assert len(contracts(on_sqlite)) == 2
    assert outcomes(imported(on_sqlite, as_json(sound()))) == {"unchanged": 1}


def test_the_same_contract_under_another_number_is_flagged(on_sqlite: Service) -> None:
    imported(on_sqlite, as_json(sound()))
    (row,) = imported(on_sqlite, as_json(sound(id="EX-2024-02", dureeMois=10)))["items"]
    assert (row["outcome"], codes(row)[-1]) == ("created", "published_otherwise")


def test_others_neither_see_nor_decide(service: Service) -> None:
    imported(service, as_json(*LOTS))
    (review,) = reviews(service)
    address = f"{REVIEWS}/{review['id']}/decision"
    body = {"decision": "distinct"}
    assert service.get(REVIEWS, OTHER_HOLDER, Role.BUYER).json()["items"] == []
    assert service.send("POST", address, OTHER_HOLDER, Role.BUYER, body, 1).status_code == 404
    assert service.get(REVIEWS, HOLDER, Role.CONTRACTOR).status_code == 403
    assert service.send("POST", address, BUYER, Role.FACILITATOR, body, 1).status_code == 404
    assert service.send("POST", address, PLATFORM, Role.ADMIN, body, 2).status_code == 412
    assert service.send("POST", address, PLATFORM, Role.ADMIN, body, 1).status_code == 200


def test_an_identifier_that_holds_a_name_is_the_buyers_and_its_own(
    on_sqlite: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    named = "CHEXEMPLETESTEURAB"
    firms = [{"typeIdentifiant": "HORS-UE", "id": named}, {"typeIdentifiant": "SIRET", "id": HOLDER}]
    act = {"id": 1, "sousTraitant": {"typeIdentifiant": "FRWF", "id": "FRWFEXEMPLETESTEUR"}}
    record = sound(titulaires=firms, actesSousTraitance=[act], typeGroupementOperateurs="Conjoint")
    found = imported(on_sqlite, as_json(record, record | {"objet": "Autre"}), siret=BUYER, role=Role.BUYER)
    contract_id = found["items"][0]["contract_id"]
    told: dict[str, list[str]] = {}
    for siret, role in ((BUYER, Role.BUYER), (HOLDER, Role.CONTRACTOR), (PLATFORM, Role.ADMIN)):
        contract = on_sqlite.get(f"/v1/contracts/{contract_id}", siret, role).json()
        firms_told = on_sqlite.get(f"/v1/contracts/{contract_id}/subcontracts", siret, role).json()["items"]
        told[role] = [item["identifier"] for item in (*contract["holders"], *firms_told)]
    assert sorted(told[Role.BUYER]) == sorted([named, HOLDER, "FRWFEXEMPLETESTEUR"])
    for role in (Role.CONTRACTOR, Role.ADMIN):
        assert sorted(told[role]) == sorted(["CH…", HOLDER, "FRWF…"])
    (review,) = on_sqlite.get(REVIEWS, PLATFORM, Role.ADMIN).json()["items"]
    assert sorted(review["published"]["holders"]) == ["HORS-UE CH…", f"SIRET {HOLDER}"]
    everything = [found, on_sqlite.get("/v1/events", BUYER, Role.BUYER).json()]
    assert named not in repr(everything)
    assert named not in capsys.readouterr().out


def test_a_name_in_an_identifier_is_masked_where_a_contract_is_followed(on_sqlite: Service) -> None:
    named = "CHEXEMPLETESTEURAB"
    firms = [{"typeIdentifiant": "HORS-UE", "id": named}, {"typeIdentifiant": "SIRET", "id": HOLDER}]
    record = sound(titulaires=firms, typeGroupementOperateurs="Conjoint")
    found = imported(on_sqlite, as_json(record), siret=BUYER, role=Role.BUYER)
    path = f"/v1/contracts/{found['items'][0]['contract_id']}"
    clause = {"profile": "ccag-2021", "target": {"kind": "fixed_hours", "hours": "140.00"}}
    buyer = on_sqlite.headers(BUYER, Role.BUYER)
    recorded = on_sqlite.client.put(f"{path}/clause", json=clause, headers=buyer)
    assert recorded.status_code == 201, recorded.text
    mandate = {"siret": FACILITATOR, "since": "2024-01-01"}
    assert on_sqlite.post(f"{path}/mandates", BUYER, Role.BUYER, mandate).status_code == 201
    on_sqlite.clock.moment = datetime(2025, 6, 20, 9, tzinfo=UTC)
    for siret, role, said in ((BUYER, Role.BUYER, named), (FACILITATOR, Role.FACILITATOR, "CH…")):
        position = on_sqlite.get(f"{path}/compliance", siret, role).json()
        assert {item["identifier"] for item in position["group"]["members"]} == {said, HOLDER}
        missing = [item for item in position["next_actions"] if item["code"] == "missing_statement"]
        assert {item["declarant"] for item in missing} == {said, HOLDER}
        assert (named in str(position)) is (role is Role.BUYER)


def test_one_record_stands_behind_each_contract(on_sqlite: Service) -> None:
    imported(on_sqlite, as_json(*LOTS))
    decide(on_sqlite, reviews(on_sqlite)[0], "distinct")
    with on_sqlite.means.database.read() as session:
        assert session.scalars(select(DecpRecord.rank).order_by(DecpRecord.rank)).all() == [0, 1]
        assert session.scalar(select(func.count()).select_from(Contract)) == 2
