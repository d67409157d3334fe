"""A running issuer, and the service that takes its tokens: shared by the tests of one module."""

from collections.abc import Iterator

import pytest

from tests.api.accounts import NUMBERS, World, open_world
from tests.issuers.running import NOW, Running, running_issuer


@pytest.fixture(scope="module")
def process() -> Iterator[Running]:
    with running_issuer() as running:
        yield running


@pytest.fixture(scope="module")
def running(module_database_url: str, process: Running) -> Iterator[World]:
    with open_world(module_database_url, process) as found:
        yield found


@pytest.fixture
def world(running: World) -> Iterator[World]:
    yield running
    running.service.clock.moment = NOW


@pytest.fixture
def subject() -> str:
    return f"somebody-{next(NUMBERS)}"
