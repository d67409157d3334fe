"""A body whose sender goes away before its end is not acted on: half a file reads like a whole one."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from starlette.types import Message

from app.db.tables import Change, ImportChunk, ImportFile, StoredAnswer
from app.principal import Role
from tests.api.builders import BUYER, Service, serving

FIRST_ROWS = b"id;acheteur.id;objet\nEX-1;20003994900017;Exemple\nEX-2;2000"


@pytest.fixture
def service(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as found:
        yield found


def sent(service: Service, *messages: Message) -> list[Message]:
    """What the application answers to an import that arrives as these messages."""
    given = {**service.headers(BUYER, Role.BUYER), "Content-Type": "text/csv", "Idempotency-Key": "one"}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/imports",
        "query_string": b"kind=decp&filename=exemple.csv",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
    }
    waiting = list(messages)
    answers: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    async def handle() -> None:
        await service.client.app(scope, receive, send)

    asyncio.run(handle())
    return answers


def stored(service: Service) -> tuple[int, ...]:
    with service.means.database.read() as session:
        tables = (Change, ImportChunk, ImportFile, StoredAnswer)
        return tuple(session.scalars(select(func.count()).select_from(table)).one() for table in tables)


def test_an_import_cut_in_the_middle_is_no_import(service: Service) -> None:
    service.headers(BUYER, Role.BUYER)
    before = stored(service)
    first = {"type": "http.request", "body": FIRST_ROWS, "more_body": True}
    answers = sent(service, first, {"type": "http.disconnect"})
    assert stored(service) == before
    assert answers[0]["status"] == 422


def test_the_same_key_then_carries_the_whole_file(service: Service) -> None:
    first = {"type": "http.request", "body": FIRST_ROWS, "more_body": True}
    rest = {"type": "http.request", "body": b"3994900017;Exemple\n", "more_body": False}
    sent(service, first, {"type": "http.disconnect"})
    assert sent(service, first, rest)[0]["status"] == 202
