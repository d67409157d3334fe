"""The trail as a file, and what goes from it after a year while seals and positions stay."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from app.clock import new_id
from app.db.tables import Change, Job
from app.principal import SERVICE, Principal, Role
from app.services import audit, organisations
from app.services.changes import settle
from app.services.verify import verify
from app.services.work import writing
from app.worker import drain
from tests.api.builders import BUYER, OTHER_BUYER, Service, serving

PATH = "/v1/audit/export"
PLATFORM = "60000000400017"


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


def principal(service: Service, siret: str, role: Role) -> Principal:
    with writing(service.means, SERVICE, "test") as writer:
        writer.record("test.prepared")
        known = organisations.known_organisation(writer, siret).id
    return Principal(known, role, key_id=new_id())


def change(service: Service, who: Principal, action: str, *objects: str, at: datetime | None = None) -> UUID:
    service.clock.moment = at or datetime(2025, 1, 10, 9, tzinfo=UTC)
    with writing(service.means, who, "-request-1") as writer:
        change_id = writer.record(action)
        for name in objects:
            writer.touch(name, new_id(), "starts_on", "weekly_hours")
    return change_id


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_ones_own_trail_as_a_file_of_lines(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    own, same = principal(service, BUYER, Role.BUYER), principal(service, BUYER, Role.CONTRACTOR)
    other = principal(service, OTHER_BUYER, Role.BUYER)
    # Two a batch: what is told does not depend on where a batch ends.
    monkeypatch.setattr(audit, "BATCH", 2)
    for who in (own, same, other):
        for number in range(3):
            change(service, who, f"export.{number}", *["hire", "contract"][:number])
    settle(service.means)
    answer = service.get(PATH, BUYER, Role.BUYER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    told = [line for line in lines(answer.text) if line["action"].startswith("export.")]
    assert [(line["action"], line["object_type"]) for line in told] == [
        ("export.0", ""),
        ("export.1", "hire"),
        ("export.2", "hire"),
        ("export.2", "contract"),
    ]
    assert {line["key_id"] for line in told} == {str(own.key_id)}
    # What a caller named its request computes nothing in a spreadsheet.
    assert {line["request_id"] for line in told} == {"'-request-1"}
    assert told[1]["fields"] == "starts_on weekly_hours"
    assert told[1]["at"] == "2025-01-10T09:00:00Z"
    as_json = service.get(PATH, BUYER, Role.BUYER, format="ndjson")
    assert as_json.headers["Content-Type"].startswith("application/x-ndjson")
    written = [json.loads(line) for line in as_json.text.splitlines()]
    assert written == service.get("/v1/audit", BUYER, Role.BUYER, limit=200).json()["items"]
    everything = [line["action"] for line in lines(service.get(PATH, PLATFORM, Role.ADMIN).text)]
    assert everything.count("export.0") == 3


def test_days_are_those_of_france_and_both_included(service: Service) -> None:
    who = principal(service, BUYER, Role.FACILITATOR)
    # 23:30 in France on 14 January, and half past midnight on the 17th.
    moments = (datetime(2025, 1, 14, 22, 30, tzinfo=UTC), datetime(2025, 1, 16, 23, 30, tzinfo=UTC))
    first, last = (change(service, who, "day.told", at=moment) for moment in moments)
    service.clock.moment = datetime(2025, 2, 1, tzinfo=UTC)

    def found(**days: str) -> list[str]:
        return [line["change_id"] for line in lines(service.get(PATH, BUYER, Role.FACILITATOR, **days).text)]

    assert found() == [str(first), str(last)]
    assert found(**{"from": "2025-01-14", "to": "2025-01-16"}) == [str(first)]
    assert found(**{"from": "2025-01-15", "to": "2025-01-17"}) == [str(last)]
    assert found(**{"from": "2025-01-15", "to": "2025-01-16"}) == []


@pytest.mark.parametrize("query", ["from=yesterday", "format=xlsx", "limit=3"])
def test_what_is_asked_wrongly_is_told(service: Service, query: str) -> None:
    answer = service.client.get(f"{PATH}?{query}", headers=service.headers(BUYER, Role.BUYER))
    assert answer.status_code == 422
    assert [item["pointer"] for item in answer.json()["errors"]] == [f"/query/{query.partition('=')[0]}"]
    assert service.client.get(PATH).status_code == 401


def test_after_a_year_who_acted_is_gone_and_every_seal_holds(service: Service) -> None:
    who = principal(service, BUYER, Role.BUYER)
    old = change(service, who, "year.old", "hire", at=datetime(2026, 3, 9, 22, 30, tzinfo=UTC))
    kept = change(service, who, "year.kept", "hire", at=datetime(2026, 3, 9, 23, 30, tzinfo=UTC))
    settle(service.means)
    # 10 March in France begins an hour before: twelve months back, what came before it goes.
    service.clock.moment = datetime(2027, 3, 10, 9, tzinfo=UTC)
    assert audit.plan_forgetting(service.means)
    assert not audit.plan_forgetting(service.means)
    drain(service.means)
    with service.means.database.read() as session:
        rows = {change.id: change for change in session.scalars(select(Change))}
        job = session.scalars(select(Job).where(Job.kind == audit.FORGET_ACTORS)).one()
    gone, left = rows[old], rows[kept]
    assert (gone.key_id, gone.membership_id, gone.request_id) == (None, None, None)
    assert (gone.action, gone.organisation_id, gone.role) == ("year.old", who.organisation_id, "buyer")
    assert (left.key_id, left.request_id) == (who.key_id, "-request-1")
    assert job.result["forgotten"] > 0
    # Those made at the beginning have expired since.
    service.forget_keys()
    told = [item for item in lines(service.get(PATH, BUYER, Role.BUYER).text) if item["action"] == "year.old"]
    assert (told[0]["request_id"], told[0]["key_id"]) == ("", "")
    assert told[0]["position"] != ""
    found = verify(service.means.database)
    assert found.holds
    assert found.sealed >= 2


def test_an_actor_may_go_and_never_be_another(service: Service) -> None:
    who = principal(service, BUYER, Role.BUYER)
    change_id = change(service, who, "actor.kept")
    for values in (
        {"key_id": new_id()},
        {"request_id": "another"},
        {"action": "other"},
        {"organisation_id": None},
    ):
        with pytest.raises(DBAPIError, match="never rewritten"), service.means.database.write() as session:
            session.execute(update(Change).where(Change.id == change_id).values(**values))
