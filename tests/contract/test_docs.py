"""The page of the documentation asks nobody but the service."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

LOADED = re.compile(r'(?:src|href)="([^"]+)"')


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database_url=f"sqlite:///{tmp_path}/none.sqlite3"))) as client:
        yield client


def test_everything_it_loads_is_served_here(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    loaded = LOADED.findall(page.text)
    assert len(loaded) == 3
    assert [address for address in loaded if not address.startswith("/docs/")] == []
    assert "://" not in page.text
    types = {address: client.get(address).headers["content-type"].partition(";")[0] for address in loaded}
    assert sorted(types.values()) == ["image/png", "text/css", "text/javascript"]


def test_the_browser_may_ask_nobody_else(client: TestClient) -> None:
    policy = client.get("/docs").headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy


def test_an_unknown_file_is_a_problem(client: TestClient) -> None:
    answer = client.get("/docs/assets/nothing.js")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
