"""A canary: unique words in every personal field reach no log, metric, error, event, job or address.

Every operation of the API is asked on one case whose people are such words, then its bodies once more with
the words where they do not belong. `make canary` runs this with the matrix, which looks
through every answer.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from httpx2 import Response
from sqlalchemy import select

from app.db.tables import Change, ChangeObject, Event, ImportRow, Job, Version, WebhookDelivery
from app.exchange.mail import Mailer
from app.exchange.outgoing import Outgoing
from app.rules.contacts import ContactFunction
from app.services import deliveries, participants
from app.services.changes import settle
from app.worker import drain
from tests.api import matrix
from tests.api.asking import BODIES, ask
from tests.api.builders import HeldClock, Service, serving, taken_back
from tests.api.cases import PLATFORM, STRANGER, TEAM_A, Case, begin, tell
from tests.contract.documents import operations
from tests.exchange.fake_mail import HASTY, fake_mail

OPERATIONS = {operation.id: operation for operation in operations()}
CHANGING = [name for name, operation in OPERATIONS.items() if name in BODIES and operation.bodies]
# Words of nobody's law: codes of publics and kinds of prescribers stand for other things as well.
WORDS = [*TEAM_A.identity.values(), *(word for word in TEAM_A.reasons.values() if "anari" in word)]
# Every seat and operation would be the matrix again: who may do most, one of each role.
SEATS = [TEAM_A.seats[name] for name in ("buyer", "holder", "facilitator")]


@pytest.fixture(scope="module")
def case(module_database_url: str) -> Iterator[Case]:
    with serving(module_database_url) as service:
        begin(service, TEAM_A)
        yield tell(service, TEAM_A)


def found_in(text: str) -> list[str]:
    """The words that stand in a text, as they are or as an address writes them."""
    return [word for word in WORDS if word in text or quote(word) in text]


def headers(service: Service, seat: Any) -> dict[str, str]:  # noqa: ANN401 - a seat
    return service.headers(seat.siret, seat.role)


def spoilt(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The body with words where they do not belong: in a field of no schema, and in place of a value.

    Never as the name of a field: a pointer names what it points at, to the sender alone.
    """
    word = TEAM_A.identity["birth_name"]
    return [{**body, "unknown": list(WORDS)}, *({**body, name: {"x": word}} for name in list(body)[:2])]


def asked_everything(case: Case) -> Iterator[tuple[str, Response]]:
    """Every operation with the body it takes and with spoilt ones, by one seat of each role."""
    for name in matrix.rows():
        for seat in SEATS:
            nowhere = {part: str(uuid4()) for part in ("key_id", "membership_id", "contact_id")}
            asked = ask(OPERATIONS[name], case, seat, **nowhere)
            credential = headers(case.service, seat)
            bodies = spoilt(asked.body) if name in CHANGING and asked.body is not None else []
            # Taken back, so that each finds the case whole; what the case itself wrote stays.
            with taken_back():
                answers = [asked.send(credential)]
                answers += [replace(asked, body=body).send(credential) for body in bodies]
            yield from ((name, answer) for answer in answers)


def asked_by_name(case: Case) -> Iterator[tuple[str, Response]]:
    """Addresses that hold a word: what somebody may try who takes people for found by name."""
    word, seat = quote(TEAM_A.identity["birth_name"]), TEAM_A.seats["holder"]
    paths = (f"/v1/participants/{word}", f"/v1/{word}", f"/v1/contracts?after={word}", f"/problems/{word}")
    for path in paths:
        yield path, case.service.get(path, seat.siret, seat.role)


def test_no_word_leaves_by_a_log_an_error_a_metric_an_event_or_a_job(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    service, refused = case.service, 0
    for name, answer in asked_everything(case):
        assert found_in(f"{answer.request.url} {dict(answer.headers)}") == [], name
        if answer.status_code >= 400:
            refused += 1
            assert found_in(answer.text) == [], name
    assert refused > 100
    assert [path for path, answer in asked_by_name(case) if found_in(answer.text)] == []
    drain(service.means)
    assert found_in(service.client.get("/metrics").text) == []
    for seat in (*SEATS, TEAM_A.seats["admin"]):
        for path in ("/v1/events", "/v1/audit", "/v1/audit/export", "/v1/retention"):
            assert found_in(service.get(path, seat.siret, seat.role).text) == [], (path, seat)
    with service.means.database.read() as session:
        for table in (Change, ChangeObject, Event, Job, ImportRow, Version, WebhookDelivery):
            texts = "\n".join(str(row) for row in session.execute(select(table.__table__)))
            assert found_in(texts) == [], table
    logs = capsys.readouterr()
    assert logs.out.count('"event": "request"') > refused
    assert found_in(logs.out + logs.err) == []


def test_no_word_leaves_by_a_webhook(case: Case) -> None:
    sent: list[str] = []

    def receive(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.url} {request.headers} {request.content.decode()}")
        return httpx.Response(204, stream=httpx.ByteStream(b""))

    def public(host: str, port: int) -> list[str]:
        del host, port
        return ["93.184.215.14"]

    for seat in SEATS:
        body = {"url": "https://hooks.example/canary", "label": "Canari", "after": 0}
        assert case.service.post("/v1/webhooks", seat.siret, seat.role, body).status_code == 201
    outgoing = Outgoing(transport=httpx.MockTransport(receive), resolve=public)
    means = replace(case.service.means, outgoing=outgoing)
    while settle(means) or deliveries.serve(means, timedelta(days=1)):
        pass
    assert len(sent) > 30
    assert [found for text in sent for found in found_in(text)] == []


def test_no_word_leaves_by_a_reminder(case: Case) -> None:
    """By the holder's and its subcontractor's own people, months and references, a day when all is late."""
    service = case.service
    seats = [TEAM_A.seats[name] for name in ("holder", "subcontractor")]
    for seat in seats:
        for function in ContactFunction:
            body = {"function": function, "name": TEAM_A.identity["birth_name"], "email": "a@exemple.fr"}
            path = f"/v1/organisations/{seat.siret}/contacts"
            assert service.post(path, seat.siret, seat.role, body).status_code == 201
    with fake_mail() as mail:
        clock = HeldClock(service.clock.moment + timedelta(days=75))
        drain(replace(service.means, clock=clock, mailer=Mailer(mail.server(), clock, HASTY)))
        letters = [f"{taken.raw}\n{taken.text}" for taken in mail.taken]
    assert len(letters) >= 2
    assert [found for letter in letters for found in found_in(letter)] == []


def test_a_fault_with_the_person_at_hand_names_nobody(
    case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(json.dumps(WORDS))

    monkeypatch.setattr(participants, "shown", broken)
    seat = TEAM_A.seats["holder"]
    answer = case.service.post("/v1/participants", seat.siret, seat.role, TEAM_A.identity)
    assert answer.status_code == 500
    logs = capsys.readouterr()
    assert "RuntimeError" in logs.out
    assert found_in(answer.text + logs.out + logs.err) == []


def test_a_word_that_leaves_is_found() -> None:
    name = TEAM_A.identity["birth_place"]
    assert found_in(f"/v1/x?place={quote(name)}") == [name]
    assert found_in(f"{STRANGER} {PLATFORM}") == []
