"""What is personal: sealed at rest, absent from logs, changes and others' answers."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.tables import ChangeObject, Identity, Participant
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    Service,
    serving,
)
from tests.api.people import (
    PERSON,
    approved,
    decide,
    declared,
    mandated_contract,
    prove,
)

PATH = "/v1/participants"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    return mandated_contract(service)


def created(service: Service, siret: str = CONTRACTOR, **changes: object) -> dict[str, Any]:
    answer = service.post(PATH, siret, Role.CONTRACTOR, {**PERSON, **changes})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestAtRest:
    def test_no_row_of_any_table_holds_a_personal_word(self, service: Service, contract_id: UUID) -> None:
        words = {
            "birth_name": "CANARINOM",
            "first_names": "Canariprenom",
            "birth_date": "1987-09-23",
            "birth_place": "Canariville",
            "france_travail_number": "CANARIFT01",
            "pass_iae_number": "CANARIPASS01",
        }
        facts = {"opinion_body": "Canarimission", "left_studies_on": "2003-07-21"}
        hire = declared(service, contract_id, participant={**PERSON, **words}, facts=facts)
        prove(service, hire["id"], {"type": "rsa", "issued_on": "2024-12-03"})
        decide(service, hire["id"], "refused", "Canarimotif")
        path = f"{PATH}/{hire['participant_id']}"
        rectified = {"first_names": "Canariprenom Deux"}
        answer = service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, rectified, 1)
        assert answer.status_code == 200
        stored = everything_stored(service)
        assert str(contract_id).replace("-", "") in stored
        for word in (*words.values(), *facts.values(), "Canarimotif", "2024-12-03"):
            assert word not in stored

    def test_a_field_moved_to_another_person_does_not_open(self, service: Service) -> None:
        one, other = UUID(created(service)["id"]), UUID(created(service)["id"])
        with service.means.database.write() as session:
            rows = {
                row.participant_id: row
                for row in session.scalars(select(Identity).where(Identity.participant_id.in_([one, other])))
            }
            rows[one].birth_name = rows[other].birth_name
        assert service.get(f"{PATH}/{one}", CONTRACTOR, Role.CONTRACTOR).status_code == 500
        assert service.get(f"{PATH}/{other}", CONTRACTOR, Role.CONTRACTOR).status_code == 200


def everything_stored(service: Service) -> str:
    """Every value of every table but the reference territories, bytes read as Latin-1."""
    tables = [
        table
        for table in Participant.metadata.sorted_tables
        if table.name not in {"territories", "postal_codes", "territory_aliases"}
    ]
    values = []
    with service.means.database.read() as session:
        for table in tables:
            for row in session.execute(select(table)):
                values += [
                    value.decode("latin-1")
                    if isinstance(value, bytes)
                    else value.hex
                    if isinstance(value, UUID)
                    else str(value)
                    for value in row
                ]
    return "\n".join(values)


def test_no_log_and_no_change_holds_a_personal_word(
    service: Service, contract_id: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {
        "birth_name": "SERINNOM",
        "first_names": "Serinprenom",
        "birth_date": "1986-08-22",
        "birth_place": "Serinville",
        "france_travail_number": "SERINFT01",
        "pass_iae_number": "SERINPASS01",
    }
    person = {**PERSON, **words}
    approved(service, contract_id, participant=person, facts={"opinion_body": "Serinmission"})
    service.post(PATH, CONTRACTOR, Role.CONTRACTOR, {**person, "sex": "Serinsexe"})
    search = {name: words[name] for name in ("birth_name", "first_names", "birth_date", "birth_place")}
    service.client.post(f"{PATH}/search", json=search, headers=service.headers(CONTRACTOR, Role.CONTRACTOR))
    # A fault while a name is at hand.
    broken = {**service.headers(CONTRACTOR, Role.CONTRACTOR), "Idempotency-Key": "SerinCle" * 40}
    service.client.post(PATH, json=person, headers=broken)
    logs = capsys.readouterr()
    assert '"event": "request"' in logs.out
    for word in (*words.values(), "Serinmission", "Serinsexe", "SerinCle"):
        assert word not in logs.out + logs.err
    with service.means.database.read() as session:
        noted = [str(fields) for fields in session.scalars(select(ChangeObject.fields))]
    assert not any("rsa" in fields or "Serin" in fields for fields in noted)


def test_nothing_of_the_why_reaches_the_declarant_or_the_buyer(service: Service, contract_id: UUID) -> None:
    facts = {"opinion_body": "Mission Exemple", "refugee": True}
    hire = declared(
        service,
        contract_id,
        claimed_publics=["refugie", "avis_motive"],
        submitted_proofs=["residence_permit"],
        facts=facts,
        prescriber_kind="other",
    )
    decide(service, hire["id"], "needs_proof", "Titre de séjour illisible")
    paths = [
        f"/v1/hires/{hire['id']}",
        f"/v1/contracts/{contract_id}/hires",
        f"/v1/contracts/{contract_id}",
        f"/v1/participants/{hire['participant_id']}",
    ]
    answers = [service.get(path, CONTRACTOR, Role.CONTRACTOR) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200]
    answers += [service.get(path, BUYER, Role.BUYER) for path in paths]
    texts = [answer.text for answer in answers]
    path = f"/v1/hires/{hire['id']}"
    body = {"claimed_publics": ["refugie"], "facts": facts}
    texts.append(service.send("PATCH", path, CONTRACTOR, Role.CONTRACTOR, body, 1).text)
    for text in texts:
        for word in ("refugie", "avis_motive", "residence_permit", "Mission Exemple", "séjour", "unproven"):
            assert word not in text
