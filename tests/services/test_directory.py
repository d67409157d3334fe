"""Organisations are checked in the directory daily, in batches; what people said of them stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.clock import new_id
from app.db.tables import Change, Job, Organisation
from app.exchange.connector import Connector
from app.principal import Role
from app.services import directory
from app.worker import Daily, Worker
from tests.api.builders import BUYER, CONTRACTOR, Service, serving
from tests.api.cases import PLATFORM
from tests.exchange.fake_services import HASTY, Fake, Said, fake_service

OWN = "Le nom donné par une personne"


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with fake_service() as running:
        yield running


@pytest.fixture
def service(database_url: str, fake: Fake) -> Iterator[Service]:
    with serving(database_url) as running:
        # No answer is kept: each check asks.
        never = replace(HASTY, life_seconds=-1)
        asked = {"directory": Connector("directory", fake.url, running.clock, never)}
        running.means = running.client.app.state.means = replace(running.means, connectors=asked)  # type: ignore[attr-defined]  # Starlette types its own applications only
        yield running


def listed(siret: str, name: str = "COMMUNE D'EXEMPLE", **fields: Any) -> Said:  # noqa: ANN401 - any JSON value
    place = {"siret": siret, "etat_administratif": "A"}
    unit = {"nom_complet": name, "nature_juridique": "7210", "statut_diffusion": "O", "complements": None}
    return Said({"results": [{**unit, "siege": {**place, **fields}, "matching_etablissements": []}]})


def named(service: Service) -> None:
    body = {"name": OWN, "seat": None}
    service.send("PUT", f"/v1/organisations/{BUYER}", PLATFORM, Role.ADMIN, body, None)


def worked(service: Service) -> list[dict[str, Any]]:
    """The results of all checks so far, those due now included."""
    worker = Worker(service.means, daily=Daily(refresh_days=30))
    while worker.step():
        pass
    with service.means.database.read() as session:
        query = select(Job).where(Job.kind == directory.CHECK, Job.state == "done").order_by(Job.id)
        return [job.result for job in session.scalars(query)]


def read(service: Service, siret: str = BUYER) -> Any:  # noqa: ANN401 - any JSON value
    return service.get(f"/v1/organisations/{siret}", CONTRACTOR, Role.CONTRACTOR).json()


def connectors(service: Service) -> Any:  # noqa: ANN401 - any JSON value
    answer = service.get("/v1/connectors", PLATFORM, Role.ADMIN)
    assert answer.status_code == 200, answer.text
    return {item["name"]: item for item in answer.json()["items"]}


def test_what_is_official_stands_beside_what_a_person_said(service: Service, fake: Fake) -> None:
    named(service)
    assert read(service)["official"] is None
    fake.say(listed(BUYER))
    (first,) = worked(service)
    found = read(service)
    assert (found["name"], found["version"]) == (OWN, 1)
    official = found["official"]
    assert official.pop("checked_at").startswith(service.clock.moment.date().isoformat())
    assert official == {"name": "COMMUNE D'EXEMPLE", "state": "open", "closed_on": None, "siae_kind": None}
    # The platform and the firm that read are not in this directory's only answer.
    assert (first["failed"], first["stopped"]) == (0, None)
    assert first["checked"] == first["changed"] == len(fake.asked) >= 2
    assert read(service, CONTRACTOR)["official"]["state"] == "not_listed"
    with service.means.database.read() as session:
        actions = list(session.scalars(select(Change.action).where(Change.action == "organisation.checked")))
        assert len(actions) == first["changed"]
    noted = connectors(service)
    assert (noted["directory"]["on"], noted["directory"]["state"]) == (True, "asking")
    assert noted["directory"]["last_success_at"]
    assert noted["directory"]["last_failure"] is None
    assert (noted["geocoder"]["on"], noted["geocoder"]["state"]) == (False, None)


def test_it_is_asked_again_after_the_days_and_only_news_are_changes(service: Service, fake: Fake) -> None:
    named(service)
    read(service)
    fake.say(listed(BUYER))
    worked(service)
    asked = len(fake.asked)
    service.clock.moment += timedelta(days=29)
    assert worked(service)[-1]["checked"] == 0
    assert len(fake.asked) == asked
    service.clock.moment += timedelta(days=2)
    fake.say(listed(BUYER, etat_administratif="F", date_fermeture="2025-01-31"))
    again = worked(service)[-1]
    assert (again["checked"], again["changed"]) == (asked, 1)
    official = read(service)["official"]
    assert (official["state"], official["closed_on"]) == ("closed", "2025-01-31")


def test_while_it_is_down_the_rest_waits_an_hour(service: Service, fake: Fake) -> None:
    named(service)
    fake.say(Said({}, 500))
    (stopped,) = worked(service)
    assert stopped == {"checked": 0, "changed": 0, "failed": 0, "stopped": "unavailable"}
    assert connectors(service)["directory"]["last_failure"] == "unavailable"
    fake.say(listed(BUYER))
    assert len(worked(service)) == 1
    service.clock.moment += timedelta(hours=1)
    assert worked(service)[-1]["changed"] >= 1
    assert read(service)["official"]["name"] == "COMMUNE D'EXEMPLE"


def test_one_answer_that_cannot_be_used_holds_up_no_other_and_batches_follow(
    service: Service, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "BATCH", 1)
    named(service)
    with service.means.database.write() as session:
        # First by its id, and no SIRET: never asked.
        session.add(
            Organisation(id=UUID(int=1), scheme="TVA", identifier="X", created_at=service.clock.moment)
        )
        session.add(
            Organisation(
                id=new_id(), scheme="SIRET", identifier="31000000500010", created_at=service.clock.moment
            )
        )
    fake.say(Said({"results": 3}), listed(BUYER))
    results = worked(service)
    assert [result["failed"] for result in results[:2]] == [1, 0]
    assert sum(result["checked"] for result in results) == len(results) - 2 >= 1
    assert len(fake.asked) == len(results) - 1
    assert all(question["q"].isdigit() for _, question in fake.asked)


def test_without_an_address_nothing_is_planned(service: Service) -> None:
    assert not directory.plan_check(replace(service.means, connectors={}), 30)
    assert directory.plan_check(service.means, 30)
    assert not directory.plan_check(service.means, 30)
