"""Waivers and social conditions at their own addresses; clause states listed, counted, shared by lots."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import update

from app.db.tables import Contract
from app.principal import Role
from app.services import upkeep
from app.services.changes import settle
from app.worker import drain
from tests.api.builders import BUYER, CONTRACTOR, OTHER_BUYER, Service, serving
from tests.api.registering import errors_of, record_clause, register

WAIVER: dict[str, Any] = {
    "ground": "no_link",
    "text": "Achat de licences",
    "decided_on": "2025-01-08",
    "decided_by": "Direction des achats",
}
TRAINED = [{"kind": "training", "text": "Deux apprentis"}]
# Launched under the obligation, above the threshold of other buyers' services (216,000 €).
LAUNCHED = {"launched_on": "2026-09-01", "kind": "services", "state_buyer": False}
RECENT: dict[str, Any] = {"notified_on": "2026-10-01", "kind": "services", "duration_months": 12}


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        yield found


def send(service: Service, method: str, contract: dict[str, Any], part: str, body: object = None) -> Response:
    path = f"/v1/contracts/{contract['id']}/{part}"
    return service.send(method, path, BUYER, Role.BUYER, body, contract["version"])


def state(service: Service, contract: dict[str, Any]) -> str:
    read = service.get(f"/v1/contracts/{contract['id']}", BUYER, Role.BUYER).json()
    return str(read["clause_state"]["state"])


def reasons(service: Service, contract: dict[str, Any]) -> list[str]:
    read = service.get(f"/v1/contracts/{contract['id']}", BUYER, Role.BUYER).json()
    return [reason["code"] for reason in read["clause_state"]["reasons"]]


def listed(service: Service, **query: str | int) -> list[str]:
    answer = service.get("/v1/contracts", BUYER, Role.BUYER, **query)
    return [item["id"] for item in answer.json()["items"]]


def status_of(service: Service, contract: dict[str, Any], **query: str) -> str:
    path = f"/v1/contracts/{contract['id']}/compliance"
    return str(service.get(path, BUYER, Role.BUYER, **query).json()["status"]["code"])


class TestWaiver:
    def test_it_is_recorded_replaced_and_taken_back(self, service: Service) -> None:
        contract = register(service, **RECENT, consultation={**LAUNCHED, "estimated_value": "216000"})
        assert contract["clause_state"]["state"] == "clause_missing"
        answer = send(service, "PUT", contract, "waiver", WAIVER)
        waived = answer.json()
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2-buyer-fr"')
        assert (waived["waiver"], waived["clause_state"]["state"]) == (WAIVER, "waived")
        # The same again changes nothing.
        assert send(service, "PUT", waived, "waiver", WAIVER).json()["version"] == 2
        other = {**WAIVER, "ground": "competition", "text": "Un seul fournisseur"}
        replaced = send(service, "PUT", waived, "waiver", other).json()
        assert (replaced["version"], replaced["waiver"]) == (3, other)
        removed = send(service, "DELETE", replaced, "waiver").json()
        assert (removed["version"], removed["waiver"]) == (4, None)
        assert removed["clause_state"]["state"] == "clause_missing"
        assert send(service, "DELETE", removed, "waiver").json()["version"] == 4

    def test_the_field_of_the_contract_still_says_it(self, service: Service) -> None:
        contract = register(service, waiver={"ground": "no_link", "text": "Licences"})
        assert contract["waiver"] == {
            "ground": "no_link",
            "text": "Licences",
            "decided_on": None,
            "decided_by": None,
        }

    @pytest.mark.parametrize(
        ("facts", "flaw"),
        [
            ({"kind": "services", "duration_months": 2}, "not_works"),
            ({"kind": "works", "duration_months": 6}, "not_short"),
            ({"kind": "works", "duration_months": None, "firm_end_on": "2025-06-11"}, "not_short"),
            ({"kind": "works", "duration_months": 5}, None),
            ({"kind": "works", "duration_months": None, "firm_end_on": "2025-06-10"}, None),
            ({"kind": None, "duration_months": None, "consultation": {"kind": "supplies"}}, "not_works"),
        ],
    )
    def test_a_ground_that_a_fact_contradicts(
        self, service: Service, facts: dict[str, Any], flaw: str | None
    ) -> None:
        """Notified on 2024-12-12: six months end on 2025-06-11."""
        contract = register(service, **facts)
        short = {**WAIVER, "ground": "short_works"}
        answer = send(service, "PUT", contract, "waiver", short)
        if flaw is None:
            assert answer.json()["clause_state"]["state"] == "waived"
            return
        assert (answer.status_code, answer.json()["code"]) == (409, "waiver_contradicted")
        assert errors_of(answer) == [("/ground", flaw)]
        patched = {"waiver": {"ground": "short_works", "text": "Court"}}
        path = f"/v1/contracts/{contract['id']}"
        refused = service.send("PATCH", path, BUYER, Role.BUYER, patched, 1)
        assert (refused.status_code, errors_of(refused)) == (409, [("/waiver/ground", flaw)])

    def test_a_fact_that_comes_to_contradict_it_is_refused(self, service: Service) -> None:
        contract = register(service, duration_months=3, waiver={"ground": "short_works", "text": "Court"})
        path = f"/v1/contracts/{contract['id']}"
        longer = service.send("PATCH", path, BUYER, Role.BUYER, {"duration_months": 8}, 1)
        assert (longer.status_code, errors_of(longer)) == (409, [("/waiver/ground", "not_short")])
        assert service.send("PATCH", path, BUYER, Role.BUYER, {"lot": "7"}, 1).status_code == 200

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"ground": "caprice"}, ("/ground", "unknown_code")),
            ({"decided_on": None}, ("/decided_on", "not_a_date")),
            ({"decided_on": "2025-01-11"}, ("/decided_on", "in_the_future")),
            ({"text": ""}, ("/text", "too_short")),
            ({"more": 1}, ("/more", "unknown_field")),
        ],
    )
    def test_a_wrong_payload(self, service: Service, changes: dict[str, Any], error: tuple[str, str]) -> None:
        """The 10th of January is today."""
        answer = send(service, "PUT", register(service), "waiver", {**WAIVER, **changes})
        assert (answer.status_code, errors_of(answer)) == (422, [error])

    def test_who_may_and_when(self, service: Service) -> None:
        contract = register(service)
        path = f"/v1/contracts/{contract['id']}/waiver"
        for method, body in (("PUT", WAIVER), ("DELETE", None)):
            assert service.client.request(method, path, json=body).status_code == 401
            seats = {(OTHER_BUYER, Role.BUYER): 404, (CONTRACTOR, Role.CONTRACTOR): 403}
            seats[BUYER, Role.FACILITATOR] = 403
            for (siret, role), status in seats.items():
                assert service.send(method, path, siret, role, body, 1).status_code == status
            assert service.send(method, path, BUYER, Role.BUYER, body, None).status_code == 428
            assert service.send(method, path, BUYER, Role.BUYER, body, 9).status_code == 412
            unknown = f"/v1/contracts/{uuid4()}/waiver"
            assert service.send(method, unknown, BUYER, Role.BUYER, body, 1).status_code == 404
        closed = service.send(
            "POST", f"/v1/contracts/{contract['id']}/close", BUYER, Role.BUYER, {"closed_on": "2025-01-09"}, 1
        )
        refused = send(service, "PUT", closed.json(), "waiver", WAIVER)
        assert (refused.status_code, refused.json()["code"]) == (409, "contract_closed")


class TestSocialConditions:
    def test_they_are_recorded_and_taken_back(self, service: Service) -> None:
        contract = register(service, **RECENT, consultation=LAUNCHED)
        assert contract["clause_state"]["state"] == "to_check"
        said = send(service, "PUT", contract, "social-conditions", {"items": TRAINED}).json()
        assert (said["version"], said["social_conditions"]) == (2, TRAINED)
        assert said["clause_state"]["state"] == "no_clause"
        announced = [{"kind": "insertion_hours", "text": "50 heures"}]
        replaced = send(service, "PUT", said, "social-conditions", {"items": announced}).json()
        assert replaced["clause_state"]["state"] == "clause_missing"
        removed = send(service, "DELETE", replaced, "social-conditions").json()
        assert (removed["version"], removed["social_conditions"]) == (4, [])
        assert send(service, "DELETE", removed, "social-conditions").json()["version"] == 4

    def test_what_is_refused(self, service: Service) -> None:
        contract = register(service)
        path = f"/v1/contracts/{contract['id']}/social-conditions"
        none = send(service, "PUT", contract, "social-conditions", {"items": []})
        assert (none.status_code, errors_of(none)) == (422, [("/items", "too_short")])
        odd = {"items": [{"kind": "caprice", "text": "x"}]}
        wrong = send(service, "PUT", contract, "social-conditions", odd)
        assert errors_of(wrong) == [("/items/0/kind", "unknown_code")]
        for method, body in (("PUT", {"items": TRAINED}), ("DELETE", None)):
            assert service.client.request(method, path, json=body).status_code == 401
            assert service.send(method, path, OTHER_BUYER, Role.BUYER, body, 1).status_code == 404
            assert service.send(method, path, CONTRACTOR, Role.CONTRACTOR, body, 1).status_code == 403
            assert service.send(method, path, BUYER, Role.BUYER, body, None).status_code == 428
            assert service.send(method, path, BUYER, Role.BUYER, body, 2).status_code == 412


class TestLots:
    def test_lots_share_the_value_of_their_consultation(self, service: Service) -> None:
        shared = {**LAUNCHED, "reference": "C-1"}
        one = register(service, **RECENT, lot="1", consultation=shared)
        assert state(service, one) == "to_check"
        # The second lot knows the value, a cent under the threshold; then at it.
        under = {"reference": "C-1", "estimated_value": "215999.99"}
        two = register(service, **RECENT, lot="2", consultation=under)
        assert two["clause_state"]["state"] == "no_clause"
        drain(service.means)
        assert (state(service, one), reasons(service, one)) == ("no_clause", ["below_threshold"])
        path = f"/v1/contracts/{two['id']}"
        at = {"consultation": {**under, "estimated_value": "216000"}}
        changed = service.send("PATCH", path, BUYER, Role.BUYER, at, two["version"]).json()
        assert changed["clause_state"]["state"] == "clause_missing"
        drain(service.means)
        assert (state(service, one), reasons(service, one)) == ("clause_missing", ["above_threshold"])
        assert listed(service, clause_state="clause_missing") == [one["id"], two["id"]]
        # Lot 2 leaves the consultation: the first knows no value any more.
        left = {"consultation": {"reference": "C-2", "estimated_value": "216000"}}
        service.send("PATCH", path, BUYER, Role.BUYER, left, changed["version"])
        drain(service.means)
        assert state(service, one) == "to_check"

    def test_lots_that_disagree(self, service: Service) -> None:
        shared = {**LAUNCHED, "reference": "C-1"}
        lots = [
            register(service, **RECENT, lot=str(number), consultation={**shared, "estimated_value": value})
            for number, value in enumerate(("100000", "115999.99"), 1)
        ]
        drain(service.means)
        # Together a cent under the threshold, then at it: each alone is far below.
        assert [state(service, lot) for lot in lots] == ["no_clause", "no_clause"]
        third = register(service, **RECENT, lot="3", consultation={**shared, "estimated_value": "0.01"})
        drain(service.means)
        assert [state(service, lot) for lot in (*lots, third)] == ["to_check"] * 3
        assert reasons(service, third) == ["lots_disagree"]

    def test_another_buyer_of_the_same_reference_is_no_lot(self, service: Service) -> None:
        shared = {**LAUNCHED, "reference": "C-1"}
        own = register(service, **RECENT, consultation=shared)
        body = {
            "reference": "AUTRE-1",
            "object": "Autre",
            "notified_on": "2026-10-01",
            "consultation": {**shared, "estimated_value": "9000000"},
        }
        assert service.post("/v1/contracts", OTHER_BUYER, Role.BUYER, body).status_code == 201
        drain(service.means)
        assert state(service, own) == "to_check"

    def test_a_past_answer_keeps_its_state(self, service: Service) -> None:
        """What another lot tells later changes the present answer, not the past one."""
        service.clock.moment = datetime(2026, 10, 2, 9, tzinfo=UTC)
        shared = {**LAUNCHED, "reference": "C-1"}
        one = register(service, **RECENT, lot="1", consultation=shared)
        settle(service.means)
        before = "2026-10-02T09:00:00Z"
        service.clock.moment = datetime(2026, 10, 3, 9, tzinfo=UTC)
        register(service, **RECENT, lot="2", consultation={**shared, "estimated_value": "216000"})
        drain(service.means)
        assert status_of(service, one) == "clause_missing"
        assert status_of(service, one, known_at=before) == "to_check"
        changes = service.get("/v1/events", BUYER, Role.BUYER, after=0).json()["items"]
        told = [item for item in changes if item["subject_id"] == one["id"]]
        assert [item["type"] for item in told] == ["contract.registered", "contract.updated"]

    def test_a_closed_contract_keeps_its_state(self, service: Service) -> None:
        service.clock.moment = datetime(2026, 10, 2, 9, tzinfo=UTC)
        shared = {**LAUNCHED, "reference": "C-1"}
        one = register(service, **RECENT, lot="1", consultation=shared)
        path = f"/v1/contracts/{one['id']}/close"
        assert service.send("POST", path, BUYER, Role.BUYER, {}, 1).status_code == 200
        register(service, **RECENT, lot="2", consultation={**shared, "estimated_value": "216000"})
        drain(service.means)
        assert state(service, one) == "to_check"


class TestLists:
    def test_states_are_counted_in_one_answer(self, service: Service) -> None:
        record_clause(service, register(service))
        register(service, waiver={"ground": "no_link", "text": "Licences"})
        for _ in range(2):
            register(service, social_conditions=TRAINED)
        answer = service.get("/v1/contracts/clause-states", BUYER, Role.BUYER)
        found = {item["code"]: item["contracts"] for item in answer.json()["items"]}
        assert found == {"waived": 1, "no_clause": 2, "clause": 1}
        assert answer.json()["items"][0]["label"] == "Absence motivée"
        nobody = service.get("/v1/contracts/clause-states", OTHER_BUYER, Role.BUYER).json()
        assert nobody == {"items": []}
        path = "/v1/contracts/clause-states"
        assert service.get(path, BUYER, Role.BUYER, holder=BUYER).json() == {"items": []}
        odd = service.get(path, BUYER, Role.BUYER, colour="red")
        assert (odd.status_code, errors_of(odd)) == (422, [("/query/colour", "unknown_field")])

    def test_what_an_earlier_version_wrote_is_judged(self, service: Service) -> None:
        """Rows without state are shown as judged at once, and listed after the worker has passed."""
        shared = {**LAUNCHED, "reference": "C-1"}
        one = register(service, **RECENT, lot="1", consultation=shared)
        two = register(service, **RECENT, lot="2", consultation={**shared, "estimated_value": "216000"})
        trained = register(service, social_conditions=TRAINED)
        drain(service.means)
        with service.means.database.write() as session:
            session.execute(update(Contract).values(clause_state=None, consultation_reference=None))
        assert state(service, two) == "clause_missing"
        assert listed(service, clause_state="no_clause") == []
        service.clock.moment = datetime(2025, 1, 11, 9, tzinfo=UTC)
        upkeep.plan_roll_over(service.means, 48)
        drain(service.means)
        assert listed(service, clause_state="no_clause") == [trained["id"]]
        with service.means.database.read() as session:
            kept = session.get_one(Contract, UUID(two["id"]))
            assert (kept.clause_state, kept.consultation_reference) == ("clause_missing", "C-1")
            # What its own facts say was known all along; what the other lot says of the first is new.
            assert kept.version == two["version"]
        assert listed(service, clause_state="clause_missing") == [one["id"], two["id"]]
