"""The list of contracts: what fits, page by page, and what changed since a settled position."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.principal import Role
from app.services.changes import settle
from tests.api.builders import BUYER, CONTRACTOR, OTHER_BUYER, OTHER_CONTRACTOR, Service, serving
from tests.api.registering import contract_body, errors_of, record_clause, register


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as found:
        yield found


def listed(service: Service, siret: str = BUYER, role: Role = Role.BUYER, **query: str | int) -> list[str]:
    answer = service.get("/v1/contracts", siret, role, **query)
    assert answer.status_code == 200
    return [item["id"] for item in answer.json()["items"]]


def test_filters_fit_together(service: Service) -> None:
    metz = register(service, places=[{"place": "commune/57463"}])["id"]
    nancy = register(service, places=[{"place": "commune/54395"}], holders=[{"siret": OTHER_CONTRACTOR}])
    other = service.post(
        "/v1/contracts", OTHER_BUYER, Role.BUYER, contract_body(places=[{"place": "department/57"}])
    ).json()["id"]
    everything = [metz, nancy["id"], other]
    assert listed(service, BUYER, Role.ADMIN) == everything
    assert listed(service, BUYER, Role.ADMIN, buyer=OTHER_BUYER) == [other]
    assert listed(service, BUYER, Role.ADMIN, holder=CONTRACTOR) == [metz, other]
    assert listed(service, BUYER, Role.ADMIN, holder=CONTRACTOR, buyer=BUYER) == [metz]
    assert listed(service, BUYER, Role.ADMIN, reference=nancy["reference"]) == [nancy["id"]]
    assert listed(service, BUYER, Role.ADMIN, place="commune/57463") == [metz]
    assert listed(service, BUYER, Role.ADMIN, place="department/57") == [metz, other]
    assert listed(service, BUYER, Role.ADMIN, place="epci/200039865") == [metz]
    assert listed(service, BUYER, Role.ADMIN, place="region/44") == everything
    assert listed(service, BUYER, Role.ADMIN, place="country/FR") == everything
    assert listed(service, BUYER, Role.ADMIN, holder="50000000500016") == []
    assert listed(service) == everything[:2]
    assert listed(service, OTHER_CONTRACTOR, Role.CONTRACTOR) == [nancy["id"]]


def test_an_unresolved_place_is_in_no_territory(service: Service) -> None:
    register(service)
    assert listed(service, place="country/FR") == []


def test_clause_states(service: Service) -> None:
    announced = [{"kind": "insertion_hours", "text": "50 heures"}]
    trained = [{"kind": "training", "text": "Deux apprentis"}]
    recent = {"notified_on": "2026-10-01"}
    launch = {"launched_on": "2026-08-22", "kind": "works"}
    found = {
        "clause": register(service),
        "waived": register(service, waiver={"ground": "no_link", "text": "Licences"}),
        "clause_missing": register(service, social_conditions=announced),
        "to_check": register(service, **recent, consultation=launch),
        "no_clause": register(service, social_conditions=trained),
    }
    record_clause(service, found["clause"])
    for state, contract in found.items():
        assert listed(service, clause_state=state) == [contract["id"]]


def test_a_state_is_walked_page_by_page(service: Service) -> None:
    announced = [{"kind": "insertion_hours", "text": "50 heures"}]
    missing = []
    for _ in range(3):
        register(service)
        missing.append(register(service, social_conditions=announced)["id"])
    register(service)
    walked: list[str] = []
    query: dict[str, Any] = {"clause_state": "clause_missing", "limit": 1}
    while True:
        page = service.get("/v1/contracts", BUYER, Role.BUYER, **query).json()
        walked += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert walked == missing


def test_a_walk_goes_on_where_it_stopped(service: Service) -> None:
    ids = [register(service)["id"] for _ in range(3)]
    first = service.get("/v1/contracts", BUYER, Role.BUYER, limit=2)
    assert [item["id"] for item in first.json()["items"]] == ids[:2]
    assert 'rel="next"' in first.headers["link"]
    following = first.json()["next"]
    assert listed(service, limit=2, after=following) == ids[2:]


def test_a_facilitator_is_a_criterion_as_long_as_its_mandate_runs(service: Service) -> None:
    first, _ = register(service)["id"], register(service)["id"]
    service.post(f"/v1/contracts/{first}/mandates", BUYER, Role.BUYER, {"siret": OTHER_BUYER})
    assert listed(service, facilitator=OTHER_BUYER) == [first]
    assert listed(service, facilitator=CONTRACTOR) == []


def test_lists_by_risk_tell_where_contracts_stand(service: Service) -> None:
    first, second = register(service), register(service)
    record_clause(service, second)
    page = service.get("/v1/contracts", BUYER, Role.BUYER, sort="risk").json()
    # Of the second nothing is expected yet; the first was let before every contract needed a condition.
    assert [(item["contract_id"], item["status"]["code"], item["behind"]) for item in page["standings"]] == [
        (second["id"], "on_track", "0.00"),
        (first["id"], "no_clause", "0.00"),
    ]
    assert service.get("/v1/contracts", BUYER, Role.OBSERVER, sort="risk").status_code == 403


def test_updated_since_follows_settled_positions(service: Service) -> None:
    first, second = register(service), register(service)
    assert listed(service, updated_since=0) == []
    settle(service.means)
    page = service.get("/v1/contracts", BUYER, Role.BUYER, updated_since=0).json()
    assert [item["id"] for item in page["items"]] == [first["id"], second["id"]]
    position = page["position"]
    assert listed(service, updated_since=position) == []
    record_clause(service, second)
    settle(service.means)
    assert listed(service, updated_since=position) == [second["id"]]
    given = service.post(f"/v1/contracts/{first['id']}/mandates", BUYER, Role.BUYER, {"siret": OTHER_BUYER})
    assert given.status_code == 201
    settle(service.means)
    assert listed(service, OTHER_BUYER, Role.FACILITATOR, updated_since=position) == [first["id"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"limit": 201}, ("/query/limit", "too_large")),
        ({"buyer": "1"}, ("/query/buyer", "wrong_form")),
        ({"place": "57"}, ("/query/place", "wrong_form")),
        ({"updated_since": -1}, ("/query/updated_since", "too_small")),
        ({"risk": "high"}, ("/query/risk", "unknown_field")),
        ({"sort": "name"}, ("/query/sort", "unknown_code")),
        ({"status": "lost"}, ("/query/status", "unknown_code")),
    ],
)
def test_a_wrong_criterion_is_named(
    service: Service, query: dict[str, Any], expected: tuple[str, str]
) -> None:
    answer = service.get("/v1/contracts", BUYER, Role.BUYER, **query)
    assert (answer.status_code, errors_of(answer)) == (422, [expected])
