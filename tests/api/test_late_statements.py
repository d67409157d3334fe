"""Late monthly statements: what penalties are computed from is what the position says is owed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, OTHER_CONTRACTOR, STRUCTURE, Service, serving
from tests.api.penalising import (
    HOURS,
    PARIS,
    Body,
    computed,
    decided,
    lines,
    noticed,
    path_of,
    penalised,
    settled,
)
from tests.api.people import declared
from tests.api.registering import record_clause, register

AT_ONCE = {**PARIS[1], "notice": False}
SEVENTY_FIVE = "jours calendaires × 75 €"


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        found.clock.moment = datetime(2024, 12, 20, 9, tzinfo=UTC)
        yield found


def at(service: Service, year: int, month: int, day: int) -> None:
    service.clock.moment = datetime(year, month, day, 9, tzinfo=UTC)


def missing(service: Service, contract: Body, as_of: str) -> list[Any]:
    answer = service.get(path_of(contract, "compliance"), BUYER, Role.BUYER, as_of=as_of)
    found: list[Any] = answer.json()["reporting"]["missing"]
    return found


def late(service: Service, contract: Body, **query: Any) -> dict[str, str]:  # noqa: ANN401  # of the URL
    """The formulas of late statements by holder and due day."""
    found = lines(computed(service, contract, **query))
    return {key.removeprefix("statement:"): line["formula"] for key, line in found.items()}


def close(service: Service, contract: Body, day: str) -> None:
    current = service.get(path_of(contract), BUYER, Role.BUYER).json()["version"]
    answer = service.send("POST", path_of(contract, "close"), BUYER, Role.BUYER, {"closed_on": day}, current)
    assert answer.status_code == 200, answer.text


class TestThroughAStructure:
    """The holder's only person is lent by an insertion structure, which reports the hours."""

    def reported(self, service: Service) -> tuple[Body, str]:
        """The contract, and an instant before the structure sent the month."""
        contract = penalised(service, AT_ONCE)
        declared(service, UUID(contract["id"]), employer=STRUCTURE, modality="placement")
        settled(service)
        before = service.clock.moment.isoformat()
        at(service, 2025, 1, 10)
        body = {"month": "2024-12", "nothing_to_declare": True}
        sent = service.post(path_of(contract, "statements"), STRUCTURE, Role.INSERTION_STRUCTURE, body)
        assert sent.status_code == 201, sent.text
        settled(service)
        at(service, 2025, 1, 20)
        return contract, before

    def test_the_structures_statement_is_enough(self, service: Service) -> None:
        contract, _ = self.reported(service)
        assert missing(service, contract, "2025-01-20") == []
        assert late(service, contract, as_of="2025-01-20") == {}

    def test_the_holders_own_statement_afterwards_makes_it_no_later(self, service: Service) -> None:
        contract, _ = self.reported(service)
        body = {"month": "2024-12", "nothing_to_declare": True}
        sent = service.post(path_of(contract, "statements"), CONTRACTOR, Role.CONTRACTOR, body)
        assert sent.status_code == 201, sent.text
        assert late(service, contract, as_of="2025-01-31") == {}
        answer = service.get(path_of(contract, "compliance"), BUYER, Role.BUYER, as_of="2025-01-31")
        assert answer.json()["reporting"]["late"] == []

    def test_nobody_charges_the_days_after_it_either(self, service: Service) -> None:
        """Sent on the 20th, five days after the 15th."""
        contract = penalised(service, AT_ONCE)
        declared(service, UUID(contract["id"]), employer=STRUCTURE, modality="placement")
        at(service, 2025, 1, 20)
        body = {"month": "2024-12", "nothing_to_declare": True}
        service.post(path_of(contract, "statements"), STRUCTURE, Role.INSERTION_STRUCTURE, body)
        at(service, 2025, 1, 31)
        key = f"{CONTRACTOR}:2025-01-15"
        assert late(service, contract) == {key: f"5 {SEVENTY_FIVE} = 375 €"}

    def test_a_past_instant_knows_what_had_been_sent_by_then(self, service: Service) -> None:
        contract, before = self.reported(service)
        key = f"{CONTRACTOR}:2025-01-15"
        then = late(service, contract, as_of="2025-01-17", known_at=before)
        assert then == {key: f"2 {SEVENTY_FIVE} = 150 €"}
        now = service.clock.moment.isoformat()
        assert late(service, contract, as_of="2025-01-17", known_at=now) == {}

    def test_a_past_instant_knows_the_days_of_a_hire_as_they_were(self, service: Service) -> None:
        """December was over with the person; the end moved to February is recorded later."""
        contract = penalised(service, AT_ONCE)
        hire = declared(service, UUID(contract["id"]), employer=STRUCTURE, modality="placement")
        path = f"/v1/hires/{hire['id']}/end"
        left = {"ended_on": "2024-12-31", "reason": "end_of_contract"}
        answer = service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, left, hire["version"])
        assert answer.status_code == 200, answer.text
        at(service, 2025, 2, 10)
        for month in ("2024-12", "2025-01"):
            body = {"month": month, "nothing_to_declare": True}
            service.post(path_of(contract, "statements"), STRUCTURE, Role.INSERTION_STRUCTURE, body)
        settled(service)
        before = service.clock.moment.isoformat()
        at(service, 2025, 2, 20)
        stayed = {"ended_on": "2025-02-14", "reason": "end_of_contract"}
        version = answer.json()["version"]
        assert service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, stayed, version).status_code == 200
        settled(service)
        # December: 16 January to 10 February.
        december = {f"{CONTRACTOR}:2025-01-15": f"26 {SEVENTY_FIVE} = 1 950 €"}
        january = {f"{CONTRACTOR}:2025-02-15": f"3 {SEVENTY_FIVE} = 225 €"}
        assert late(service, contract, as_of="2025-02-18", known_at=before) == december | january
        now = service.clock.moment.isoformat()
        for query in ({}, {"known_at": now}):
            assert late(service, contract, as_of="2025-02-18", **query) == december


