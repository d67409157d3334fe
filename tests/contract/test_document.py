"""What an integrator finds in the document: everything said, shown and true."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator, FormatChecker

from app.main import create_app
from app.settings import Settings
from app.web.example_values import BY_MODEL, BY_NAME, PARAMETERS
from app.web.examples import UNTOLD
from tests.contract.documents import JSON_TYPE, PROBLEM_TYPE, Json, Operation, document, model_of, operations

OPEN = {"check_life", "check_readiness", "read_metrics", "read_problem", "read_register", "read_notice"}
EVERY = [pytest.param(operation, id=operation.id) for operation in operations()]
GUARDED = [case for case in EVERY if case.id not in OPEN]


def fits(value: object, schema: Json) -> list[str]:
    """What of a value does not fit a schema of the document."""
    whole = {**schema, "components": document()["components"]}
    validator = Draft202012Validator(whole, format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(value)]


def texts_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    return [value] if isinstance(value, str) else []


def test_a_value_that_does_not_fit_is_told() -> None:
    schema = {"$ref": "#/components/schemas/MandatePatch"}
    assert fits({"until": "2025-12-31"}, schema) == []
    assert len(fits({"until": "demain"}, schema)) == 1


def test_every_operation_has_a_name_of_its_own() -> None:
    counted = Counter(operation.id for operation in operations())
    assert [name for name, count in counted.items() if count > 1] == []
    # A name that repeats its address would change with it.
    assert [name for name in counted if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name) or "v1" in name] == []


@pytest.mark.parametrize("operation", EVERY)
def test_it_is_described(operation: Operation) -> None:
    assert operation.said["summary"]
    assert operation.said["description"]
    told = {tag["name"] for tag in document()["tags"] if tag["description"]}
    assert operation.said["tags"]
    assert set(operation.said["tags"]) <= told


@pytest.mark.parametrize("operation", EVERY)
def test_it_asks_for_a_key_unless_it_is_for_operators(operation: Operation) -> None:
    asked = operation.said.get("security", [])
    assert asked == ([] if operation.id in OPEN else [{"bearer": []}, {"openIdConnect": []}])
    schemes = document()["components"]["securitySchemes"]
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    assert schemes["openIdConnect"]["openIdConnectUrl"].endswith("/.well-known/openid-configuration")


@pytest.mark.parametrize("operation", EVERY)
def test_every_refusal_is_a_problem(operation: Operation) -> None:
    for status, refusal in operation.refusals.items():
        if (operation.id, status) == ("check_readiness", "503"):
            continue  # probes read the same shape whether the service is ready or not
        assert list(refusal["content"]) == [PROBLEM_TYPE], status
        assert refusal["content"][PROBLEM_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert refusal["description"]


@pytest.mark.parametrize("operation", GUARDED)
def test_its_refusals_are_those_it_can_give(operation: Operation) -> None:
    expected = {"401", "403", "500", "503"}
    if operation.method not in {"GET", "HEAD"}:
        expected.add("413")
    if operation.parameter("Idempotency-Key"):
        expected |= {"400", "409", "422"}
    if operation.parameter("If-Match"):
        expected |= {"412"}
    if operation.bodies:
        expected.add("422")
    assert expected <= set(operation.refusals)


@pytest.mark.parametrize("operation", EVERY)
def test_every_body_and_answer_is_shown(operation: Operation) -> None:
    shown = [content for kind, content in operation.bodies.items() if kind == JSON_TYPE]
    shown += [
        answer["content"][JSON_TYPE]
        for answer in operation.answers.values()
        if JSON_TYPE in answer.get("content", {})
    ]
    for content in shown:
        assert "example" in content
        assert fits(content["example"], content["schema"]) == []
        assert UNTOLD not in texts_in(content["example"])


def test_every_answer_says_its_shape() -> None:
    without = [
        operation.id
        for operation in operations()
        for status, answer in operation.answers.items()
        if status != "204" and not answer.get("content")
    ]
    assert without == []


@pytest.mark.parametrize("operation", EVERY)
def test_a_versioned_answer_bears_its_tag(operation: Operation) -> None:
    for answer in operation.answers.values():
        content = answer.get("content", {}).get(JSON_TYPE)
        if content is None or "version" not in model_of(content)[1].get("properties", {}):
            continue
        assert "If-Match" in answer["headers"]["ETag"]["description"]


@pytest.mark.parametrize("operation", EVERY)
def test_what_is_created_says_where_it_is_and_asks_for_a_key(operation: Operation) -> None:
    created = {"201", "202"} & set(operation.answers)
    if not created:
        assert operation.parameter("Idempotency-Key") is None
        return
    if operation.method == "POST":
        key = operation.parameter("Idempotency-Key")
        assert key is not None
        assert key["in"] == "header"
        assert key["required"] is True
    for status in created:
        name, _ = model_of(operation.answers[status]["content"][JSON_TYPE])
        # A subcontractor is read in the list of its contract.
        if name != "SubcontractOut":
            assert "Location" in operation.answers[status]["headers"]


@pytest.mark.parametrize("operation", EVERY)
def test_a_list_says_how_it_goes_on(operation: Operation) -> None:
    for answer in operation.answers.values():
        content = answer.get("content", {}).get(JSON_TYPE)
        if content is None or "next" not in model_of(content)[1].get("properties", {}):
            continue
        assert "Link" in answer["headers"]
        assert operation.parameter("after") is not None
        limit = operation.parameter("limit")
        assert limit is not None
        assert limit["schema"]["maximum"] == 200


def test_models_have_plain_names() -> None:
    names = document()["components"]["schemas"]
    assert [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []
    used = set(re.findall(r"#/components/schemas/([^'\"]+)", repr(document())))
    assert set(names) == used


def test_a_documented_request_is_well_formed(sqlite_url: str) -> None:
    """Shapes are read before keys: without one, a well-formed request is refused for that alone."""
    app = create_app(Settings(database_url=sqlite_url))
    with TestClient(app) as client:
        for operation in operations():
            if operation.id in OPEN:
                continue
            answer = client.request(
                operation.method, address(operation), params=needed_query(operation), **sent(operation)
            )
            assert (operation.id, answer.status_code, answer.json()["errors"]) == (operation.id, 401, [])
    app.state.means.database.dispose()


def address(operation: Operation) -> str:
    found = operation.path
    for parameter in operation.said.get("parameters", []):
        if parameter["in"] == "path":
            found = found.replace("{" + parameter["name"] + "}", str(parameter["example"]))
    return found


def needed_query(operation: Operation) -> dict[str, str]:
    found = {}
    for parameter in operation.said.get("parameters", []):
        if parameter["in"] == "query" and parameter["required"]:
            schema = parameter["schema"]
            schema = document()["components"]["schemas"].get(
                schema.get("$ref", "").rpartition("/")[2], schema
            )
            found[parameter["name"]] = schema["enum"][0] if "enum" in schema else schema.get("const")
            if found[parameter["name"]] is None:
                found[parameter["name"]] = schema["examples"][0]
    return found


def sent(operation: Operation) -> dict[str, Any]:
    headers = {
        parameter["name"]: parameter["example"]
        for parameter in operation.said.get("parameters", [])
        if parameter["in"] == "header"
    }
    body = operation.bodies.get(JSON_TYPE)
    return {"headers": headers, "json": body["example"]} if body else {"headers": headers}


def test_the_ids_of_the_examples_are_ids_of_the_service() -> None:
    seen = [
        parameter["example"]
        for operation in operations()
        for parameter in operation.said.get("parameters", [])
        if parameter["in"] == "path" and parameter["schema"].get("format") == "uuid"
    ]
    assert len(seen) > 30
    assert {UUID(value).version for value in seen} == {7}


def test_no_example_is_told_of_what_is_no_longer_there() -> None:
    schemas = document()["components"]["schemas"]
    fields = {f"{name}.{field}" for name, schema in schemas.items() for field in schema.get("properties", {})}
    parts = {
        name
        for operation in operations()
        for parameter in operation.said.get("parameters", [])
        if parameter["in"] == "path"
        for name in (parameter["name"], f"{operation.id}.{parameter['name']}")
    }
    assert set(BY_MODEL) <= fields
    assert set(BY_NAME) <= {name.rpartition(".")[2] for name in fields}
    assert set(PARAMETERS) <= parts


def positions_in(value: object) -> Iterator[dict[str, str]]:
    """Whatever says where hours stand, at any depth."""
    if isinstance(value, dict):
        if {"declared", "pending", "held", "refused", "counted"} <= value.keys():
            yield value
        for inner in value.values():
            yield from positions_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from positions_in(inner)


def test_the_hours_of_the_examples_add_up() -> None:
    told = [
        position
        for operation in operations()
        for answer in operation.answers.values()
        for position in positions_in(answer.get("content", {}).get(JSON_TYPE, {}).get("example"))
    ]
    assert len(told) >= 10
    for position in told:
        states = [Decimal(position[state]) for state in ("pending", "held", "refused", "counted")]
        # Days and weeks are rounded each for itself.
        assert abs(sum(states) - Decimal(position["declared"])) <= Decimal("0.02")
