"""The locks: complete, the same versions in both, and no address of an index or registry anywhere."""

import re

import pytest

from tests.architecture.source import ROOT

COMMITTED = [
    ".ci/run",
    ".env.example",
    "Dockerfile",
    "Makefile",
    "compose.yaml",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
]
ADDRESS = re.compile(
    r"--(extra-)?index-url|--find-links|--trusted-host|(index|registry|mirror)[\w-]*\s*=|"
    r"https?://(?!127\.0\.0\.1|localhost)|file://|@\s*git\+",
    re.IGNORECASE,
)
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[a-z,-]+\])?==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text()))


@pytest.mark.parametrize("name", COMMITTED)
def test_no_address_of_an_index(name: str) -> None:
    assert [line for line in (ROOT / name).read_text().splitlines() if ADDRESS.search(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example/simple",
        "--extra-index-url=x",
        "index-url = 'x'",
        "package @ https://packages.example/package.whl",
        "package @ git+ssh://example",
        "--find-links file:///wheels",
    ],
)
def test_an_address_is_seen(line: str) -> None:
    assert ADDRESS.search(line)


def test_the_development_lock_holds_the_runtime_lock() -> None:
    runtime = pins("requirements.lock")
    assert runtime.keys() >= {"fastapi", "psycopg", "sqlalchemy"}
    assert runtime.items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_its_hashes(name: str) -> None:
    blocks = re.split(r"^(?=[a-z0-9-]+(?:\[[a-z,-]+\])?==)", (ROOT / name).read_text(), flags=re.MULTILINE)
    assert len(blocks) > len(pins(name)) / 2
    assert [block for block in blocks if block.strip() and "--hash=sha256:" not in block] == []