class TestHolders:
    def test_one_that_joined_later_owes_its_own_months(self, service: Service) -> None:
        """Holders of a contract without notification hold it from the day of its registration."""
        at(service, 2025, 3, 10)
        contract = register(service, notified_on=None)
        window = {"start": "2024-12-12", "end": "2025-09-11"}
        record_clause(service, contract, penalties=[AT_ONCE], window=window)
        settled(service)
        at(service, 2025, 4, 17)
        expected = {f"{CONTRACTOR}:2025-04-15": f"2 {SEVENTY_FIVE} = 150 €"}
        assert late(service, contract) == expected
        assert late(service, contract, known_at=service.clock.moment.isoformat()) == expected
        assert [item["month"] for item in missing(service, contract, "2025-04-17")] == ["2025-03"]

    def test_a_month_that_it_did_not_hold_is_no_penalty_though_it_sent_it(self, service: Service) -> None:
        at(service, 2025, 3, 10)
        contract = register(service, notified_on=None)
        window = {"start": "2024-12-12", "end": "2025-09-11"}
        record_clause(service, contract, penalties=[AT_ONCE], window=window)
        body = {"month": "2025-01", "nothing_to_declare": True}
        sent = service.post(path_of(contract, "statements"), CONTRACTOR, Role.CONTRACTOR, body)
        assert sent.status_code == 201, sent.text
        assert late(service, contract, as_of="2025-03-31") == {}

    def test_one_that_left_owes_nothing_afterwards(self, service: Service) -> None:
        holders = [{"siret": CONTRACTOR, "lead": True}, {"siret": OTHER_CONTRACTOR, "until": "2025-01-31"}]
        contract = register(service, holders=holders)
        record_clause(service, contract, penalties=[AT_ONCE])
        settled(service)
        at(service, 2025, 4, 17)
        days = ("2025-01-15", "2025-02-15", "2025-03-15", "2025-04-15")
        expected = [f"{CONTRACTOR}:{day}" for day in days] + [f"{OTHER_CONTRACTOR}:{day}" for day in days[:2]]
        assert sorted(late(service, contract)) == sorted(expected)
        known = late(service, contract, known_at=service.clock.moment.isoformat())
        assert sorted(known) == sorted(expected)


