"""The lists that the API offers are those that the published data speak, and have French labels."""

import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum
from typing import get_args

import pytest

from app import principal, schemas
from app.exchange import territories
from app.exchange.decp import vocabulary
from app.exchange.decp.issues import IssueCode, Severity
from app.principal import Role
from app.rules import codes
from app.schemas.contracts import Ccag, Nature, Procedure
from app.schemas.imports import ImportKind
from app.schemas.places import PlaceType
from app.schemas.territories import Level
from tests.api.builders import BUYER, serving


def test_the_api_offers_the_published_lists() -> None:
    assert get_args(Nature) == vocabulary.NATURES
    assert get_args(Procedure) == vocabulary.PROCEDURES
    assert get_args(Ccag) == vocabulary.CCAGS
    assert get_args(PlaceType) == vocabulary.PLACE_TYPES


def enumerations() -> Iterator[type[StrEnum]]:
    """Every list of codes that the API or the law declares."""
    modules = [
        importlib.import_module(f"app.schemas.{item.name}") for item in pkgutil.iter_modules(schemas.__path__)
    ]
    for module in (principal, codes, *modules):
        for member in vars(module).values():
            if isinstance(member, type) and issubclass(member, StrEnum) and member is not StrEnum:
                yield member


@pytest.fixture(scope="module")
def served(module_database_url: str) -> dict[str, dict[str, str]]:
    with serving(module_database_url) as service:
        answer = service.get("/v1/rules", BUYER, Role.BUYER).json()["codes"]
    return {name: {item["code"]: item["label"] for item in items} for name, items in answer.items()}


def test_every_enumeration_is_one_served_list(served: dict[str, dict[str, str]]) -> None:
    lists = [set(labels) for labels in served.values()]
    missing = [kind.__name__ for kind in enumerations() if {item.value for item in kind} not in lists]
    # The states of a contract without clause are served with that of one that has its clause, the grounds of
    # a request for erasure with that of the service itself.
    assert sorted(set(missing)) == ["ClauseState", "ErasureRequestGround"]


def test_what_is_no_enumeration_is_served_too(served: dict[str, dict[str, str]]) -> None:
    assert set(served["territory_levels"]) == set(get_args(Level))
    assert set(served["territory_kinds"]) == {
        item.kind for item in territories.read_territories().territories
    }
    assert set(served["import_kinds"]) == set(get_args(ImportKind))
    assert set(served["severities"]) == set(Severity)
    assert set(served["import_issues"]) > set(IssueCode)
    assert set(served["clause_states"]) == {*codes.ClauseState, "clause"}


def test_every_label_is_french_text(served: dict[str, dict[str, str]]) -> None:
    labels = [label for items in served.values() for label in items.values()]
    assert all(label.strip() == label and not label.islower() for label in labels)
    assert served["roles"]["facilitator"] == "Facilitateur"
    assert served["hire_warnings"]["outside_window"] == "Début hors de la période d'exécution"
