"""An address becomes communes and quarters to choose from; a person's goes to our own geocoder alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.exchange.connector import Connector
from app.principal import Role
from app.services import addresses, quarters
from tests.api.builders import BUYER, CONTRACTOR, FACILITATOR, Service, serving
from tests.api.cases import PLATFORM
from tests.exchange.fake_services import HASTY, Fake, Said, fake_service
from tests.exchange.test_quarters import NEIGHBOURS, feature, file, square

PATH = "/v1/addresses/search"
FIRM, REVIEWER, OWNER = (
    (CONTRACTOR, Role.CONTRACTOR),
    (FACILITATOR, Role.FACILITATOR),
    (BUYER, Role.BUYER),
)
SECRET = "7 rue du Canari, Metz"


@pytest.fixture(scope="module")
def geocoders() -> Iterator[tuple[Fake, Fake]]:
    with fake_service() as public, fake_service() as own:
        yield public, own


@pytest.fixture
def service(database_url: str, geocoders: tuple[Fake, Fake]) -> Iterator[Service]:
    with serving(database_url) as running:
        unkept = replace(HASTY, life_seconds=0)
        asked = {
            name: Connector(name, fake.url, running.clock, unkept)
            for name, fake in zip(("geocoder", "residences"), geocoders, strict=True)
        }
        for fake in geocoders:
            fake.say(houses((6.1, 49.1)))
        running.means = running.client.app.state.means = replace(running.means, connectors=asked)  # type: ignore[attr-defined]  # Starlette types its own applications only
        yield running


def houses(*points: tuple[float, float], kind: str = "housenumber", code: str = "57463") -> Said:
    told = {"citycode": code, "city": "Metz", "score": 0.94, "type": kind}
    features = [
        {"type": "Feature", "properties": told, "geometry": {"type": "Point", "coordinates": list(point)}}
        for point in points
    ]
    return Said({"type": "FeatureCollection", "features": features})


def search(service: Service, seat: tuple[str, Role] = FIRM, **said: object) -> Any:  # noqa: ANN401 - any JSON
    body = {"of": "person", "address": SECRET, **said}
    return service.client.post(PATH, json=body, headers=service.headers(*seat))


def found(service: Service, **said: object) -> Any:  # noqa: ANN401 - any JSON
    answer = search(service, FIRM, **said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_house_has_its_commune_and_the_quarter_that_holds_it(service: Service) -> None:
    metz = {"place": "commune/57463", "name": "Metz", "score": 94, "precise": True}
    assert found(service) == {
        "candidates": [{**metz, "quarters": None}],
        "qpv_edition": None,
        "qpv_since": None,
    }
    assert quarters.load(service.means, NEIGHBOURS, "2024", date(2024, 1, 1)) == 2
    proposed = {"qpv": "QN99901M", "label": "Quartier d'exemple"}
    assert found(service) == {
        "candidates": [{**metz, "quarters": [proposed]}],
        "qpv_edition": "2024",
        "qpv_since": "2024-01-01",
    }
    # What is proposed is taken as it is by the residence of a person, once somebody says so.
    assert found(service, on="2023-12-31")["qpv_edition"] is None
    moved = file(feature("QN99909M", square(6, 49)))
    assert quarters.load(service.means, moved, "2024", date(2024, 1, 1)) == 1
    ((only,),) = [item["quarters"] for item in found(service)["candidates"]]
    assert only["qpv"] == "QN99909M"


def test_a_street_is_in_no_quarter_and_an_old_commune_in_the_one_of_today(
    service: Service, geocoders: tuple[Fake, Fake]
) -> None:
    quarters.load(service.means, NEIGHBOURS, "2024", date(2024, 1, 1))
    geocoders[1].say(houses((6.1, 49.1), kind="street"))
    (street,) = found(service)["candidates"]
    assert (street["precise"], street["quarters"]) == (False, None)
    geocoders[1].say(houses((6.5, 49.5)))
    assert found(service)["candidates"][0]["quarters"] == []
    geocoders[1].say(houses((6.1, 49.1), code="99999"))
    assert found(service)["candidates"] == []


def test_a_postal_code_alone_is_known_here_or_asked_of_api_geo(
    service: Service, geocoders: tuple[Fake, Fake]
) -> None:
    alone: dict[str, object] = {"address": None, "postal_code": "57280"}
    # Of the built-in edition: nobody is asked, whoever lives there.
    names = [item["name"] for item in found(service, **alone)["candidates"]]
    assert "Maizières-lès-Metz" in names
    assert len(names) == len(set(names)) > 1
    assert found(service, **{**alone, "of": "works"})["candidates"][0]["score"] == 100
    unknown = {**alone, "postal_code": "57999", "of": "works"}
    assert found(service, **unknown)["candidates"] == []
    commune = {"code": "57463", "nom": "Metz", "codesPostaux": ["57999"], "codeDepartement": "57"}
    geocoders[0].say(Said([commune]))
    asked = Connector("communes", geocoders[0].url, service.clock, HASTY)
    service.client.app.state.means = replace(service.means, connectors={"communes": asked})  # type: ignore[attr-defined]  # as above
    assert [item["place"] for item in found(service, **unknown)["candidates"]] == ["commune/57463"]
    assert geocoders[0].asked[0][1]["codePostal"] == "57999"
    assert found(service, **{**unknown, "of": "person"})["candidates"] == []
    assert len(geocoders[0].asked) == 1


class TestWhereItGoes:
    def test_where_people_live_goes_to_our_own_geocoder_alone(
        self, service: Service, geocoders: tuple[Fake, Fake], capsys: pytest.CaptureFixture[str]
    ) -> None:
        public, own = geocoders
        for seat in (FIRM, REVIEWER):
            assert search(service, seat).status_code == 200
        assert (len(public.asked), len(own.asked)) == (0, 2)
        assert search(service, OWNER).status_code == 403
        assert search(service, OWNER, of="works").status_code == 200
        assert search(service, of="organisation").status_code == 200
        assert (len(public.asked), len(own.asked)) == (2, 2)
        geocoders[1].say(Said({}, 500))
        assert search(service).status_code == 503
        logs = capsys.readouterr()
        assert "anari" not in logs.out + logs.err
        kept = service.means.connectors["residences"]._kept  # noqa: SLF001 - nothing may stay in it
        assert len(kept._found) == 0  # noqa: SLF001 - as above

    def test_without_a_geocoder_of_ones_own_it_is_sent_nowhere(
        self, service: Service, geocoders: tuple[Fake, Fake]
    ) -> None:
        connectors = {"geocoder": service.means.connectors["geocoder"]}
        service.client.app.state.means = replace(service.means, connectors=connectors)  # type: ignore[attr-defined]  # as above
        answer = search(service)
        assert (answer.status_code, answer.json()["code"]) == (409, "geocoder_off")
        assert "anari" not in answer.text
        assert geocoders[0].asked == geocoders[1].asked == []

    def test_a_geocoder_that_is_down_is_told_and_noted(
        self, service: Service, geocoders: tuple[Fake, Fake]
    ) -> None:
        geocoders[1].say(Said({}, 500))
        answer = search(service)
        assert (answer.status_code, answer.json()["code"]) == (503, "geocoder_silent")
        assert answer.headers["Retry-After"] == "5"
        listed = service.get("/v1/connectors", PLATFORM, Role.ADMIN).json()["items"]
        noted = {item["name"]: item["last_failure"] for item in listed}
        assert noted["residences"] == "unavailable"

    def test_few_are_asked_at_once(self, service: Service, geocoders: tuple[Fake, Fake]) -> None:
        taken = [addresses.AT_ONCE.acquire(blocking=False) for _ in range(4)]
        try:
            assert all(taken)
            assert search(service).json()["code"] == "geocoder_silent"
        finally:
            for _ in taken:
                addresses.AT_ONCE.release()
        assert geocoders[1].asked == []
        assert search(service).status_code == 200


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"address": "?"}, "/address"),
        ({"address": "-- rue"}, "/address"),
        # A mark without the letter that it is written over.
        ({"address": "\u0301rue"}, "/address"),
        ({"postal_code": "5700"}, "/postal_code"),
        ({"of": "dog"}, "/of"),
        ({"address": None}, ""),
    ],
)
def test_what_is_no_address(sqlite_url: str, said: dict[str, str], pointer: str) -> None:
    with serving(sqlite_url) as service:
        answer = search(service, FIRM, **said)
        assert (answer.status_code, [item["pointer"] for item in answer.json()["errors"]]) == (422, [pointer])


def test_a_file_is_loaded_by_a_command_and_a_wrong_one_changes_nothing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUSES_DATABASE_URL", sqlite_url)
    path = tmp_path / "quarters.geojson"
    path.write_bytes(NEIGHBOURS)
    options = ["--edition", "2024", "--since", "2024-01-01"]
    loaded = CliRunner().invoke(app, ["load-quarters", str(path), *options])
    assert loaded.output == "2 quartiers de l'édition 2024, en vigueur depuis le 01/01/2024.\n"
    path.write_text("{}")
    refused = CliRunner().invoke(app, ["load-quarters", str(path), *options])
    assert (refused.exit_code, "not_a_collection" in refused.output) == (1, True)
    wrong = CliRunner().invoke(app, ["load-quarters", str(path), "--edition", "x", "--since", "2024-01-01"])
    assert wrong.exit_code == 2
