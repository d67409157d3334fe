"""Generated requests, right and wrong, on a filled database: no fault, and no answer that is not declared.

Each operation is asked by somebody who may and by somebody who may not, in turn around the case. From
`CLAUSES_FUZZ_EXAMPLES=50` (per operation) everybody asks who may and two who may not, and the edges of every
field are tried too: `make fuzz` asks for hundreds. What can be done once is taken back each time: every
request finds the case as it was told.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.python.asgi import get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests import databases
from tests.api import matrix
from tests.api.asking import PREPARED, QUERIES, Asked, ask
from tests.api.builders import ISSUER, Service, serving, taken_back
from tests.api.cases import TEAM_A, Case, Seat, begin, tell
from tests.contract.documents import document, operations

# Any bytes are a workbook until somebody opens them.
schemathesis.serializer.alias(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream"
)

EXAMPLES = int(os.environ.get("CLAUSES_FUZZ_EXAMPLES", "6"))
THOROUGH = EXAMPLES >= 50
# PostgreSQL refuses more values than SQLite (sizes, NUL, ranges): one run on it shows the most.
KINDS = [pytest.param("postgres", marks=pytest.mark.postgres), *(["sqlite"] if THOROUGH else [])]
ROWS = matrix.rows()
OPERATIONS = {operation.id: operation for operation in operations()}
PLACES = {name: place for place, name in enumerate(OPERATIONS)}
OWN = ("rotate_api_key", "revoke_api_key", "end_membership")
# After these the case, or what somebody sees of it, would be another for everybody who asks next.
DESTRUCTIVE = {*matrix.ONCE, "change_contract", "change_mandate", *OWN}
# These read nothing of a request that could be wrong: no parameter at all, or a file whose flaws are results.
NEVER_WRONG = {*matrix.OPEN, "read_me", "import_file"}
ADDRESS = "http://testserver"
PROBLEM = {"type", "code", "title", "status", "detail", "errors", "request_id"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Who is refused for a wrong key is told so by other tests.
KEPT = {"generation": {"with-security-parameters": False}}
SCHEMA = schemathesis.openapi.from_dict(deepcopy(document()), config=SchemathesisConfig.from_dict(KEPT))
Request = schemathesis.Case[Any]
Test = Callable[..., None]


@dataclass
class World:
    """A running service with a case in it, and how the generator reaches it."""

    service: Service
    case: Case
    client: Any

    @cached_property
    def prepared(self) -> Case:
        """A second case, with what some operations need behind them."""
        case = tell(self.service, TEAM_A)
        for prepare in PREPARED.values():
            prepare(case)
        return case

    def own(self, seat: Seat) -> dict[str, str]:
        """A key and a membership of this organisation in this role, to be ended."""
        body = {"siret": seat.siret, "role": seat.role, "label": "À finir"}
        account = {"issuer": ISSUER, "subject": str(uuid4())}
        asked = {"key_id": ("/v1/api-keys", body), "membership_id": ("/v1/memberships", body | account)}
        answers = {
            name: self.service.post(path, seat.siret, seat.role, sent) for name, (path, sent) in asked.items()
        }
        return {name: answer.json()["id"] for name, answer in answers.items()}

    def answer(
        self, request: Request, seat: Seat, headers: dict[str, str]
    ) -> tuple[Response, dict[str, str]]:
        """The answer to a generated request, with everything it was sent with."""
        sent = {**self.service.headers(seat.siret, seat.role), **headers}
        return request.call(session=self.client, headers=sent, base_url=ADDRESS), sent


@dataclass(frozen=True)
class Way:
    """A way to ask: `near` what exists or anywhere, `wrong` on purpose or not."""

    near: bool
    wrong: bool
    requests: st.SearchStrategy[Request]


@pytest.fixture(scope="module", params=KINDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with databases.migrated_database(request.param) as url, serving(url) as service:
        begin(service, TEAM_A)
        load_all_checks()
        app: Any = service.client.app
        with get_client(app) as client:
            yield World(service, tell(service, TEAM_A), client)


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_answer_is_undeclared(world: World, name: str) -> None:
    case = world.prepared if name in PREPARED else world.case
    turns = seats_in_turn(name)
    for seat in (TEAM_A.seats[turn] for turn in turns):
        parts = world.own(seat) if name in OWN else {}
        with taken_back() if name in DESTRUCTIVE else nullcontext():
            ask_often(world, ask(OPERATIONS[name], case, seat, **parts), seat, -(-EXAMPLES // len(turns)))


def seats_in_turn(name: str) -> list[str]:
    """Two who are refused and all who are not, or one of each: others for the operation that comes next."""
    place, row = PLACES[name], ROWS[name]
    allowed = [seat for seat in matrix.SEATS if row[seat] < 300]
    refused = [seat for seat in matrix.SEATS if row[seat] >= 300]
    if THOROUGH:
        return [
            *dict.fromkeys(refused[(place + step) % len(refused)] for step in (0, 1) if refused),
            *allowed,
        ]
    return [seats[place % len(seats)] for seats in (refused, allowed) if seats]


def test_every_seat_has_its_turn() -> None:
    """As somebody who may, and as somebody who may not."""
    turns = {(seat, ROWS[name][seat] < 300) for name in OPERATIONS for seat in seats_in_turn(name)}
    assert turns == {(seat, may) for seat in matrix.SEATS for may in (True, False)}


def ask_often(world: World, valid: Asked, seat: Seat, examples: int) -> None:
    """Send that many generated requests from one seat, each time others, and look at every answer."""
    name = valid.operation.id
    ways = ways_to_ask(valid)

    @seed(crc32(f"{name} {seat.name}".encode()))
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: st.DataObject) -> None:
        way = data.draw(st.sampled_from(ways))
        request = data.draw(way.requests)
        headers = bring_near(data, request, valid) if way.near else {}
        response, sent = world.answer(request, seat, headers)
        refused = [negative_data_rejection] if way.wrong and not way.near and name not in NEVER_WRONG else []
        request.validate_response(response, checks=[*CHECKS, *refused], headers=sent)
        if response.status_code >= 400 and name != "check_readiness":
            assert_problem(response)

    check()


def ways_to_ask(valid: Asked) -> list[Way]:
    """Mostly right and near."""
    operation = valid.operation
    generated = SCHEMA[operation.path][operation.method]
    parts = {name: value for name, value in valid.parts.items() if f"{{{name}}}" in operation.path}
    right, wrong = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
    query = QUERIES.get(operation.id)
    near = Way(
        near=True, wrong=False, requests=generated.as_strategy(right, path_parameters=parts, query=query)
    )
    return [
        *(near, near, near),
        Way(near=True, wrong=True, requests=generated.as_strategy(wrong, path_parameters=parts)),
        Way(near=False, wrong=False, requests=generated.as_strategy(right)),
        Way(near=False, wrong=True, requests=generated.as_strategy(wrong)),
    ]


def bring_near(data: st.DataObject, request: Request, valid: Asked) -> dict[str, str]:
    """Put a few generated fields into a valid body; returns the headers that go with it.

    What is generated whole rarely passes the first rules: the faults behind them would stay hidden.
    """
    if valid.body is not None and isinstance(request.body, dict) and request.body:
        names = data.draw(st.sets(st.sampled_from(sorted(request.body)), max_size=2))
        request.body = {**valid.body, **{name: request.body[name] for name in names}}
    return valid.headers


def assert_problem(response: Response) -> None:
    """A refusal says in its body what it says in its status."""
    body = response.json()
    assert set(body) == PROBLEM
    assert body["status"] == response.status_code
    assert body["type"] == f"/problems/{body['code']}"


def at_each_edge() -> Callable[[Test], Test]:
    """Edges are drawn while tests are collected: seconds in each process, tried or not."""
    if not THOROUGH:
        return pytest.mark.skip(reason="make fuzz tries the edges of every field")
    edges = {"phases": {"fuzzing": {"enabled": False}, "stateful": {"enabled": False}}}
    config = SchemathesisConfig.from_dict({**KEPT, **edges})
    return schemathesis.openapi.from_dict(deepcopy(document()), config=config).parametrize()


@at_each_edge()
def test_no_answer_is_undeclared_at_the_edges(case: Request, world: World) -> None:
    """Every example of the document, and every field at and just past its bounds."""
    name = case.operation.definition.raw["operationId"]
    seat = TEAM_A.seats[seats_in_turn(name)[-1]]
    with taken_back() if name in DESTRUCTIVE else nullcontext():
        response, sent = world.answer(case, seat, {})
    case.validate_response(response, checks=CHECKS, headers=sent)
