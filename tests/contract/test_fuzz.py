"""Generated requests, right and wrong, on a filled database: no fault, and no answer that is not declared.

`CLAUSES_FUZZ_EXAMPLES` says how many per operation; `make fuzz` asks for hundreds, and for the edges of every
field too.
"""

import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
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
from tests.api.builders import ISSUER, Service, serving
from tests.api.cases import TEAM_A, Case, Seat, begin, tell
from tests.contract.documents import Operation, document, operations

EXAMPLES = int(os.environ.get("CLAUSES_FUZZ_EXAMPLES", "6"))
THOROUGH = EXAMPLES >= 100
# PostgreSQL refuses more values than SQLite (sizes, NUL, ranges): one run on it shows the most.
KINDS = [pytest.param("postgres", marks=pytest.mark.postgres), *(["sqlite"] if THOROUGH else [])]
SEATS = ("admin", "buyer", "holder", "facilitator")
ROWS = matrix.rows()
OPERATIONS = {operation.id: operation for operation in operations()}
OWN = ("rotate_api_key", "revoke_api_key", "end_membership")
# After these, somebody no longer sees the case: they get one of their own.
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
EDGES = {"phases": {"fuzzing": {"enabled": False}, "stateful": {"enabled": False}}}
SCHEMA = schemathesis.openapi.from_dict(deepcopy(document()), config=SchemathesisConfig.from_dict(KEPT))
EDGED = schemathesis.openapi.from_dict(
    deepcopy(document()), config=SchemathesisConfig.from_dict({**KEPT, **EDGES})
)
Request = schemathesis.Case[Any]


@dataclass
class World:
    """A running service with a case in it, and how the generator reaches it."""

    service: Service
    case: Case
    client: Any

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
    case = case_for(world, name)
    ways = ways_to_ask(OPERATIONS[name], case)
    allowed = [seat for seat in SEATS if ROWS[name][seat] < 300]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        seat = TEAM_A.seats[data.draw(st.sampled_from([*SEATS, *allowed]))]
        way = data.draw(st.sampled_from(ways))
        request = data.draw(way.requests)
        headers = bring_near(data, request, ask(OPERATIONS[name], case, seat)) if way.near else {}
        response, sent = world.answer(request, seat, headers)
        refused = [negative_data_rejection] if way.wrong and not way.near and name not in NEVER_WRONG else []
        request.validate_response(response, checks=[*CHECKS, *refused], headers=sent)
        if response.status_code >= 400 and name != "check_readiness":
            assert_problem(response)

    check()


def case_for(world: World, name: str) -> Case:
    """The case to ask about: the common one, unless the operation would spoil it for others."""
    if name not in DESTRUCTIVE:
        return world.case
    case = tell(world.service, TEAM_A)
    if name in PREPARED:
        PREPARED[name](case)
    body = {"siret": TEAM_A.buyer, "role": "buyer", "label": "À finir"}
    case.ids["key_id"] = case.send("buyer", "POST", "/v1/api-keys", body)["id"]
    account = {"issuer": ISSUER, "subject": case.contract["id"]}
    case.ids["membership_id"] = case.send("buyer", "POST", "/v1/memberships", body | account)["id"]
    return case


def ways_to_ask(operation: Operation, case: Case) -> list[Way]:
    """Mostly right and near."""
    generated = SCHEMA[operation.path][operation.method]
    known = ask(operation, case, TEAM_A.seats["buyer"]).parts
    parts = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
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


@pytest.mark.skipif(not THOROUGH, reason="make fuzz tries the edges of every field")
@EDGED.parametrize()
def test_no_answer_is_undeclared_at_the_edges(case: Request, world: World) -> None:
    """Every example of the document, and every field at and just past its bounds."""
    name = case.operation.definition.raw["operationId"]
    allowed = [seat for seat in SEATS if ROWS[name][seat] < 300]
    response, sent = world.answer(case, TEAM_A.seats[[*allowed, "buyer"][0]], {})
    case.validate_response(response, checks=CHECKS, headers=sent)
