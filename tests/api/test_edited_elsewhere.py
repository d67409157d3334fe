"""Files of contracts that somebody edited before sending them back: that changes, and nothing else does."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import worker
from app.db.tables import Change, Contract, ImportRow
from app.principal import Role
from app.services import decp
from app.services.sight import held_contract
from app.services.work import Writer
from tests.api.any_contracts import SUBCONTRACTOR
from tests.api.builders import Service, serving
from tests.api.taking_away import (
    ACT,
    CONCESSION,
    MODIFICATION,
    back,
    changed,
    codes,
    edited,
    read,
    records,
    registered,
    rewritten,
    sent_back,
    taken,
)
from tests.api.test_imports import imported, outcomes, send
from tests.exchange.decp_samples import BUYER, HOLDER, OTHER_HOLDER, as_json, sound

IDENTITY = ("id", "acheteur", "titulaires", "codeCPV", "objet")


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as running:
        yield running


class TestEditedElsewhere:
    def test_what_was_edited_changes_and_nothing_else(self, service: Service) -> None:
        (row,) = imported(service, as_json(sound()))["items"]
        contract_id = row["contract_id"]
        changed(service, contract_id, ccag="Pas de CCAG")
        content = taken(service, BUYER, Role.BUYER)
        moved = edited(content, montant=28000.5, dureeMois=10, offresRecues=4)
        before = read(service, contract_id)
        dry = imported(service, moved, siret=BUYER, role=Role.BUYER, dry_run="true")
        assert outcomes(dry) == {"updated": 1}
        assert read(service, contract_id) == before
        assert back(service, moved)["outcome"] == "updated"
        after = {**before, "firm_amount": "28000.50", "duration_months": 10, "version": before["version"] + 1}
        assert read(service, contract_id) == after
        # What only the record tells is kept with it, and the same file says nothing new.
        sent_back(service, moved, BUYER, Role.BUYER)
        (kept,) = records(taken(service, BUYER, Role.BUYER))
        assert (kept["offresRecues"], kept["ccag"]) == (4, "Pas de CCAG")
        # Nor does the first file, however often it comes: it says what was published at first.
        sent_back(service, as_json(sound()))
        # Having been repeated by a file, what a person entered is still a person's.
        later = sound(ccag="Fournitures courantes et services", datePublicationDonnees="2025-01-09")
        assert codes(back(service, as_json(later))) == ["field_conflict"]
        assert read(service, contract_id)["ccag"] == "Pas de CCAG"

    def test_what_a_person_entered_is_to_be_decided(self, on_sqlite: Service) -> None:
        contract = registered(on_sqlite, notified_on="2024-12-12", firm_amount="100.00")
        content = taken(on_sqlite, BUYER, Role.BUYER)
        moved = edited(content, montant=120, dureeMois=6, offresRecues=2)
        row = back(on_sqlite, moved)
        assert (row["outcome"], codes(row)) == ("conflict", ["field_conflict"])
        # Nobody had entered a duration.
        found = read(on_sqlite, contract["id"])
        assert (found["firm_amount"], found["duration_months"], found["version"]) == ("100.00", 6, 2)
        (conflict,) = on_sqlite.get("/v1/imports/conflicts", BUYER, Role.BUYER).json()["items"]
        assert (conflict["field"], conflict["ours"], conflict["theirs"]) == (
            "firm_amount",
            "100.00",
            "120.00",
        )
        sent_back(on_sqlite, moved, BUYER, Role.BUYER)
        # Back as it now stands, with what only the record tells: nothing is said of the amount any more.
        sent_back(on_sqlite, taken(on_sqlite, BUYER, Role.BUYER), BUYER, Role.BUYER)
        address = f"/v1/imports/conflicts/{conflict['id']}/decision"
        answer = on_sqlite.send("POST", address, BUYER, Role.BUYER, {"decision": "take"}, conflict["version"])
        assert answer.status_code == 200, answer.text
        (record,) = records(taken(on_sqlite, BUYER, Role.BUYER))
        assert (record["montant"], record["dureeMois"], record["offresRecues"]) == (120, 6, 2)
        assert read(on_sqlite, contract["id"])["firm_amount"] == "120.00"

    def test_a_file_of_before_undoes_nothing(self, on_sqlite: Service) -> None:
        (row,) = imported(on_sqlite, as_json(sound()))["items"]
        old = taken(on_sqlite, BUYER, Role.BUYER)
        modifications = [{"modification": {**MODIFICATION, "montant": 30000}}]
        assert outcomes(imported(on_sqlite, as_json(sound(modifications=modifications)))) == {"updated": 1}
        # What nobody edited says nothing; another system's writing of it is an earlier publication.
        assert codes(back(on_sqlite, old)) == []
        assert codes(back(on_sqlite, rewritten(old))) == ["older_publication"]
        assert codes(back(on_sqlite, edited(old, montant=1))) == ["older_publication"]
        assert read(on_sqlite, row["contract_id"])["firm_amount"] == "30000.00"
        changed(on_sqlite, row["contract_id"], firm_amount="31000.00")
        assert codes(back(on_sqlite, edited(taken(on_sqlite), montant=1))) == []
        assert read(on_sqlite, row["contract_id"])["firm_amount"] == "31000.00"

    def test_what_nobody_edited_says_nothing_of_what_people_changed_since(self, on_sqlite: Service) -> None:
        (row,) = imported(on_sqlite, as_json(sound(id="EX-2")))["items"]
        contract = registered(on_sqlite, firm_amount="100.00", notified_on="2024-12-12")
        old = taken(on_sqlite, BUYER, Role.BUYER)
        changed(
            on_sqlite, contract["id"], firm_amount="110.00", object="Halle exemple, lot unique", holders=[]
        )
        changed(on_sqlite, row["contract_id"], firm_amount="120.00", cpv=None)
        sent_back(on_sqlite, old, BUYER, Role.BUYER)
        # With one edit of it, what the rest says is no longer what nobody said.
        found = imported(on_sqlite, edited(old, dureeMois=7), siret=BUYER, role=Role.BUYER)
        assert outcomes(found) == {"conflict": 1, "unchanged": 1}

    def test_an_amendment_is_added_in_the_file(self, on_sqlite: Service) -> None:
        (row,) = imported(on_sqlite, as_json(sound()))["items"]
        firms = [{"titulaire": {"typeIdentifiant": "SIRET", "id": OTHER_HOLDER}}]
        amendment = {"modification": {**MODIFICATION, "montant": 30000, "titulaires": firms}}
        acts = [{"acteSousTraitance": ACT}]
        moved = edited(taken(on_sqlite), modifications=[amendment], actesSousTraitance=acts)
        assert back(on_sqlite, moved)["outcome"] == "updated"
        found = read(on_sqlite, row["contract_id"])
        assert (found["firm_amount"], found["holders"][0]["identifier"]) == ("30000.00", OTHER_HOLDER)
        path = f"/v1/contracts/{row['contract_id']}/subcontracts"
        (named,) = on_sqlite.get(path, BUYER, Role.BUYER).json()["items"]
        assert (named["identifier"], named["since"]) == (SUBCONTRACTOR, "2025-01-02")
        (record,) = records(taken(on_sqlite))
        assert (record["modifications"], record["actesSousTraitance"]) == ([amendment], acts)
        sent_back(on_sqlite, taken(on_sqlite))

    def test_what_is_left_out_of_the_file_stays(self, on_sqlite: Service) -> None:
        (row,) = imported(on_sqlite, as_json(sound()))["items"]
        before = read(on_sqlite, row["contract_id"])
        nothing = {name: None for name in sound() if name not in IDENTITY}
        kept = edited(taken(on_sqlite), **nothing, modifications=[])
        assert back(on_sqlite, kept)["outcome"] == "unchanged"
        assert read(on_sqlite, row["contract_id"]) == before
        sent_back(on_sqlite, taken(on_sqlite))

    def test_a_closed_contract_is_asked_about(self, on_sqlite: Service) -> None:
        (row,) = imported(on_sqlite, as_json(sound()))["items"]
        path = f"/v1/contracts/{row['contract_id']}/close"
        assert on_sqlite.send("POST", path, BUYER, Role.BUYER, {}, 1).status_code == 200
        before = read(on_sqlite, row["contract_id"])
        sent_back(on_sqlite, taken(on_sqlite))
        assert codes(back(on_sqlite, edited(taken(on_sqlite), montant=1))) == ["field_conflict"]
        assert read(on_sqlite, row["contract_id"]) == before

    def test_a_concession_is_edited_too(self, on_sqlite: Service) -> None:
        imported(on_sqlite, as_json(concessions=[CONCESSION]))
        document = json.loads(taken(on_sqlite, BUYER, Role.BUYER))
        (record,) = document["marches"]["contrat-concession"]
        record |= {"valeurGlobale": 7, "dateDebutExecution": "2025-02-01", "modifications": []}
        row = back(on_sqlite, json.dumps(document).encode())
        # One amendment less is an earlier publication.
        assert codes(row) == ["older_publication"]
        record |= {"modifications": CONCESSION["modifications"]}
        row = back(on_sqlite, json.dumps(document).encode())
        assert (row["outcome"], read(on_sqlite, row["contract_id"])["started_on"]) == (
            "updated",
            "2025-02-01",
        )
        (told,) = records(taken(on_sqlite))
        assert (told["valeurGlobale"], told["dateDebutExecution"]) == (7, "2025-02-01")

    def test_a_table_made_of_the_file_is_the_file(self, on_sqlite: Service) -> None:
        registered(on_sqlite, holders=[{"siret": HOLDER}], notified_on="2024-12-12", firm_amount="100.00")
        (record,) = records(taken(on_sqlite, BUYER, Role.BUYER))
        cells = {
            "acheteur.id": BUYER,
            "acheteur.idContratSuivi": record["acheteur"]["idContratSuivi"],
            "titulaire_id_1": HOLDER,
            "titulaire_typeIdentifiant_1": "SIRET",
            **{name: record[name] for name in ("id", "objet", "dateNotification")},
        }

        def table(amount: str) -> bytes:
            named = cells | {"montant": amount}
            return f"{';'.join(named)}\n{';'.join(named.values())}\n".encode()

        sent = {"siret": BUYER, "role": Role.BUYER, "media": "text/csv"}
        assert outcomes(imported(on_sqlite, table("100.0"), **sent)) == {"unchanged": 1}
        (row,) = imported(on_sqlite, table("101"), **sent)["items"]
        assert codes(row) == ["field_conflict"]

    def test_several_places_or_a_territory_are_not_replaced_by_one_place(self, on_sqlite: Service) -> None:
        codes_of = [{"published_code": code, "published_type": "Code commune"} for code in ("57433", "57303")]
        for number, places in enumerate((codes_of, [{"place": "commune/57433"}])):
            contract = registered(on_sqlite, reference=f"EX-{number}", places=places)
            content = taken(on_sqlite, BUYER, Role.BUYER, reference=f"EX-{number}")
            there = {"code": "57", "typeCode": "Code département"}
            assert codes(back(on_sqlite, edited(content, lieuExecution=there))) == ["field_conflict"]
            assert read(on_sqlite, contract["id"])["places"] == contract["places"]

    def test_the_amount_of_a_framework_is_whichever_it_has(self, on_sqlite: Service) -> None:
        firm = registered(on_sqlite, nature="Accord-cadre", firm_amount="100.00")
        content = taken(on_sqlite, BUYER, Role.BUYER)
        assert codes(back(on_sqlite, edited(content, montant=120))) == ["field_conflict"]
        (conflict,) = on_sqlite.get("/v1/imports/conflicts", BUYER, Role.BUYER).json()["items"]
        assert (conflict["field"], conflict["ours"], conflict["theirs"]) == (
            "firm_amount",
            "100.00",
            "120.00",
        )
        assert read(on_sqlite, firm["id"])["maximum_amount"] is None


def test_two_imports_of_one_edited_file_at_once_change_it_once(
    postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(postgres_database_url) as service:
        imported(service, as_json(sound()))
        moved = edited(taken(service), dureeMois=10, offresRecues=4)
        for _ in range(2):
            assert send(service, moved).status_code == 202

        def overtaken(writer: Writer, contract_id: UUID) -> Contract:
            # While one waits for the contract, the other import is done as a whole.
            monkeypatch.setattr(decp, "held_contract", held_contract)
            worker.drain(service.means, daily=None)
            return held_contract(writer, contract_id)

        monkeypatch.setattr(decp, "held_contract", overtaken)
        worker.drain(service.means, daily=None)
        with service.means.database.read() as session:
            told = select(ImportRow.outcome).where(ImportRow.outcome != "created").order_by(ImportRow.job_id)
            # The first one was overtaken.
            assert session.scalars(told).all() == ["unchanged", "updated"]
            followed = select(func.count()).where(Change.action == "contract.published_again")
            assert session.scalar(followed) == 1
