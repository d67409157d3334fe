"""Read the case files: facts in, reasons out, written so that a facilitator could check them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"


def load(name: str) -> list[Any]:
    """Return the cases of one file as pytest parameters, each under its own name."""
    found = tomllib.loads((CASES / f"{name}.toml").read_text(encoding="utf-8"))["case"]
    assert len({case["name"] for case in found}) == len(found), "two cases bear one name"
    return [pytest.param(case, id=case["name"]) for case in found]
