"""The rights of a person: access, opposition, erasure with sums intact; who may, what is refused after."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.db.queries import sealed
from app.db.tables import ChangeObject, Erasure, HireTraits, Identity, OutcomeDetail, Residence, Seal, Verdict
from app.db.types import Base
from app.principal import Role
from app.schemas.rights import ErasureGround
from app.services import erasures
from app.services.changes import settle
from app.services.verify import verify
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, OTHER_CONTRACTOR, Service, add_mandate, serving
from tests.api.leaving import ERASE, LIFTED, OPPOSED, PATH, RIGHTS, at_work, canary, facilitated, prolonged
from tests.api.people import HIRE, WHY, decide, declared, prove, refusal
from tests.api.persons import known_by, new_person, second_contract
from tests.api.registering import record_clause, register


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def contract_id(service: Service) -> UUID:
    contract = register(service)
    record_clause(service, contract)
    contract_id = UUID(contract["id"])
    add_mandate(service, contract_id)
    return contract_id


def last_instant(service: Service) -> str:
    """The instant of the last seal, all changes being settled."""
    while settle(service.means):
        pass
    with service.means.database.read() as session:
        last = session.scalar(select(func.max(Seal.sealed_at)))
    assert last is not None
    return str(last.isoformat().replace("+00:00", "Z"))


def positions(service: Service, contract_id: UUID, known: str) -> list[Any]:
    """What compliance and its entries say: as it stands and as known at an instant."""
    base = f"/v1/contracts/{contract_id}/compliance"
    last_instant(service)
    answers = [
        service.get(base, BUYER, Role.BUYER, as_of="2025-01-10").json(),
        service.get(base, BUYER, Role.BUYER, as_of="2025-01-10", known_at=known).json(),
        service.get(f"{base}/entries", BUYER, Role.BUYER, figure="declared").json(),
    ]
    # What remains to be done and until when something was known are shown for now only.
    for answer in answers:
        for name in ("next_actions", "known_at", "provisional", "forecast"):
            answer.pop(name, None)
    return answers


class TestErasure:
    def test_what_tells_of_the_person_goes_and_every_sum_stays(
        self, service: Service, contract_id: UUID
    ) -> None:
        found = at_work(service, contract_id)
        prolonged(service, found)
        participant_id, hire_id = found["participant_id"], found["hire_id"]
        known = last_instant(service)
        before = positions(service, contract_id, known)
        assert [item["counted"] for item in before[:2]] == ["50.00", "50.00"]
        answer = service.post(f"{PATH}/{participant_id}/erase", CONTRACTOR, Role.CONTRACTOR, ERASE)
        assert answer.status_code == 201, answer.text
        assert answer.json()["ground_label"] == "Demande de la personne"
        assert positions(service, contract_id, known) == before
        assert verify(service.means.database).holds
        clear = everything_clear(service)
        assert [
            word for word in ("CANARICONGE", "CANARIREF", "CANARICOUPE", "CANARIFT01") if word in clear
        ] == []
        assert "CANARIMISSION" not in clear
        with service.means.database.read() as session:
            assert session.get(Identity, UUID(participant_id)) is None
            traits = session.scalar(select(HireTraits).where(HireTraits.hire_id == UUID(hire_id)))
            assert traits is not None
            assert (traits.sex, traits.age_band, traits.level, traits.qpv) == ("female", None, None, None)
            (residence,) = session.scalars(
                select(Residence).where(Residence.participant_id == UUID(participant_id))
            )
            assert (residence.place, residence.qpv) == ("commune/57433", None)
            details = session.scalars(select(OutcomeDetail).where(OutcomeDetail.hire_id == UUID(hire_id)))
            assert details.all() == []
            changed = session.scalars(
                select(ChangeObject)
                .where(ChangeObject.object_id == UUID(participant_id))
                .order_by(ChangeObject.change_id)
            )
            assert sorted(changed.all()[-1].fields)[:2] == ["assessments", "identity"]
        assert service.get(f"{PATH}/{participant_id}", CONTRACTOR, Role.CONTRACTOR).status_code == 404
        read = service.get(f"/v1/hires/{hire_id}/assessment", FACILITATOR, Role.FACILITATOR, purpose=WHY)
        told = read.json()
        assert (told["decision"], told["publics"], told["facts"], told["proofs"]) == ("approved", [], {}, [])

    def test_nothing_more_is_told_of_somebody_erased(self, service: Service, contract_id: UUID) -> None:
        found = at_work(service, contract_id)
        participant_id, hire_id = found["participant_id"], found["hire_id"]
        answer = facilitated(service, "POST", f"{PATH}/{participant_id}/erase", ERASE, None)
        assert answer.status_code == 400
        answer = service.post(f"{PATH}/{participant_id}/erase", FACILITATOR, Role.FACILITATOR, ERASE)
        assert answer.status_code == 201, answer.text
        path = f"/v1/hires/{hire_id}/assessment"
        version = service.get(path, FACILITATOR, Role.FACILITATOR, purpose=WHY).json()["version"]
        hire = service.get(f"/v1/hires/{hire_id}", CONTRACTOR, Role.CONTRACTOR).json()["version"]
        refused = [
            facilitated(
                service, "POST", f"{path}/proofs", {"type": "rsa", "issued_on": "2024-12-01"}, version
            ),
            facilitated(service, "PATCH", path, {"facts": {"rsa": True}}, version),
            service.send(
                "PATCH",
                f"/v1/hires/{hire_id}",
                CONTRACTOR,
                Role.CONTRACTOR,
                {"starts_on": "2024-12-17"},
                hire,
            ),
        ]
        assert [(item.status_code, item.json()["code"]) for item in refused] == [(409, "person_erased")] * 3
        again = {**HIRE, "participant_id": participant_id}
        del again["participant"]
        answer = service.post(f"/v1/contracts/{contract_id}/hires", CONTRACTOR, Role.CONTRACTOR, again)
        assert (answer.status_code, refusal(answer.json())[0]) == (422, "/participant_id")
        for name in ("erase", "oppositions"):
            body = ERASE if name == "erase" else OPPOSED
            answer = service.post(f"{PATH}/{participant_id}/{name}", CONTRACTOR, Role.CONTRACTOR, body)
            assert answer.status_code == 404
        # Hours and days are corrected as before, and count as before.
        body = {"weekly_hours": "28.00"}
        answer = service.send("PATCH", f"/v1/hires/{hire_id}", CONTRACTOR, Role.CONTRACTOR, body, hire)
        assert answer.status_code == 200, answer.text
        assert verify(service.means.database).holds

    def test_a_stored_answer_is_emptied_and_repeats_nothing(self, service: Service) -> None:
        key, person = str(uuid4()), canary()
        created = service.post(PATH, CONTRACTOR, Role.CONTRACTOR, person, key).json()
        erase_key = str(uuid4())
        path = f"{PATH}/{created['id']}/erase"
        first = service.post(path, CONTRACTOR, Role.CONTRACTOR, ERASE, erase_key)
        repeated = service.post(PATH, CONTRACTOR, Role.CONTRACTOR, person, key)
        assert (repeated.status_code, repeated.json()["code"]) == (404, "not_found")
        again = service.post(path, CONTRACTOR, Role.CONTRACTOR, ERASE, erase_key)
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotent-Replayed"] == "true"

    def test_somebody_at_work_or_awaiting_a_decision_is_not_erased(
        self, service: Service, contract_id: UUID
    ) -> None:
        waiting = declared(service, contract_id, participant=canary())
        path = f"{PATH}/{waiting['participant_id']}/erase"
        answers = [service.post(path, CONTRACTOR, Role.CONTRACTOR, ERASE)]
        end = {"ended_on": "2025-01-09", "reason": "end_of_contract"}
        service.send("POST", f"/v1/hires/{waiting['id']}/end", CONTRACTOR, Role.CONTRACTOR, end, 1)
        answers.append(service.post(path, FACILITATOR, Role.FACILITATOR, ERASE))
        refused = [(answer.status_code, answer.json()["code"]) for answer in answers]
        assert refused == [(409, "person_at_work")] * 2
        prove(service, waiting["id"])
        decide(service, waiting["id"], "refused", "Motif")
        assert service.post(path, FACILITATOR, Role.FACILITATOR, ERASE).status_code == 201

    def test_the_whole_person_goes_with_every_record_joined(
        self, service: Service, contract_id: UUID
    ) -> None:
        person = new_person()
        one = known_by(service, contract_id, person)
        other = known_by(service, second_contract(service), person, OTHER_CONTRACTOR)
        body = {"participant_id": other.participant_id, "reason": "same_identity"}
        merged = service.post(f"{PATH}/{one.participant_id}/merge", FACILITATOR, Role.FACILITATOR, body)
        assert merged.status_code == 201, merged.text
        for known in (one, other):
            end = {"ended_on": "2025-01-09", "reason": "end_of_contract"}
            path = f"/v1/hires/{known.hire_id}"
            version = service.get(path, known.firm, Role.CONTRACTOR).json()["version"]
            ended = service.send("POST", f"{path}/end", known.firm, Role.CONTRACTOR, end, version)
            assert ended.status_code == 200, ended.text
            read = service.get(f"{path}/assessment", FACILITATOR, Role.FACILITATOR, purpose=WHY).json()
            if read["decision"] == "undecided":
                decide(service, known.hire_id, "refused", "Motif")
        answer = service.post(f"{PATH}/{one.participant_id}/erase", CONTRACTOR, Role.CONTRACTOR, ERASE)
        assert answer.status_code == 201, answer.text
        # It names the record asked for alone: who declared it does not learn who else knows the person.
        assert other.participant_id not in answer.text
        answer = service.get(f"{PATH}/{other.participant_id}", OTHER_CONTRACTOR, Role.CONTRACTOR)
        assert answer.status_code == 404
        with service.means.database.read() as session:
            erased = set(session.scalars(select(Erasure.participant_id)))
        assert {UUID(one.participant_id), UUID(other.participant_id)} <= erased

    def test_the_list_replayed_after_a_restore_erases_again(
        self, service: Service, contract_id: UUID
    ) -> None:
        found = at_work(service, contract_id)
        participant_id, unknown = UUID(found["participant_id"]), uuid4()
        known = last_instant(service)
        before = positions(service, contract_id, known)
        # A backup from before its erasure: the list knows of it, the database does not.
        kept = [*erasures.listed(service.means), (participant_id, "person_request"), (unknown, "retention")]
        already = len(kept) - 2
        named = [(row, ErasureGround(ground)) for row, ground in kept]
        assert erasures.replay(service.means, named) == (1, already, 1)
        assert erasures.replay(service.means, named) == (0, already + 1, 1)
        assert positions(service, contract_id, known) == before
        assert service.get(f"{PATH}/{participant_id}", CONTRACTOR, Role.CONTRACTOR).status_code == 404
        with service.means.database.read() as session:
            assert [row for row in session.scalars(select(Verdict)) if row.reason == "CANARICOUPE"] == []


def everything_clear(service: Service) -> str:
    """Every value of every table of people, what is sealed opened."""
    opened = {kept.table.name: kept for kept in sealed.sealed_tables()}
    texts = []
    with service.means.database.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in {"territories", "postal_codes", "territory_aliases"}:
                continue
            kept = opened.get(table.name)
            for row in session.execute(select(table)):
                for column in table.columns:
                    value = getattr(row, column.name)
                    if kept is not None and column in kept.columns and value:
                        place = {"table": table.name, "column": column.name, "row": kept.row(row)}
                        value = service.means.keyring.decrypt(value, **place).decode()
                    texts.append(str(value))
    return "\n".join(texts)


class TestOpposition:
    def test_it_is_recorded_dated_and_told_what_it_stops(self, service: Service, contract_id: UUID) -> None:
        found = at_work(service, contract_id, participant=canary())
        path = f"{PATH}/{found['participant_id']}/oppositions"
        key = str(uuid4())
        answer = service.post(path, CONTRACTOR, Role.CONTRACTOR, OPPOSED, key)
        assert answer.status_code == 201, answer.text
        assert answer.json()["stands"] is True
        assert service.post(path, CONTRACTOR, Role.CONTRACTOR, OPPOSED, key).content == answer.content
        twice = service.post(path, FACILITATOR, Role.FACILITATOR, OPPOSED)
        assert (twice.status_code, twice.json()["code"]) == (409, "already_decided")
        assert "purpose" in service.get(path, CONTRACTOR, Role.CONTRACTOR).text
        told = service.get(path, FACILITATOR, Role.FACILITATOR, purpose=RIGHTS).json()
        assert [item["received_on"] for item in told["items"]] == ["2025-01-08"]
        assert len(told["stops"]) == 3
        lifted = service.post(path, FACILITATOR, Role.FACILITATOR, LIFTED)
        assert lifted.status_code == 201, lifted.text
        told = service.get(path, CONTRACTOR, Role.CONTRACTOR, purpose=RIGHTS).json()
        assert ([item["stands"] for item in told["items"]], told["stops"]) == ([False, False], [])

    def test_no_search_and_no_proposal_finds_who_objects(self, service: Service, contract_id: UUID) -> None:
        person = new_person()
        one = known_by(service, contract_id, person)
        known_by(service, second_contract(service), person, OTHER_CONTRACTOR)
        names = ("birth_name", "first_names", "birth_date", "birth_place")
        sought = {**{name: person[name] for name in names}, "purpose": "duplicate_check"}
        headers = service.headers(FACILITATOR, Role.FACILITATOR)

        def found() -> tuple[int, bool]:
            listed = service.get(
                f"{PATH}/duplicates", FACILITATOR, Role.FACILITATOR, purpose="duplicate_check", limit=200
            )
            searched = service.client.post(f"{PATH}/search", json=sought, headers=headers)
            return len(searched.json()["items"]), one.participant_id in listed.text

        assert found() == (2, True)
        path = f"{PATH}/{one.participant_id}/oppositions"
        service.post(path, FACILITATOR, Role.FACILITATOR, OPPOSED)
        assert found() == (1, False)
        service.post(path, FACILITATOR, Role.FACILITATOR, LIFTED)
        assert found() == (2, True)

    def test_nobody_asks_what_became_of_who_objects(self, service: Service, contract_id: UUID) -> None:
        found = at_work(service, contract_id, participant=canary())
        base = f"/v1/contracts/{contract_id}/compliance"
        service.post(f"{PATH}/{found['participant_id']}/oppositions", CONTRACTOR, Role.CONTRACTOR, OPPOSED)
        start = service.clock.moment
        try:
            service.clock.moment = start.replace(month=7)
            path = f"/v1/hires/{found['hire_id']}/outcomes/6_months"
            body = {"situation": "cdi"}
            refused = service.send("PUT", path, CONTRACTOR, Role.CONTRACTOR, body, None)
            assert (refused.status_code, refused.json()["code"]) == (409, "person_opposed")
            actions = service.get(base, FACILITATOR, Role.FACILITATOR).json()["next_actions"]
            asked = [item["code"] for item in actions if item["code"] == "outcomes_missing"]
            service.post(f"{PATH}/{found['participant_id']}/oppositions", CONTRACTOR, Role.CONTRACTOR, LIFTED)
            again = service.get(base, FACILITATOR, Role.FACILITATOR).json()["next_actions"]
            asked_again = [item["code"] for item in again if item["code"] == "outcomes_missing"]
        finally:
            service.clock.moment = start
        assert (asked, len(asked_again) > 0) == ([], True)

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"ground": "person_withdrew"}, ("/ground", "not_its_ground")),
            ({"received_on": "2025-01-11"}, ("/received_on", "future_day")),
            ({"ground": "because"}, ("/ground", "enum")),
            ({"text": "CANARI"}, ("/text", "extra_forbidden")),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, service: Service, change: dict[str, str], expected: tuple[str, str]
    ) -> None:
        created = service.post(PATH, CONTRACTOR, Role.CONTRACTOR, canary()).json()
        path = f"{PATH}/{created['id']}/oppositions"
        answer = service.post(path, CONTRACTOR, Role.CONTRACTOR, {**OPPOSED, **change})
        assert (answer.status_code, refusal(answer.json())[0]) == (422, expected[0])
        assert "CANARI" not in answer.text
        lifted = service.post(path, CONTRACTOR, Role.CONTRACTOR, LIFTED)
        assert (lifted.status_code, lifted.json()["code"]) == (409, "already_decided")
