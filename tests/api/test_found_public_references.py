"""Where a clause names a public holds no control characters: PostgreSQL could not keep them."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.principal import Role
from tests.api.builders import BUYER, Service, serving
from tests.api.profiling import begin
from tests.api.registering import CLAUSE, errors_of, register


@pytest.fixture
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as found:
        yield found


def publics(reference: str) -> list[dict[str, Any]]:
    return [{"code": "rsa", "reference": reference}]


@pytest.mark.parametrize("sign", ["\x00", "\x1f"])
def test_where_a_clause_names_a_public_holds_no_control_character(service: Service, sign: str) -> None:
    path = f"/v1/contracts/{register(service)['id']}/clause"
    body = {**CLAUSE, "publics": publics(f"art.{sign}3")}
    answer = service.send("PUT", path, BUYER, Role.BUYER, body, None)
    assert errors_of(answer) == [("/publics/0/reference", "control_character")]
    answer = service.send("PUT", path, BUYER, Role.BUYER, {**CLAUSE, "publics": publics("")}, None)
    assert answer.status_code == 201, answer.text


def test_where_a_profile_names_a_public_holds_no_control_character(service: Service) -> None:
    answer = begin(service, conditions={"publics": publics("art.\x003")})
    assert errors_of(answer) == [("/conditions/publics/0/reference", "control_character")]
