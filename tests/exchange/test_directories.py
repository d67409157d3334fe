"""The directory of firms and the way it is asked: a loopback server is slow, down, hurried, wrong."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.exchange.connector import FAILURES, TRIES, Connector, ConnectorError
from app.exchange.directories import NOT_LISTED, Establishment, OfficialState, establishment
from tests.exchange.fake_services import HASTY, Fake, Said, fake_service
from tests.still_clock import StillClock

SIRET = "31000000500010"
NOW = datetime(2025, 1, 10, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def service() -> Iterator[Fake]:
    with fake_service() as running:
        yield running


@pytest.fixture
def directory(service: Fake) -> Connector:
    return Connector("directory", service.url, StillClock(NOW), HASTY)


def unit(place: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    found = {"siret": SIRET, "etat_administratif": "A", "date_fermeture": None, **(place or {})}
    known = {
        "siren": SIRET[:9],
        "nom_complet": "CHANTIER D'EXEMPLE (CDE)",
        "nom_raison_sociale": "CHANTIER D'EXEMPLE",
        "nature_juridique": "9220",
        "statut_diffusion": "O",
        "siege": {"siret": "31000000500028", "etat_administratif": "A"},
        "matching_etablissements": [found],
        "complements": {"est_siae": True, "type_siae": "ACI", "est_entrepreneur_individuel": False},
    }
    return {"results": [{**known, **fields}], "total_results": 1, "page": 1, "per_page": 1, "total_pages": 1}


def reason(directory: Connector, siret: str = SIRET) -> str:
    with pytest.raises(ConnectorError) as caught:
        establishment(directory, siret)
    return caught.value.reason


def test_an_establishment_is_read_once_and_kept(service: Fake, directory: Connector) -> None:
    service.say(Said(unit()))
    expected = Establishment("CHANTIER D'EXEMPLE", OfficialState.OPEN, None, "ACI")
    assert establishment(directory, SIRET) == establishment(directory, SIRET) == expected
    ((path, question),) = service.asked
    assert (path, question["q"]) == ("/search", SIRET)
    assert service.agents == {"clauses-sociales"}
    assert (directory.pulse.last_success_at, directory.pulse.last_failure) == (NOW, None)


def test_a_closed_establishment_says_since_when(service: Fake, directory: Connector) -> None:
    service.say(Said(unit({"etat_administratif": "F", "date_fermeture": "2024-06-30"}, complements=None)))
    expected = Establishment("CHANTIER D'EXEMPLE", OfficialState.CLOSED, date(2024, 6, 30), None)
    assert establishment(directory, SIRET) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"nature_juridique": "1000"},
        {"nature_juridique": None},
        {"statut_diffusion": "P"},
        {"statut_diffusion": None},
        {"complements": {"est_entrepreneur_individuel": True}},
        {"nom_raison_sociale": None, "nom_complet": "[NON-DIFFUSIBLE]"},
    ],
)
def test_the_name_of_a_person_is_not_taken_over(
    service: Fake, directory: Connector, fields: dict[str, Any]
) -> None:
    service.say(Said(unit(**{"nom_raison_sociale": None, "nom_complet": "PRENOM NOM-FICTIF", **fields})))
    found = establishment(directory, SIRET)
    assert (found.name, found.state) == (None, OfficialState.OPEN)


def test_what_only_resembles_is_nobody(service: Fake, directory: Connector) -> None:
    service.say(Said(unit({"siret": "31000000500036"})), Said({"results": []}))
    assert establishment(directory, SIRET) == NOT_LISTED
    assert establishment(directory, "41000000400011") == NOT_LISTED


@pytest.mark.parametrize(
    "body",
    [
        *(b"<html>", b"\xff", b"[" * 50_000, [], {}, {"results": {}}, {"results": [1]}),
        *(unit({"etat_administratif": "?"}), unit({"date_fermeture": "hier"}), unit(siege=3)),
    ],
)
def test_another_shape_is_told_not_guessed(service: Fake, directory: Connector, body: object) -> None:
    service.say(Said(body))
    assert reason(directory) == "malformed"
    # Asked again a moment later it would say the same.
    assert len(service.asked) == 1
    assert (directory.pulse.last_failure_at, directory.pulse.last_failure) == (NOW, "malformed")


@pytest.mark.parametrize(
    "failure",
    [
        Said({}, 500),
        Said({}, 429, {"Retry-After": "0"}),
        Said({}, 503, {"Retry-After": "Fri, 10 Jan 2025 08:00:00 GMT"}),
        Said({}, 429, {"Retry-After": "bientôt".encode().decode("latin-1")}),
        Said(unit(), seconds=0.8),
    ],
)
def test_what_passes_is_tried_again(service: Fake, directory: Connector, failure: Said) -> None:
    service.say(failure, Said(unit()))
    assert establishment(directory, SIRET).siae_kind == "ACI"
    assert len(service.asked) == 2


def test_a_service_that_is_down_or_busy_for_long_is_told_by_its_code(
    service: Fake, directory: Connector
) -> None:
    service.say(Said({}, 500))
    assert (reason(directory), len(service.asked)) == ("unavailable", TRIES)
    service.say(Said({}, 429, {"Retry-After": "120"}))
    began = time.monotonic()
    assert (reason(directory), len(service.asked)) == ("rate_limited", 1)
    assert time.monotonic() - began < 1
    service.say(Said({}, 302, {"Location": "http://127.0.0.1:9/"}))
    assert (reason(directory), len(service.asked)) == ("refused", 1)
    nobody = Connector("directory", "http://127.0.0.1:9", StillClock(NOW), HASTY)
    assert reason(nobody) == "connection"


def test_after_so_many_failures_it_rests_then_tries_once(service: Fake, directory: Connector) -> None:
    service.say(Said({}, 404))
    assert [reason(directory) for _ in range(FAILURES)] == ["refused"] * FAILURES
    assert (reason(directory), len(service.asked), directory.pulse.state) == ("paused", FAILURES, "resting")
    # What was the matter stays told.
    assert directory.pulse.last_failure == "refused"
    time.sleep(HASTY.rest_seconds + 0.05)
    service.say(Said(unit()))
    assert establishment(directory, SIRET).state is OfficialState.OPEN
    assert directory.pulse.state == "asking"
