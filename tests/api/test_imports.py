"""Imports of published contracts: what is registered, by whom, what is said of every record."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import func, select

from app import worker
from app.db.tables import Contract, DecpRecord, ImportChunk, ImportFile, Organisation
from app.principal import Role
from app.services import decp
from tests.api.builders import Service, serving
from tests.exchange.decp_samples import BUYER, HOLDER, OTHER_HOLDER, as_csv, as_json, sound, without

PLATFORM = "20000000800017"
OTHER = "33333300300007"


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as service:
        yield service


def send(
    service: Service,
    content: bytes,
    *,
    siret: str = PLATFORM,
    role: Role = Role.ADMIN,
    media: str = "application/json",
    key: str | None = None,
    **query: str,
) -> Response:
    headers = service.headers(siret, role)
    headers |= {"Content-Type": media, "Idempotency-Key": key or str(uuid4())}
    return service.client.post(
        "/v1/imports", params={"kind": "decp", **query}, content=content, headers=headers
    )


def imported(service: Service, content: bytes, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - as `send`
    """The import once the worker has done it, with its rows."""
    answer = send(service, content, **asked)
    assert answer.status_code == 202, answer.text
    worker.drain(service.means, daily=None)
    siret, role = asked.get("siret", PLATFORM), asked.get("role", Role.ADMIN)
    found: dict[str, Any] = service.get(f"/v1/imports/{answer.json()['id']}", siret, role).json()
    assert (found["state"], found["problem"]) == ("done", None)
    rows = service.get(f"/v1/imports/{found['id']}/rows", siret, role).json()
    return {**found, "items": rows["items"]}


def outcomes(found: dict[str, Any]) -> dict[str, int]:
    return {code: number for code, number in found["outcomes"].items() if number}


def codes(row: dict[str, Any]) -> list[str]:
    return [issue["code"] for issue in row["issues"]]


def count(service: Service, table: type[Any]) -> int:
    with service.means.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


class TestRegistering:
    def test_a_published_contract_is_registered_with_all_that_is_known_of_it(self, service: Service) -> None:
        found = imported(service, as_json(sound()), filename="exemple.json")
        assert (found["done"], found["total"], found["filename"]) == (1, 1, "exemple.json")
        (row,) = found["items"]
        assert (row["index"], row["outcome"], row["reference"]) == (0, "created", "EX-2024-01")
        assert codes(row) == ["place_unresolved"]
        contract = service.get(f"/v1/contracts/{row['contract_id']}", BUYER, Role.BUYER).json()
        assert contract["buyer"]["identifier"] == BUYER
        assert contract["firm_amount"] == "27364.00"
        assert contract["maximum_amount"] is None
        assert (contract["notified_on"], contract["duration_months"]) == ("2024-12-12", 9)
        assert [holder["identifier"] for holder in contract["holders"]] == [HOLDER]
        (place,) = contract["places"]
        assert (place["place"], place["published_code"]) == (None, "57280")
        assert "commune/57433" in place["candidates"]
        assert len(place["candidates"]) == 4
        assert contract["clause_state"]["state"] == "clause_missing"

    def test_holders_and_the_buyer_see_it_and_nobody_else(self, service: Service) -> None:
        (row,) = imported(service, as_json(sound()))["items"]
        address = f"/v1/contracts/{row['contract_id']}"
        assert service.get(address, HOLDER, Role.CONTRACTOR).status_code == 200
        assert service.get(address, BUYER, Role.FACILITATOR).status_code == 200
        assert service.get(address, OTHER_HOLDER, Role.CONTRACTOR).status_code == 404
        assert service.get(address, OTHER, Role.BUYER).status_code == 404

    def test_the_amount_of_a_framework_is_its_maximum(self, service: Service) -> None:
        record = sound(techniques={"technique": ["Accord-cadre"]})
        (row,) = imported(service, as_json(record))["items"]
        contract = service.get(f"/v1/contracts/{row['contract_id']}", BUYER, Role.BUYER).json()
        assert (contract["firm_amount"], contract["maximum_amount"]) == (None, "27364.00")

    def test_unnamed_organisations_are_made_once(self, service: Service) -> None:
        imported(service, as_json(sound(), sound(id="EX-2024-02")))
        # The platform, the buyer and the holder.
        assert count(service, Organisation) == 3
        assert service.get(f"/v1/organisations/{HOLDER}", BUYER, Role.BUYER).json()["name"] is None

    def test_a_csv_file_is_read_too(self, service: Service) -> None:
        found = imported(service, as_csv({}, {"id": "EX-2024-02"}), media="text/csv; charset=utf-8")
        assert outcomes(found) == {"created": 2}

    def test_the_bytes_are_gone_once_the_job_has_ended(self, service: Service) -> None:
        send(service, as_json(sound()))
        assert count(service, ImportFile) == 1
        assert count(service, ImportChunk) == 1
        worker.drain(service.means, daily=None)
        assert count(service, ImportFile) == count(service, ImportChunk) == 0

    def test_the_record_is_kept_as_received(self, service: Service) -> None:
        imported(service, as_json(sound(montant=27364.0, objet="Halle\u0000 exemple")))
        with service.means.database.read() as session:
            record = session.scalars(select(DecpRecord)).one()
        assert '"montant":27364.0' in record.raw["text"].replace(" ", "")
        assert (record.buyer, record.reference, record.cpv) == (BUYER, "EX-2024-01", "45210000")


class TestAgain:
    def test_the_same_file_again_changes_nothing(self, service: Service) -> None:
        content = as_json(sound(), sound(id="EX-2024-02"))
        first = imported(service, content)
        again = imported(service, content)
        assert outcomes(first) == {"created": 2}
        assert outcomes(again) == {"unchanged": 2}
        assert [row["contract_id"] for row in again["items"]] == [
            row["contract_id"] for row in first["items"]
        ]
        assert count(service, Contract) == 2

    def test_another_contract_under_the_same_identity_replaces_nothing(self, service: Service) -> None:
        (first,) = imported(service, as_json(sound()))["items"]
        found = imported(service, as_json(sound(objet="Un tout autre marché", montant=99999.0)))
        (row,) = found["items"]
        assert outcomes(found) == {"conflict": 1}
        assert row["contract_id"] == first["contract_id"]
        assert "other_content" in codes(row)
        contract = service.get(f"/v1/contracts/{row['contract_id']}", BUYER, Role.BUYER).json()
        assert (contract["firm_amount"], contract["version"]) == ("27364.00", 1)

    @pytest.mark.parametrize(
        "other",
        [
            {"codeCPV": "45223220-4"},
            {"titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": OTHER_HOLDER}}]},
            {"acheteur": {"id": OTHER}},
        ],
    )
    def test_another_identity_is_another_contract(self, service: Service, other: dict[str, Any]) -> None:
        assert outcomes(imported(service, as_json(sound(), sound(**other)))) == {"created": 2}

    def test_within_a_file_the_first_record_counts(self, service: Service) -> None:
        found = imported(service, as_json(sound(), sound(), sound(montant=5.0)))
        assert [row["outcome"] for row in found["items"]] == ["created", "unchanged", "conflict"]

    def test_a_contract_registered_otherwise_is_not_doubled(self, service: Service) -> None:
        body = {"reference": "EX-2024-01", "object": "Halle exemple"}
        made = service.post("/v1/contracts", BUYER, Role.BUYER, body)
        assert made.status_code == 201, made.text
        (row,) = imported(service, as_json(sound()))["items"]
        assert (row["outcome"], row["contract_id"]) == ("conflict", made.json()["id"])
        assert "registered_otherwise" in codes(row)


class TestDryRun:
    def test_it_says_what_would_happen_and_registers_nothing(self, service: Service) -> None:
        content = as_json(sound(), sound(), sound(montant=5.0), without("id"))
        tried = imported(service, content, dry_run="true")
        assert tried["dry_run"] is True
        assert [row["outcome"] for row in tried["items"]] == ["created", "unchanged", "conflict", "rejected"]
        assert {row["contract_id"] for row in tried["items"]} == {None}
        assert count(service, Contract) == 0
        # Only the platform, which holds the key.
        assert count(service, Organisation) == 1
        done = imported(service, content)
        assert [row["outcome"] for row in done["items"]] == [row["outcome"] for row in tried["items"]]
        again = imported(service, content, dry_run="true")
        assert [row["outcome"] for row in again["items"]] == [
            "unchanged",
            "unchanged",
            "conflict",
            "rejected",
        ]


class TestFlaws:
    def test_a_record_that_cannot_be_imported_stops_nothing(self, service: Service) -> None:
        content = as_json(without("id"), sound(), without("acheteur"))
        found = imported(service, content)
        assert outcomes(found) == {"created": 1, "rejected": 2}
        assert [(row["index"], row["reference"]) for row in found["items"]] == [
            (0, None),
            (1, "EX-2024-01"),
            (2, None),
        ]
        (missing,) = [issue for issue in found["items"][0]["issues"] if issue["severity"] == "error"]
        assert (missing["code"], missing["pointer"]) == ("id_missing", "/id")

    def test_a_suspected_test_is_registered_with_its_warning(self, service: Service) -> None:
        (row,) = imported(service, as_json(sound(objet="TEST - ne pas prendre en compte")))["items"]
        assert row["outcome"] == "created"
        assert "suspected_test" in codes(row)

    @pytest.mark.parametrize(
        ("content", "code"),
        [(b"", "file_empty"), (b"<marches/>", "shape_xml"), (b"PK\x03\x04", "shape_archive")],
    )
    def test_a_file_that_cannot_be_read_says_so_before_all_records(
        self, service: Service, content: bytes, code: str
    ) -> None:
        found = imported(service, content)
        assert outcomes(found) == {}
        (row,) = found["items"]
        assert (row["index"], row["outcome"], codes(row)) == (-1, "rejected", [code])

    def test_an_identifier_too_long_is_reported(self, service: Service) -> None:
        holder = {"titulaire": {"typeIdentifiant": "HORS-UE", "id": "E" * 41}}
        (row,) = imported(service, as_json(sound(titulaires=[holder])))["items"]
        assert row["outcome"] == "rejected"
        assert "identifier_too_long" in codes(row)

    def test_what_the_database_refuses_is_one_records_flaw(
        self, postgres_database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # As if a column had become narrower than the reader's limit.
        monkeypatch.setattr(decp, "LONGEST_IDENTIFIER", 64)
        holder = {"titulaire": {"typeIdentifiant": "HORS-UE", "id": "E" * 41}}
        content = as_json(sound(titulaires=[holder]), sound())
        with serving(postgres_database_url) as service:
            for dry_run in ("true", "false"):
                first, second = imported(service, content, dry_run=dry_run)["items"]
                assert (first["outcome"], second["outcome"]) == ("rejected", "created")
                assert "not_storable" in codes(first)


class TestWho:
    def test_a_buyer_imports_its_own_and_is_told_of_the_others(self, service: Service) -> None:
        content = as_json(sound(), sound(acheteur={"id": OTHER}))
        found = imported(service, content, siret=BUYER, role=Role.BUYER)
        assert [row["outcome"] for row in found["items"]] == ["created", "other_buyer"]
        assert found["items"][1]["contract_id"] is None
        assert count(service, Contract) == 1

    @pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMIN, Role.BUYER}])
    def test_nobody_else_imports(self, service: Service, role: Role) -> None:
        answer = send(service, as_json(sound()), siret=BUYER, role=role)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_an_import_is_its_submitters_and_the_platforms(self, service: Service) -> None:
        made = send(service, as_json(sound()), siret=BUYER, role=Role.BUYER).json()
        for address in (f"/v1/imports/{made['id']}", made["rows"], made["job"]):
            assert service.get(address, BUYER, Role.BUYER).status_code == 200
            assert service.get(address, PLATFORM, Role.ADMIN).status_code == 200
            assert service.get(address, OTHER, Role.BUYER).status_code == 404
            # Another role of the same organisation is somebody else.
            assert service.get(address, BUYER, Role.CONTRACTOR).status_code == 404
            assert (
                service.get(address.replace(made["id"], str(uuid4())), BUYER, Role.BUYER).status_code == 404
            )
            assert service.client.get(address).status_code == 401


class TestAsking:
    def test_the_answer_leads_to_the_job(self, service: Service) -> None:
        answer = send(service, as_json(sound()))
        made = answer.json()
        assert answer.status_code == 202
        assert answer.headers["location"] == f"/v1/jobs/{made['id']}"
        job = service.get(answer.headers["location"], PLATFORM, Role.ADMIN).json()
        assert (job["kind"], job["state"], job["done"], job["total"]) == ("import", "waiting", 0, 0)
        worker.drain(service.means, daily=None)
        job = service.get(answer.headers["location"], PLATFORM, Role.ADMIN).json()
        assert (job["state"], job["done"], job["total"], job["attempts"]) == ("done", 1, 1, 1)
        assert job["result"]["outcomes"]["created"] == 1

    def test_sending_it_again_queues_nothing_more(self, service: Service) -> None:
        first = send(service, as_json(sound()), key="k1")
        again = send(service, as_json(sound()), key="k1")
        assert (again.status_code, again.content) == (202, first.content)
        assert send(service, as_json(sound(id="B")), key="k1").json()["code"] == "idempotency_key_reused"
        assert count(service, ImportFile) == 1

    def test_without_a_key_it_is_refused(self, service: Service) -> None:
        headers = {**service.headers(PLATFORM, Role.ADMIN), "Content-Type": "application/json"}
        answer = service.client.post("/v1/imports", params={"kind": "decp"}, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")

    @pytest.mark.parametrize("media", ["application/xml", "text/plain", ""])
    def test_another_format_is_refused(self, service: Service, media: str) -> None:
        answer = send(service, b"{}", media=media)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"kind": "xlsx"}, "/query/kind"),
            ({"dry_run": "yes"}, "/query/dry_run"),
            ({"filename": "../a"}, "/query/filename"),
            ({"dryrun": "true"}, "/query/dryrun"),
        ],
    )
    def test_a_wrong_parameter_is_named(self, service: Service, query: dict[str, Any], pointer: str) -> None:
        answer = send(service, b"{}", **query)
        assert answer.status_code == 422
        assert [item["pointer"] for item in answer.json()["errors"]] == [pointer]

    def test_the_rows_are_walked_page_by_page(self, service: Service) -> None:
        content = as_json(*(sound(id=f"EX-{number}") for number in range(5)))
        address = f"/v1/imports/{imported(service, content)['id']}/rows"
        seen: list[int] = []
        query: dict[str, int] = {"limit": 2}
        while True:
            page = service.get(address, PLATFORM, Role.ADMIN, **query).json()
            seen += [row["index"] for row in page["items"]]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert seen == [0, 1, 2, 3, 4]
        assert service.get(address, PLATFORM, Role.ADMIN, limit=201).status_code == 422
