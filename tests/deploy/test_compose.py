"""compose.yaml: readable, complete, and in agreement with the command line and the settings."""

import re
from typing import Any

import pytest
import yaml

from app.settings import Settings
from tests.architecture.source import ASSEMBLED, ROOT
from tests.deploy.test_image import assert_known

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ["migration", "api", "worker"]


def test_the_services_are_the_database_and_ours() -> None:
    assert sorted(SERVICES) == sorted(["database", *OURS])
    assert SERVICES["database"]["image"] == "postgres:18"
    assert {SERVICES[name]["image"] for name in OURS} == {"clauses"}


def test_nothing_starts_before_what_it_needs() -> None:
    assert SERVICES["database"]["healthcheck"]["test"][1] == "pg_isready"
    healthy = {"database": {"condition": "service_healthy"}}
    migrated = {**healthy, "migration": {"condition": "service_completed_successfully"}}
    assert SERVICES["migration"]["depends_on"] == healthy
    assert SERVICES["api"]["depends_on"] == migrated
    assert SERVICES["worker"]["depends_on"] == migrated
    assert SERVICES["migration"]["restart"] == "no"


def test_data_outlives_the_container() -> None:
    # From version 18 the image keeps its data one level higher than it used to.
    assert SERVICES["database"]["volumes"] == ["database:/var/lib/postgresql"]
    assert "database" in COMPOSE["volumes"]


def test_only_the_api_is_published_and_only_on_this_machine() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "api": ["127.0.0.1:8000:8000"]
    }


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    settings = {f"CLAUSES_{field.upper()}" for field in Settings.model_fields}
    environment = SERVICES[name]["environment"]
    assert environment.keys() <= settings
    assert environment["CLAUSES_ENVIRONMENT"] == "production"


def test_every_secret_comes_from_outside_and_has_its_placeholder() -> None:
    text = (ROOT / "compose.yaml").read_text()
    example = (ROOT / ".env.example").read_text()
    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert required == set(re.findall(r"\$\{(\w+)", text)) == {"CLAUSES_SECRET_KEYS", "POSTGRES_PASSWORD"}
    placeholders = dict(re.findall(r"^(\w+)=(.+)$", example, re.MULTILINE))
    assert placeholders.keys() == required
    assert all("replace-with" in value.lower() for value in placeholders.values())


@pytest.mark.skipif(not ASSEMBLED, reason="the command line is not complete yet")
@pytest.mark.parametrize("name", OURS)
def test_the_command_line_knows_every_command(name: str) -> None:
    assert_known(SERVICES[name]["command"])
