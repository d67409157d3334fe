"""Every code that the API or the rules serve has its line in GLOSSARY.md."""

import ast
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
from app.rules.facts import FACT_LABELS
from app.rules.labels import LABELS as LAW
from app.rules.parameters import PARAMETERS
from app.rules.profiles import PROFILES
from app.rules.proofs import PROOFS
from app.rules.publics import PUBLICS
from app.rules.ready_targets import READY_TARGETS
from app.schemas.labels import LABELS
from app.schemas.violations import CODES, GENERAL
from app.services import decp
from tests.architecture.source import ASSEMBLED, ROOT, Module, modules

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


# Where a code is written in a call: the name of what is called, the place of the code among its arguments.
CODED = {
    "record": 0,
    "announce": 0,
    "touch": 0,
    "bump": 2,
    "queue": 1,
    "FieldError": 1,
    "FieldProblem": 0,
    "Finding": 0,
    "WrongValueError": 2,
    "_reason": 0,
}
# The second argument of `announce` is a type of object, like the first of `touch`.
SUBJECT = {"announce": 1}


def codes_in_calls(module: Module, *tables: dict[str, int]) -> Iterator[str]:
    """The codes that stand as texts in the calls above, or in those of other tables."""
    asked = tables or (CODED, SUBJECT)
    if not module.says(*(name for places in asked for name in places)):
        return
    for node in module.nodes:
        if not isinstance(node, ast.Call):
            continue
        name = str(getattr(node.func, "attr", getattr(node.func, "id", "")))
        for places in asked:
            place = places.get(name, len(node.args))
            for argument in node.args[place : place + 1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


DONE, DONE_TO = {"record": 0}, {"touch": 0}


def codes_of_the_law() -> Iterator[str]:
    """Publics with their settings, profiles, facts, proofs, parameters and ready tables."""
    for public in PUBLICS.values():
        yield public.code
        yield from (setting.code for setting in public.settings)
    for listed in (PROFILES, FACT_LABELS, PROOFS, PARAMETERS, READY_TARGETS):
        yield from listed


def labelled() -> Iterator[str]:
    for labels in (*LABELS.values(), *LAW.values(), decp.SENTENCES):
        yield from labels


def test_a_row_explains_the_codes_of_its_first_cell() -> None:
    glossary = "| code | mot |\n|---|---|\n| `met`, `unmet` | atteint | `other` |\n\n`loose`\n"
    assert explained_in(glossary) == {"met", "unmet"}


def test_enumerations_are_found_at_any_depth() -> None:
    document = {"a": [{"enum": ["x", 1]}, {"const": "y"}], "properties": {"b": {"items": {"enum": ["z"]}}}}
    assert set(enumerated_in(document)) == {"x", "y", "z"}


def test_codes_are_found_where_they_are_declared() -> None:
    assert {"unauthenticated"} <= set(codes_of_errors())
    assert {"direct_hire", "counted"} <= set(values_of_enumerations())


def test_codes_in_calls_are_found() -> None:
    calls = (
        'writer.announce("a.b", "c", d)',
        'FieldError("/x", "e", F)',
        'Wrong(WrongValueError(at, "G", "h"))',
    )
    text = "\n".join((*calls, 'i("j")'))
    assert list(codes_in_calls(Module("x.py", text))) == ["a.b", "c", "e", "h"]


@pytest.mark.parametrize(("table", "list_"), [(DONE, "changes"), (DONE_TO, "objects")])
def test_what_the_trail_tells_has_a_label(table: dict[str, int], list_: str) -> None:
    told = {code for module in modules("app") for code in codes_in_calls(module, table)}
    assert sorted(told - set(LABELS[list_])) == []
    assert told


@pytest.mark.skipif(not ASSEMBLED, reason="the application is not assembled yet")
def test_every_code_is_explained() -> None:
    explained = explained_in((ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    served = {
        *values_of_enumerations(),
        *codes_of_errors(),
        *enumerated_in(document),
        *codes_of_the_law(),
        *labelled(),
        *(code for code, _ in (*CODES.values(), GENERAL)),
        *(code for module in modules("app") for code in codes_in_calls(module)),
    }
    assert sorted(served - explained) == [], "each of these needs a row in GLOSSARY.md"
