"""Two people decide on one review at once: one contract is registered, the other is told so."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.services import decp_decisions
from tests.api.builders import Service, serving
from tests.api.test_decp_reviews import LOTS, contracts, decide, reviews
from tests.api.test_imports import imported
from tests.exchange.decp_samples import as_json


@pytest.fixture
def service(postgres_database_url: str) -> Iterator[Service]:
    with serving(postgres_database_url) as service:
        yield service


def test_the_second_of_two_decisions_finds_it_decided(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(service, as_json(*LOTS))
    (review,) = reviews(service)
    held, first = decp_decisions.held_contract, []

    def after_another(*of: Any) -> Any:  # noqa: ANN401 - as the original
        monkeypatch.setattr(decp_decisions, "held_contract", held)
        first.append(decide(service, review, "distinct").status_code)
        return held(*of)

    monkeypatch.setattr(decp_decisions, "held_contract", after_another)
    second = decide(service, review, "distinct")
    assert (first, second.status_code) == ([200], 409)
    assert second.json()["code"] == "decp_decided"
    assert len(contracts(service)) == 2
