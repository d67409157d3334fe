"""The geocoder and API Géo on loopback: candidates with a score; one module asks them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.exchange.connector import Connector, ConnectorError
from app.exchange.geography import (
    Candidate,
    Commune,
    candidates,
    commune_of_code,
    communes_of_postal_code,
    read_candidates,
    read_communes,
)
from tests.architecture.source import modules
from tests.exchange.fake_services import HASTY, Fake, Said, fake_service
from tests.still_clock import StillClock

# Which module may ask where an address lies: one that knows nobody, and chooses by whose address it is.
SENT = {"app/services/addresses.py"}
COMMUNE: dict[str, Any] = {"code": "57463", "nom": "Metz", "codesPostaux": ["57000"]}


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with fake_service() as running:
        yield running


@pytest.fixture
def service(fake: Fake) -> Connector:
    return Connector("geocoder", fake.url, StillClock(datetime(2025, 1, 10, tzinfo=UTC)), HASTY)


def places(*found: tuple[str, str, Any]) -> dict[str, Any]:
    told = [{"citycode": code, "city": name, "score": score, "label": "?"} for code, name, score in found]
    return {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": one} for one in told]}


def house(*point: object) -> dict[str, Any]:
    found = places(("57463", "Metz", 1))
    (feature,) = found["features"]
    feature["properties"]["type"], feature["geometry"] = "housenumber", {"coordinates": list(point)}
    return found


def test_an_address_has_candidates_the_likeliest_first(fake: Fake, service: Connector) -> None:
    fake.say(Said(places(("57463", "Metz", 0.71), ("57447", "Marly", 0.939), ("57463", "Metz", 0.8))))
    found = candidates(service, "1 rue de l'Exemple", "57000")
    assert found == [Candidate("57447", "Marly", 94), Candidate("57463", "Metz", 80)]
    question = {"q": "1 rue de l'Exemple", "limit": "5", "postcode": "57000"}
    assert fake.asked == [("/search", question)]


def test_a_postal_code_that_finds_nothing_is_left_out(fake: Fake, service: Connector) -> None:
    fake.say(Said(places()), Said(places(("97411", "Saint-Denis", 1.2))))
    assert candidates(service, "1 rue de l'Exemple", "97400") == [Candidate("97411", "Saint-Denis", 100)]
    assert ["postcode" in question for _, question in fake.asked] == [True, False]
    fake.say(Said(places()))
    assert candidates(service, "nulle part") == []


def test_communes_by_code_and_by_postal_code(fake: Fake, service: Connector) -> None:
    ajaccio = {
        "nom": "Ajaccio",
        "code": "2A004",
        "codesPostaux": ["20167", "20000"],
        "codeDepartement": "2A",
        "siren": "?",
    }
    fake.say(Said([ajaccio]), Said([]))
    expected = Commune("2A004", "Ajaccio", ("20000", "20167"), "2A")
    assert commune_of_code(service, "2A004") == expected
    assert communes_of_postal_code(service, "20001") == []
    (path, first), (_, second) = fake.asked
    assert (path, first["code"], first["zone"]) == ("/communes", "2A004", "metro,drom,com")
    assert second["codePostal"] == "20001"
    nowhere = {"nom": "Exemple", "code": "98735", "codesPostaux": ["98735"]}
    assert read_communes([nowhere])[0].department == "987"


@pytest.mark.parametrize(("score", "hundredths"), [(1e308, 100), (-1e308, 0), (0.945, 94), (1, 100)])
def test_a_score_is_kept_within_its_bounds(score: float, hundredths: int) -> None:
    (found,) = read_candidates(places(("57463", "Metz", score)))
    assert found.score_hundredths == hundredths


@pytest.mark.parametrize("text", ["", "ab", "?rue", "x" * 201])
def test_what_is_no_address_is_not_sent(service: Connector, text: str) -> None:
    with pytest.raises(ValueError, match="An address has"):
        candidates(service, text)
    for code in ("", "5746", "57463 ", "2C004", "57000&zone=x"):
        with pytest.raises(ValueError, match="No such code"):
            commune_of_code(service, code)
        with pytest.raises(ValueError, match="No such code"):
            communes_of_postal_code(service, code)


@pytest.mark.parametrize(
    "answer",
    [
        *(None, [], {"features": {}}, {"features": [1]}, places(("57463", "Metz", "1"))),
        *(places(("57463", "Metz", 10**400)), house(6.1, 10**400), house(6.1), house(6.1, "49.1")),
        *(places(("57463", "Metz", True)), places(("57463", "Metz", float("nan"))), places(("x", "Metz", 1))),
    ],
)
def test_another_shape_is_told_not_guessed(answer: object) -> None:
    with pytest.raises(ConnectorError, match="malformed"):
        read_candidates(answer)
    others: list[object] = [
        {},
        [answer],
        [{**COMMUNE, "codesPostaux": [1]}],
        [{**COMMUNE, "codeDepartement": 5}],
    ]
    for other in others:
        with pytest.raises(ConnectorError, match="malformed"):
            read_communes(other)


def test_one_module_sends_addresses_and_it_knows_nobody() -> None:
    named = [module for module in modules("app") if "exchange.geography" in module.text]
    assert {module.path for module in named} == SENT
    assert not any(word in module.text for module in named for word in ("participant", "identit", "hires"))
