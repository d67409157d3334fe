"""The story on files that hold no contract to follow."""

from collections.abc import Iterator
from typing import Any, cast

import httpx
import pytest

from app.demonstration import records, story
from app.demonstration.client import Caller
from app.demonstration.records import PLATFORM, File
from app.principal import Role
from app.services import setup
from app.worker import drain
from tests.api.builders import Service, serving

OWN = "24-EXEMPLE-2"
HEAD, FIRST, *_ = records.own_files()[0].content.decode().splitlines()


@pytest.fixture
def service(sqlite_url: str) -> Iterator[Service]:
    with serving(sqlite_url) as running:
        yield running


@pytest.mark.parametrize(
    ("published", "instead"),
    [
        ("2024-12-12", "2023-05-02"),  # the days told are those of a contract notified on 12 December 2024
        ("Clause sociale", "Critère social"),
        ("27364.0", ""),
        (";57280;", ";;"),
        (records.HOLDER, "99900002900019"),
        (records.BUYER, "99900001100019"),
    ],
)
def test_it_goes_on_with_a_contract_of_nobody(
    service: Service, monkeypatch: pytest.MonkeyPatch, published: str, instead: str
) -> None:
    assert published in FIRST
    other = FIRST.replace(OWN, "24-AUTRE").replace(published, instead)
    told = begun(service, monkeypatch, f"{HEAD}\n{other}\n")
    assert any("la suite est celle d'un marché fictif" in line for line in told["said"])
    assert told["contract"]["reference"] == OWN
    assert told["with_clause"]["clause_state"]["state"] == "clause"


def test_it_follows_a_published_contract_that_bears_every_step(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = begun(service, monkeypatch, f"{HEAD}\n{FIRST.replace(OWN, '24-AUTRE')}\n")
    assert told["contract"]["reference"] == "24-AUTRE"
    assert len(told["contracts"]) == 1


def begun(service: Service, monkeypatch: pytest.MonkeyPatch, content: str) -> dict[str, Any]:
    """What is told of steps 1 to 4 on this file, and each line that is `said`."""
    # Jobs are done while the story waits for them.
    monkeypatch.setattr("app.demonstration.story.time.sleep", lambda _: drain(service.means, daily=None))
    said: list[str] = []
    client = cast("httpx.Client", service.client)
    admin = Caller(client, setup.issue_key(service.means, PLATFORM, Role.ADMIN, "demo"))
    telling = story.Story(client, admin, said.append)
    story.begin(telling, [File("autre.csv", content.encode())])
    return {**telling.told, "said": said}
