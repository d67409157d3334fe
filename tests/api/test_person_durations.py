"""How long somebody counts who works several times: several employers, several contracts, known twice."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from app.principal import Role
from app.worker import drain
from tests.api.builders import (
    CONTRACTOR,
    OTHER_CONTRACTOR,
    STRUCTURE,
    TERMS,
    Service,
    add_contract,
    add_mandate,
    serving,
)
from tests.api.people import mandated_contract
from tests.api.persons import Known, approve, known_by, new_person, said, twice


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


def until(service: Service, known: Known) -> str | None:
    """The last day that the declarant reads."""
    answer = service.get(f"/v1/hires/{known.hire_id}", known.firm, Role.CONTRACTOR)
    found: str | None = answer.json()["eligibility"]["eligible_until"]
    return found


def again(service: Service, known: Known, contract_id: UUID | None = None, **changes: object) -> Known:
    """The same record at work once more."""
    contract_id = contract_id or known.contract_id
    same = {"participant": None, "participant_id": known.participant_id, **changes}
    return known_by(service, contract_id, {}, known.firm, **same)


class TestOnePerson:
    def test_the_clock_starts_once_whoever_employs(self, service: Service) -> None:
        first = known_by(service, mandated_contract(service), new_person(), starts_on="2025-01-06")
        lent = again(service, first, employer=STRUCTURE, modality="placement", starts_on="2024-12-16")
        other = again(service, first, employer=OTHER_CONTRACTOR, starts_on="2025-02-03")
        for known in (other, first):
            approve(service, known)
        # Not yet approved, the earliest start begins nothing: 24 months from 2025-01-06.
        assert [until(service, known) for known in (lent, first, other)] == [None, "2027-01-05", "2027-01-05"]
        approve(service, lent)
        assert [until(service, known) for known in (lent, first, other)] == ["2026-12-15"] * 3

    def test_each_hire_has_the_months_of_its_own_contract_type(self, service: Service) -> None:
        durations = {"months": 24, "by_contract_type": {"mission": 6}, "to_window_end": {"cdi": 48}}
        contract_id = add_contract(service, terms={**TERMS, "durations": durations})
        add_mandate(service, contract_id)
        mission = known_by(
            service,
            contract_id,
            new_person(),
            starts_on="2024-12-16",
            contract_type="mission",
            employer=STRUCTURE,
        )
        fixed = again(service, mission, starts_on="2025-01-06", contract_type="cdd")
        lasting = again(service, mission, starts_on="2025-02-03", contract_type="cdi")
        for known in (mission, fixed, lasting):
            approve(service, known)
        # All from 2024-12-16: 6 months; 24 months; the end of the window, before 48 months are over.
        found = [until(service, known) for known in (mission, fixed, lasting)]
        assert found == ["2025-06-15", "2026-12-15", "2025-09-11"]

    def test_an_end_of_the_first_hire_leaves_the_clock(self, service: Service) -> None:
        first = known_by(service, mandated_contract(service), new_person(), starts_on="2024-12-16")
        later = again(service, first, starts_on="2025-01-06")
        for known in (first, later):
            approve(service, known)
        path = f"/v1/hires/{first.hire_id}/end"
        body = {"ended_on": "2024-12-31", "reason": "resignation"}
        answer = service.send("POST", path, CONTRACTOR, Role.CONTRACTOR, body, 1)
        assert answer.status_code == 200, answer.text
        assert until(service, later) == "2026-12-15"

    def test_every_contract_has_its_own_clock(self, service: Service) -> None:
        here = known_by(service, mandated_contract(service), new_person(), starts_on="2024-12-16")
        there = again(service, here, mandated_contract(service), starts_on="2025-01-06")
        for known in (here, there):
            approve(service, known)
        assert [until(service, known) for known in (here, there)] == ["2026-12-15", "2027-01-05"]


class TestKnownTwice:
    def test_another_contract_is_set_by_its_job(self, service: Service) -> None:
        """Both merged with a record of another contract, two hires of one obligation are one person's."""
        early, late = twice(service)
        person = new_person()
        elsewhere = known_by(service, late.contract_id, person, OTHER_CONTRACTOR, starts_on="2024-12-18")
        approve(service, elsewhere)
        later = known_by(service, late.contract_id, person, OTHER_CONTRACTOR, starts_on="2025-01-06")
        approve(service, later)
        said(service, "merge", early.participant_id, elsewhere.participant_id)
        said(service, "merge", early.participant_id, later.participant_id)
        assert until(service, later) == "2027-01-05"
        drain(service.means)
        # 24 months from 2024-12-18.
        assert until(service, later) == "2026-12-17"
        said(service, "separate", early.participant_id, later.participant_id)
        drain(service.means)
        assert [until(service, known) for known in (elsewhere, later)] == ["2026-12-17", "2027-01-05"]

    def test_the_earliest_approved_start_of_the_person_begins_the_clock_and_parting_sets_it_back(
        self, service: Service
    ) -> None:
        contract_id = mandated_contract(service)
        early, late = self.two(service, contract_id)
        said(service, "merge", early.participant_id, late.participant_id)
        # 24 months from 2024-12-16, the day before.
        assert [until(service, known) for known in (early, late)] == ["2026-12-15"] * 2
        said(service, "separate", early.participant_id, late.participant_id)
        assert [until(service, known) for known in (early, late)] == ["2026-12-15", "2027-01-05"]

    def test_an_approval_after_the_merge_counts_from_the_other_records_start(self, service: Service) -> None:
        contract_id = mandated_contract(service)
        early = known_by(service, contract_id, new_person(), starts_on="2024-12-16")
        late = known_by(service, contract_id, new_person(), starts_on="2025-01-06")
        said(service, "merge", early.participant_id, late.participant_id)
        assert approve(service, late)["eligible_until"] == "2027-01-05"
        approve(service, early)
        assert until(service, late) == "2026-12-15"

    def test_another_obligation_has_its_own_clock(self, service: Service) -> None:
        here, there = twice(service)
        approve(service, here)
        later = known_by(service, there.contract_id, new_person(), there.firm, starts_on="2025-01-06")
        approve(service, later)
        said(service, "merge", here.participant_id, later.participant_id)
        assert until(service, later) == "2027-01-05"

    def two(self, service: Service, contract_id: UUID) -> tuple[Known, Known]:
        early = known_by(service, contract_id, new_person(), starts_on="2024-12-16")
        late = known_by(service, contract_id, new_person(), starts_on="2025-01-06")
        assert approve(service, early)["eligible_until"] == "2026-12-15"
        assert approve(service, late)["eligible_until"] == "2027-01-05"
        return early, late
