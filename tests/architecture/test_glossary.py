"""Every code that the API or the rules serve has its line in GLOSSARY.md."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest

import app
from app.errors import DomainError
from app.rules.profiles import PROFILES
from app.rules.publics import PUBLICS
from tests.architecture.source import ASSEMBLED, ROOT

# A table row; the codes it explains stand between backticks in its first cell.
FIRST_CELL = re.compile(r"^\|([^|]*)\|", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")


def explained_in(glossary: str) -> set[str]:
    return {code for cell in FIRST_CELL.findall(glossary) for code in CODE.findall(cell)}


def values_of_enumerations() -> Iterator[str]:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        for member in vars(importlib.import_module(module.name)).values():
            if isinstance(member, type) and issubclass(member, StrEnum):
                yield from (value.value for value in member)


def codes_of_errors(above: type[DomainError] = DomainError) -> Iterator[str]:
    for error in above.__subclasses__():
        yield from codes_of_errors(error)
        if "code" in vars(error):
            yield error.code


def enumerated_in(document: Any) -> Iterator[str]:  # noqa: ANN401  # any JSON
    """Values of `enum` and `const` in a JSON schema, at any depth."""
    if isinstance(document, dict):
        values = document.get("enum", [])
        constant = document.get("const")
        yield from (value for value in [*values, constant] if isinstance(value, str))
        for inner in document.values():
            yield from enumerated_in(inner)
    elif isinstance(document, list):
        for inner in document:
            yield from enumerated_in(inner)


def test_a_row_explains_the_codes_of_its_first_cell() -> None:
    glossary = "| code | mot |\n|---|---|\n| `met`, `unmet` | atteint | `other` |\n\n`loose`\n"
    assert explained_in(glossary) == {"met", "unmet"}


def test_enumerations_are_found_at_any_depth() -> None:
    document = {"a": [{"enum": ["x", 1]}, {"const": "y"}], "properties": {"b": {"items": {"enum": ["z"]}}}}
    assert set(enumerated_in(document)) == {"x", "y", "z"}


def test_codes_are_found_where_they_are_declared() -> None:
    assert {"unauthenticated"} <= set(codes_of_errors())
    assert {"direct_hire", "counted"} <= set(values_of_enumerations())


@pytest.mark.skipif(not ASSEMBLED, reason="the application is not assembled yet")
def test_every_code_is_explained() -> None:
    explained = explained_in((ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    served = {*values_of_enumerations(), *codes_of_errors(), *enumerated_in(document), *PUBLICS, *PROFILES}
    assert sorted(served - explained) == []
