"""Members of a group over HTTP: each sees its own balance, those who follow the contract see all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.principal import Role
from app.services.changes import settle
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_CONTRACTOR,
    STRUCTURE,
    SUBCONTRACTOR,
    Service,
    add_hire,
    add_mandate,
    serving,
)
from tests.api.declaring import accepted, line, sent
from tests.api.registering import errors_of, record_clause, register

Body = dict[str, Any]
HALVES: list[Body] = [
    {"siret": CONTRACTOR, "share": "0.6", "lead": True},
    {"siret": OTHER_CONTRACTOR, "share": "0.4"},
]
FIGURES = ("declared", "pending", "held", "refused", "counted")


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        running.clock.moment = datetime(2025, 4, 15, 8, tzinfo=UTC)
        yield running


@dataclass
class Shared:
    """A contract of 46 h under mandate, held by a group."""

    service: Service
    id: UUID

    def position(self, siret: str = BUYER, role: Role = Role.BUYER, **query: str) -> Body:
        answer = self.service.get(f"/v1/contracts/{self.id}/compliance", siret, role, **query)
        assert answer.status_code == 200, answer.text
        found: Body = answer.json()
        return found

    def shown(self, siret: str = BUYER, role: Role = Role.BUYER, **query: str) -> dict[str, tuple[str, ...]]:
        """By member: share, required, declared, counted, balance."""
        names = ("share", "required", "declared", "counted", "balance")
        members = self.position(siret, role, **query)["group"]["members"]
        return {item["identifier"]: tuple(item[name] for name in names) for item in members}

    def work(self, siret: str, hours: str, *, accept: bool = True) -> None:
        worker = add_hire(self.service, self.id, declarant=siret)
        statement = sent(self.service, self.id, line(worker, hours), siret=siret)
        if accept:
            accepted(self.service, statement)

    def change(self, holders: list[Body]) -> Body:
        path = f"/v1/contracts/{self.id}"
        version = self.service.get(path, BUYER, Role.BUYER).json()["version"]
        answer = self.service.send("PATCH", path, BUYER, Role.BUYER, {"holders": holders}, version)
        assert answer.status_code == 200, answer.text
        found: Body = answer.json()
        return found

    def now(self) -> str:
        """The present instant, at which all is settled; what comes next comes later."""
        settle(self.service.means)
        moment = self.service.clock.moment
        self.service.clock.moment += timedelta(seconds=10)
        return moment.isoformat()


def shared(service: Service, holders: list[Body]) -> Shared:
    contract = register(service, holders=holders, places=[{"place": "commune/57433"}])
    record_clause(service, contract)
    found = Shared(service, UUID(contract["id"]))
    add_mandate(service, found.id)
    body = {"siret": SUBCONTRACTOR, "since": "2024-12-12"}
    path = f"/v1/contracts/{found.id}/subcontracts"
    assert service.post(path, BUYER, Role.BUYER, body).status_code == 201
    return found


@pytest.fixture
def case(service: Service) -> Shared:
    """60 % of 46 h are 27.60, 40 % 18.40; hours of the subcontractor are the lead's."""
    found = shared(service, HALVES)
    found.work(CONTRACTOR, "10.00")
    found.work(OTHER_CONTRACTOR, "20.50")
    found.work(SUBCONTRACTOR, "5.25", accept=False)
    return found


LEAD = {CONTRACTOR: ("0.6000", "27.60", "15.25", "10.00", "-17.60")}
SECOND = {OTHER_CONTRACTOR: ("0.4000", "18.40", "20.50", "20.50", "2.10")}


