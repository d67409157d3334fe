"""A statement asks the database no more for fifty lines than for five: more is written, in as many calls."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.principal import Role
from tests.api.builders import BUYER, CONTRACTOR, Service, Worker, add_contract, add_hire, serving
from tests.api.declaring import DECEMBER, JANUARY, correct, line, review, sent, taken

FEW, MANY = 5, 50
# What each takes on PostgreSQL; whoever adds one says why it is worth it.
# One of them notes that figures moved: areas and standings are folded from these notes (DECISIONS 140).
MOST = {"submission": 33, "review": 33, "correction": 37}

Sent = list[tuple[str, int]]


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        # Their keys are made when they are first asked for.
        running.headers(CONTRACTOR, Role.CONTRACTOR)
        running.headers(BUYER, Role.FACILITATOR)
        yield running


@contextmanager
def noted(service: Service) -> Iterator[Sent]:
    """The statements sent to the database, each with how often it is executed."""
    found: Sent = []

    def note(_connection: object, _cursor: object, text: str, values: list[object], *more: object) -> None:
        found.append((text, len(values) if more[-1] else 1))

    engine = service.means.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def told(found: Sent) -> str:
    return "\n".join(" ".join(text.split())[:90] for text, _ in found)


def declared(workers: list[Worker], hours: str) -> list[dict[str, object]]:
    return [line(worker, hours) for worker in workers]


def test_fifty_lines_ask_as_often_as_five(service: Service) -> None:
    contract_id = add_contract(service)
    workers = [add_hire(service, contract_id) for _ in range(MANY)]
    asked: dict[str, list[Sent]] = {"submission": [], "review": [], "correction": []}
    for month, named in ((DECEMBER, workers[:FEW]), (JANUARY, workers)):
        with noted(service) as found:
            statement = sent(service, contract_id, *declared(named, "70.00"), month=month)
        asked["submission"].append(found)
        assert [item["pending"] for item in statement["lines"]] == ["70.00"] * len(named)
        with noted(service) as found:
            statement = review(service, statement, {"accept_all": True}, BUYER).json()
        asked["review"].append(found)
        assert [item["counted"] for item in statement["lines"]] == ["70.00"] * len(named)
        body = {"reason": "Erreur de saisie", "lines": declared(named, "60.00")}
        with noted(service) as found:
            statement = taken(correct(service, statement, body))
        asked["correction"].append(found)
        assert [item["pending"] for item in statement["lines"]] == ["60.00"] * len(named)
    for name, (few, many) in asked.items():
        assert [text.split("(")[0] for text, _ in few] == [text.split("(")[0] for text, _ in many], name
        assert len(many) <= MOST[name], told(many)
    if service.means.database.dialect == "postgresql":
        # New lines and entries are not even executed one by one; lines that change are, in one call.
        singly = {text.split()[0] for found in asked.values() for text, times in found[1] if times > 1}
        assert singly == {"UPDATE"}
