"""Months declared, corrected and reviewed, as firms and reviewers do it."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from httpx2 import Response
from sqlalchemy import func, select

from app.db.tables import ApiKey, Change, Entry, Event, Line, Statement, StatementVersion, Verdict
from app.principal import Role
from tests.api.builders import CONTRACTOR, FACILITATOR, Service, Worker

Body = dict[str, Any]
JANUARY, DECEMBER = "2025-01", "2024-12"
NOTHING: Body = {"month": JANUARY, "nothing_to_declare": True}
WRITTEN = (Statement, StatementVersion, Line, Verdict, Entry, Change, Event)


def line(worker: Worker, worked: str, **more: object) -> Body:
    """What is sent of one hire."""
    return {"hire_id": str(worker.hire_id), "worked": worked, **more}


def period(first: str, last: str, worked: str, **more: object) -> Body:
    """A dated part of a line."""
    return {"first": first, "last": last, "worked": worked, **more}


def send(
    service: Service,
    contract_id: UUID,
    body: Body,
    siret: str = CONTRACTOR,
    role: Role = Role.CONTRACTOR,
    key: str | None = None,
) -> Response:
    """A month's statement, a minute after whatever happened before."""
    service.clock.moment += timedelta(minutes=1)
    return service.post(f"/v1/contracts/{contract_id}/statements", siret, role, body, key)


def sent(
    service: Service, contract_id: UUID, *lines: Body, month: str = JANUARY, siret: str = CONTRACTOR
) -> Body:
    """A month that is taken in."""
    return taken(send(service, contract_id, {"month": month, **content(lines)}, siret))


def correct(
    service: Service,
    statement: Body,
    body: Body,
    siret: str = CONTRACTOR,
    *,
    version: int | None = None,
    key: str | None = None,
) -> Response:
    """A correction of the version at hand, or of another one; 0 names none."""
    service.clock.moment += timedelta(minutes=1)
    headers = {**service.headers(siret, Role.CONTRACTOR), "Idempotency-Key": key or str(uuid4())}
    named = statement["version"] if version is None else version
    if named:
        headers["If-Match"] = f'"{named}-contractor-fr"'
    return service.client.post(f"/v1/statements/{statement['id']}/versions", json=body, headers=headers)


def corrected(service: Service, statement: Body, *lines: Body, siret: str = CONTRACTOR) -> Body:
    """A correction that is taken in."""
    current = read(service, statement, siret, Role.CONTRACTOR)
    body = {"reason": "Erreur de saisie", **content(lines)}
    return taken(correct(service, current, body, siret))


def review(
    service: Service,
    statement: Body,
    body: Body,
    siret: str = FACILITATOR,
    role: Role = Role.FACILITATOR,
    version: int | None = None,
) -> Response:
    """Verdicts on the version at hand, or on another one."""
    path = f"/v1/statements/{statement['id']}/review"
    return service.send("POST", path, siret, role, body, version or statement["version"])


def accepted(service: Service, statement: Body, siret: str = FACILITATOR) -> Body:
    """The statement once every line that waited is accepted whole."""
    current = read(service, statement, siret)
    answer = review(service, current, {"accept_all": True}, siret)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


def read(service: Service, statement: Body, siret: str = FACILITATOR, role: Role = Role.FACILITATOR) -> Body:
    """The statement as it stands."""
    answer = service.get(f"/v1/statements/{statement['id']}", siret, role)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


def states(statement: Body, worker: Worker | None = None) -> dict[str, str]:
    """Where the hours of a line stand, the only one or that of somebody; zeros left out."""
    lines = [item for item in statement["lines"] if worker is None or item["hire_id"] == str(worker.hire_id)]
    assert len(lines) == 1
    return {
        state: lines[0][state]
        for state in ("pending", "held", "refused", "counted")
        if lines[0][state] != "0.00"
    }


def by_rule(statement: Body, worker: Worker | None = None) -> dict[tuple[str, str | None], str]:
    """Hours of a line by state and rule, worked and training together."""
    found: dict[tuple[str, str | None], int] = defaultdict(int)
    for item in statement["lines"]:
        if worker is None or item["hire_id"] == str(worker.hire_id):
            for posting in item["postings"]:
                found[posting["state"], posting["rule"]] += int(posting["hours"].replace(".", ""))
    return {key: f"{hours // 100}.{hours % 100:02d}" for key, hours in found.items()}


def content(lines: tuple[Body, ...]) -> Body:
    """Lines, or nothing to declare."""
    return {"lines": list(lines)} if lines else {"nothing_to_declare": True}


def taken(answer: Response) -> Body:
    """What was created."""
    assert answer.status_code == 201, answer.text
    found: Body = answer.json()
    return found


def rows(service: Service) -> list[int]:
    """How many rows there are of everything that a statement writes."""
    with service.means.database.read() as session:
        found = [session.scalar(select(func.count()).select_from(table)) or 0 for table in WRITTEN]
        # The service's keys are made when they are first used, which may be in between.
        keys = session.scalar(select(func.count()).select_from(ApiKey)) or 0
    found[WRITTEN.index(Change)] -= keys
    return found


def line_row(service: Service, worker: Worker) -> Line:
    """The line of a hire that has only one."""
    with service.means.database.read() as session:
        return session.scalars(select(Line).where(Line.hire_id == worker.hire_id)).one()
