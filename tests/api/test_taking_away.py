"""Contracts taken away in the form of DECP and sent back: nothing changes, whatever was made of them here."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from jsonschema import Draft7Validator

from app import worker
from app.exchange.decp.reading import read_decp
from app.principal import Role
from app.schemas.fields import decimal_text
from app.services import extracts, jobs
from app.services.decp_said import amount_of, duration_of, holders_of, keys_of
from tests.api.any_contracts import PERSON, any_changes, any_contracts, any_record
from tests.api.builders import Service, serving
from tests.api.taking_away import (
    ACT,
    CONCESSION,
    MODIFICATION,
    changed,
    read,
    records,
    rewritten,
    sent_back,
    taken,
)
from tests.api.test_imports import PLATFORM, imported, outcomes
from tests.exchange.decp_samples import BUYER, HOLDER, OTHER_HOLDER, Raw, as_csv, as_json, contract_of, sound
from tests.published import PUBLISHED, needs_published

DIES_AT = 6


class Killed(BaseException):
    """What a worker does not survive."""


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as running:
        yield running


class TestNothingChanges:
    def test_what_was_published_comes_back_whole(self, on_sqlite: Service) -> None:
        amended = sound(
            id="EX-2024-02",
            techniques={"technique": ["Accord-cadre", "Catalogue électronique"]},
            idAccordCadre="EX/2023#4",
            tauxAvance=0.1,
            origineUE=1,
            origineFrance=0.25,
            actesSousTraitance=[{"acteSousTraitance": ACT}],
            modificationsActesSousTraitance=[
                {
                    "modificationActeSousTraitance": {
                        "id": 1,
                        "dureeMois": 4,
                        "dateNotificationModificationSousTraitance": "2025-01-03",
                        "montant": 1300,
                        "datePublicationDonnees": "2025-01-06",
                    }
                }
            ],
            modifications=[
                {"modification": {**MODIFICATION, "montant": 30000.5, "dureeMois": 12}},
                {
                    "modification": {
                        **MODIFICATION,
                        "id": 2,
                        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": OTHER_HOLDER}}],
                    }
                },
            ],
        )
        sent = [sound(), amended, CONCESSION]
        assert outcomes(imported(on_sqlite, as_json(*sent[:2], concessions=[CONCESSION]))) == {"created": 3}
        found = records(taken(on_sqlite))
        for record, was in zip(found, sent, strict=True):
            buyer = record["autoriteConcedante" if was is CONCESSION else "acheteur"]
            assert read(on_sqlite, buyer.pop("idContratSuivi"))["reference"] == was["id"]
            assert len(buyer.pop("empreinteSuivi")) == 16
            # All that was published, the check digit of a CPV apart.
            assert record == was | ({} if was is CONCESSION else {"codeCPV": "45210000"})
        sent_back(on_sqlite, taken(on_sqlite))

    @pytest.mark.parametrize("media", ["application/json", "text/csv"])
    def test_neither_a_csv_nor_an_old_file_is_another_contract(self, on_sqlite: Service, media: str) -> None:
        old: Raw = {
            "_type": "Marché",
            "uid": "2019EX",
            "id": "2019EX",
            "acheteur": {"id": BUYER, "nom": "Commune d'exemple"},
            "nature": "Marché subséquent",
            "objet": "Halle exemple",
            "codeCPV": "45000000",
            "procedure": "Procédure négociée sans publicité ni mise en concurrence préalable",
            "dureeMois": 0,
            "dateNotification": "2019-04-01+02:00",
            "montant": 10.0,
            "formePrix": "Ferme",
            "titulaires": [{"typeIdentifiant": "SIRET", "id": HOLDER, "denominationSociale": "Exemple"}],
        }
        rows = as_csv({}, {"id": "EX-2", "montantModification": "5", "idModification": "1"})
        content = rows if media == "text/csv" else json.dumps({"marches": [old]}).encode()
        imported(on_sqlite, content, media=media)
        kept = taken(on_sqlite)
        sent_back(on_sqlite, kept)
        sent_back(on_sqlite, rewritten(kept))
        assert taken(on_sqlite) == kept

    def test_what_people_made_of_it_stays(self, on_sqlite: Service) -> None:
        (row, other) = imported(
            on_sqlite,
            as_json(
                sound(modifications=[{"modification": {**MODIFICATION, "montant": 30000, "dureeMois": 12}}]),
                sound(id="EX-2024-02"),
            ),
        )["items"]
        changed(
            on_sqlite,
            row["contract_id"],
            firm_amount="31000.10",
            duration_months=13,
            cpv="45000000",
            object="Halle exemple, charpente et couverture",
            holders=[{"siret": HOLDER, "share": "0.5"}, {**PERSON, "share": "0.5", "lead": True}],
            places=[{"place": "commune/57433", "share": "0.4"}, {"place": "region/44", "share": "0.6"}],
            suspensions=[{"since": "2025-01-02"}],
        )
        changed(
            on_sqlite, other["contract_id"], firm_amount=None, maximum_amount="5.00", holders=[], places=[]
        )
        told, cleared = records(taken(on_sqlite, BUYER, Role.BUYER))
        # The amendment decides: it says what holds now, and what was notified stays.
        assert (told["montant"], told["dureeMois"]) == (27364, 9)
        assert told["modifications"] == [
            {"modification": {**MODIFICATION, "dureeMois": 13, "montant": 31000.10}}
        ]
        assert told["lieuExecution"] == {"code": "57433", "typeCode": "Code commune"}
        assert [item["titulaire"]["id"] for item in told["titulaires"]] == ["CHPERSONNEEXEMPL", HOLDER]
        assert (cleared["montant"], cleared["techniques"]) == (5, {"technique": ["Accord-cadre"]})
        assert "titulaires" not in cleared
        assert "lieuExecution" not in cleared
        for siret, role in ((BUYER, Role.BUYER), (PLATFORM, Role.ADMIN)):
            for sender, as_role in ((BUYER, Role.BUYER), (PLATFORM, Role.ADMIN)):
                content = taken(on_sqlite, siret, role)
                sent_back(on_sqlite, content, sender, as_role)
                sent_back(on_sqlite, rewritten(content), sender, as_role)
                assert taken(on_sqlite, siret, role) == content

    def test_every_state_of_contracts_registered_by_hand(self, service: Service) -> None:
        contracts = any_contracts(service, 7)
        content = taken(service, BUYER, Role.BUYER)
        claimed = [
            (record.get("acheteur") or record["autoriteConcedante"])["idContratSuivi"]
            for record in records(content)
        ]
        assert sorted(claimed) == sorted(contracts)
        for siret, role in ((BUYER, Role.BUYER), (PLATFORM, Role.ADMIN)):
            sent_back(service, content, siret, role)
            sent_back(service, rewritten(taken(service, siret, role)), siret, role)
        assert taken(service, BUYER, Role.BUYER) == content

    def test_whatever_amendments_and_people_made_of_it(self, service: Service) -> None:
        imported(service, as_json(*(any_record(seed) for seed in range(20))))
        sent_back(service, taken(service))
        for seed, record in enumerate(records(taken(service, BUYER, Role.BUYER))):
            changed(service, record["acheteur"]["idContratSuivi"], **any_changes(seed))
        content = taken(service, BUYER, Role.BUYER)
        sent_back(service, content, BUYER, Role.BUYER)
        sent_back(service, rewritten(content), BUYER, Role.BUYER)
        assert taken(service, BUYER, Role.BUYER) == content
        # Whoever else reads the file reads the contracts as they stand.
        for row in read_decp(content, today=date(2025, 1, 10)):
            told = contract_of(row)
            contract = read(service, str(told.claimed_id))
            assert duration_of(told) == contract["duration_months"]
            holders = sorted((item["scheme"], item["identifier"]) for item in contract["holders"])
            assert [tuple(key) for key in keys_of(holders_of(told))] == holders
            amount = amount_of(told)
            known = {contract["firm_amount"], contract["maximum_amount"]}
            assert told.concession or (None if amount is None else decimal_text(amount)) in known

    def test_in_as_many_pages_as_it_takes(self, on_sqlite: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        assert records(taken(on_sqlite)) == []
        sent = [sound(id=f"EX-{number}") for number in range(5)]
        imported(on_sqlite, as_json(*sent, concessions=[CONCESSION, CONCESSION | {"id": "EX-C2"}]))
        whole = taken(on_sqlite)
        for batch in (1, 2, 3):
            monkeypatch.setattr(extracts, "BATCH", batch)
            assert taken(on_sqlite) == whole
        body = {"kind": "decp"}
        job = on_sqlite.post("/v1/exports", PLATFORM, Role.ADMIN, body).json()
        # A worker that dies on its way leaves what is kept to the next.
        monkeypatch.setattr(extracts, "BATCH", 1)
        breaths = iter(range(100))

        def breathe() -> None:
            if next(breaths) == DIES_AT:
                raise Killed

        with pytest.raises(Killed):
            jobs.work(on_sqlite.means, worker.HANDLERS, breathe=breathe, report=lambda _: None)
        on_sqlite.clock.moment += timedelta(minutes=1)
        worker.drain(on_sqlite.means)
        found = on_sqlite.get(f"/v1/exports/{job['id']}", PLATFORM, Role.ADMIN).json()
        assert (found["state"], found["format"], found["rows"]) == ("done", "json", 7)
        file = on_sqlite.get(found["file"], PLATFORM, Role.ADMIN)
        assert file.content == whole
        assert file.headers["content-type"] == "application/json"
        for wrong in ({"format": "csv"}, {"separator": "comma"}, {"as_of": "2025-01-01"}):
            answer = on_sqlite.post("/v1/exports", PLATFORM, Role.ADMIN, body | wrong)
            assert answer.status_code == 422, wrong
        answer = on_sqlite.post("/v1/exports", PLATFORM, Role.ADMIN, {"kind": "hours", "format": "json"})
        assert answer.status_code == 422


@needs_published
def test_a_complete_record_is_valid_against_the_published_schema(on_sqlite: Service) -> None:
    assert PUBLISHED is not None
    schema = json.loads((PUBLISHED.parent / "schemas" / "schema_decp_v2.0.4.json").read_text())
    whole = sound(actesSousTraitance=[{"acteSousTraitance": ACT}])
    imported(on_sqlite, as_json(whole, concessions=[CONCESSION]))
    content = json.loads(taken(on_sqlite))
    assert [error.message for error in Draft7Validator(schema).iter_errors(content)] == []
    # The schema does look: without an object it refuses.
    del content["marches"]["marche"][0]["objet"]
    assert len(list(Draft7Validator(schema).iter_errors(content))) == 1
