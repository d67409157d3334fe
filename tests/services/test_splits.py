"""Held hours: what a reviewer knows of the other claim, and splits that two reviewers agree on."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Change, Contract, Event, Split
from app.principal import Role
from app.worker import drain
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    Service,
    add_contract,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import Body, by_rule
from tests.services.ledger_books import Books, Side

SPLIT = "Accord des deux organismes qui examinent ces heures"


# A database for each test: after every step the books are checked as a whole.
@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as running:
        yield running


@pytest.fixture
def books(service: Service) -> Books:
    return Books(service)


@pytest.fixture
def sides(service: Service, books: Books) -> tuple[Side, Side]:
    """One person, one employer, two buyers: 155 hours in January. A claims 100, then B claims 100."""
    drain(service.means, daily=None)
    first, second = add_contract(service), add_contract(service, buyer=OTHER_BUYER)
    here = add_hire(service, first)
    there = add_hire(service, second, person=here)
    a = Side(service, books, BUYER, first, here)
    b = Side(service, books, OTHER_BUYER, second, there)
    for side in (a, b):
        side.claim("100.00")
        side.accept()
    return a, b


def held(side: Side, siret: str | None = None) -> list[Body]:
    path = f"/v1/contracts/{side.contract_id}/held-hours"
    answer = side.service.get(path, siret or side.buyer, Role.FACILITATOR)
    assert answer.status_code == 200, answer.text
    items: list[Body] = answer.json()["items"]
    return items


def proposal(side: Side, hours: str, other_hours: str, other: int = 0) -> Body:
    (line,) = held(side)
    claim = line["others"][other]["claim"]
    return {"line_id": line["line_id"], "claim": claim, "hours": hours, "other_hours": other_hours}


def propose(side: Side, body: Body, key: str | None = None) -> Response:
    path = f"/v1/contracts/{side.contract_id}/splits"
    return side.service.post(path, side.buyer, Role.FACILITATOR, body, key)


def proposed(side: Side, hours: str, other_hours: str, other: int = 0) -> Body:
    answer = propose(side, {**proposal(side, hours, other_hours, other), "reason": "Au prorata"})
    assert answer.status_code == 201, answer.text
    found: Body = answer.json()
    return found


def answer_to(
    side: Side, split: Body, what: str, *, version: int | None = 1, siret: str | None = None
) -> Response:
    path = f"/v1/contracts/{side.contract_id}/splits/{split['id']}/{what}"
    body = {"reason": "Convenu par téléphone"}
    return side.service.send("POST", path, siret or side.buyer, Role.FACILITATOR, body, version)


def splits_of(side: Side) -> list[Body]:
    path = f"/v1/contracts/{side.contract_id}/splits"
    items: list[Body] = side.service.get(path, side.buyer, Role.FACILITATOR).json()["items"]
    return items


def agreed(a: Side, b: Side, hours: str = "95.00", other_hours: str = "60.00") -> Body:
    """B proposes hours for itself and for A, who accepts."""
    split = proposed(b, hours, other_hours)
    answer = answer_to(a, split, "accept")
    assert answer.status_code == 200, answer.text
    a.books.check()
    found: Body = answer.json()
    return found


class TestHeldHours:
    def test_of_the_other_claim_month_hours_and_reviewer_alone(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        assert held(a) == []
        (line,) = held(b)
        assert (line["month"], line["declared"], line["held"], line["counted"], line["asked"]) == (
            *("2025-01", "100.00", "45.00", "55.00"),
            "100.00",
        )
        (other,) = line["others"]
        claim = other.pop("claim")
        assert other == {
            "month": "2025-01",
            "hours": "100.00",
            "reviewer": {"identifier": BUYER, "name": None},
            "rule": "single_count",
            "available": "155.00",
        }
        told = json.dumps(line)
        hidden = (a.contract_id, a.worker.hire_id, a.statement["id"], a.statement["lines"][0]["id"])
        assert [str(word) for word in (*hidden, CONTRACTOR) if str(word) in told] == []
        assert held(b)[0]["others"][0]["claim"] == claim

    def test_the_reviewer_named_is_the_one_under_mandate(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        add_mandate(a.service, a.contract_id)
        (line,) = held(b)
        assert line["others"][0]["reviewer"]["identifier"] == FACILITATOR

    def test_the_legal_maximum_names_the_claims_of_every_employer(
        self, service: Service, books: Books, sides: tuple[Side, Side]
    ) -> None:
        a, _ = sides
        contract_id = add_contract(service, buyer=OTHER_BUYER, holder=OTHER_CONTRACTOR)
        worker = add_hire(service, contract_id, declarant=OTHER_CONTRACTOR, person=a.worker)
        c = Side(service, books, OTHER_BUYER, contract_id, worker, OTHER_CONTRACTOR)
        c.claim("100.00")
        c.accept()
        # 212.57 less 200 that reached the rule before.
        assert by_rule(c.statement) == {("counted", None): "12.57", ("held", "plausibility"): "87.43"}
        (line,) = held(c)
        assert [(item["rule"], item["hours"], item["available"]) for item in line["others"]] == [
            ("plausibility", "100.00", "112.57"),
            ("plausibility", "100.00", "67.57"),
        ]


class TestAgreeing:
    def test_until_it_is_accepted_the_earlier_claim_stands(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        split = proposed(b, "95.00", "60.00")
        assert (a.now(), b.now()) == ({"counted": "100.00"}, {"counted": "55.00", "held": "45.00"})
        (seen,) = splits_of(a)
        assert (seen["hours"], seen["other_hours"], seen["proposed_here"], seen["state"]) == (
            *("60.00", "95.00"),
            *(False, "proposed"),
        )
        assert seen["other_reviewer"]["identifier"] == OTHER_BUYER
        for word in (b.contract_id, b.worker.hire_id, split["line_id"]):
            assert str(word) not in json.dumps(seen)

    def test_accepted_it_is_posted_on_both_contracts_and_named(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        found = agreed(a, b)
        assert (found["state"], found["in_force"], found["version"]) == ("accepted", True, 2)
        # The side that answers at once, the other one by its own change.
        assert by_rule(read_of(a)) == {("held", "single_count"): "40.00", ("counted", None): "60.00"}
        assert by_rule(read_of(b)) == {("held", "single_count"): "45.00", ("counted", None): "55.00"}
        assert b.now() == {"counted": "95.00", "held": "5.00"}
        for side, text in ((a, "60 h des 155 h"), (b, "95 h des 155 h")):
            (posting,) = [item for item in read_of(side)["lines"][0]["postings"] if item["state"] == "held"]
            assert posting["parameter"] == f"Partage convenu le 10/01/2025 : {text} partagées"
            assert posting["reference"] == SPLIT
        with a.service.means.database.read() as session:
            mine = select(Split.id).where(Split.other_contract_id == a.contract_id)
            told = session.execute(
                select(Event.type, Event.contract_id).where(Event.subject_id.in_(mine))
            ).all()
        assert sorted(tuple(row) for row in told) == sorted(
            (event, side.contract_id) for event in ("split.proposed", "split.accepted") for side in sides
        )

    def test_corrections_stay_within_the_parts(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        agreed(a, b)
        a.claim("40.00")
        # While the first waits for its review, the agreement rests.
        assert b.now() == {"counted": "100.00"}
        a.accept()
        assert (a.now(), b.now()) == ({"counted": "40.00"}, {"counted": "95.00", "held": "5.00"})
        b.claim("150.00")
        b.accept()
        assert (a.now(), b.now()) == ({"counted": "40.00"}, {"counted": "95.00", "held": "55.00"})

    def test_a_line_taken_out_and_sent_again_is_not_bound(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        agreed(a, b)
        b.now()
        a.withdraw()
        assert b.now() == {"counted": "100.00"}
        a.claim("100.00")
        a.accept()
        # A new claim, behind the other one.
        assert (a.now(), b.now()) == ({"counted": "55.00", "held": "45.00"}, {"counted": "100.00"})
        assert [item["in_force"] for item in splits_of(a)] == [False]

    def test_a_later_agreement_replaces_the_earlier(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        agreed(a, b)
        b.now()
        agreed(a, b, "70.00", "85.00")
        assert (a.now(), b.now()) == (
            {"counted": "85.00", "held": "15.00"},
            {"counted": "70.00", "held": "30.00"},
        )
        assert [item["in_force"] for item in splits_of(a)] == [False, True]

    @pytest.mark.parametrize("what", ["refuse", "withdraw"])
    def test_refused_or_withdrawn_nothing_moves(self, sides: tuple[Side, Side], what: str) -> None:
        a, b = sides
        split = proposed(b, "95.00", "60.00")
        answer = answer_to(a if what == "refuse" else b, split, what)
        assert answer.status_code == 200, answer.text
        expected = {"refuse": "refused", "withdraw": "withdrawn"}[what]
        assert (answer.json()["state"], answer.json()["answer_reason"]) == (expected, "Convenu par téléphone")
        assert (a.now(), b.now()) == ({"counted": "100.00"}, {"counted": "55.00", "held": "45.00"})
        late = answer_to(a, split, "accept", version=2)
        assert (late.status_code, late.json()["code"]) == (409, "split_over")


def read_of(side: Side) -> Body:
    answer = side.service.get(f"/v1/statements/{side.statement['id']}", side.buyer, Role.FACILITATOR)
    found: Body = answer.json()
    return found


class TestRefusals:
    @pytest.mark.parametrize(
        ("hours", "other_hours"), [("95.01", "60.00"), ("100.01", "0.00"), ("10.00", "100.01")]
    )
    def test_no_more_than_what_both_may_count(
        self, sides: tuple[Side, Side], hours: str, other_hours: str
    ) -> None:
        answer = propose(sides[1], proposal(sides[1], hours, other_hours))
        assert (answer.status_code, answer.json()["code"]) == (409, "split_beyond_room")

    def test_what_is_wrong_is_pointed_at(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        body = proposal(b, "95.00", "60.00")
        foreign = {**body, "line_id": a.statement["lines"][0]["id"]}
        wrong: list[tuple[dict[str, Any], str, str]] = [
            ({**body, "claim": str(uuid4())}, "/claim", "unknown_reference"),
            ({**body, "claim": a.statement["lines"][0]["id"]}, "/claim", "unknown_reference"),
            (foreign, "/line_id", "unknown_reference"),
            ({**body, "hours": "0.00", "other_hours": "0.00"}, "", "no_hours"),
            ({**body, "hours": "1.001"}, "/hours", "too_many_decimals"),
        ]
        for sent, pointer, code in wrong:
            answer = propose(b, sent)
            assert answer.status_code == 422, answer.text
            assert [(item["pointer"], item["code"]) for item in answer.json()["errors"]] == [(pointer, code)]

    def test_one_proposal_waits_at_a_time(self, sides: tuple[Side, Side]) -> None:
        _, b = sides
        split = proposed(b, "95.00", "60.00")
        again = propose(b, proposal(b, "90.00", "60.00"))
        assert (again.status_code, again.json()["code"]) == (409, "split_stands")
        assert answer_to(b, split, "withdraw").status_code == 200
        assert propose(b, proposal(b, "90.00", "60.00")).status_code == 201

    def test_a_line_is_bound_to_one_other(
        self, service: Service, books: Books, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        contract_id = add_contract(service)
        c = Side(service, books, BUYER, contract_id, add_hire(service, contract_id, person=a.worker))
        c.claim("50.00")
        c.accept()
        agreed(a, b)
        answer = propose(c, proposal(c, "10.00", "90.00"))
        assert (answer.status_code, answer.json()["code"]) == (409, "split_stands")

    def test_each_side_does_its_own_part(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        split = proposed(b, "95.00", "60.00")
        for side, what in ((b, "accept"), (b, "refuse"), (a, "withdraw")):
            answer = answer_to(side, split, what)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        # The other buyer's contract is nowhere to be found.
        assert answer_to(a, split, "accept", siret=OTHER_BUYER).status_code == 404
        assert answer_to(a, split, "accept", version=None).status_code == 428
        assert answer_to(a, split, "accept", version=2).status_code == 412
        assert answer_to(a, {"id": str(uuid4())}, "accept").status_code == 404
        add_mandate(a.service, a.contract_id)
        staff = answer_to(a, split, "accept")
        assert (staff.status_code, staff.json()["code"]) == (403, "not_reviewer")
        assert answer_to(a, split, "accept", siret=FACILITATOR).status_code == 200

    def test_claims_that_changed_cannot_be_agreed_on(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        split = proposed(b, "95.00", "60.00")
        b.claim("80.00")
        answer = answer_to(a, split, "accept")
        assert (answer.status_code, answer.json()["code"]) == (409, "split_over")
        b.accept()
        answer = answer_to(a, split, "accept")
        assert (answer.status_code, answer.json()["code"]) == (409, "split_beyond_room")
        b.withdraw()
        # Without the line there is nothing left to agree on: the proposal has ended.
        assert answer_to(a, split, "accept").json()["code"] == "stale_version"
        assert answer_to(a, split, "accept", version=2).json()["code"] == "split_over"

    def test_closed_contracts_neither_propose_nor_answer(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        body = proposal(b, "95.00", "60.00")
        split = proposed(b, "95.00", "60.00")
        with a.service.means.database.write() as session:
            for side in sides:
                session.get_one(Contract, side.contract_id).closed_on = date(2025, 1, 9)
        for answer in (propose(b, body), answer_to(a, split, "accept"), answer_to(b, split, "withdraw")):
            assert (answer.status_code, answer.json()["code"]) == (409, "contract_closed")

    def test_closing_ends_an_open_proposal_and_tells_the_other_side(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        split = proposed(b, "95.00", "60.00")
        path = f"/v1/contracts/{a.contract_id}"
        version = a.service.get(path, a.buyer, Role.BUYER).json()["version"]
        closed = a.service.send("POST", f"{path}/close", a.buyer, Role.BUYER, {}, version)
        assert closed.status_code == 200, closed.text
        assert [item["state"] for item in (*splits_of(a), *splits_of(b))] == ["lapsed", "lapsed"]
        # The earlier claim stands.
        assert (a.now(), b.now()) == ({"counted": "100.00"}, {"counted": "55.00", "held": "45.00"})
        late = answer_to(b, split, "withdraw", version=2)
        assert (late.status_code, late.json()["code"]) == (409, "split_over")
        with a.service.means.database.read() as session:
            mine = select(Event.contract_id).where(
                Event.subject_id == UUID(split["id"]), Event.type == "split.lapsed"
            )
            assert set(session.scalars(mine)) == {a.contract_id, b.contract_id}

    def test_a_line_taken_out_ends_its_proposals(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        proposed(b, "95.00", "60.00")
        b.withdraw()
        assert [item["state"] for item in splits_of(a)] == ["lapsed"]

    def test_a_repeated_proposal_has_one_effect(self, sides: tuple[Side, Side]) -> None:
        _, b = sides
        body, key = proposal(b, "95.00", "60.00"), str(uuid4())
        first, again = propose(b, body, key), propose(b, body, key)
        assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
        assert first.headers["Location"] == f"/v1/contracts/{b.contract_id}/splits/{first.json()['id']}"
        read = b.service.get(first.headers["Location"], b.buyer, Role.FACILITATOR)
        assert read.json() == first.json()


def test_each_contract_has_changes_of_its_own(service: Service, sides: tuple[Side, Side]) -> None:
    a, b = sides
    agreed(a, b)
    drain(service.means, daily=None)
    with service.means.database.read() as session:
        after = {
            side.contract_id: set(
                session.scalars(select(Change.action).where(Change.contract_id == side.contract_id))
            )
            for side in sides
        }
    told = {"split.proposed", "split.accepted"}
    assert told <= after[a.contract_id]
    assert told | {"lines.recounted"} <= after[b.contract_id]
    assert "lines.recounted" not in after[a.contract_id]
