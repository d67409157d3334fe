"""A file that breaks off on its way never looks whole to who takes it, through the server itself."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from typing import Any

import pytest
import uvicorn
from sqlalchemy import update

from app.db.queries import exports as queries
from app.db.tables import ApiKey
from app.principal import Role
from app.services import contracts, extracts
from app.services.work import Reader
from app.web.observing import REGISTRY
from app.worker import drain
from tests import databases
from tests.api.builders import BUYER, Service, add_contract, serving


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with databases.migrated_database("sqlite") as url, serving(url) as running:
        for _ in range(3):
            add_contract(running)
        yield running


@pytest.fixture(scope="module")
def port(service: Service) -> Iterator[int]:
    """The application that the service under test runs, behind a socket."""
    config = uvicorn.Config(service.client.app, port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@contextmanager
def taken(service: Service, port: int, path: str) -> Iterator[HTTPResponse]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path, headers=service.headers(BUYER, Role.BUYER))
        with connection.getresponse() as answer:
            assert answer.status == 200
            yield answer


def faults(route: str) -> float:
    labels = {"method": "GET", "route": route, "status": "500"}
    return REGISTRY.get_sample_value("clauses_requests_total", labels) or 0


def test_a_table_whose_later_pages_fail_is_cut_off(
    service: Service, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracts, "BATCH", 1)
    path = "/v1/exports/contracts"
    with taken(service, port, path) as answer:
        assert len(answer.read().splitlines()) == 4
    read, pages = contracts.list_contracts, iter((False, True))

    def failing(*given: Any) -> object:  # noqa: ANN401  # as the original
        if next(pages):
            raise RuntimeError("away")
        return read(*given)

    monkeypatch.setattr(contracts, "list_contracts", failing)
    before = faults(path)
    with taken(service, port, path) as answer, pytest.raises(IncompleteRead):
        answer.read()
    # Who runs the service counts it among the faults, though it began well.
    assert faults(path) == before + 1


def test_a_key_that_is_revoked_reads_no_further_page(
    service: Service, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracts, "BATCH", 1)
    read, pages = contracts.list_contracts, iter(range(9))

    def revoking(reader: Reader, walk: Any) -> object:  # noqa: ANN401  # as the original
        if next(pages) == 1:
            with service.means.database.write() as session:
                session.execute(
                    update(ApiKey)
                    .where(ApiKey.id == reader.principal.key_id)
                    .values(revoked_at=service.clock.now())
                )
        return read(reader, walk)

    monkeypatch.setattr(contracts, "list_contracts", revoking)
    try:
        with taken(service, port, "/v1/exports/contracts") as answer, pytest.raises(IncompleteRead) as cut:
            answer.read()
    finally:
        service.forget_keys()
    assert len(cut.value.partial.splitlines()) <= 3


def test_a_kept_file_whose_pieces_are_gone_is_cut_off(
    service: Service, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracts, "BATCH", 1)
    export = service.post("/v1/exports", BUYER, Role.BUYER, {"kind": "contracts"}).json()
    drain(service.means)
    with taken(service, port, export["file"]) as answer:
        assert answer.headers["content-length"] == str(len(answer.read()))
    piece = queries.piece
    monkeypatch.setattr(queries, "piece", lambda *given: piece(*given) if given[-1] == 0 else None)
    with taken(service, port, export["file"]) as answer, pytest.raises(IncompleteRead):
        answer.read()
