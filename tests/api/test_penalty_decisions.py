"""The buyer's decisions on penalties: what they cover, what stands against them, what they keep."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.principal import Role
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    serving,
)
from tests.api.penalising import (
    HOURS,
    MEETING,
    MISSED,
    PARIS,
    Body,
    cancel,
    close,
    code,
    computed,
    decide,
    decided,
    disputed,
    lines,
    path_of,
    penalised,
    recorded,
    settled,
)
from tests.api.registering import errors_of


@pytest.fixture
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        found.clock.moment = datetime(2025, 9, 30, 9, tzinfo=UTC)
        yield found


def events_of(service: Service, siret: str, role: Role) -> list[str]:
    settled(service)
    found = service.get("/v1/events", siret, role, limit=200).json()["items"]
    return [item["type"] for item in found if item["type"].startswith(("penalty", "dispute"))]


class TestDeciding:
    def test_the_computed_amount_is_applied(self, service: Service) -> None:
        contract = penalised(service, HOURS, MEETING)
        before = computed(service, contract)
        answer = decide(service, contract, outcome="apply", computed="9200.00")
        found = answer.json()
        assert answer.headers["location"] == path_of(contract, "penalties", "decisions", found["id"])
        assert {
            name: found[name] for name in ("outcome", "computed", "amount", "reason", "lines", "as_of")
        } == {
            "outcome": "apply",
            "computed": "9200.00",
            "amount": "9200.00",
            "reason": None,
            "lines": [{"key": "missing_hours", "amount": "9200.00"}],
            "as_of": "2025-09-30",
        }
        assert (found["decided_by"], found["disputable_until"]) == (BUYER, "2025-10-30")
        kept = found["statement"]
        assert kept == {**before, "known_at": kept["known_at"], "provisional": kept["provisional"]}
        after = computed(service, contract)
        assert (after["total"], after["decided"], after["remaining"]) == ("9200.00", "9200.00", "0.00")
        again = decide(service, contract, outcome="apply", computed="9200.00")
        assert code(again) == (409, "nothing_to_decide")
        for siret, role in ((CONTRACTOR, Role.CONTRACTOR), (FACILITATOR, Role.FACILITATOR)):
            assert service.get(answer.headers["location"], siret, role).json() == found

    def test_it_is_reduced_or_waived_with_a_reason(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        body = {"computed": "9200.00", "reason": "Difficultés signalées à temps."}
        reduced = decided(service, contract, outcome="reduce", amount="0.01", **body)
        assert (reduced["amount"], reduced["reason"]) == ("0.01", body["reason"])
        other = penalised(service, HOURS)
        assert decided(service, other, outcome="waive", **body)["amount"] == "0.00"
        # A waived penalty is decided too.
        assert computed(service, other)["remaining"] == "0.00"

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"outcome": "apply"}, ("/computed", "missing")),
            ({"outcome": "forgive", "computed": "1"}, ("/outcome", "unknown_code")),
            ({"outcome": "waive", "computed": "9200"}, ("/reason", "reason_required")),
            ({"outcome": "reduce", "computed": "9200", "amount": "1"}, ("/reason", "reason_required")),
            ({"outcome": "reduce", "computed": "9200", "reason": "x"}, ("/amount", "missing")),
            (
                {"outcome": "reduce", "computed": "9200", "amount": "9200", "reason": "x"},
                ("/amount", "not_reduced"),
            ),
            ({"outcome": "apply", "computed": "9200", "amount": "9200"}, ("/amount", "not_for_this_kind")),
            ({"outcome": "apply", "computed": "-1"}, ("/computed", "negative")),
            ({"outcome": "apply", "computed": "9200", "as_of": "2025-10-01"}, ("/as_of", "future_day")),
            ({"outcome": "apply", "computed": "9200", "lines": ["hours"]}, ("/lines/0", "unknown_reference")),
            (
                {"outcome": "apply", "computed": "9200", "replaces": str(uuid4())},
                ("/replaces", "unknown_reference"),
            ),
        ],
    )
    def test_a_wrong_decision_is_named(self, service: Service, body: Body, expected: tuple[str, str]) -> None:
        contract = penalised(service, HOURS)
        answer = decide(service, contract, **body)
        assert (answer.status_code, errors_of(answer)) == (422, [expected])
        assert computed(service, contract)["decided"] == "0.00"

    def test_what_has_changed_since_is_refused(self, service: Service) -> None:
        contract = penalised(service, HOURS, MEETING)
        recorded(service, contract, **MISSED)
        answer = decide(service, contract, outcome="apply", computed="9200.00")
        assert code(answer) == (409, "penalties_changed")
        decided(service, contract, computed="9700.00")

    def test_some_are_decided_before_others(self, service: Service) -> None:
        service.clock.moment = datetime(2025, 6, 2, 9, tzinfo=UTC)
        contract = penalised(service, HOURS, MEETING)
        meeting = recorded(service, contract, **MISSED)
        blocked = decide(service, contract, outcome="apply", computed="9200.00", lines=["missing_hours"])
        assert code(blocked) == (409, "penalty_blocked")
        # Without a choice, what is blocked is left out.
        assert decided(service, contract, computed="500.00")["lines"] == [
            {"key": meeting, "amount": "500.00"}
        ]
        service.clock.moment = datetime(2025, 9, 30, 9, tzinfo=UTC)
        assert decided(service, contract, computed="9200.00")["lines"][0]["key"] == "missing_hours"

    def test_a_running_delay_is_decided_bit_by_bit(self, service: Service) -> None:
        contract = penalised(service, {**PARIS[1], "statements": False, "notice": False})
        report = recorded(
            service, contract, kind="document_expected", term="late_document", label="Bilan", on="2025-09-20"
        )
        assert decided(service, contract, as_of="2025-09-22", computed="150.00")["amount"] == "150.00"
        line = lines(computed(service, contract))[report]
        assert (line["amount"], line["decided"], line["remaining"]) == ("750.00", "150.00", "600.00")
        assert decided(service, contract, computed="600.00")["lines"] == [{"key": report, "amount": "600.00"}]

    def test_nobody_but_the_buyer_decides(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        body = {"outcome": "apply", "computed": "9200.00"}
        for siret, role in (
            (CONTRACTOR, Role.CONTRACTOR),
            (SUBCONTRACTOR, Role.CONTRACTOR),
            (FACILITATOR, Role.FACILITATOR),
            (BUYER, Role.FACILITATOR),
            (OTHER_BUYER, Role.ADMIN),
        ):
            assert code(decide(service, contract, siret, role, **body)) == (403, "forbidden")
        assert code(decide(service, contract, OTHER_BUYER, Role.BUYER, **body)) == (404, "not_found")

    def test_the_same_request_decides_once(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        path, key = path_of(contract, "penalties", "decisions"), str(uuid4())
        body = {"outcome": "apply", "computed": "9200.00"}
        first, second = (service.post(path, BUYER, Role.BUYER, body, key) for _ in range(2))
        assert (first.content, second.headers["idempotent-replayed"]) == (second.content, "true")
        assert len(service.get(path, BUYER, Role.BUYER).json()["items"]) == 1
        bare = service.client.post(path, json=body, headers=service.headers(BUYER, Role.BUYER))
        assert code(bare) == (400, "idempotency_key_missing")

    def test_the_statement_kept_does_not_follow_the_facts(self, service: Service) -> None:
        contract = penalised(service, MEETING)
        meeting = recorded(service, contract, **MISSED)
        found = decided(service, contract, computed="500.00")
        cancel(service, contract, meeting)
        path = path_of(contract, "penalties", "decisions", found["id"])
        assert service.get(path, BUYER, Role.BUYER).json()["statement"]["lines"][0]["key"] == meeting
        assert computed(service, contract)["lines"] == []

    def test_a_closed_contract_is_still_decided_on(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        version = service.get(path_of(contract), BUYER, Role.BUYER).json()["version"]
        body = {"closed_on": "2025-09-29"}
        service.send("POST", path_of(contract, "close"), BUYER, Role.BUYER, body, version)
        found = decided(service, contract, computed="9200.00")
        assert disputed(service, contract, kind="penalty", decision_id=found["id"])["state"] == "open"


class TestReplacing:
    def test_a_decision_takes_the_place_of_another(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        first = decided(service, contract, computed="9200.00")
        second = decided(
            service, contract, outcome="waive", computed="9200.00", reason="Erreur", replaces=first["id"]
        )
        path = path_of(contract, "penalties", "decisions")
        listed = service.get(path, CONTRACTOR, Role.CONTRACTOR).json()["items"]
        assert [(item["id"], item["replaces"], item["replaced_by"]) for item in listed] == [
            (first["id"], None, second["id"]),
            (second["id"], first["id"], None),
        ]
        assert computed(service, contract)["decided"] == "9200.00"
        third = decide(service, contract, outcome="apply", computed="9200.00", replaces=first["id"])
        assert code(third) == (409, "decision_replaced")

    def test_a_decision_of_another_contract_is_unknown(self, service: Service) -> None:
        first = decided(service, penalised(service, HOURS), computed="9200.00")
        elsewhere = penalised(service, HOURS)
        answer = decide(service, elsewhere, outcome="apply", computed="9200.00", replaces=first["id"])
        assert errors_of(answer) == [("/replaces", "unknown_reference")]
        path = path_of(elsewhere, "penalties", "decisions", first["id"])
        assert service.get(path, BUYER, Role.BUYER).status_code == 404

    def test_the_list_goes_on(self, service: Service) -> None:
        contract = penalised(service, MEETING)
        for number in (1, 2):
            recorded(service, contract, **{**MISSED, "label": f"Réunion {number}"})
            decided(service, contract, computed="500.00")
        path = path_of(contract, "penalties", "decisions")
        first = service.get(path, BUYER, Role.BUYER, limit=1).json()
        second = service.get(path, BUYER, Role.BUYER, limit=1, after=first["next"]).json()
        assert [len(first["items"]), len(second["items"]), second["next"]] == [1, 1, None]
        assert first["items"] != second["items"]


class TestDisputed:
    def test_nothing_is_decided_while_a_dispute_is_open(self, service: Service) -> None:
        contract = penalised(service, HOURS, MEETING)
        first = decided(service, contract, computed="9200.00")
        recorded(service, contract, **MISSED)
        found = disputed(service, contract, kind="penalty", decision_id=first["id"])
        statement = computed(service, contract)
        assert [item["code"] for item in statement["blocks"]] == ["dispute_open"]
        assert (statement["total"], statement["applicable"], statement["remaining"]) == (
            "9700.00",
            "0.00",
            "0.00",
        )
        assert code(decide(service, contract, outcome="apply", computed="500.00")) == (409, "dispute_open")
        settled(service)
        then = service.clock.moment.isoformat()
        service.clock.moment += timedelta(hours=1)
        assert close(service, found, "answer", BUYER, Role.BUYER).status_code == 200
        decided(service, contract, computed="500.00")
        # What was open then stays open then.
        past = computed(service, contract, known_at=then)
        assert [item["code"] for item in past["blocks"]] == ["dispute_open"]
        assert computed(service, contract)["blocks"] == []

    def test_a_replacement_may_follow_an_answer(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        first = decided(service, contract, computed="9200.00")
        found = disputed(service, contract, kind="penalty", decision_id=first["id"])
        close(service, found, "answer", BUYER, Role.BUYER)
        body = {
            "outcome": "reduce",
            "computed": "9200.00",
            "amount": "4600.00",
            "reason": "Suite à contestation",
        }
        second = decided(service, contract, replaces=first["id"], **body)
        assert second["amount"] == "4600.00"
        # A new decision can be disputed in its turn.
        assert disputed(service, contract, kind="penalty", decision_id=second["id"])["state"] == "open"

    def test_those_whom_it_does_not_concern_are_told_nothing(self, service: Service) -> None:
        contract = penalised(service, HOURS)
        served = {"siret": STRUCTURE, "role": "insertion_structure", "since": "2024-12-12"}
        service.post(path_of(contract, "mandates"), BUYER, Role.BUYER, served)
        heard = {
            seat: events_of(service, *seat)
            for seat in (
                (SUBCONTRACTOR, Role.CONTRACTOR),
                (STRUCTURE, Role.INSERTION_STRUCTURE),
                (CONTRACTOR, Role.CONTRACTOR),
                (BUYER, Role.BUYER),
            )
        }
        first = decided(service, contract, computed="9200.00")
        disputed(service, contract, kind="penalty", decision_id=first["id"])
        told = {seat: events_of(service, *seat)[len(before) :] for seat, before in heard.items()}
        assert told == {
            (SUBCONTRACTOR, Role.CONTRACTOR): [],
            (STRUCTURE, Role.INSERTION_STRUCTURE): [],
            (CONTRACTOR, Role.CONTRACTOR): ["penalty.decided", "dispute.opened"],
            (BUYER, Role.BUYER): ["penalty.decided", "dispute.opened"],
        }
