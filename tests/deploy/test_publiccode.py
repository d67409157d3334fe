"""publiccode.yml keeps to version 0.4 of its standard."""

import tomllib
from typing import Any

import pytest
import yaml

from tests.architecture.source import ROOT

ENTRY: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_mandatory_keys_are_there() -> None:
    assert ENTRY["publiccodeYmlVersion"] == "0.4"
    assert ENTRY.keys() >= {"name", "url", "platforms", "categories", "developmentStatus", "softwareType"}
    assert ENTRY["softwareType"] == "standalone/backend"
    assert ENTRY["localisation"].keys() == {"localisationReady", "availableLanguages"}
    assert ENTRY["maintenance"]["contacts"][0]["name"]


def test_it_agrees_with_the_package() -> None:
    assert (ENTRY["name"], ENTRY["softwareVersion"]) == (PROJECT["name"], PROJECT["version"])
    assert ENTRY["legal"]["license"] == PROJECT["license"]
    assert (ROOT / "LICENSE").read_text().startswith(f"{PROJECT['license']} License")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_descriptions_have_the_lengths_of_the_standard(language: str) -> None:
    description = ENTRY["description"][language]
    assert 0 < len(description["shortDescription"]) <= 150
    assert 150 <= len(description["longDescription"]) <= 10_000
    assert description["features"]
