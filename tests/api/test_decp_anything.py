"""Whatever a record holds, its import ends, each has one result, and the file again changes nothing."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.builders import Service, serving
from tests.api.test_imports import imported, outcomes
from tests.exchange.decp_samples import sound
from tests.exchange.test_decp_fuzz import FIELDS, VALUES

UGLY = [
    "\x00",
    "\ud800",
    "\x85\u2028",
    "x" * 70_000,
    "1e999",
    10**30,
    {"id": {"id": {"id": "\udfff"}}},
    [[[[["\x00"]]]]],
    {"titulaire": {"typeIdentifiant": "HORS-UE", "id": "A\x00\ud800B"}},
    [{"modification": [{"titulaires": [{"id": "y" * 60}], "montant": "NaN"}, None, 5]}],
    [{"acteSousTraitance": {"sousTraitant": "z" * 60}}, {"sousTraitant": {"id": "\ud800"}}],
]


@pytest.fixture(scope="module")
def module_service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as service:
        yield service


@pytest.fixture
def service(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as service:
        yield service


def test_ugly_values_everywhere(module_service: Service) -> None:
    names = [*sound(), "modifications", "actesSousTraitance", "modificationsActesSousTraitance"]
    records = [
        sound(id=f"U-{n}-{m}") | {name: value} for n, name in enumerate(names) for m, value in enumerate(UGLY)
    ]
    content = json.dumps({"marches": {"marche": records}}).encode()
    first = imported(module_service, content)
    again = imported(module_service, content)

    assert first["total"] == len(records) == sum(outcomes(first).values())
    assert "created" not in outcomes(again)
    assert "updated" not in outcomes(again)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(FIELDS, VALUES, max_size=4), min_size=1, max_size=4))
def test_any_value_in_any_field(service: Service, changes: list[dict[str, object]]) -> None:
    records = [sound(**change) for change in changes]
    content = json.dumps({"marches": {"marche": records}}).encode()
    imported(service, content)
    again = imported(service, content)

    assert set(outcomes(again)) <= {"unchanged", "conflict", "rejected", "other_buyer"}
