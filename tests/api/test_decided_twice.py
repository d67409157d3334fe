"""Decisions and publications at once: who comes second looks again at what the first one did."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.services import decp, decp_decisions, sight
from tests.api.builders import Service, serving
from tests.api.test_decp_reviews import LOTS, contracts, decide, reviews
from tests.api.test_imports import codes, imported, outcomes
from tests.exchange.decp_samples import as_json, sound


@pytest.fixture
def service(postgres_database_url: str) -> Iterator[Service]:
    with serving(postgres_database_url) as service:
        yield service


def test_the_second_of_two_decisions_finds_it_decided(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(service, as_json(*LOTS))
    (review,) = reviews(service)
    held, first = sight.held_contract, []

    def after_another(*of: Any) -> Any:  # noqa: ANN401 - as the original
        monkeypatch.setattr(decp_decisions, "held_contract", held)
        first.append(decide(service, review, "distinct").status_code)
        return held(*of)

    monkeypatch.setattr(decp_decisions, "held_contract", after_another)
    second = decide(service, review, "distinct")
    assert (first, second.status_code) == ([200], 409)
    assert second.json()["code"] == "decp_decided"
    assert len(contracts(service)) == 2


def test_of_two_publications_at_once_the_later_one_stands(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(service, as_json(sound()))
    held, first = sight.held_contract, []

    def after_another(*of: Any) -> Any:  # noqa: ANN401 - as the original
        monkeypatch.setattr(decp, "held_contract", held)
        later = sound(montant=30000, datePublicationDonnees="2025-01-08")
        first.append(outcomes(imported(service, as_json(later))))
        return held(*of)

    monkeypatch.setattr(decp, "held_contract", after_another)
    second = imported(service, as_json(sound(montant=29000, datePublicationDonnees="2025-01-06")))
    (row,) = second["items"]
    assert (first, row["outcome"], codes(row)) == ([{"updated": 1}], "unchanged", ["older_publication"])
    (contract,) = contracts(service)
    assert contract["firm_amount"] == "30000.00"
