"""Columns that somebody confirmed are recognised in the next table with the same titles, for nobody else."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.db.tables import ImportMapping
from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, OTHER_CONTRACTOR, Service, add_contract, add_hire, serving
from tests.api.sending_tables import Found, told
from tests.api.test_hour_imports import imported, table

HEADER = "Matricule;Période de paie;Quantité"
SAID = ["hire:MATRICULE", "month:période de paie", "worked:Quantité"]
PATH = "/v1/import-mappings"


@pytest.fixture
def service(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as running:
        yield running


@pytest.fixture
def on_both(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


def kept(service: Service, siret: str = CONTRACTOR) -> list[Found]:
    items: list[Found] = service.get(PATH, siret, Role.CONTRACTOR).json()["items"]
    return items


def test_what_was_said_and_served_is_recognised_next_time(on_both: Service) -> None:
    contract_id = add_contract(on_both)
    one = add_hire(on_both, contract_id).hire_id
    first = imported(on_both, table(f"{one};2024-12;35", header=HEADER), columns=SAID)
    assert first["mapping"] == {
        "source": "said",
        "mapping_id": None,
        "columns": {"hire": "A", "month": "B", "worked": "C"},
    }
    (mapping,) = kept(on_both)
    assert (mapping["kind"], mapping["columns"]) == (
        "hours",
        {"hire": "Matricule", "month": "Période de paie", "worked": "Quantité"},
    )
    # The same titles in another order, in capitals, with the column that the service adds.
    again = table(f"36;;2025-01;{one}", header="QUANTITE;Problème;PERIODE DE PAIE;MATRICULE")
    found = imported(on_both, again)
    assert told(found) == [(2, "created", [])]
    assert (found["mapping"]["source"], found["mapping"]["mapping_id"]) == ("saved", mapping["id"])
    assert found["mapping"]["columns"] == {"hire": "D", "month": "C", "worked": "A"}
    # Saying the same again keeps no second one.
    imported(on_both, table(f"{one};2024-12;35", header=HEADER), columns=SAID)
    assert [item["id"] for item in kept(on_both)] == [mapping["id"]]


def test_a_trial_or_a_file_of_which_nothing_was_taken_confirms_nothing(service: Service) -> None:
    one = add_hire(service, add_contract(service)).hire_id
    imported(service, table(f"{one};2024-12;35", header=HEADER), columns=SAID, dry_run="true")
    imported(service, table(f"{one};2024-12;x", header=HEADER), columns=SAID)
    found = imported(service, table(f"{one};2024-12;35", header=HEADER), columns=[*SAID, "contract:Ici"])
    assert [row["issues"][0]["code"] for row in found["items"]] == ["column_missing"]
    assert kept(service) == []
    found = imported(service, table(f"{one};2024-12;35", header="Embauche;Mois;Heures"))
    assert (found["mapping"]["source"], kept(service)) == ("found", [])


def test_a_mapping_is_its_accounts_alone_and_may_be_forgotten(on_both: Service) -> None:
    one = add_hire(on_both, add_contract(on_both)).hire_id
    content = table(f"{one};2024-12;35", header=HEADER)
    imported(on_both, content, columns=SAID)
    (mapping,) = kept(on_both)
    assert kept(on_both, OTHER_CONTRACTOR) == []
    address = f"{PATH}/{mapping['id']}"
    for siret, role in ((OTHER_CONTRACTOR, Role.CONTRACTOR), (BUYER, Role.ADMIN)):
        assert on_both.send("DELETE", address, siret, role, None, None).status_code == 404
    assert on_both.send("DELETE", address, CONTRACTOR, Role.CONTRACTOR, None, None).status_code == 204
    assert kept(on_both) == []
    assert {row["issues"][0]["code"] for row in imported(on_both, content)["items"]} == {"column_missing"}


def test_the_oldest_makes_room(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.import_mappings.MOST", 2)
    one = add_hire(service, add_contract(service)).hire_id
    for more in ("a", "b", "c"):
        imported(service, table(f"{one};2024-12;35;", header=f"{HEADER};{more}"), columns=SAID)
    with service.means.database.read() as session:
        assert len(session.scalars(select(ImportMapping)).all()) == 2
