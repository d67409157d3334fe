"""What a later publication changes: taken where nobody had changed it, a conflict where somebody had."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.clock import new_id
from app.db.tables import Change, DecpConflict, DecpRecord
from app.principal import SERVICE, Role
from app.services.work import writing
from tests.api.builders import Service, serving
from tests.api.test_imports import PLATFORM, codes, imported, outcomes
from tests.exchange.decp_samples import BUYER, HOLDER, OTHER_HOLDER, Raw, as_json, sound

SUBCONTRACTOR = "44444400400006"
CONFLICTS = "/v1/imports/conflicts"


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as service:
        yield service


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as service:
        yield service


def amended(**changes: object) -> Raw:
    """The record, published again with one amendment."""
    modification = {
        "id": 1,
        "dateNotificationModification": "2025-01-02",
        "datePublicationDonneesModification": "2025-01-05",
        **changes,
    }
    return sound(modifications=[{"modification": modification}])


def read(service: Service, contract_id: str) -> dict[str, Any]:
    found: dict[str, Any] = service.get(f"/v1/contracts/{contract_id}", BUYER, Role.BUYER).json()
    return found


def first(service: Service, record: Raw | None = None) -> str:
    (row,) = imported(service, as_json(record or sound()))["items"]
    assert row["outcome"] == "created"
    return str(row["contract_id"])


def again(service: Service, record: Raw) -> dict[str, Any]:
    (row,) = imported(service, as_json(record))["items"]
    found: dict[str, Any] = row
    return found


def changed_by_hand(service: Service, contract_id: str, **fields: object) -> None:
    version = read(service, contract_id)["version"]
    answer = service.send("PATCH", f"/v1/contracts/{contract_id}", BUYER, Role.BUYER, fields, version)
    assert answer.status_code == 200, answer.text


def conflicts(service: Service, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get(CONFLICTS, BUYER, Role.BUYER, **query).json()["items"]
    return found


def decide(service: Service, conflict: dict[str, Any], decision: str) -> Any:  # noqa: ANN401 - an answer
    address = f"{CONFLICTS}/{conflict['id']}/decision"
    body = {"decision": decision}
    return service.send("POST", address, BUYER, Role.BUYER, body, conflict["version"])


class TestTaken:
    def test_an_amendment_changes_amount_and_duration_and_is_taken_once(self, service: Service) -> None:
        contract_id = first(service)
        record = amended(montant=31000.5, dureeMois=11)
        row = again(service, record)
        assert (row["outcome"], row["contract_id"], codes(row)) == ("updated", contract_id, [])
        contract = read(service, contract_id)
        assert (contract["firm_amount"], contract["duration_months"]) == ("31000.50", 11)
        assert contract["version"] == 2
        # What was said before is known, whichever file says it again.
        assert again(service, record)["outcome"] == "unchanged"
        assert again(service, sound())["outcome"] == "unchanged"
        assert read(service, contract_id)["version"] == 2

    def test_the_last_amendment_counts_in_whatever_order_they_are_published(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        dated = [("2025-03-01", 30000, 3), ("2025-01-01", 28000, 1), ("2025-02-01", 0, 2)]
        modifications = [
            {"id": number, "dateNotificationModification": day, "montant": amount}
            for day, amount, number in dated
        ]
        assert again(on_sqlite, sound(modifications=modifications))["outcome"] == "updated"
        assert read(on_sqlite, contract_id)["firm_amount"] == "30000.00"

    def test_an_amendment_that_is_published_at_first_counts_at_once(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite, amended(montant=31000))
        assert read(on_sqlite, contract_id)["firm_amount"] == "31000.00"

    def test_new_holders_see_the_contract_and_former_ones_no_longer(self, service: Service) -> None:
        contract_id = first(service)
        record = amended(titulaires=[{"typeIdentifiant": "SIRET", "id": OTHER_HOLDER}])
        assert again(service, record)["outcome"] == "updated"
        (holder,) = read(service, contract_id)["holders"]
        assert (holder["identifier"], holder["since"]) == (OTHER_HOLDER, "2025-01-02")
        address = f"/v1/contracts/{contract_id}"
        assert service.get(address, OTHER_HOLDER, Role.CONTRACTOR).status_code == 200

    def test_subcontract_acts_become_subcontractors_who_see_the_contract(self, service: Service) -> None:
        contract_id = first(service)
        acts = [
            {"id": 1, "sousTraitant": {"typeIdentifiant": "SIRET", "id": firm}, "dateNotification": day}
            for firm, day in ((SUBCONTRACTOR, "2025-01-06"), (HOLDER, "2025-01-07"))
        ]
        record = sound(actesSousTraitance=[{"acteSousTraitance": act} for act in acts])
        row = again(service, record)
        assert (row["outcome"], codes(row)[0]) == ("updated", "field_missing")
        found = service.get(f"/v1/contracts/{contract_id}/subcontracts", BUYER, Role.BUYER).json()["items"]
        assert [(item["identifier"], item["since"]) for item in found] == [(SUBCONTRACTOR, "2025-01-06")]
        address = f"/v1/contracts/{contract_id}"
        assert service.get(address, SUBCONTRACTOR, Role.CONTRACTOR).status_code == 200
        assert again(service, record)["outcome"] == "unchanged"

    def test_the_framework_and_the_social_considerations_follow(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite, sound(considerationsSociales={"considerationSociale": []}))
        assert read(on_sqlite, contract_id)["clause_state"]["state"] != "clause_missing"
        assert again(on_sqlite, sound(idAccordCadre="AC-1"))["outcome"] == "updated"
        contract = read(on_sqlite, contract_id)
        assert contract["framework_reference"] == "AC-1"
        assert contract["published_social"] == ["Clause sociale"]
        assert contract["clause_state"]["state"] == "clause_missing"

    def test_an_earlier_publication_changes_nothing(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        row = again(on_sqlite, sound(montant=1, datePublicationDonnees="2024-12-20"))
        assert (row["outcome"], codes(row)) == ("unchanged", ["older_publication"])
        assert read(on_sqlite, contract_id)["firm_amount"] == "27364.00"

    def test_within_one_file_publications_follow_each_other(self, on_sqlite: Service) -> None:
        content = as_json(sound(), amended(montant=30000))
        assert outcomes(imported(on_sqlite, content, dry_run="true")) == {"created": 1, "updated": 1}
        assert outcomes(imported(on_sqlite, content)) == {"created": 1, "updated": 1}
        assert outcomes(imported(on_sqlite, content)) == {"unchanged": 2}
        assert outcomes(imported(on_sqlite, content, dry_run="true")) == {"unchanged": 2}

    def test_a_record_kept_by_an_earlier_version_is_followed_too(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        with on_sqlite.means.database.write() as session:
            session.scalars(select(DecpRecord)).one().said = None
        assert again(on_sqlite, amended(montant=30000))["outcome"] == "updated"
        assert read(on_sqlite, contract_id)["firm_amount"] == "30000.00"

    def test_a_dry_run_says_so_and_changes_nothing(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        content = as_json(amended(montant=30000))
        assert outcomes(imported(on_sqlite, content, dry_run="true")) == {"updated": 1}
        assert read(on_sqlite, contract_id)["firm_amount"] == "27364.00"


class TestConflicts:
    def test_what_a_person_changed_is_kept_and_to_be_decided(self, service: Service) -> None:
        contract_id = first(service)
        changed_by_hand(service, contract_id, firm_amount="28000.00", object="Halle, lot 2")
        row = again(service, amended(montant=31000, dureeMois=12))
        # The duration, which nobody had touched, is taken beside.
        assert (row["outcome"], codes(row)) == ("conflict", ["field_conflict"])
        assert [issue["pointer"] for issue in row["issues"]] == ["/montant"]
        contract = read(service, contract_id)
        assert (contract["firm_amount"], contract["duration_months"]) == ("28000.00", 12)
        assert contract["object"] == "Halle, lot 2"
        (found,) = conflicts(service)
        told = (found["field"], found["ours"], found["theirs"], found["state"], found["contract_id"])
        assert told == ("firm_amount", "28000.00", "31000.00", "open", contract_id)

    def test_taking_it_changes_the_contract_with_its_trace(self, service: Service) -> None:
        contract_id = first(service)
        changed_by_hand(service, contract_id, firm_amount="28000.00")
        again(service, amended(montant=31000))
        (found,) = conflicts(service)
        decided = decide(service, found, "take")
        assert (decided.status_code, decided.json()["state"]) == (200, "taken")
        assert read(service, contract_id)["firm_amount"] == "31000.00"
        assert decide(service, decided.json(), "keep").json()["code"] == "decp_decided"
        assert [item["state"] for item in conflicts(service)] == ["taken"]
        with service.means.database.read() as session:
            actions = session.scalars(select(Change.action).order_by(Change.id)).all()
        assert actions[-1] == "decp_conflict.decided"
        assert again(service, amended(montant=31000))["outcome"] == "unchanged"

    def test_what_is_kept_stays_until_yet_another_value_is_published(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        changed_by_hand(on_sqlite, contract_id, firm_amount="28000.00")
        again(on_sqlite, amended(montant=31000))
        assert decide(on_sqlite, conflicts(on_sqlite)[0], "keep").json()["state"] == "kept"
        assert read(on_sqlite, contract_id)["firm_amount"] == "28000.00"
        other = amended(montant=31000, dureeMois=10)
        assert again(on_sqlite, other)["outcome"] == "updated"
        assert conflicts(on_sqlite, state="open") == []
        assert again(on_sqlite, amended(montant=32000, dureeMois=10))["outcome"] == "conflict"
        (found,) = conflicts(on_sqlite, state="open")
        assert found["theirs"] == "32000.00"

    def test_a_conflict_is_one_however_often_it_is_published(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        changed_by_hand(on_sqlite, contract_id, firm_amount="28000.00")
        again(on_sqlite, amended(montant=31000))
        stale = conflicts(on_sqlite)[0]
        again(on_sqlite, amended(montant=32000))
        (found,) = conflicts(on_sqlite, contract=contract_id)
        assert (found["theirs"], found["version"]) == ("32000.00", 2)
        assert decide(on_sqlite, stale, "take").status_code == 412

    def test_it_is_settled_when_both_come_to_say_the_same(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        changed_by_hand(on_sqlite, contract_id, firm_amount="28000.00")
        again(on_sqlite, amended(montant=31000))
        assert again(on_sqlite, amended(montant=28000))["outcome"] == "unchanged"
        assert [item["state"] for item in conflicts(on_sqlite)] == ["settled"]

    def test_a_chosen_place_is_a_persons_choice(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        version = read(on_sqlite, contract_id)["version"]
        body = {"place": "commune/57433"}
        address = f"/v1/contracts/{contract_id}/places/1"
        assert on_sqlite.send("PUT", address, BUYER, Role.BUYER, body, version).status_code == 200
        record = sound(lieuExecution={"code": "57", "typeCode": "Code département"})
        row = again(on_sqlite, record)
        assert (row["outcome"], row["issues"][-1]["pointer"]) == ("conflict", "/lieuExecution")
        (found,) = conflicts(on_sqlite)
        assert (found["ours"], found["theirs"]) == ("57280, Code postal", "57, Code département")
        assert read(on_sqlite, contract_id)["places"][0]["place"] == "commune/57433"
        assert decide(on_sqlite, found, "take").status_code == 200
        assert read(on_sqlite, contract_id)["places"][0]["place"] == "department/57"

    def test_a_closed_contract_is_only_told_of(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        body = {"closed_on": "2025-01-09"}
        version = read(on_sqlite, contract_id)["version"]
        address = f"/v1/contracts/{contract_id}/close"
        assert on_sqlite.send("POST", address, BUYER, Role.BUYER, body, version).status_code == 200
        assert again(on_sqlite, amended(montant=31000))["outcome"] == "conflict"
        (found,) = conflicts(on_sqlite)
        assert decide(on_sqlite, found, "take").json()["code"] == "contract_closed"
        assert decide(on_sqlite, found, "keep").status_code == 200

    def test_what_rests_on_the_present_value_is_not_broken_by_a_decision(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        shared = [{"siret": HOLDER, "share": "0.6"}, {"siret": OTHER_HOLDER, "share": "0.4"}]
        changed_by_hand(on_sqlite, contract_id, holders=shared, firm_end_on="2025-03-31")
        others = [{"titulaire": {"id": OTHER_HOLDER, "typeIdentifiant": "SIRET"}}]
        assert again(on_sqlite, amended(titulaires=others))["outcome"] == "conflict"
        # Another day makes another contract of most publications: one that is taken for this one asks so.
        with writing(on_sqlite.means, SERVICE, "test") as writer:
            writer.record("contract.published_again", contract_id=UUID(contract_id))
            row = writer.session.scalars(select(DecpConflict)).one()
            said = {"ours": {"value": "2024-12-12"}, "theirs": {"value": "2025-04-01"}}
            of = {"owner_id": row.owner_id, "contract_id": row.contract_id, "field": "notified_on"}
            writer.session.add(
                DecpConflict(id=new_id(), **of, **said, state="open", version=1, found_at=writer.now)
            )
        before = read(on_sqlite, contract_id)
        found = {item["field"]: item for item in conflicts(on_sqlite)}
        for field, code in (("notified_on", "end_before_start"), ("holders", "shares_would_be_lost")):
            refused = decide(on_sqlite, found[field], "take")
            assert (refused.status_code, refused.json()["code"]) == (409, "decp_contradicts")
            assert [(item["pointer"], item["code"]) for item in refused.json()["errors"]] == [
                ("/decision", code)
            ]
        assert read(on_sqlite, contract_id) == before
        # Once the end is corrected nothing stands against it.
        changed_by_hand(on_sqlite, contract_id, firm_end_on="2025-12-31")
        assert decide(on_sqlite, found["notified_on"], "take").status_code == 200
        assert read(on_sqlite, contract_id)["notified_on"] == "2025-04-01"
        assert decide(on_sqlite, found["holders"], "keep").status_code == 200

    def test_a_waiver_is_not_contradicted_by_a_decision(self, on_sqlite: Service) -> None:
        contract_id = first(on_sqlite)
        changed_by_hand(on_sqlite, contract_id, kind="works", duration_months=5)
        version = read(on_sqlite, contract_id)["version"]
        waiver = {"ground": "short_works", "text": "Chantier court", "decided_on": "2025-01-02"}
        body = {**waiver, "decided_by": "Direction des achats"}
        address = f"/v1/contracts/{contract_id}/waiver"
        answer = on_sqlite.send("PUT", address, BUYER, Role.BUYER, body, version)
        assert answer.status_code == 200, answer.text
        assert again(on_sqlite, amended(dureeMois=12))["outcome"] == "conflict"
        (found,) = conflicts(on_sqlite)
        refused = decide(on_sqlite, found, "take")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "not_short")

    def test_others_neither_see_nor_decide(self, service: Service) -> None:
        contract_id = first(service)
        changed_by_hand(service, contract_id, firm_amount="28000.00")
        again(service, amended(montant=31000))
        (found,) = conflicts(service)
        body = {"decision": "take"}
        address = f"{CONFLICTS}/{found['id']}/decision"
        assert service.get(CONFLICTS, OTHER_HOLDER, Role.BUYER).json()["items"] == []
        assert service.send("POST", address, OTHER_HOLDER, Role.BUYER, body, 1).status_code == 404
        assert service.get(CONFLICTS, HOLDER, Role.CONTRACTOR).status_code == 403
        assert service.send("POST", address, BUYER, Role.FACILITATOR, body, 1).status_code == 404
        assert service.get(CONFLICTS, PLATFORM, Role.ADMIN).json()["items"] == [found]
        with service.means.database.read() as session:
            assert session.scalars(select(DecpConflict.state)).all() == ["open"]