@pytest.mark.parametrize(
    ("siret", "role", "seen"),
    [
        (BUYER, Role.BUYER, LEAD | SECOND),
        (FACILITATOR, Role.FACILITATOR, LEAD | SECOND),
        (CONTRACTOR, Role.CONTRACTOR, LEAD),
        (OTHER_CONTRACTOR, Role.CONTRACTOR, SECOND),
    ],
)
def test_each_sees_its_own_balance(
    case: Shared, siret: str, role: Role, seen: dict[str, tuple[str, ...]]
) -> None:
    assert case.shown(siret, role) == seen
    group = case.position(siret, role)["group"]
    assert (group["unattributed"] is None) is (role is Role.CONTRACTOR)


def test_a_subcontractor_is_no_member(case: Shared) -> None:
    assert case.position(SUBCONTRACTOR, Role.CONTRACTOR)["group"] is None


def test_the_members_sum_to_the_group(case: Shared) -> None:
    found = case.position()
    parts = [*found["group"]["members"], found["group"]["unattributed"]]
    for name in FIGURES:
        assert sum(round(float(part[name]) * 100) for part in parts) == round(float(found[name]) * 100)
    assert (found["declared"], found["counted"], found["required"]) == ("35.75", "30.50", "46.00")
    # The group alone is bound: that one member has its part makes nothing met.
    assert found["status"]["code"] == "on_track"


def test_without_a_lead_hours_of_others_are_unattributed(service: Service) -> None:
    case = shared(service, [{"siret": CONTRACTOR}, {"siret": OTHER_CONTRACTOR}])
    case.work(SUBCONTRACTOR, "5.25")
    found = case.position()["group"]
    assert [(item["required"], item["counted"], item["share_assumed"]) for item in found["members"]] == [
        ("23.00", "0.00", True),
        ("23.00", "0.00", True),
    ]
    assert found["unattributed"] == {
        "declared": "5.25",
        "pending": "0.00",
        "held": "0.00",
        "refused": "0.00",
        "counted": "5.25",
    }


def test_one_holder_is_no_group(service: Service) -> None:
    case = shared(service, [{"siret": CONTRACTOR}])
    assert case.position()["group"] is None
    assert case.position(known_at=case.now())["group"] is None


def test_a_member_leaves_and_the_past_stands(case: Shared) -> None:
    before = case.now()
    told = case.position(known_at=before)
    third = {"siret": STRUCTURE, "share": "0.2", "since": "2024-12-12", "until": "2025-03-31"}
    leaving = [*HALVES, third]
    leaving[0], leaving[1] = {**HALVES[0], "share": "0.5"}, {**HALVES[1], "share": "0.3"}
    holders = case.change(leaving)["holders"]
    assert [(item["share"], item["until"]) for item in holders if item["identifier"] == STRUCTURE] == [
        ("0.2000", "2025-03-31")
    ]
    # Until 2025-03-31 5, 3 and 2 tenths of 46 h; then 5 and 3 eighths.
    by_day = {
        day: {siret: row[1] for siret, row in case.shown(as_of=day).items()}
        for day in ("2025-03-31", "2025-04-01")
    }
    assert by_day == {
        "2025-03-31": {CONTRACTOR: "23.00", OTHER_CONTRACTOR: "13.80", STRUCTURE: "9.20"},
        "2025-04-01": {CONTRACTOR: "28.75", OTHER_CONTRACTOR: "17.25", STRUCTURE: "0.00"},
    }
    after = case.now()
    assert case.shown(as_of="2025-04-01", known_at=after) == case.shown(as_of="2025-04-01")
    assert case.position(known_at=before) == told
    assert case.shown(known_at=before) == LEAD | SECOND
    # What the same holders say again changes nothing.
    version = case.change(leaving)["version"]
    assert case.change(leaving)["version"] == version


def test_a_wrong_last_day_is_named(service: Service) -> None:
    contract = register(service)
    path = f"/v1/contracts/{contract['id']}"
    body = {"holders": [{**HALVES[0], "until": "31/03/2025"}, HALVES[1]]}
    answer = service.send("PATCH", path, BUYER, Role.BUYER, body, contract["version"])
    assert (answer.status_code, errors_of(answer)) == (422, [("/holders/0/until", "not_a_date")])