class TestClosed:
    """A closed contract takes no statement: what was not sent by then cannot be cured."""

    def test_the_delay_stops_with_the_contract(self, service: Service) -> None:
        contract = penalised(service, AT_ONCE)
        at(service, 2025, 9, 30)
        close(service, contract, "2025-03-10")
        # To 10 March from 16 January: 16 + 28 + 10; from 16 February: 13 + 10. February was due on 15 March.
        assert late(service, contract) == {
            f"{CONTRACTOR}:2025-01-15": f"54 {SEVENTY_FIVE} = 4 050 €",
            f"{CONTRACTOR}:2025-02-15": f"23 {SEVENTY_FIVE} = 1 725 €",
        }
        assert late(service, contract, as_of="2025-02-17") == {
            f"{CONTRACTOR}:2025-01-15": f"33 {SEVENTY_FIVE} = 2 475 €",
            f"{CONTRACTOR}:2025-02-15": f"2 {SEVENTY_FIVE} = 150 €",
        }
        found = lines(computed(service, contract))[f"statement:{CONTRACTOR}:2025-02-15"]
        assert found["text"] == (
            "« Relevé de 01/2025 », attendu le 15/02/2025, pas reçu au 10/03/2025, "
            "fin du délai pour le remettre"
        )

    def test_before_the_closing_was_known_it_ran_on(self, service: Service) -> None:
        contract = penalised(service, AT_ONCE)
        settled(service)
        at(service, 2025, 3, 20)
        before = service.clock.moment.isoformat()
        at(service, 2025, 3, 21)
        close(service, contract, "2025-03-10")
        settled(service)
        then = late(service, contract, as_of="2025-03-20", known_at=before)
        assert then[f"{CONTRACTOR}:2025-02-15"] == f"33 {SEVENTY_FIVE} = 2 475 €"
        assert f"{CONTRACTOR}:2025-03-15" in then
        now = late(service, contract, as_of="2025-03-20", known_at=service.clock.moment.isoformat())
        assert now[f"{CONTRACTOR}:2025-02-15"] == f"23 {SEVENTY_FIVE} = 1 725 €"
        assert f"{CONTRACTOR}:2025-03-15" not in now

    def test_only_a_notice_received_by_then_counts(self, service: Service) -> None:
        contract = penalised(service, PARIS[1])
        at(service, 2025, 9, 30)
        noticed(service, contract, "2025-02-27", "2025-03-01", declarant=CONTRACTOR, month="2024-12")
        noticed(service, contract, "2025-03-11", "2025-03-12", declarant=CONTRACTOR, month="2025-01")
        close(service, contract, "2025-03-10")
        found = computed(service, contract)
        assert [(line["amount"], line["blocks"]) for line in found["lines"]] == [("675.00", []), ("0.00", [])]


def test_two_penalties_of_one_late_statement_are_decided_each(service: Service) -> None:
    ten = {**AT_ONCE, "code": "ten", "amount": {"euros": "10"}}
    contract = penalised(service, AT_ONCE, ten)
    at(service, 2025, 1, 17)
    found = computed(service, contract)
    key = f"statement:{CONTRACTOR}:2025-01-15"
    # Two days at 75 € and at 10 €.
    assert [(line["key"], line["remaining"]) for line in found["lines"]] == [
        (key, "150.00"),
        (f"{key}:ten", "20.00"),
    ]
    assert len(decided(service, contract, computed="170.00")["lines"]) == 2
    at(service, 2025, 1, 18)
    assert computed(service, contract)["remaining"] == "85.00"


def test_hours_that_nobody_can_compute_are_no_penalty_yet(service: Service) -> None:
    contract = register(service, firm_amount=None)
    target = {"kind": "step_table", "table": "csf-2018"}
    record_clause(service, contract, penalties=[HOURS], target=target)
    at(service, 2025, 9, 30)
    (line,) = computed(service, contract)["lines"]
    assert (line["text"], line["applicable"]) == ("Heures dues inconnues, 0 h comptée", "0.00")
    assert [item["code"] for item in line["blocks"]] == ["target_unknown"]
