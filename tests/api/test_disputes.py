"""Disputes: opened by whom a decision concerns, read by whom its reasons are for, answered by who decided."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db.tables import Dispute
from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    serving,
)
from tests.api.penalising import (
    MEETING,
    MISSED,
    Body,
    close,
    code,
    decided,
    dispute,
    disputed,
    path_of,
    penalised,
    recorded,
)
from tests.api.people import HIRE, decide
from tests.api.registering import errors_of

WORDS = "CANARITEXTE : la fiche de présence porte dix heures."


@pytest.fixture
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        found.clock.moment = datetime(2025, 2, 3, 9, tzinfo=UTC)
        yield found


def reviewed_line(service: Service, contract: Body, siret: str = CONTRACTOR, **verdict: object) -> Body:
    """What names a line: its statement and its hire. By default ten hours of seventy are cut."""
    hire = service.post(path_of(contract, "hires"), siret, Role.CONTRACTOR, HIRE).json()["id"]
    body: dict[str, Any] = {"month": "2024-12", "lines": [{"hire_id": hire, "worked": "70.00"}]}
    sent = service.post(path_of(contract, "statements"), siret, Role.CONTRACTOR, body).json()
    cut = {"hire_id": hire, "verdict": "part", "hours": "60.00", "reason": "10 h de trop", **verdict}
    path = f"/v1/statements/{sent['id']}/review"
    body = {"lines": [{name: value for name, value in cut.items() if value is not None}]}
    answer = service.send("POST", path, FACILITATOR, Role.FACILITATOR, body, sent["version"])
    assert answer.status_code == 200, answer.text
    return {"kind": "line", "statement_id": sent["id"], "hire_id": hire}


def refused_hire(service: Service, contract: Body, siret: str = CONTRACTOR) -> Body:
    hire = service.post(path_of(contract, "hires"), siret, Role.CONTRACTOR, HIRE).json()["id"]
    decide(service, hire, "refused", "Aucun public ne correspond.")
    return {"kind": "assessment", "hire_id": hire}


def penalty(service: Service, contract: Body) -> Body:
    recorded(service, contract, **MISSED)
    return {"kind": "penalty", "decision_id": decided(service, contract, computed="500.00")["id"]}


def read(service: Service, found: Body, siret: str, role: Role) -> Body:
    answer = service.get(f"/v1/disputes/{found['id']}", siret, role)
    assert answer.status_code == 200, answer.text
    seen: Body = answer.json()
    return seen


class TestOpening:
    def test_a_verdict_on_a_line(self, service: Service) -> None:
        contract = penalised(service)
        line = reviewed_line(service, contract)
        answer = dispute(service, contract, **line, text=WORDS)
        found = answer.json()
        assert (answer.status_code, answer.headers["location"]) == (201, f"/v1/disputes/{found['id']}")
        assert found == {
            "id": found["id"],
            "version": 1,
            "contract_id": contract["id"],
            "kind": "line",
            "kind_label": "Ligne d'un relevé",
            "state": "open",
            "state_label": "Ouverte",
            "statement_id": line["statement_id"],
            "hire_id": line["hire_id"],
            "decision_id": None,
            "opened_by": CONTRACTOR,
            "opened_at": "2025-02-03T09:00:00Z",
            "text": WORDS,
            "outcome": None,
            "outcome_label": None,
            "answer": None,
            "closed_at": None,
        }
        listed = service.get(path_of(contract, "disputes"), CONTRACTOR, Role.CONTRACTOR).json()
        assert listed == {"items": [found], "next": None}

    def test_a_decision_on_an_eligibility_and_one_on_penalties(self, service: Service) -> None:
        contract = penalised(service, MEETING)
        refused = disputed(service, contract, **refused_hire(service, contract))
        assert (refused["kind"], refused["statement_id"], refused["decision_id"]) == (
            "assessment",
            None,
            None,
        )
        close(service, refused, "withdraw", CONTRACTOR, Role.CONTRACTOR)
        asked = penalty(service, contract)
        found = disputed(service, contract, **asked)
        assert (found["decision_id"], found["hire_id"]) == (asked["decision_id"], None)

    def test_until_the_thirtieth_day(self, service: Service) -> None:
        contract = penalised(service)
        last, late = (reviewed_line(service, contract, siret) for siret in (CONTRACTOR, SUBCONTRACTOR))
        # 3 February + 30 days; midnight in France comes an hour earlier than in UTC.
        service.clock.moment = datetime(2025, 3, 5, 22, 59, tzinfo=UTC)
        assert dispute(service, contract, **last).status_code == 201
        service.clock.moment = datetime(2025, 3, 5, 23, 1, tzinfo=UTC)
        answer = dispute(service, contract, SUBCONTRACTOR, **late)
        assert code(answer) == (409, "dispute_too_late")

    def test_nothing_is_disputed_before_it_is_decided(self, service: Service) -> None:
        contract = penalised(service)
        hire = service.post(path_of(contract, "hires"), CONTRACTOR, Role.CONTRACTOR, HIRE).json()["id"]
        body = {"month": "2024-12", "lines": [{"hire_id": hire, "worked": "70.00"}]}
        sent = service.post(path_of(contract, "statements"), CONTRACTOR, Role.CONTRACTOR, body).json()["id"]
        for asked in (
            {"kind": "assessment", "hire_id": hire},
            {"kind": "line", "statement_id": sent, "hire_id": hire},
        ):
            assert code(dispute(service, contract, **asked)) == (409, "nothing_to_dispute")

    def test_one_dispute_per_decision(self, service: Service) -> None:
        contract = penalised(service)
        line = reviewed_line(service, contract)
        first = disputed(service, contract, **line)
        assert code(dispute(service, contract, **line)) == (409, "dispute_exists")
        close(service, first, "withdraw", CONTRACTOR, Role.CONTRACTOR)
        second = disputed(service, contract, **line)
        close(service, second, "answer", FACILITATOR, Role.FACILITATOR)
        assert code(dispute(service, contract, **line)) == (409, "dispute_exists")
        # Another verdict is another decision.
        service.clock.moment += timedelta(minutes=1)
        path = f"/v1/statements/{line['statement_id']}"
        version = service.get(path, FACILITATOR, Role.FACILITATOR).json()["version"]
        verdict = {"hire_id": line["hire_id"], "verdict": "part", "hours": "65.00", "reason": "5 h de trop"}
        body = {"lines": [verdict]}
        service.send("POST", f"{path}/review", FACILITATOR, Role.FACILITATOR, body, version)
        assert dispute(service, contract, **line).status_code == 201

    def test_what_concerns_another_is_not_disputed(self, service: Service) -> None:
        contract = penalised(service, MEETING)
        line = reviewed_line(service, contract, SUBCONTRACTOR)
        # Its holder sees it, and did not declare it.
        assert code(dispute(service, contract, **line)) == (403, "forbidden")
        hire = {"kind": "assessment", "hire_id": line["hire_id"]}
        assert code(dispute(service, contract, **hire)) == (403, "forbidden")
        asked = penalty(service, contract)
        assert code(dispute(service, contract, SUBCONTRACTOR, **asked)) == (403, "forbidden")
        for siret, role in (
            (BUYER, Role.BUYER),
            (FACILITATOR, Role.FACILITATOR),
            (OTHER_BUYER, Role.ADMIN),
        ):
            assert code(dispute(service, contract, siret, role, **asked)) == (403, "forbidden")
        assert code(dispute(service, contract, OTHER_CONTRACTOR, **asked)) == (404, "not_found")

    def test_what_the_caller_does_not_see_is_unknown(self, service: Service) -> None:
        contract = penalised(service, MEETING)
        own = reviewed_line(service, contract)
        asked = [
            (SUBCONTRACTOR, own, "/statement_id"),
            (SUBCONTRACTOR, {"kind": "assessment", "hire_id": own["hire_id"]}, "/hire_id"),
            (CONTRACTOR, {**own, "hire_id": str(uuid4())}, "/hire_id"),
            (CONTRACTOR, {"kind": "penalty", "decision_id": str(uuid4())}, "/decision_id"),
        ]
        for siret, body, pointer in asked:
            answer = dispute(service, contract, siret, **body)
            assert (answer.status_code, errors_of(answer)) == (422, [(pointer, "unknown_reference")])

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({}, [("/kind", "missing")]),
            ({"kind": "hire"}, [("/kind", "unknown_code")]),
            ({"kind": "line"}, [("/hire_id", "missing"), ("/statement_id", "missing")]),
            (
                {"kind": "penalty", "hire_id": str(uuid4())},
                [("/decision_id", "missing"), ("/hire_id", "not_for_this_kind")],
            ),
            ({"kind": "assessment", "hire_id": str(uuid4()), "text": " "}, [("/text", "too_short")]),
        ],
    )
    def test_a_wrong_field_is_named(
        self, service: Service, body: Body, expected: list[tuple[str, str]]
    ) -> None:
        answer = dispute(service, penalised(service), **body)
        assert (answer.status_code, errors_of(answer)) == (422, expected)

    def test_the_same_request_opens_once(self, service: Service) -> None:
        contract = penalised(service)
        body = {**reviewed_line(service, contract), "text": WORDS}
        path, key = path_of(contract, "disputes"), str(uuid4())
        first, second = (service.post(path, CONTRACTOR, Role.CONTRACTOR, body, key) for _ in range(2))
        assert (first.content, second.headers["idempotent-replayed"]) == (second.content, "true")
        bare = service.client.post(path, json=body, headers=service.headers(CONTRACTOR, Role.CONTRACTOR))
        assert code(bare) == (400, "idempotency_key_missing")


class TestReading:
    def test_an_eligibility_is_between_its_declarant_and_the_facilitators(self, service: Service) -> None:
        contract = penalised(service)
        asked = refused_hire(service, contract, SUBCONTRACTOR)
        found = disputed(service, contract, SUBCONTRACTOR, **asked, text=WORDS)
        close(service, found, "answer", FACILITATOR, Role.FACILITATOR)
        for siret, role in (
            (SUBCONTRACTOR, Role.CONTRACTOR),
            (FACILITATOR, Role.FACILITATOR),
            (BUYER, Role.FACILITATOR),
        ):
            seen = read(service, found, siret, role)
            assert (seen["text"], seen["answer"]) == (WORDS, "La fiche ne le montre pas.")
            assert (seen["hire_id"], seen["outcome_label"]) == (asked["hire_id"], "Rejetée")
        for siret, role in ((BUYER, Role.BUYER), (OTHER_BUYER, Role.ADMIN)):
            seen = read(service, found, siret, role)
            assert (seen["kind"], seen["state"]) == ("assessment", "answered")
            kept = ("text", "answer", "hire_id", "opened_by", "outcome", "outcome_label")
            assert [seen[name] for name in kept] == [None] * 6
        # Nor is the holder told of its subcontractor's.
        path = f"/v1/disputes/{found['id']}"
        assert service.get(path, CONTRACTOR, Role.CONTRACTOR).status_code == 404
        assert service.get(path_of(contract, "disputes"), CONTRACTOR, Role.CONTRACTOR).json()["items"] == []

    def test_a_line_is_read_by_its_holder_without_the_reasons(self, service: Service) -> None:
        contract = penalised(service)
        line = reviewed_line(service, contract, SUBCONTRACTOR)
        found = disputed(service, contract, SUBCONTRACTOR, **line, text=WORDS)
        for siret, role, text in (
            (SUBCONTRACTOR, Role.CONTRACTOR, WORDS),
            (FACILITATOR, Role.FACILITATOR, WORDS),
            (BUYER, Role.BUYER, WORDS),
            (CONTRACTOR, Role.CONTRACTOR, None),
            (OTHER_BUYER, Role.ADMIN, None),
        ):
            seen = read(service, found, siret, role)
            assert (seen["text"], seen["hire_id"], seen["opened_by"]) == (
                text,
                line["hire_id"],
                SUBCONTRACTOR,
            )

    def test_penalties_concern_the_holders_and_no_other_firm(self, service: Service) -> None:
        holders = [{"siret": CONTRACTOR, "lead": True}, {"siret": OTHER_CONTRACTOR}]
        contract = penalised(service, MEETING, holders=holders)
        served = {"siret": STRUCTURE, "role": "insertion_structure", "since": "2024-12-12"}
        service.post(path_of(contract, "mandates"), BUYER, Role.BUYER, served)
        found = disputed(service, contract, **penalty(service, contract), text=WORDS)
        for siret, role, text in (
            (OTHER_CONTRACTOR, Role.CONTRACTOR, WORDS),
            (BUYER, Role.BUYER, WORDS),
            (FACILITATOR, Role.FACILITATOR, WORDS),
            (OTHER_BUYER, Role.ADMIN, None),
        ):
            assert read(service, found, siret, role)["text"] == text
        for siret, role in ((SUBCONTRACTOR, Role.CONTRACTOR), (STRUCTURE, Role.INSERTION_STRUCTURE)):
            assert service.get(f"/v1/disputes/{found['id']}", siret, role).status_code == 404
        # A member does not read what another disputes of its own lines.
        line = reviewed_line(service, contract, OTHER_CONTRACTOR)
        close(service, found, "withdraw", CONTRACTOR, Role.CONTRACTOR)
        other = disputed(service, contract, OTHER_CONTRACTOR, **line)
        assert service.get(f"/v1/disputes/{other['id']}", CONTRACTOR, Role.CONTRACTOR).status_code == 404

    def test_the_words_stand_in_no_row_event_or_trail(self, service: Service) -> None:
        contract = penalised(service)
        found = disputed(service, contract, **reviewed_line(service, contract), text=WORDS)
        with service.means.database.read() as session:
            row = session.scalars(select(Dispute).where(Dispute.id == UUID(found["id"]))).one()
            assert WORDS.encode() not in row.text
        for siret, role in ((BUYER, Role.BUYER), (CONTRACTOR, Role.CONTRACTOR)):
            for path in ("/v1/events", "/v1/audit"):
                answer = service.get(path, siret, role, limit=200)
                assert answer.status_code == 200
                assert "CANARITEXTE" not in answer.text

    def test_it_is_something_left_to_do(self, service: Service) -> None:
        contract = penalised(service)
        disputed(service, contract, SUBCONTRACTOR, **reviewed_line(service, contract, SUBCONTRACTOR))
        found = disputed(service, contract, **reviewed_line(service, contract))

        def left(siret: str, role: Role) -> list[tuple[str, int]]:
            answer = service.get(path_of(contract, "compliance"), siret, role).json()
            actions = [item for item in answer["next_actions"] if item["code"] == "disputes_open"]
            return [(item["text"], item["count"]) for item in actions]

        assert left(BUYER, Role.BUYER) == [("2 contestations ouvertes", 2)]
        assert left(SUBCONTRACTOR, Role.CONTRACTOR) == [("1 contestation ouverte", 1)]
        close(service, found, "answer", FACILITATOR, Role.FACILITATOR)
        assert left(BUYER, Role.BUYER) == [("1 contestation ouverte", 1)]


class TestClosing:
    def test_the_reviewer_answers_on_hours_and_eligibility(self, service: Service) -> None:
        contract = penalised(service)
        found = disputed(service, contract, **reviewed_line(service, contract))
        assert code(close(service, found, "answer", BUYER, Role.FACILITATOR)) == (403, "not_reviewer")
        for siret, role in ((BUYER, Role.BUYER), (CONTRACTOR, Role.CONTRACTOR), (OTHER_BUYER, Role.ADMIN)):
            assert code(close(service, found, "answer", siret, role)) == (403, "forbidden")
        service.clock.moment += timedelta(days=40)
        answer = close(service, found, "answer", FACILITATOR, Role.FACILITATOR)
        seen = answer.json()
        assert (answer.status_code, answer.headers["etag"]) == (200, '"2-facilitator-fr"')
        shown = {name: seen[name] for name in ("state", "outcome", "outcome_label", "answer", "version")}
        assert shown == {
            "state": "answered",
            "outcome": "rejected",
            "outcome_label": "Rejetée",
            "answer": "La fiche ne le montre pas.",
            "version": 2,
        }
        assert seen["closed_at"] == "2025-03-15T09:00:00Z"
        assert read(service, found, CONTRACTOR, Role.CONTRACTOR) == seen

    def test_the_buyer_answers_on_penalties(self, service: Service) -> None:
        contract = penalised(service, MEETING)
        found = disputed(service, contract, **penalty(service, contract))
        for siret, role in ((FACILITATOR, Role.FACILITATOR), (CONTRACTOR, Role.CONTRACTOR)):
            assert code(close(service, found, "answer", siret, role)) == (403, "forbidden")
        assert close(service, found, "answer", BUYER, Role.BUYER).status_code == 200

    def test_who_opened_it_withdraws_it(self, service: Service) -> None:
        holders = [{"siret": CONTRACTOR, "lead": True}, {"siret": OTHER_CONTRACTOR}]
        contract = penalised(service, MEETING, holders=holders)
        found = disputed(service, contract, **penalty(service, contract))
        for siret, role in ((OTHER_CONTRACTOR, Role.CONTRACTOR), (BUYER, Role.BUYER)):
            assert code(close(service, found, "withdraw", siret, role)) == (403, "forbidden")
        seen = close(service, found, "withdraw", CONTRACTOR, Role.CONTRACTOR).json()
        assert (seen["state"], seen["version"], seen["answer"]) == ("withdrawn", 2, None)

    @pytest.mark.parametrize(
        ("how", "siret", "role"),
        [("answer", FACILITATOR, Role.FACILITATOR), ("withdraw", CONTRACTOR, Role.CONTRACTOR)],
    )
    def test_closed_is_closed(self, service: Service, how: str, siret: str, role: Role) -> None:
        contract = penalised(service)
        found = disputed(service, contract, **reviewed_line(service, contract))
        assert code(close(service, found, how, siret, role, None)) == (428, "precondition_required")
        assert code(close(service, found, how, siret, role, 2)) == (412, "stale_version")
        assert close(service, found, how, siret, role).status_code == 200
        assert code(close(service, found, how, siret, role)) == (412, "stale_version")
        assert code(close(service, found, how, siret, role, 2)) == (409, "dispute_closed")

    def test_an_answer_says_what_it_finds_and_why(self, service: Service) -> None:
        contract = penalised(service)
        found = disputed(service, contract, **reviewed_line(service, contract))
        path = f"/v1/disputes/{found['id']}/answer"
        answer = service.send("POST", path, FACILITATOR, Role.FACILITATOR, {"outcome": "perhaps"}, 1)
        assert errors_of(answer) == [("/outcome", "unknown_code"), ("/text", "missing")]

    def test_an_unknown_dispute_is_not_found(self, service: Service) -> None:
        nowhere = {"id": str(uuid4())}
        assert service.get(f"/v1/disputes/{nowhere['id']}", BUYER, Role.BUYER).status_code == 404
        assert code(close(service, nowhere, "answer", BUYER, Role.BUYER)) == (404, "not_found")
        assert code(close(service, nowhere, "withdraw", CONTRACTOR, Role.CONTRACTOR)) == (404, "not_found")
