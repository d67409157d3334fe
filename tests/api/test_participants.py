"""People: recorded, read with a purpose, rectified, found by a whole identity."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Change, ChangeObject, HireTraits, Job
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    STRUCTURE,
    Service,
    serving,
)
from tests.api.people import (
    PERSON,
    WHY,
    assessment,
    decide,
    declared,
    mandated_contract,
    refusal,
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


def readings(service: Service, object_id: str) -> list[tuple[str, list[str]]]:
    """The audited readings of an object: action and what is said of it."""
    query = (
        select(Change.action, ChangeObject.fields)
        .join(ChangeObject, ChangeObject.change_id == Change.id)
        .where(ChangeObject.object_id == UUID(object_id), Change.action.in_(["identity.read"]))
    )
    with service.means.database.read() as session:
        return [(action, fields) for action, fields in session.execute(query)]


class TestCreating:
    def test_the_declarant_reads_what_it_gave(self, service: Service) -> None:
        answer = service.post(PATH, CONTRACTOR, Role.CONTRACTOR, {**PERSON, "level": "cap_bep"})
        assert answer.status_code == 201
        made = answer.json()
        assert answer.headers["Location"] == f"{PATH}/{made['id']}"
        read = service.get(f"{PATH}/{made['id']}", CONTRACTOR, Role.CONTRACTOR)
        assert read.json() == made
        assert read.headers["ETag"] == '"1-contractor-fr"'
        given = {name: made[name] for name in ("birth_name", "first_names", "birth_date", "birth_place")}
        assert given == {name: PERSON[name] for name in given}
        assert made["level"] == "cap_bep"
        assert [row["place"] for row in made["residences"]] == ["commune/57433"]

    def test_it_never_says_that_a_person_is_known(self, service: Service) -> None:
        one = created(service)
        other = created(service, OTHER_CONTRACTOR)
        again = created(service)
        assert len({one["id"], other["id"], again["id"]}) == 3
        assert one.keys() == other.keys() == again.keys()

    def test_an_insertion_structure_creates_in_its_role_only(self, service: Service) -> None:
        made = service.post(PATH, STRUCTURE, Role.INSERTION_STRUCTURE, PERSON).json()
        path = f"{PATH}/{made['id']}"
        assert service.get(path, STRUCTURE, Role.INSERTION_STRUCTURE).status_code == 200
        assert service.get(path, STRUCTURE, Role.CONTRACTOR).status_code == 404

    def test_sending_again_creates_once(self, service: Service) -> None:
        first, second = (
            service.post(PATH, CONTRACTOR, Role.CONTRACTOR, PERSON, key="once") for _ in range(2)
        )
        assert first.content == second.content
        other = service.post(PATH, CONTRACTOR, Role.CONTRACTOR, {**PERSON, "sex": "male"}, key="once")
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"birth_name": ""}, "/birth_name", "too_short"),
            ({"birth_date": "2025-01-11"}, "/birth_date", "in_the_future"),
            ({"birth_date": "1899-12-31"}, "/birth_date", "not_a_birth_date"),
            ({"birth_date": 0}, "/birth_date", "not_a_date"),
            ({"sex": "x"}, "/sex", "unknown_code"),
            ({"nir": "1"}, "/nir", "unknown_field"),
            ({"residence": {"place": "department/57"}}, "/residence/place", "wrong_form"),
            ({"residence": {"place": "commune/99999"}}, "/residence/place", "unknown_reference"),
        ],
    )
    def test_a_wrong_field_is_named(
        self, service: Service, changes: dict[str, Any], pointer: str, code: str
    ) -> None:
        answer = service.post(PATH, CONTRACTOR, Role.CONTRACTOR, {**PERSON, **changes})
        assert (answer.status_code, refusal(answer.json())) == (422, (pointer, code))

    @pytest.mark.parametrize(
        "role", [Role.ADMIN, Role.BUYER, Role.FACILITATOR, Role.PRESCRIBER, Role.OBSERVER]
    )
    def test_only_declarants_create(self, service: Service, role: Role) -> None:
        assert service.post(PATH, BUYER, role, PERSON).status_code == 403

    def test_nothing_without_a_key(self, service: Service) -> None:
        answer = service.client.post(PATH, json=PERSON, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 401
        headers = service.headers(CONTRACTOR, Role.CONTRACTOR)
        answer = service.client.post(PATH, json=PERSON, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


class TestReading:
    @pytest.mark.parametrize(
        ("siret", "role", "status"),
        [
            (OTHER_CONTRACTOR, Role.CONTRACTOR, 404),
            (CONTRACTOR, Role.INSERTION_STRUCTURE, 404),
            (OTHER_BUYER, Role.FACILITATOR, 404),
            (BUYER, Role.BUYER, 403),
            (BUYER, Role.ADMIN, 403),
            (FACILITATOR, Role.OBSERVER, 403),
            (FACILITATOR, Role.PRESCRIBER, 404),
        ],
    )
    def test_who_never_reads_an_identity(
        self, service: Service, contract_id: UUID, siret: str, role: Role, status: int
    ) -> None:
        person = declared(service, contract_id)["participant_id"]
        for path in (f"{PATH}/{person}", f"{PATH}/{person}?purpose={WHY}"):
            assert service.get(path, siret, role).status_code == status
        # Whether somebody exists makes no difference.
        assert service.get(f"{PATH}/{uuid4()}", siret, role).status_code == status

    @pytest.mark.parametrize("siret", [FACILITATOR, BUYER])
    def test_a_facilitator_says_why_and_it_is_kept(
        self, service: Service, contract_id: UUID, siret: str
    ) -> None:
        person = declared(service, contract_id)["participant_id"]
        without = service.get(f"{PATH}/{person}", siret, Role.FACILITATOR)
        assert (without.status_code, refusal(without.json())) == (
            422,
            ("/query/purpose", "purpose_required"),
        )
        unknown = service.get(f"{PATH}/{person}", siret, Role.FACILITATOR, purpose="curiosity")
        assert refusal(unknown.json()) == ("/query/purpose", "unknown_code")
        assert readings(service, person) == []
        read = service.get(f"{PATH}/{person}", siret, Role.FACILITATOR, purpose="hours_review")
        assert (read.status_code, read.json()["birth_name"]) == (200, "EXEMPLE")
        assert readings(service, person) == [("identity.read", ["identity", "purpose:hours_review"])]

    def test_a_person_who_is_not_hired_is_for_the_declarant_alone(self, service: Service) -> None:
        person = created(service)["id"]
        answer = service.get(f"{PATH}/{person}", FACILITATOR, Role.FACILITATOR, purpose=WHY)
        assert answer.status_code == 404


class TestRectifying:
    def test_only_the_fields_sent_change(self, service: Service) -> None:
        made = created(service, sex="female")
        body = {"first_names": "Testeuse Deux", "birth_place": None}
        answer = service.send("PATCH", f"{PATH}/{made['id']}", CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert answer.json() == {**made, **body, "version": 2}

    def test_nothing_to_change_records_nothing(self, service: Service) -> None:
        made = created(service)
        body = {"birth_name": "EXEMPLE", "sex": None}
        answer = service.send("PATCH", f"{PATH}/{made['id']}", CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert answer.json() == made

    def test_what_waits_is_assessed_anew_and_what_is_decided_stays(
        self, service: Service, contract_id: UUID
    ) -> None:
        waiting = declared(service, contract_id, claimed_publics=["jeune_sq"])
        person = waiting["participant_id"]
        decided = declared(
            service,
            contract_id,
            participant=None,
            participant_id=person,
            claimed_publics=["jeune_sq"],
        )
        decide(service, decided["id"], "refused", "Dossier incomplet")
        assert assessment(service, waiting["id"])["outcome"] == "unproven"
        body = {"birth_date": "1985-05-17"}
        service.send("PATCH", f"{PATH}/{person}", CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert assessment(service, waiting["id"])["outcome"] == "unmet"
        assert assessment(service, decided["id"])["outcome"] == "unproven"
        with service.means.database.read() as session:
            query = select(HireTraits.age_band).where(HireTraits.hire_id == UUID(waiting["id"]))
            assert session.scalar(query) == "26_to_40"

    def test_a_new_address_holds_from_its_day(self, service: Service, contract_id: UUID) -> None:
        hire = declared(service, contract_id)
        path = f"{PATH}/{hire['participant_id']}/residences"
        before = {"place": "commune/57433", "qpv": "QN05713M", "qpv_edition": "2024"}
        answer = service.send("PUT", f"{path}/2024-12-16", CONTRACTOR, Role.CONTRACTOR, before, 1)
        assert answer.json()["version"] == 2
        assert assessment(service, hire["id"])["facts"]["qpv"] is True
        same = service.send("PUT", f"{path}/2024-12-16", CONTRACTOR, Role.CONTRACTOR, before, 2)
        assert same.json()["version"] == 2
        after = {"place": "commune/57463"}
        answer = service.send("PUT", f"{path}/2025-01-01", CONTRACTOR, Role.CONTRACTOR, after, 2)
        assert [(row["since"], row["place"]) for row in answer.json()["residences"]] == [
            ("2000-01-01", "commune/57433"),
            ("2024-12-16", "commune/57433"),
            ("2025-01-01", "commune/57463"),
        ]
        assert assessment(service, hire["id"])["facts"]["qpv"] is True
        # Hours of these months count elsewhere now.
        with service.means.database.read() as session:
            query = select(Job.kind).where(Job.subject == str(contract_id))
            assert session.scalars(query).all() == ["recount"]

    @pytest.mark.parametrize(
        ("tail", "body", "pointer", "code"),
        [
            ("", {"birth_name": None}, "/birth_name", "not_a_text"),
            ("", {"birth_date": "2026-01-01"}, "/birth_date", "in_the_future"),
            ("", {"residence": None}, "/residence", "unknown_field"),
            ("/residences/2025-01-01", {"place": "commune/99999"}, "/place", "unknown_reference"),
            ("/residences/1999-01-01", {"place": "commune/57433"}, "/path/since", None),
        ],
    )
    def test_a_wrong_field_is_named(
        self, service: Service, tail: str, body: dict[str, Any], pointer: str, code: str | None
    ) -> None:
        path = f"{PATH}/{created(service)['id']}{tail}"
        answer = service.send("PUT" if tail else "PATCH", path, CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert answer.status_code == 422
        found = refusal(answer.json())
        assert found == (pointer, code or found[1])

    @pytest.mark.parametrize(
        ("method", "tail", "body"),
        [
            ("PATCH", "", {"sex": "male"}),
            ("PUT", "/residences/2025-01-01", {"place": "commune/57463"}),
        ],
    )
    def test_only_the_declarant_at_the_version_read(
        self, service: Service, contract_id: UUID, method: str, tail: str, body: dict[str, Any]
    ) -> None:
        path = f"{PATH}/{declared(service, contract_id)['participant_id']}{tail}"

        def status(siret: str, role: Role, version: int | None) -> int:
            return service.send(method, path, siret, role, body, version).status_code

        assert status(CONTRACTOR, Role.CONTRACTOR, None) == 428
        assert status(CONTRACTOR, Role.CONTRACTOR, 2) == 412
        assert status(FACILITATOR, Role.FACILITATOR, 1) == 403
        assert status(BUYER, Role.BUYER, 1) == 403
        assert status(OTHER_CONTRACTOR, Role.CONTRACTOR, 1) == 404
        assert service.client.request(method, path, json=body).status_code == 401
        assert status(CONTRACTOR, Role.CONTRACTOR, 1) == 200


class TestSearching:
    def found(self, service: Service, siret: str, role: Role, **changes: str | None) -> list[str]:
        whole = {name: PERSON[name] for name in ("birth_name", "first_names", "birth_date", "birth_place")}
        answer = service.client.post(
            f"{PATH}/search", json={**whole, **changes}, headers=service.headers(siret, role)
        )
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    def test_by_the_whole_identity_however_it_is_typed(self, service: Service) -> None:
        name = f"Éxemple-{uuid4().hex[:8]}"
        one = created(service, birth_name=name)["id"]
        typed = name.upper().replace("-", " ")
        assert self.found(service, CONTRACTOR, Role.CONTRACTOR, birth_name=typed) == [one]
        assert self.found(service, CONTRACTOR, Role.CONTRACTOR, birth_name=name[:-1]) == []
        other_day = {"birth_name": name, "birth_date": "1999-05-18"}
        assert self.found(service, CONTRACTOR, Role.CONTRACTOR, **other_day) == []
        nowhere = {"birth_name": name, "birth_place": None}
        assert self.found(service, CONTRACTOR, Role.CONTRACTOR, **nowhere) == []

    def test_only_over_what_the_caller_may_see(self, service: Service, contract_id: UUID) -> None:
        name = f"Exemple {uuid4().hex[:8]}"
        hire = declared(service, contract_id, participant={**PERSON, "birth_name": name})
        other = created(service, OTHER_CONTRACTOR, birth_name=name)["id"]
        assert self.found(service, OTHER_CONTRACTOR, Role.CONTRACTOR, birth_name=name) == [other]
        asked = {"birth_name": name, "purpose": "duplicate_check"}
        assert self.found(service, FACILITATOR, Role.FACILITATOR, **asked) == [hire["participant_id"]]
        assert self.found(service, OTHER_BUYER, Role.FACILITATOR, **asked) == []

    def test_refusals(self, service: Service) -> None:
        whole = {name: PERSON[name] for name in ("birth_name", "first_names", "birth_date")}

        def answer(siret: str, role: Role, body: dict[str, Any]) -> tuple[int, str]:
            sent = service.client.post(f"{PATH}/search", json=body, headers=service.headers(siret, role))
            return sent.status_code, sent.json()["code"]

        assert answer(BUYER, Role.BUYER, whole) == (403, "forbidden")
        assert answer(BUYER, Role.ADMIN, whole) == (403, "forbidden")
        assert answer(CONTRACTOR, Role.CONTRACTOR, {"birth_name": "EX"}) == (422, "invalid_payload")
        assert answer(FACILITATOR, Role.FACILITATOR, whole) == (422, "invalid_payload")
        assert service.client.post(f"{PATH}/search", json=whole).status_code == 401
