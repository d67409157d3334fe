"""Mandates: given, followed in time, ended, withdrawn."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Event, Version
from app.principal import Role
from tests.api.builders import BUYER, FACILITATOR, OTHER_BUYER, STRUCTURE, Service, serving
from tests.api.registering import errors_of, register


@pytest.fixture
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


def give(service: Service, contract: dict[str, Any], **fields: object) -> Response:
    path = f"/v1/contracts/{contract['id']}/mandates"
    return service.post(path, BUYER, Role.BUYER, {"siret": FACILITATOR, **fields})


def sees(service: Service, contract: dict[str, Any], siret: str = FACILITATOR) -> bool:
    role = Role.INSERTION_STRUCTURE if siret == STRUCTURE else Role.FACILITATOR
    answer = service.get(f"/v1/contracts/{contract['id']}", siret, role)
    assert answer.status_code in {200, 404}
    return answer.status_code == 200


def change(service: Service, mandate: Response, until: str | None, version: int = 1) -> Response:
    path = mandate.headers["location"]
    return service.send("PATCH", path, BUYER, Role.BUYER, {"until": until}, version)


def withdraw(service: Service, mandate: Response, version: int = 1) -> Response:
    return service.send("DELETE", mandate.headers["location"], BUYER, Role.BUYER, None, version)


class TestGiving:
    def test_a_mandate_opens_the_contract(self, service: Service) -> None:
        contract = register(service)
        assert not sees(service, contract)
        given = give(service, contract)
        assert given.status_code == 201
        mandate = given.json()
        assert {name: mandate[name] for name in ("siret", "role", "since", "until", "version")} == {
            "siret": FACILITATOR,
            "role": "facilitator",
            "since": "2025-01-10",
            "until": None,
            "version": 1,
        }
        assert sees(service, contract)
        path = given.headers["location"]
        assert service.get(path, FACILITATOR, Role.FACILITATOR).json() == mandate
        listed = service.get(f"/v1/contracts/{contract['id']}/mandates", FACILITATOR, Role.FACILITATOR)
        assert listed.json() == {"items": [mandate], "next": None}

    def test_it_runs_from_its_first_day_to_its_last(self, service: Service) -> None:
        contract = register(service)
        give(service, contract, since="2025-01-11", until="2025-01-12")
        seen = []
        for _ in range(4):
            seen.append(sees(service, contract))
            service.clock.moment += timedelta(days=1)
        assert seen == [False, True, True, False]

    def test_one_facilitator_decides_at_a_time(self, service: Service) -> None:
        contract = register(service)
        give(service, contract, until="2025-03-31")
        second = give(service, contract, siret=OTHER_BUYER, since="2025-03-31")
        assert (second.status_code, second.json()["code"]) == (409, "mandate_overlaps")
        assert give(service, contract, siret=OTHER_BUYER, since="2025-04-01").status_code == 201
        earlier = give(service, contract, siret=OTHER_BUYER, since="2025-01-01", until="2025-01-09")
        assert earlier.status_code == 201

    def test_structures_serve_a_contract_together(self, service: Service) -> None:
        contract = register(service)
        for siret in (STRUCTURE, OTHER_BUYER):
            assert give(service, contract, siret=siret, role="insertion_structure").status_code == 201
        again = give(service, contract, siret=STRUCTURE, role="insertion_structure")
        assert (again.status_code, again.json()["code"]) == (409, "mandate_overlaps")
        assert sees(service, contract, STRUCTURE)

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"siret": "50000000500017"}, ("/siret", "invalid_siret")),
            ({"siret": "5"}, ("/siret", "wrong_form")),
            ({"role": "prescriber"}, ("/role", "unknown_code")),
            ({"until": "2025-01-09"}, ("/until", "end_before_start")),
            ({"since": "2025-02-01", "until": "2025-01-31"}, ("", "end_before_start")),
        ],
    )
    def test_a_wrong_field_is_named(
        self, service: Service, fields: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        answer = give(service, register(service), **fields)
        assert (answer.status_code, errors_of(answer)) == (422, [expected])


class TestEnding:
    def test_a_last_day_is_set_and_lifted_until_it_has_passed(self, service: Service) -> None:
        contract = register(service)
        mandate = give(service, contract)
        ended = change(service, mandate, "2025-01-10")
        assert (ended.status_code, ended.headers["etag"]) == (200, '"2-buyer-fr"')
        assert ended.json() == {**mandate.json(), "until": "2025-01-10", "version": 2}
        assert change(service, mandate, None, 2).status_code == 200
        same = change(service, mandate, None, 3)
        assert (same.status_code, same.json()["version"]) == (200, 3)
        assert change(service, mandate, "2025-01-10", 3).status_code == 200
        assert sees(service, contract)
        service.clock.moment += timedelta(days=1)
        assert not sees(service, contract)
        over = change(service, mandate, None, 4)
        assert (over.status_code, over.json()["code"]) == (409, "mandate_over")

    def test_an_end_lies_after_the_start_and_never_over_another_mandate(self, service: Service) -> None:
        contract = register(service)
        mandate = give(service, contract, until="2025-01-31")
        give(service, contract, siret=OTHER_BUYER, since="2025-02-01")
        early = change(service, mandate, "2025-01-09")
        assert (early.status_code, errors_of(early)) == (422, [("/until", "end_before_start")])
        late = change(service, mandate, "2025-02-01")
        assert (late.status_code, late.json()["code"]) == (409, "mandate_overlaps")
        assert change(service, mandate, "2025-01-30").status_code == 200

    def test_a_withdrawn_mandate_ends_at_once_and_leaves_room(self, service: Service) -> None:
        contract = register(service)
        mandate = give(service, contract)
        assert withdraw(service, mandate).status_code == 204
        assert not sees(service, contract)
        found = service.get(mandate.headers["location"], BUYER, Role.BUYER).json()
        assert (found["until"], found["version"]) == ("2025-01-09", 2)
        assert withdraw(service, mandate, 2).status_code == 204
        assert service.get(mandate.headers["location"], BUYER, Role.BUYER).json() == found
        assert give(service, contract, siret=OTHER_BUYER).status_code == 201

    def test_every_step_is_a_version_and_an_event(self, service: Service) -> None:
        contract = register(service)
        mandate = give(service, contract)
        change(service, mandate, "2025-02-28")
        withdraw(service, mandate, 2)
        mandate_id = UUID(mandate.json()["id"])
        with service.means.database.read() as session:
            query = select(Version).where(Version.subject_id == mandate_id).order_by(Version.number)
            kept = [version.snapshot["until"] for version in session.scalars(query)]
            events = list(session.scalars(select(Event.type).where(Event.subject_id == mandate_id)))
        assert kept == [None, "2025-02-28", "2025-01-09"]
        assert sorted(events) == ["mandate.ended", "mandate.given", "mandate.updated"]

    def test_a_mandate_of_another_contract_is_not_found(self, service: Service) -> None:
        mandate = give(service, register(service))
        elsewhere = f"/v1/contracts/{register(service)['id']}/mandates/{mandate.json()['id']}"
        assert service.get(elsewhere, BUYER, Role.BUYER).status_code == 404
        body = {"until": "2025-02-28"}
        assert service.send("PATCH", elsewhere, BUYER, Role.BUYER, body, 1).status_code == 404
        assert service.send("DELETE", elsewhere, BUYER, Role.BUYER, None, 1).status_code == 404
