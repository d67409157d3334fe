"""Outcomes counted: on a contract, over territories, by each basis; and who may."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

from app.db.tables import Residence
from app.principal import SERVICE, Role
from app.services.work import writing
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    SUBCONTRACTOR,
    Service,
    Worker,
    add_contract,
    serving,
)
from tests.api.people import approved, mandated_contract
from tests.api.registering import errors_of
from tests.api.telling_outcomes import AT_SIX_MONTHS, classes, counted, ended, figures, tell


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        yield found


class TestCounting:
    def crowd(self, service: Service, contract_id: UUID) -> list[Worker]:
        """Six approved hires that ended, one refused, one running."""
        workers = [ended(service, contract_id) for _ in range(6)]
        ended(service, contract_id, decision="refused")
        ended(service, contract_id, ended_on=None)
        return workers

    def test_on_a_contract(self, service: Service) -> None:
        """Told of five: CDI, course, jobseeker, retired, not reached. Known 4 of 6, dynamic 2 of 3."""
        contract_id = mandated_contract(service)
        workers = self.crowd(service, contract_id)
        situations = ("cdi", "training_course", "jobseeker", "retired", "unreached")
        for worker, situation in zip(workers, situations, strict=False):
            assert tell(service, worker, situation).status_code == 201
        tell(service, workers[2], "short_cdd", version=1)
        tell(service, workers[2], "jobseeker", version=2)
        path = f"/v1/contracts/{contract_id}/outcomes"
        readers = {FACILITATOR: Role.FACILITATOR, CONTRACTOR: Role.CONTRACTOR}
        for siret, role in readers.items():
            at_exit, six, twelve = counted(service, path, (siret, role))["moments"]
            assert figures(at_exit) == (6, 4, 1, "0.6667", "0.6667")
            assert classes(at_exit) == {"lasting": 1, "positive": 1, "other": 1, "neutral": 1, "unknown": 1}
            # Today is 10 January: nobody's six months have passed.
            assert figures(six) == figures(twelve) == (0, 0, 0, None, None)
        service.clock.moment = AT_SIX_MONTHS
        tell(service, workers[0], "cdi", "6_months")
        six = counted(service, path, (FACILITATOR, Role.FACILITATOR))["moments"][1]
        assert figures(six) == (6, 1, 5, "0.1667", "1.0000")

    def test_a_subcontractor_counts_its_own(self, service: Service) -> None:
        contract_id = add_contract(service, subcontractor=SUBCONTRACTOR)
        ended(service, contract_id)
        ended(service, contract_id, declarant=SUBCONTRACTOR)
        path = f"/v1/contracts/{contract_id}/outcomes"
        assert counted(service, path, (SUBCONTRACTOR, Role.CONTRACTOR))["moments"][0]["due"] == 1
        assert counted(service, path, (CONTRACTOR, Role.CONTRACTOR))["moments"][0]["due"] == 2
        assert service.get(path, OTHER_CONTRACTOR, Role.CONTRACTOR).status_code == 404

    def test_in_a_territory(self, service: Service) -> None:
        """Hires stand where they work: two in Metz, one in Nancy, one nowhere; another ended before."""
        contract_id = mandated_contract(service)
        metz = [ended(service, contract_id, workplace="commune/57463") for _ in range(2)]
        nancy = ended(service, contract_id, workplace="commune/54395")
        nowhere = ended(service, contract_id)
        ended(service, contract_id, workplace="commune/57463", ended_on=date(2024, 7, 31))
        tell(service, metz[0], "cdi")
        tell(service, metz[1], "inactive")
        tell(service, nancy, "short_mission")
        tell(service, nowhere, "unreached")
        seat = (FACILITATOR, Role.FACILITATOR)
        period = {"from": "2024-08", "to": "2024-08"}
        path = "/v1/territories/region/44/outcomes"
        region = counted(service, path, seat, **period, level="department")
        assert figures(region["moments"][0]) == (3, 3, 0, "1.0000", "0.6667")
        parts = {item["territory"]["code"]: item["moments"][0] for item in region["items"]}
        assert {code: figures(found)[:2] for code, found in parts.items()} == {"57": (2, 2), "54": (1, 1)}
        country = counted(service, "/v1/territories/country/FR/outcomes", seat, **period)
        assert figures(country["moments"][0]) == (4, 3, 0, "0.7500", "0.6667")
        assert figures(country["unlocated"][0])[:2] == (1, 0)
        assert (country["items"], country["level"]) == ([], None)
        whole = {"from": "2024-07", "to": "2024-08"}
        assert counted(service, path, seat, **whole)["moments"][0]["due"] == 4
        for basis in ("residence", "buyer", "facilitator"):
            found = counted(service, path, seat, **period, basis=basis)
            assert found["moments"][0]["due"] == 0, basis
        stranger = counted(service, path, (OTHER_BUYER, Role.BUYER), **period)
        assert stranger["moments"][0]["due"] == 0

    def test_the_other_bases(self, service: Service) -> None:
        """The buyer sits in Metz, the mandated facilitator in Nancy."""
        contract_id = mandated_contract(service)
        ended(service, contract_id, ended_on=date(2025, 1, 5))
        for siret, seat in ((BUYER, "commune/57463"), (FACILITATOR, "commune/54395")):
            path = f"/v1/organisations/{siret}"
            version = service.get(path, siret, Role.BUYER).json()["version"]
            body = {"name": "Exemple", "seat": seat}
            assert service.send("PUT", path, siret, Role.BUYER, body, version).status_code == 200
        asked = (FACILITATOR, Role.FACILITATOR)
        for basis, code in (("buyer", "57"), ("facilitator", "54")):
            for department in ("54", "57"):
                path = f"/v1/territories/department/{department}/outcomes"
                found = counted(service, path, asked, basis=basis)["moments"][0]["due"]
                assert found == (department == code), (basis, department)

    def test_by_residence(self, service: Service) -> None:
        """The person lives in 57433 from the day of the hire: in Moselle when it ends."""
        contract_id = mandated_contract(service)
        hire = approved(service, contract_id)
        path = f"/v1/hires/{hire['hire_id']}/end"
        body = {"ended_on": "2025-01-09", "reason": "end_of_contract"}
        version = service.get(f"/v1/hires/{hire['hire_id']}", CONTRACTOR, Role.CONTRACTOR).json()["version"]
        assert service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, body, version).status_code == 200
        found = counted(
            service,
            "/v1/territories/department/57/outcomes",
            (FACILITATOR, Role.FACILITATOR),
            basis="residence",
        )
        assert found["moments"][0]["due"] == 1

    def test_where_few_people_live_is_told_to_the_facilitator_alone(self, service: Service) -> None:
        hire = approved(service, mandated_contract(service))
        path = f"/v1/hires/{hire['hire_id']}/end"
        body = {"ended_on": "2025-01-09", "reason": "end_of_contract"}
        version = service.get(f"/v1/hires/{hire['hire_id']}", CONTRACTOR, Role.CONTRACTOR).json()["version"]
        assert service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, body, version).status_code == 200
        moselle = "/v1/territories/department/57"
        asked = {"basis": "residence", "level": "commune"}
        found = counted(service, f"{moselle}/outcomes", (FACILITATOR, Role.FACILITATOR), **asked)
        assert [item["territory"]["code"] for item in found["items"]] == ["57433"]
        for seat in ((BUYER, Role.BUYER), (CONTRACTOR, Role.CONTRACTOR)):
            found = counted(service, f"{moselle}/outcomes", seat, **asked)
            assert (found["moments"], found["unlocated"], found["items"]) == ([], [], [])
            year = service.get(f"{moselle}/consolidation", *seat, year=2025, basis="residence").json()
            assert year["outcomes"] == []

    @pytest.mark.parametrize(
        ("addresses", "code"),
        [
            ([("2024-01-01", "57463"), ("2025-01-05", "54395"), ("2025-01-06", "57463")], "54"),
            # An address that is only known from later on says where the person lived before, as for hours.
            ([("2025-03-01", "54395"), ("2025-04-01", "57463")], "54"),
        ],
        ids=["where the person lives that day", "before the first address, the first"],
    )
    def test_whoever_moves_is_counted_in_one_place(
        self, service: Service, addresses: list[tuple[str, str]], code: str
    ) -> None:
        hire = ended(service, mandated_contract(service), ended_on=date(2025, 1, 5))
        with writing(service.means, SERVICE, "builder") as writer:
            writer.record("residence.told")
            for since, commune in addresses:
                known = {"since": date.fromisoformat(since), "place": f"commune/{commune}"}
                writer.session.add(Residence(participant_id=hire.participant_id, **known))
        asked = (FACILITATOR, Role.FACILITATOR)
        for department in ("54", "57"):
            path = f"/v1/territories/department/{department}/outcomes"
            found = counted(service, path, asked, basis="residence")["moments"][0]["due"]
            assert found == (department == code), department

    def test_what_is_refused(self, service: Service) -> None:
        path = "/v1/territories/department/57/outcomes"
        seat = (FACILITATOR, Role.FACILITATOR)
        reversed_months = service.client.get(
            path, params={"from": "2025-02", "to": "2025-01"}, headers=service.headers(*seat)
        )
        assert errors_of(reversed_months) == [("/query/from", "end_before_start")]
        assert errors_of(service.get(path, *seat, level="region")) == [("/query/level", "level_not_inside")]
        assert service.get("/v1/territories/department/00/outcomes", *seat).status_code == 404
        assert service.get(path, BUYER, Role.OBSERVER).status_code == 403
        assert service.client.get(path).status_code == 401
