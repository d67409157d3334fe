"""A service that may call this machine, without any webhook of an earlier test, and a receiver."""

from collections.abc import Iterator

import pytest

from tests.api.builders import Service
from tests.api.hooks import forget_hooks, serving_now
from tests.api.receiving import Receiver, receiving


@pytest.fixture(scope="module")
def module_service(module_database_url: str) -> Iterator[Service]:
    with serving_now(module_database_url) as service:
        yield service


@pytest.fixture
def service(module_service: Service) -> Service:
    forget_hooks(module_service)
    return module_service


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver
