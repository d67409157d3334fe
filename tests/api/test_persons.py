"""One person known several times: proposed, joined and parted by the facilitator who decides on both."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Change, ChangeObject, Participant, PersonLink
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    Service,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.people import WHY, mandated_contract, refusal
from tests.api.persons import (
    PATH,
    history,
    known_by,
    new_person,
    proposed,
    said,
    say,
    second_contract,
    twice,
)

WORDS = ("merge", "separate")


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture
def pair(service: Service) -> tuple[str, str]:
    """Two records of one person, of two firms on two contracts that one facilitator follows."""
    here, there = twice(service)
    return here.participant_id, there.participant_id


def persons(service: Service, *participant_ids: str) -> list[UUID]:
    """The person of each record."""
    with service.means.database.read() as session:
        return [session.get_one(Participant, UUID(found)).person_id for found in participant_ids]


class TestProposing:
    def test_the_same_four_fields_however_they_are_typed(self, service: Service) -> None:
        person = new_person()
        here = known_by(service, mandated_contract(service), person)
        typed = {**person, "birth_name": person["birth_name"].lower().replace("exemple", "Éxemplé")}
        there = known_by(service, second_contract(service), typed, OTHER_CONTRACTOR)
        assert (here.participant_id, there.participant_id) in proposed(service)
        # Nothing was joined by itself.
        assert persons(service, here.participant_id, there.participant_id) == [
            UUID(here.participant_id),
            UUID(there.participant_id),
        ]

    def test_only_to_who_sees_both(self, service: Service, pair: tuple[str, str]) -> None:
        # Each buyer's own staff sees one of the two contracts.
        for siret in (BUYER, OTHER_BUYER):
            assert not {record for found in proposed(service, siret) for record in found} & set(pair)

    def test_a_mandate_that_ended_proposes_nothing(self, service: Service) -> None:
        person = new_person()
        contract_id = add_contract(service)
        add_mandate(service, contract_id, until=date(2025, 1, 31))
        here = known_by(service, contract_id, person)
        there = known_by(service, second_contract(service), person, OTHER_CONTRACTOR)
        both = (here.participant_id, there.participant_id)
        before = service.clock.moment
        found = []
        for moment in (before, datetime(2025, 2, 1, 9, tzinfo=UTC)):
            service.clock.moment = moment
            found.append(both in proposed(service))
        service.clock.moment = before
        assert found == [True, False]

    @pytest.mark.parametrize(
        "changes",
        [
            {"first_names": "Testeur"},
            {"birth_date": "1999-05-18"},
            {"birth_place": "Autreville"},
            {"birth_place": None},
        ],
    )
    def test_not_when_a_field_differs(self, service: Service, changes: dict[str, Any]) -> None:
        person, contract_id = new_person(), mandated_contract(service)
        one = known_by(service, contract_id, person).participant_id
        other = known_by(service, contract_id, {**person, **changes}).participant_id
        assert (one, other) not in proposed(service)

    def test_each_pair_once_under_its_older_record_a_page_at_a_time(self, service: Service) -> None:
        contract_id = add_contract(service, buyer=OTHER_BUYER)
        add_mandate(service, contract_id, buyer=OTHER_BUYER, facilitator=BUYER)
        one_person, other_person = new_person(), new_person()
        a, b, c = (known_by(service, contract_id, one_person).participant_id for _ in range(3))
        d, e = (known_by(service, contract_id, other_person).participant_id for _ in range(2))
        path, walked = f"{PATH}/duplicates", []
        after: dict[str, str] = {}
        while True:
            answer = service.get(path, BUYER, Role.FACILITATOR, purpose=WHY, limit=1, **after)
            body = answer.json()
            walked += body["items"]
            if body["next"] is None:
                break
            assert 'rel="next"' in answer.headers["Link"]
            after = {"after": body["next"]}
        mine = [item for item in walked if item["participant_id"] in {a, b, c, d, e}]
        assert mine == [
            {"participant_id": a, "others": [b, c]},
            {"participant_id": b, "others": [c]},
            {"participant_id": d, "others": [e]},
        ]

    def test_not_once_it_is_decided(self, service: Service, pair: tuple[str, str]) -> None:
        assert pair in proposed(service)
        said(service, "merge", *pair)
        assert pair not in proposed(service)
        said(service, "separate", *pair)
        assert pair not in proposed(service)

    def test_namesakes_never_joined_are_told_apart_once(
        self, service: Service, pair: tuple[str, str]
    ) -> None:
        answer = say(service, "separate", pair[1], pair[0], "namesake")
        assert answer.status_code == 201
        assert answer.json()["reason"] == "namesake"
        assert pair not in proposed(service)
        again = say(service, "separate", *pair, "namesake")
        assert (again.status_code, again.json()["code"]) == (409, "already_decided")
        # A facilitator who was wrong may still join them.
        assert said(service, "merge", *pair)["stands"] is True

    def test_the_reading_is_kept_with_its_purpose_and_every_record_shown(
        self, service: Service, pair: tuple[str, str]
    ) -> None:
        without = service.get(f"{PATH}/duplicates", FACILITATOR, Role.FACILITATOR)
        assert (without.status_code, refusal(without.json())[0]) == (422, "/query/purpose")
        proposed(service)
        query = (
            select(ChangeObject.object_id, ChangeObject.fields)
            .join(Change, Change.id == ChangeObject.change_id)
            .where(Change.action == "duplicates.read", ChangeObject.object_id.in_(map(UUID, pair)))
        )
        with service.means.database.read() as session:
            read = {(str(record), *fields) for record, fields in session.execute(query)}
        assert read == {(record, "purpose:duplicate_check") for record in pair}

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.FACILITATOR])
    def test_only_facilitators_ask(self, service: Service, role: Role) -> None:
        assert service.get(f"{PATH}/duplicates", BUYER, role, purpose=WHY).status_code == 403


class TestDeciding:
    def test_a_merge_keeps_both_records_and_the_oldest_name_the_person(
        self, service: Service, pair: tuple[str, str]
    ) -> None:
        answer = say(service, "merge", pair[1], pair[0], "typing_error")
        assert answer.status_code == 201
        made = answer.json()
        assert made == {
            "id": made["id"],
            "decision": "merged",
            "participant_ids": list(pair),
            "reason": "typing_error",
            "decided_by": FACILITATOR,
            "decided_at": "2025-01-10T09:00:00Z",
            "stands": True,
        }
        assert persons(service, *pair) == [UUID(pair[0])] * 2
        location = service.client.get(
            answer.headers["Location"], headers=service.headers(FACILITATOR, Role.FACILITATOR)
        )
        assert location.json()["items"] == [made]

    def test_what_was_joined_is_parted_as_it_was(self, service: Service, pair: tuple[str, str]) -> None:
        merged = said(service, "merge", *pair)
        parted = said(service, "separate", *pair)
        assert persons(service, *pair) == [UUID(record) for record in pair]
        assert parted["decision"] == "separated"
        for record in pair:
            assert history(service, record) == [{**merged, "stands": False}, parted]
        again = said(service, "merge", *pair)
        assert [item["stands"] for item in history(service, pair[0])] == [False, True, True]
        assert persons(service, *pair) == [UUID(pair[0])] * 2
        with service.means.database.read() as session:
            rows = session.scalars(
                select(PersonLink)
                .where(PersonLink.participant_id == UUID(pair[1]))
                .order_by(PersonLink.change_id)
            ).all()
        first, second = map(UUID, pair)
        assert [(row.from_person_id, row.to_person_id, row.undoes_id) for row in rows] == [
            (second, first, None),
            (first, second, UUID(merged["id"])),
            (second, first, None),
        ]
        assert again["id"] == str(rows[-1].change_id)

    def test_parting_leaves_what_else_was_joined_on_each_side(self, service: Service) -> None:
        contract_id = mandated_contract(service)
        a, b, c, d = (known_by(service, contract_id, new_person()).participant_id for _ in range(4))
        said(service, "merge", b, c)
        said(service, "merge", d, b)
        said(service, "merge", a, c)
        assert persons(service, a, b, c, d) == [UUID(a)] * 4
        # a–c was the mistake: b, c and d stay one person, which bears the id of its oldest record.
        said(service, "separate", a, c)
        assert persons(service, a, b, c, d) == [UUID(a), UUID(b), UUID(b), UUID(b)]
        # And of b, c, d the middle: both others leave it by their own decisions.
        said(service, "separate", b, d)
        assert persons(service, a, b, c, d) == [UUID(a), UUID(b), UUID(b), UUID(d)]

    def test_two_records_joined_through_a_third_are_parted_where_the_mistake_was(
        self, service: Service
    ) -> None:
        contract_id = mandated_contract(service)
        a, b, c = (known_by(service, contract_id, new_person()).participant_id for _ in range(3))
        said(service, "merge", a, b)
        said(service, "merge", b, c)
        answer = say(service, "separate", a, c)
        assert (answer.status_code, answer.json()["code"]) == (409, "joined_through_others")
        said(service, "separate", a, b)
        assert persons(service, a, b, c) == [UUID(a), UUID(b), UUID(b)]

    def test_one_person_already(self, service: Service, pair: tuple[str, str]) -> None:
        said(service, "merge", *pair)
        answer = say(service, "merge", pair[1], pair[0])
        assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")
        assert len(history(service, pair[0])) == 1

    @pytest.mark.parametrize("word", WORDS)
    def test_sending_again_decides_once(self, service: Service, pair: tuple[str, str], word: str) -> None:
        if word == "separate":
            said(service, "merge", *pair)
        key = str(uuid4())
        first, second = (say(service, word, *pair, key=key) for _ in range(2))
        assert (first.status_code, first.content) == (201, second.content)
        reused = say(service, word, *pair, "document_seen", key=key)
        assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
        assert [item["decision"] for item in history(service, pair[0])][-1] == f"{word}d"

    def test_what_was_answered_is_not_told_again_once_the_record_is_out_of_sight(
        self, service: Service
    ) -> None:
        contract_id = add_contract(service)
        add_mandate(service, contract_id, until=date(2025, 1, 31))
        a, b = (known_by(service, contract_id, new_person()).participant_id for _ in range(2))
        key, before = str(uuid4()), service.clock.moment
        assert say(service, "merge", a, b, key=key).status_code == 201
        service.clock.moment = datetime(2025, 2, 1, 9, tzinfo=UTC)
        again = say(service, "merge", a, b, key=key)
        service.clock.moment = before
        assert again.status_code == 404

    @pytest.mark.parametrize("word", WORDS)
    def test_who_does_not_decide(self, service: Service, pair: tuple[str, str], word: str) -> None:
        def answer(siret: str, role: Role, one: object = pair[0]) -> tuple[int, str]:
            sent = say(service, word, one, pair[1], siret=siret, role=role)
            return sent.status_code, sent.json()["code"]

        for siret, role in (
            (CONTRACTOR, Role.CONTRACTOR),
            (OTHER_CONTRACTOR, Role.CONTRACTOR),
            (BUYER, Role.BUYER),
            (BUYER, Role.ADMIN),
            (FACILITATOR, Role.INSERTION_STRUCTURE),
            (FACILITATOR, Role.OBSERVER),
        ):
            assert answer(siret, role) == (403, "forbidden")
            assert answer(siret, role, uuid4()) == (403, "forbidden")
        assert answer(OTHER_BUYER, Role.FACILITATOR) == (404, "not_found")
        assert answer(FACILITATOR, Role.FACILITATOR, uuid4()) == (404, "not_found")
        path = f"{PATH}/{pair[0]}/{word}"
        body = {"participant_id": pair[1], "reason": "document_seen"}
        assert service.client.post(path, json=body, headers={"Idempotency-Key": "k"}).status_code == 401
        headers = service.headers(FACILITATOR, Role.FACILITATOR)
        without = service.client.post(path, json=body, headers=headers)
        assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_missing")
        assert persons(service, *pair) == [UUID(record) for record in pair]
        assert history(service, pair[0]) == []

    @pytest.mark.parametrize("word", WORDS)
    def test_staff_read_while_a_mandate_runs_and_do_not_decide(self, service: Service, word: str) -> None:
        contract_id = mandated_contract(service)
        a, b = (known_by(service, contract_id, new_person()).participant_id for _ in range(2))
        answer = say(service, word, a, b, siret=BUYER)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_reviewer")
        # One of two records is not enough: the staff decides on its contract without mandate.
        own = known_by(service, add_contract(service), new_person()).participant_id
        for pair in ((a, own), (own, a)):
            answer = say(service, word, *pair, siret=BUYER)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_reviewer")
        assert persons(service, a, b, own) == [UUID(a), UUID(b), UUID(own)]

    @pytest.mark.parametrize("word", WORDS)
    def test_the_other_record_unseen_is_the_other_record_unknown(
        self, service: Service, pair: tuple[str, str], word: str
    ) -> None:
        # The buyer's own staff sees a record of its own, not the other buyer's.
        own = known_by(service, add_contract(service), new_person()).participant_id
        unseen, unknown = (say(service, word, own, other, siret=BUYER) for other in (pair[1], uuid4()))
        told = [{**answer.json(), "request_id": None} for answer in (unseen, unknown)]
        assert told[0] == told[1]
        assert (unseen.status_code, refusal(told[0])) == (422, ("/participant_id", "unknown_reference"))

    @pytest.mark.parametrize(
        ("word", "change", "found"),
        [
            ("merge", {"reason": None}, ("/reason", "unknown_code")),
            ("merge", {"reason": "namesake"}, ("/reason", "unknown_code")),
            ("separate", {"reason": "typing_error"}, ("/reason", "unknown_code")),
            ("merge", {"note": "X"}, ("/note", "unknown_field")),
            ("merge", {"participant_id": "x"}, ("/participant_id", "not_a_uuid")),
            ("separate", {"participant_id": "same"}, ("/participant_id", "same_record")),
            ("merge", {"participant_id": "same"}, ("/participant_id", "same_record")),
        ],
    )
    def test_a_wrong_field_is_named(
        self,
        service: Service,
        pair: tuple[str, str],
        word: str,
        change: dict[str, Any],
        found: tuple[str, str],
    ) -> None:
        body = {"participant_id": pair[1], "reason": "document_seen", **change}
        if body["participant_id"] == "same":
            body["participant_id"] = pair[0]
        answer = service.post(f"{PATH}/{pair[0]}/{word}", FACILITATOR, Role.FACILITATOR, body)
        assert (answer.status_code, refusal(answer.json())) == (422, found)


class TestHistory:
    def test_a_decision_is_shown_to_who_sees_both_records(
        self, service: Service, pair: tuple[str, str]
    ) -> None:
        said(service, "merge", *pair)
        assert len(history(service, pair[0])) == len(history(service, pair[1])) == 1
        assert history(service, pair[0], BUYER) == []
        assert history(service, pair[1], OTHER_BUYER) == []
        unseen = service.get(f"{PATH}/{pair[1]}/person-links", BUYER, Role.FACILITATOR, purpose=WHY)
        assert unseen.status_code == 404

    def test_the_reading_is_kept_with_its_purpose(self, service: Service, pair: tuple[str, str]) -> None:
        without = service.get(f"{PATH}/{pair[0]}/person-links", FACILITATOR, Role.FACILITATOR)
        assert (without.status_code, refusal(without.json())[0]) == (422, "/query/purpose")
        history(service, pair[0])
        query = (
            select(ChangeObject.fields)
            .join(Change, Change.id == ChangeObject.change_id)
            .where(Change.action == "person_links.read", ChangeObject.object_id == UUID(pair[0]))
        )
        with service.means.database.read() as session:
            assert session.scalars(query).all() == [[f"purpose:{WHY}"]]

    def test_rectifying_a_record_parts_nothing(self, service: Service) -> None:
        here, there = twice(service)
        said(service, "merge", here.participant_id, there.participant_id)
        path = f"{PATH}/{there.participant_id}"
        body = {"birth_name": "EXEMPLE AUTREMENT"}
        answer = service.send("PATCH", path, there.firm, Role.CONTRACTOR, body, 1)
        assert answer.status_code == 200
        own = service.get(f"{PATH}/{here.participant_id}", here.firm, Role.CONTRACTOR).json()
        assert own["birth_name"] != "EXEMPLE AUTREMENT"
        assert len(set(persons(service, here.participant_id, there.participant_id))) == 1
