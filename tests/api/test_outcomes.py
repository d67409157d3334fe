"""Outcomes after hires: told, corrected, counted; and who may."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.db.tables import HireOutcome, OutcomeDetail
from app.principal import Role
from app.services.changes import settle
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    Worker,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.people import declared, mandated_contract
from tests.api.registering import errors_of
from tests.api.telling_outcomes import (
    AT_SIX_MONTHS,
    AT_TWELVE_MONTHS,
    ended,
    moments,
    tell,
)


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        yield found


class TestTelling:
    def test_a_situation_is_told_and_corrected(self, service: Service) -> None:
        worker = ended(service, mandated_contract(service))
        first = tell(service, worker, "jobseeker")
        assert (first.status_code, first.headers["ETag"]) == (201, '"1-contractor-fr"')
        assert first.headers["Location"] == f"/v1/hires/{worker.hire_id}/outcomes/exit"
        told = first.json()
        assert (told["category"], told["category_label"]) == ("other", "Autre sortie")
        assert (told["situation_label"], told["recorded_by"]) == ("Recherche d'emploi", CONTRACTOR)
        # The same again is the same version.
        again = tell(service, worker, "jobseeker", version=1)
        assert (again.status_code, again.json()) == (200, told)
        corrected = tell(
            service, worker, "same_employer", version=1, seat=(FACILITATOR, Role.FACILITATOR)
        ).json()
        assert (corrected["version"], corrected["category"], corrected["role"]) == (
            2,
            "lasting",
            "facilitator",
        )
        read = moments(service, worker)["exit"]
        assert (read["outcome"], read["earlier"]) == (corrected, [told])
        assert (read["due_on"], read["due"]) == ("2024-08-31", True)

    def test_versions_and_first_words(self, service: Service) -> None:
        worker = ended(service, mandated_contract(service))
        assert tell(service, worker, "cdi", version=1).status_code == 412
        assert tell(service, worker, "cdi").status_code == 201
        assert tell(service, worker, "inactive").status_code == 428
        assert tell(service, worker, "inactive", version=2).status_code == 412
        assert tell(service, worker, "inactive", version=1).status_code == 200

    def test_a_moment_is_told_from_its_day_on(self, service: Service) -> None:
        """31 August 2024: six months on 28 February 2025, twelve on 31 August 2025."""
        worker = ended(service, mandated_contract(service))
        service.clock.moment = datetime(2025, 2, 27, 22, 59, tzinfo=UTC)
        early = tell(service, worker, "cdi", "6_months")
        assert (early.status_code, early.json()["code"]) == (409, "outcome_too_early")
        assert "GET /v1/hires/{id}/outcomes" in early.json()["detail"]
        # 23:00 UTC is midnight in France.
        service.clock.moment = datetime(2025, 2, 27, 23, tzinfo=UTC)
        assert tell(service, worker, "cdi", "6_months").status_code == 201
        service.clock.moment = datetime(2025, 8, 30, 12, tzinfo=UTC)
        assert tell(service, worker, "cdi", "12_months").json()["code"] == "outcome_too_early"
        service.clock.moment = AT_TWELVE_MONTHS
        assert tell(service, worker, "cdi", "12_months").status_code == 201
        read = moments(service, worker)
        assert [read[name]["due_on"] for name in read] == ["2024-08-31", "2025-02-28", "2025-08-31"]

    def test_a_running_hire_has_none(self, service: Service) -> None:
        worker = ended(service, mandated_contract(service), ended_on=None)
        refused = tell(service, worker, "cdi")
        assert (refused.status_code, refused.json()["code"]) == (409, "hire_running")
        assert [item["due_on"] for item in moments(service, worker).values()] == [None] * 3

    def test_ending_a_hire_carries_it(self, service: Service) -> None:
        contract_id = mandated_contract(service)
        hire = declared(service, contract_id)
        path = f"/v1/hires/{hire['id']}/end"
        body = {"ended_on": "2025-01-09", "reason": "end_of_contract", "outcome": {"situation": "cdi"}}
        later = {**body, "ended_on": "2025-01-31"}
        seat = (CONTRACTOR, Role.CONTRACTOR)
        assert service.send("POST", path, *seat, later, 1).json()["code"] == "outcome_too_early"
        assert service.send("POST", path, *seat, body, 1).json()["version"] == 2
        worker = Worker(UUID(hire["id"]), UUID(hire["participant_id"]))
        assert moments(service, worker)["exit"]["outcome"]["situation"] == "cdi"
        # Said again with another situation, the end stands and the outcome is corrected.
        other = {**body, "outcome": {"situation": "own_business"}}
        assert service.send("POST", path, *seat, other, 2).json()["version"] == 2
        assert service.send("POST", path, *seat, other, 2).status_code == 200
        read = moments(service, worker)["exit"]
        assert (read["outcome"]["version"], read["outcome"]["situation"]) == (2, "own_business")
        odd = service.send("POST", path, *seat, {**body, "outcome": {"situation": "rich"}}, 2)
        assert errors_of(odd) == [("/outcome/situation", "unknown_code")]

    def test_a_closed_contract_does_not_stop_the_asking(self, service: Service) -> None:
        contract_id = mandated_contract(service)
        worker = ended(service, contract_id)
        path = f"/v1/contracts/{contract_id}/close"
        assert service.send("POST", path, BUYER, Role.BUYER, {}, 1).status_code == 200
        assert tell(service, worker, "cdi").status_code == 201


class TestWhoMay:
    def test_by_seat(self, service: Service) -> None:
        contract_id = mandated_contract(service)
        worker = ended(service, contract_id)
        path = f"/v1/hires/{worker.hire_id}/outcomes"
        assert service.client.get(path).status_code == 401
        assert service.client.put(f"{path}/exit", json={"situation": "cdi"}).status_code == 401
        expected = {
            (OTHER_BUYER, Role.BUYER): (404, 404),
            (OTHER_CONTRACTOR, Role.CONTRACTOR): (404, 404),
            (STRUCTURE, Role.INSERTION_STRUCTURE): (404, 404),
            (BUYER, Role.PRESCRIBER): (404, 404),
            (BUYER, Role.BUYER): (403, 403),
            (BUYER, Role.ADMIN): (403, 403),
            (BUYER, Role.FACILITATOR): (200, 403),
            (FACILITATOR, Role.FACILITATOR): (200, 201),
        }
        for seat, statuses in expected.items():
            found = service.get(path, *seat).status_code, tell(service, worker, "cdi", seat=seat).status_code
            assert found == statuses, seat

    def test_the_buyers_staff_without_mandate(self, service: Service) -> None:
        worker = ended(service, add_contract(service))
        assert tell(service, worker, "cdi", seat=(BUYER, Role.FACILITATOR)).status_code == 201

    def test_a_holder_does_not_read_its_subcontractors_people(self, service: Service) -> None:
        contract_id = add_contract(service, subcontractor=SUBCONTRACTOR)
        worker = ended(service, contract_id, declarant=SUBCONTRACTOR)
        path = f"/v1/hires/{worker.hire_id}/outcomes"
        assert service.get(f"/v1/hires/{worker.hire_id}", CONTRACTOR, Role.CONTRACTOR).status_code == 200
        assert service.get(path, CONTRACTOR, Role.CONTRACTOR).status_code == 403
        assert tell(service, worker, "cdi").status_code == 403
        assert tell(service, worker, "cdi", seat=(SUBCONTRACTOR, Role.CONTRACTOR)).status_code == 201

    def test_a_wrong_question(self, service: Service) -> None:
        worker = ended(service, mandated_contract(service))
        odd = tell(service, worker, "cdi", "3_months")
        assert (odd.status_code, errors_of(odd)) == (422, [("/path/moment", "unknown_code")])
        wrong = tell(service, worker, "rich")
        assert (wrong.status_code, errors_of(wrong)) == (422, [("/situation", "unknown_code")])
        nowhere = service.get(f"/v1/hires/{uuid4()}/outcomes", CONTRACTOR, Role.CONTRACTOR)
        assert nowhere.status_code == 404

    def test_the_feed_tells_that_it_was_told_and_not_what(self, service: Service) -> None:
        worker = ended(service, mandated_contract(service))
        tell(service, worker, "prevented")
        settle(service.means)
        items = service.get("/v1/events", FACILITATOR, Role.FACILITATOR, after=0).json()["items"]
        assert items[-1]["type"] == "outcome.recorded"
        assert items[-1]["subject_id"] == str(worker.hire_id)
        assert "prevented" not in str(items)
        assert "neutral" not in str(items)


class TestStorage:
    def test_what_was_told_is_never_rewritten_and_the_detail_may_go(self, service: Service) -> None:
        contract_id = mandated_contract(service)
        worker = ended(service, contract_id)
        tell(service, worker, "cdi")
        for statement in ("UPDATE outcomes SET category = 'other'", "DELETE FROM outcomes"):
            with pytest.raises(DBAPIError), service.means.database.write() as session:
                session.execute(text(statement))
        with service.means.database.write() as session:
            for row in session.scalars(select(OutcomeDetail)):
                session.delete(row)
        read = moments(service, worker)["exit"]["outcome"]
        assert (read["situation"], read["situation_label"], read["category"]) == (None, None, "lasting")
        with service.means.database.read() as session:
            assert session.scalars(select(HireOutcome.number)).all() == [1]


class TestNextActions:
    def actions(self, service: Service, contract_id: UUID, siret: str, role: Role) -> list[tuple[str, int]]:
        answer = service.get(f"/v1/contracts/{contract_id}/compliance", siret, role).json()
        return [
            (item["text"], item["count"])
            for item in answer["next_actions"]
            if item["code"] == "outcomes_missing"
        ]

    def test_what_is_due_and_untold_is_asked_of_who_may_tell(self, service: Service) -> None:
        contract_id = add_contract(service, subcontractor=SUBCONTRACTOR)
        add_mandate(service, contract_id)
        workers = [ended(service, contract_id) for _ in range(2)]
        ended(service, contract_id, declarant=SUBCONTRACTOR)
        ended(service, contract_id, decision="refused")
        facilitator = (contract_id, FACILITATOR, Role.FACILITATOR)
        assert self.actions(service, *facilitator) == [("3 situations à dire à la sortie", 3)]
        tell(service, workers[0], "cdi")
        tell(service, workers[0], "inactive", version=1)
        assert self.actions(service, *facilitator) == [("2 situations à dire à la sortie", 2)]
        own = (contract_id, SUBCONTRACTOR, Role.CONTRACTOR)
        assert self.actions(service, *own) == [("1 situation à dire à la sortie", 1)]
        assert self.actions(service, contract_id, BUYER, Role.BUYER) == []
        service.clock.moment = AT_SIX_MONTHS
        tell(service, workers[0], "cdi", "6_months")
        assert self.actions(service, *facilitator) == [
            ("2 situations à dire à la sortie", 2),
            ("2 situations à dire à 6 mois", 2),
        ]
