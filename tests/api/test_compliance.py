"""Positions, entries and territories over HTTP, from hours declared and reviewed through the API."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response

from app.principal import Role
from app.services.changes import settle
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    FACILITATOR,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    Service,
    add_mandate,
    serving,
)
from tests.api.people import approved, declared
from tests.api.registering import errors_of, record_clause, register

FIGURES = ("declared", "pending", "held", "refused", "counted")
MONTHS = {"from": "2024-12", "to": "2025-02"}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        running.clock.moment = datetime(2025, 4, 15, 8, tzinfo=UTC)
        yield running


@dataclass
class Case:
    """A contract of 46 h in Maizières-lès-Metz, under mandate."""

    service: Service
    contract_id: str

    @property
    def path(self) -> str:
        return f"/v1/contracts/{self.contract_id}/compliance"

    def position(self, **query: str) -> dict[str, Any]:
        answer = self.service.get(self.path, BUYER, Role.BUYER, **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def entries(self, **query: str | int) -> dict[str, Any]:
        answer = self.service.get(f"{self.path}/entries", BUYER, Role.BUYER, **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def now(self) -> str:
        """The present instant, at which all is settled; what comes next comes later."""
        settle(self.service.means)
        moment = self.service.clock.moment
        self.service.clock.moment += timedelta(seconds=10)
        return moment.isoformat()

    def declare(self, hire_id: str, month: str, hours: str) -> dict[str, Any]:
        body = {"month": month, "lines": [{"hire_id": hire_id, "worked": hours}]}
        path = f"/v1/contracts/{self.contract_id}/statements"
        return _ok(self.service.post(path, CONTRACTOR, Role.CONTRACTOR, body))

    def correct(self, statement: dict[str, Any], hire_id: str, hours: str) -> dict[str, Any]:
        body = {"lines": [{"hire_id": hire_id, "worked": hours}], "reason": "Heures relues."}
        path = f"/v1/statements/{statement['id']}/versions"
        headers = {
            **self.service.headers(CONTRACTOR, Role.CONTRACTOR),
            "Idempotency-Key": str(uuid4()),
            "If-Match": f'"{statement["version"]}-contractor-fr"',
        }
        return _ok(self.service.client.post(path, json=body, headers=headers))

    def accept(self, statement: dict[str, Any]) -> dict[str, Any]:
        path = f"/v1/statements/{statement['id']}/review"
        body, version = {"accept_all": True}, statement["version"]
        return _ok(self.service.send("POST", path, FACILITATOR, Role.FACILITATOR, body, version))


def _ok(answer: Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def case(service: Service) -> Case:
    contract = register(service, places=[{"place": "commune/57433"}])
    record_clause(service, contract)
    add_mandate(service, UUID(contract["id"]))
    return Case(service, contract["id"])


def test_the_expected_hours_of_the_story(case: Case) -> None:
    for day, expected, status in (
        ("2024-12-11", "0.00", "not_started"),
        ("2025-04-10", "13.26", "late"),
        ("2025-04-15", "18.47", "late"),
    ):
        found = case.position(as_of=day)
        assert (found["expected"], found["status"]["code"]) == (expected, status)
    assert (found["required"], found["balance"], found["rate"]) == ("46.00", "-46.00", "0.0000")
    assert found["in_days"]["expected"] == "2.64"
    assert found["target"]["formula"].endswith("≈ 45,61 h, soit 46 h")
    assert found["window"] == {"start": "2024-12-12", "end": "2025-09-11"}
    missing = [(item["month"], item["due_on"]) for item in found["next_actions"]]
    assert missing == [
        ("2024-12", "2025-01-15"),
        ("2025-01", "2025-02-15"),
        ("2025-02", "2025-03-15"),
        ("2025-03", "2025-04-15"),
    ]


def test_the_past_is_told_as_it_was_known(case: Case) -> None:
    hire_id = approved(case.service, UUID(case.contract_id))["hire_id"]
    instants = [case.now()]
    statement = case.declare(hire_id, "2025-01", "20.00")
    instants.append(case.now())
    statement = case.accept(statement)
    instants.append(case.now())
    statement = case.correct(statement, hire_id, "15.50")
    instants.append(case.now())
    case.accept(statement)
    day = "2025-04-10"
    told = [case.position(as_of=day, known_at=instant) for instant in instants]
    figures = [tuple(found[figure] for figure in FIGURES) for found in (*told, case.position(as_of=day))]
    assert figures == [
        ("0.00", "0.00", "0.00", "0.00", "0.00"),
        ("20.00", "20.00", "0.00", "0.00", "0.00"),
        ("20.00", "0.00", "0.00", "0.00", "20.00"),
        ("15.50", "15.50", "0.00", "0.00", "0.00"),
        ("15.50", "0.00", "0.00", "0.00", "15.50"),
    ]
    assert [case.position(as_of=day, known_at=instant) for instant in instants] == told
    for known_at, position in zip(instants, told, strict=True):
        for figure in FIGURES:
            page = case.entries(figure=figure, as_of=day, known_at=known_at)
            assert page["total"] == position[figure]
            assert len(page["items"]) == (position[figure] != "0.00")
    counted = case.entries(as_of=day)["items"]
    assert [(item["hours"], item["month"], item["hire_id"]) for item in counted] == [
        ("15.50", "2025-01", hire_id)
    ]
    assert counted[0]["places"]["execution"] == "commune/57433"


def test_what_waits_is_named(case: Case) -> None:
    declared(case.service, UUID(case.contract_id))
    found = case.position()["next_actions"]
    assert [(item["code"], item["count"]) for item in found if item["count"]] == [("assessments_waiting", 1)]
    assert found[-1]["text"] == "1 diagnostic en attente"


def test_a_territory_counts_the_hours_and_the_people(case: Case) -> None:
    place = "/v1/territories/commune/57433/compliance"

    def figures(siret: str, role: Role, **query: str) -> dict[str, Any]:
        found: dict[str, Any] = _ok(case.service.get(place, siret, role, **MONTHS, **query))["figures"]
        return found

    before = figures(BUYER, Role.BUYER)
    hire_id = approved(case.service, UUID(case.contract_id))["hire_id"]
    case.accept(case.declare(hire_id, "2025-01", "20.00"))
    after = figures(BUYER, Role.BUYER)
    assert float(after["hours"]["counted"]) == float(before["hours"]["counted"]) + 20
    assert after["participants"] == before["participants"] + 1
    # The person of the tests lives in the same commune.
    assert figures(BUYER, Role.FACILITATOR, basis="residence")["hours"] == after["hours"]
    # Who does not review reads no figure about so few people by where they live.
    assert figures(BUYER, Role.BUYER, basis="residence") is None
    assert figures(OTHER_BUYER, Role.BUYER)["contracts"] == 0


def test_the_answer_names_its_months_and_edition(case: Case) -> None:
    path = "/v1/territories/region/44/compliance"
    found = _ok(case.service.get(path, BUYER, Role.BUYER, **MONTHS))
    assert (found["from"], found["to"], found["basis"]) == ("2024-12", "2025-02", "execution")
    assert (found["territory"]["name"], found["territory_edition"]) == ("Grand Est", "2026")
    children = _ok(case.service.get(f"{path}/children", BUYER, Role.BUYER, level="department", **MONTHS))
    assert [item["territory"]["place"] for item in children["items"]] == ["department/57"]
    assert (children["sums"], children["items"][0]["figures"]) == (True, found["figures"])


def test_computed_answers_carry_a_weak_tag_of_what_they_say(case: Case) -> None:
    def tag(path: str, **query: str) -> str:
        return str(case.service.get(path, BUYER, Role.BUYER, **query).headers["etag"])

    for path in (case.path, f"{case.path}/entries", "/v1/territories/country/FR/compliance"):
        assert tag(path).startswith('W/"')
        assert tag(path) == tag(path)
    assert tag(case.path, as_of="2025-04-10") != tag(case.path, as_of="2025-04-11")


def test_a_list_of_entries_links_to_its_next_page(case: Case) -> None:
    hire_id = approved(case.service, UUID(case.contract_id))["hire_id"]
    for month in ("2024-12", "2025-01"):
        case.declare(hire_id, month, "10.00")
    first = case.service.get(f"{case.path}/entries", BUYER, Role.BUYER, figure="pending", limit=1)
    link = first.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    second = case.service.client.get(link, headers=case.service.headers(BUYER, Role.BUYER))
    assert [page.json()["items"][0]["month"] for page in (first, second)] == ["2024-12", "2025-01"]
    assert "link" not in second.headers


@pytest.mark.parametrize("suffix", ["", "/entries"])
class TestRefusals:
    def test_without_a_key(self, case: Case, suffix: str) -> None:
        assert case.service.client.get(case.path + suffix).status_code == 401

    @pytest.mark.parametrize(
        ("siret", "role"),
        [
            (OTHER_BUYER, Role.BUYER),
            (OTHER_CONTRACTOR, Role.CONTRACTOR),
            (CONTRACTOR, Role.FACILITATOR),
            (BUYER, Role.OBSERVER),
        ],
    )
    def test_others_find_nothing(self, case: Case, suffix: str, siret: str, role: Role) -> None:
        answer = case.service.get(case.path + suffix, siret, role)
        unknown = case.service.get(f"/v1/contracts/{uuid4()}/compliance{suffix}", siret, role)
        assert (answer.status_code, unknown.status_code) == (404, 404)
        assert answer.json()["detail"] == unknown.json()["detail"]

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("as_of", "15/04/2025", "not_a_date"),
            ("as_of", "1999-12-31", "day_out_of_range"),
            ("known_at", "2025-04-15T08:00:00", "not_an_instant"),
            ("known_at", "1744704000", "not_an_instant"),
            ("known_at", "2100-01-01T00:00:00Z", "future_instant"),
            ("known_at", "0001-01-01T00:00:00+14:00", "too_small"),
            ("unknown", "1", "unknown_field"),
        ],
    )
    def test_a_wrong_parameter_is_named(
        self, case: Case, suffix: str, name: str, value: str, code: str
    ) -> None:
        answer = case.service.get(case.path + suffix, BUYER, Role.BUYER, **{name: value})
        assert (answer.status_code, errors_of(answer)) == (422, [(f"/query/{name}", code)])


@pytest.mark.parametrize("suffix", ["", "/children"])
class TestTerritoryRefusals:
    def test_without_a_key(self, service: Service, suffix: str) -> None:
        level = {"level": "commune"} if suffix else {}
        path = f"/v1/territories/country/FR/compliance{suffix}"
        assert service.client.get(path, params=level).status_code == 401

    def test_an_observer_waits_for_publications(self, service: Service, suffix: str) -> None:
        level = {"level": "commune"} if suffix else {}
        path = f"/v1/territories/country/FR/compliance{suffix}"
        assert service.get(path, BUYER, Role.OBSERVER, **level).status_code == 403

    def test_an_unknown_territory_is_not_found(self, service: Service, suffix: str) -> None:
        level = {"level": "commune"} if suffix else {}
        path = f"/v1/territories/department/00/compliance{suffix}"
        assert service.get(path, BUYER, Role.BUYER, **level).status_code == 404

    @pytest.mark.parametrize(
        ("query", "pointer", "code"),
        [
            ({"from": "2025-13"}, "/query/from", "not_a_month"),
            ({"from": "1999-12"}, "/query/from", "not_a_month"),
            ({"to": "2101-01"}, "/query/to", "not_a_month"),
            ({"from": "2025-03", "to": "2025-02"}, "/query/from", "end_before_start"),
            ({"basis": "birthplace"}, "/query/basis", "unknown_code"),
            ({"month": "2025-01"}, "/query/month", "unknown_field"),
        ],
    )
    def test_a_wrong_parameter_is_named(
        self, service: Service, suffix: str, query: dict[str, str], pointer: str, code: str
    ) -> None:
        level = {"level": "commune"} if suffix else {}
        path = f"/v1/territories/region/44/compliance{suffix}"
        answer = service.get(path, BUYER, Role.BUYER, **level, **query)
        assert (answer.status_code, errors_of(answer)) == (422, [(pointer, code)])


def test_children_are_of_a_level_inside(service: Service) -> None:
    path = "/v1/territories/department/57/compliance/children"
    for level, code in (("region", "level_not_inside"), ("canton", "unknown_code")):
        answer = service.get(path, BUYER, Role.BUYER, level=level)
        assert (answer.status_code, errors_of(answer)) == (422, [("/query/level", code)])
