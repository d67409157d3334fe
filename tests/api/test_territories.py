"""Reference territories: found by name, postal code and code; what contains them and what they contain."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.principal import Role
from tests.api.builders import BUYER, Service, serving
from tests.api.registering import errors_of

PATH = "/v1/territories"
MAIZIERES = {
    "place": "commune/57433",
    "level": "commune",
    "code": "57433",
    "name": "Maizières-lès-Metz",
    "kind": "commune",
    "population": 11580,
}


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


def get(service: Service, path: str = "", **query: str | int) -> dict[str, Any]:
    answer = service.get(f"{PATH}{path}", BUYER, Role.OBSERVER, **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["edition"] == "2026"
    return found


def places(service: Service, path: str = "", **query: str | int) -> list[str]:
    return [item["place"] for item in get(service, path, **query)["items"]]


class TestSearch:
    @pytest.mark.parametrize(
        "name", ["Maizières-lès-Metz", "maizieres les metz", "MAIZIÈRES LÈS METZ", "Maizieres-les-M"]
    )
    def test_accents_case_and_hyphens_do_not_count(self, service: Service, name: str) -> None:
        assert get(service, name=name)["items"] == [MAIZIERES]

    def test_saint_and_its_abbreviation_are_one(self, service: Service) -> None:
        for name in ("Saint-Avold", "st avold", "ST-AVOLD"):
            assert "commune/57606" in places(service, name=name)

    def test_the_whole_name_then_its_beginning_then_a_word_inside(self, service: Service) -> None:
        found = places(service, name="metz", level="commune")
        # Metz, then names that begin with it, then Maizières-lès-Metz.
        assert found[0] == "commune/57463"
        assert "commune/57433" in found[1:]
        names = [item["name"].lower() for item in get(service, name="metz", level="commune")["items"]]
        begins = [name.startswith("metz") for name in names]
        assert begins == sorted(begins, reverse=True)

    def test_a_postal_code_serves_several_communes(self, service: Service) -> None:
        expected = ["commune/57211", "commune/57303", "commune/57433", "commune/57645"]
        assert places(service, postal_code="57280") == expected
        assert places(service, postal_code="57280", name="maiz") == ["commune/57433"]
        assert places(service, postal_code="00000") == []

    def test_a_code_alone_is_ambiguous(self, service: Service) -> None:
        assert places(service, code="44") == ["department/44", "region/44"]
        assert places(service, code="44", level="region") == ["region/44"]

    @pytest.mark.parametrize("name", ["%%", "__", "--", "''", "\\\\", "zz_zz"])
    def test_signs_are_no_wildcards(self, service: Service, name: str) -> None:
        assert places(service, name=name) == []

    def test_as_many_as_asked_for(self, service: Service) -> None:
        assert len(places(service, level="commune")) == 50
        assert len(places(service, level="commune", limit=200)) == 200
        assert len(places(service, level="ept")) == 11

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"limit": 201}, "/query/limit"),
            ({"limit": 0}, "/query/limit"),
            ({"name": "m"}, "/query/name"),
            ({"name": "m" * 101}, "/query/name"),
            ({"postal_code": "5728"}, "/query/postal_code"),
            ({"code": "57-433"}, "/query/code"),
            ({"level": "planet"}, "/query/level"),
            ({"nom": "Metz"}, "/query/nom"),
        ],
    )
    def test_a_malformed_search(self, service: Service, query: dict[str, str | int], pointer: str) -> None:
        answer = service.get(PATH, BUYER, Role.OBSERVER, **query)
        assert answer.status_code == 422
        assert [found for found, _ in errors_of(answer)] == [pointer]


class TestReading:
    def test_a_commune_and_what_contains_it(self, service: Service) -> None:
        found = get(service, "/commune/57433")
        assert {name: found[name] for name in MAIZIERES} == MAIZIERES
        assert found["postal_codes"] == ["57280"]
        # Narrowest first.
        assert [(item["place"], item["name"]) for item in found["parents"]] == [
            ("epci/200039949", "CC Rives de Moselle"),
            ("department/57", "Moselle"),
            ("region/44", "Grand Est"),
            ("country/FR", "France"),
        ]

    def test_an_arrondissement_lies_in_its_commune(self, service: Service) -> None:
        parents = [item["place"] for item in get(service, "/commune/75101")["parents"]]
        assert parents[0] == "commune/75056"
        assert "department/75" in parents

    def test_the_country_has_no_parent(self, service: Service) -> None:
        assert get(service, "/country/FR")["parents"] == []

    def test_children_of_a_level(self, service: Service) -> None:
        inside = places(service, "/epci/200039949/children", level="commune")
        assert "commune/57433" in inside
        assert "commune/57463" not in inside
        communes = set(places(service, "/department/57/children", level="commune"))
        assert set(inside) <= communes
        departments = places(service, "/region/44/children", level="department")
        # The ten departments of Grand Est.
        assert departments == [
            f"department/{code}" for code in ("08", "10", "51", "52", "54", "55", "57", "67", "68", "88")
        ]
        assert len(places(service, "/commune/75056/children", level="commune")) == 20
        # An EPCI may lie in two departments: it is inside none.
        assert places(service, "/department/57/children", level="epci") == []
        assert places(service, "/region/44/children", level="region") == []

    @pytest.mark.parametrize("path", ["/commune/00000", "/department/57433", "/commune/57433X"])
    def test_what_is_not_there(self, service: Service, path: str) -> None:
        for rest, query in (("", {}), ("/children", {"level": "commune"})):
            answer = service.get(f"{PATH}{path}{rest}", BUYER, Role.OBSERVER, **query)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    def test_an_unknown_level_is_malformed(self, service: Service) -> None:
        for path, query, pointer in (
            ("/planet/3", {}, "/path/level"),
            ("/commune/x", {}, "/path/code"),
            ("/department/57/children", {}, "/query/level"),
            ("/department/57/children", {"level": "quarter"}, "/query/level"),
        ):
            answer = service.get(f"{PATH}{path}", BUYER, Role.OBSERVER, **query)
            assert answer.status_code == 422
            assert pointer in [found for found, _ in errors_of(answer)]

    def test_a_key_is_needed(self, service: Service) -> None:
        for path in ("", "/commune/57433", "/department/57/children?level=commune"):
            assert service.client.get(f"{PATH}{path}").status_code == 401
