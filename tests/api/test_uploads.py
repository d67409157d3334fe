"""Files on their way in: stored piece by piece, by who may, and forgotten whatever goes wrong."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.types import Message

from app import worker
from app.crypto import Keyring
from app.db.tables import ImportChunk, ImportFile
from app.principal import SERVICE, Principal, Role
from app.services import key_rotation, uploads
from app.services.work import reading
from app.settings import DEVELOPMENT_SECRET
from app.web.limits import BodyLimit, Bound
from tests.api.builders import Service, serving
from tests.api.test_imports import PLATFORM, imported, outcomes, send
from tests.exchange.decp_samples import BUYER, as_json, sound


@pytest.fixture
def service(database_url: str) -> Iterator[Service]:
    with serving(database_url) as service:
        yield service


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as service:
        yield service


def pieces(service: Service) -> list[int]:
    """The sizes of what is stored, in order, without what sealing adds."""
    added = len(service.means.keyring.encrypt(b"", table="", column="", row=""))
    with service.means.database.read() as session:
        query = select(func.length(ImportChunk.sealed)).order_by(ImportChunk.upload_id, ImportChunk.ordinal)
        return [size - added for size in session.scalars(query)]


def answered(
    service: Service, receive: Callable[[], Any], bound: Bound | None = None, media: bytes = b"text/csv"
) -> list[Message]:
    """What is answered to an import whose body comes from `receive`, under another limit than the usual."""
    app: Any = service.client.app
    layer = app.middleware_stack or app.build_middleware_stack()
    while not isinstance(layer, BodyLimit):
        layer = layer.app
    given = {**service.headers(PLATFORM, Role.ADMIN), "Idempotency-Key": "one"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/imports",
        "query_string": b"kind=decp",
        "headers": [
            (b"content-type", media),
            *((name.lower().encode(), value.encode()) for name, value in given.items()),
        ],
    }
    answers: list[Message] = []

    async def keep(message: Message) -> None:
        answers.append(message)

    async def handle() -> None:
        await app(scope, receive, keep)

    usual, layer.imports = layer.imports, bound or layer.imports
    try:
        asyncio.run(handle())
    finally:
        layer.imports = usual
    return answers


def test_a_file_is_stored_in_pieces_and_read_back_from_them(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.uploading.PIECE", 1000)
    content = as_json(*(sound(id=f"EX-{number}", objet="x" * 400) for number in range(6)))
    cuts = [content[:700], content[700:1500], content[1500:4000], content[4000:], b""]
    parts = [{"type": "http.request", "body": part, "more_body": bool(part)} for part in cuts]

    async def as_it_comes() -> Message:
        return parts.pop(0)

    answers = answered(service, as_it_comes, media=b"application/json")
    assert answers[0]["status"] == 202
    assert pieces(service) == [1500, 2500, len(content) - 4000]
    worker.drain(service.means, daily=None)
    found = service.get(f"/v1/imports/{json.loads(answers[1]['body'])['id']}", PLATFORM, Role.ADMIN).json()
    assert outcomes(found) == {"created": 6}
    assert (found["done"], found["total"]) == (6, 6)
    assert pieces(service) == []


def test_nothing_is_stored_of_who_may_not_import_or_says_it_wrongly(service: Service) -> None:
    refused = [
        send(service, b"{}", siret=BUYER, role=Role.FACILITATOR),
        send(service, b"{}", media="application/xml"),
        send(service, b"{}", dry_run="perhaps"),
        service.client.post("/v1/imports", params={"kind": "decp"}, content=b"{}"),
    ]
    assert [answer.status_code for answer in refused] == [403, 415, 422, 401]
    assert pieces(service) == []


def test_a_repetition_stores_nothing_more(on_sqlite: Service) -> None:
    send(on_sqlite, b"{}", key="one")
    send(on_sqlite, b"{}", key="one")
    assert send(on_sqlite, b"[]", key="one").json()["code"] == "idempotency_key_reused"
    no_key = {**on_sqlite.headers(PLATFORM, Role.ADMIN), "Content-Type": "application/json"}
    answer = on_sqlite.client.post("/v1/imports", params={"kind": "decp"}, content=b"{}", headers=no_key)
    assert answer.status_code == 400
    assert pieces(on_sqlite) == [2]


@pytest.mark.parametrize(
    ("bound", "pause", "status", "code"),
    [(Bound(5_000, 60), 0.0, 413, b"payload_too_large"), (Bound(10**9, 0.2), 0.05, 408, b"body_too_slow")],
)
def test_too_much_or_too_slow_is_refused_and_forgotten(
    on_sqlite: Service,
    monkeypatch: pytest.MonkeyPatch,
    bound: Bound,
    pause: float,
    status: int,
    code: bytes,
) -> None:
    monkeypatch.setattr("app.web.uploading.PIECE", 1000)

    async def without_end() -> Message:
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": b"x" * 1500, "more_body": True}

    answers = answered(on_sqlite, without_end, bound)
    assert answers[0]["status"] == status
    assert (b"connection", b"close") in answers[0]["headers"]
    assert code in answers[1]["body"]
    assert pieces(on_sqlite) == []


def test_what_no_import_came_to_know_of_is_swept_away(service: Service) -> None:
    send(service, b"{}")
    uploads.stored(service.means, SERVICE, [b"a", b"b"] * 20)
    assert uploads.sweep(service.means) == 0
    service.clock.moment += timedelta(days=1, seconds=1)
    assert uploads.sweep(service.means) == 1
    assert pieces(service) == [2]


def test_a_file_that_an_earlier_version_stored_whole_is_still_read(service: Service) -> None:
    made = send(service, b"{}").json()
    with service.means.database.write() as session:
        file = session.scalars(select(ImportFile)).one()
        file.content, file.upload_id = as_json(sound()), None
    worker.drain(service.means, daily=None)
    found = service.get(f"/v1/imports/{made['id']}", PLATFORM, Role.ADMIN).json()
    assert outcomes(found) == {"created": 1}
    assert outcomes(imported(service, as_json(sound()))) == {"unchanged": 1}


def test_a_file_that_waits_is_sealed_anew_with_everything_else(on_sqlite: Service) -> None:
    means, now = on_sqlite.means, "k2:" + base64.b64encode(b"n" * 32).decode()
    send(on_sqlite, b"{}", key="known")
    with means.database.read() as session:
        (piece,) = session.scalars(select(ImportChunk)).all()
    principal = Principal(piece.organisation_id, Role.ADMIN)
    kept = uploads.stored(means, principal, [b"first", b"second"])
    both, new = (replace(means, keyring=Keyring(keys)) for keys in (f"{now},{DEVELOPMENT_SECRET}", now))
    key_rotation.rotate(both)
    stream = uploads.stored_stream(lambda: reading(new, principal, "test"), kept.id)
    assert stream.read() == b"firstsecond"


def test_a_piece_that_an_earlier_version_stored_as_it_came_is_still_read(on_sqlite: Service) -> None:
    made = send(on_sqlite, b"{}").json()
    with on_sqlite.means.database.write() as session:
        piece = session.scalars(select(ImportChunk)).one()
        piece.content, piece.sealed = as_json(sound()), None
    worker.drain(on_sqlite.means, daily=None)
    found = on_sqlite.get(f"/v1/imports/{made['id']}", PLATFORM, Role.ADMIN).json()
    assert outcomes(found) == {"created": 1}
