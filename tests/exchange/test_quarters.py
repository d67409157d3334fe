"""Priority quarters from a file of fictitious ones: squares whose corners can be checked by eye."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.exchange.quarters import Quarter, QuarterFileError, read_quarters

SINCE = date(2024, 1, 1)
Ring = list[tuple[float, float]]


def square(west: float, south: float, side: float = 1.0) -> Ring:
    east, north = west + side, south + side
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def feature(code: object, *rings: Ring, kind: str = "Polygon", name: str = "code_qp") -> dict[str, Any]:
    coordinates: Any = list(rings) if kind == "Polygon" else [[ring] for ring in rings]
    return {
        "type": "Feature",
        "properties": {name: code, "lib_qp": "Quartier d'exemple"},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def file(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


# Two neighbours that share the limit of longitude 7; the first has a hole in its middle.
NEIGHBOURS = file(
    feature("QN99901M", square(6, 49), square(6.4, 49.4, 0.2)),
    feature("QN99902M", square(7, 49), square(9, 49), kind="MultiPolygon"),
)


@pytest.mark.parametrize(
    ("longitude", "latitude", "codes"),
    [
        (6.1, 49.1, ["QN99901M"]),
        (6.5, 49.5, []),
        (7.5, 49.5, ["QN99902M"]),
        (9.5, 49.5, ["QN99902M"]),
        (8.5, 49.5, []),
        (7.0, 49.5, ["QN99901M", "QN99902M"]),
        # Latitude and longitude changed places: nowhere, not somewhere else.
        (49.1, 6.1, []),
    ],
)
def test_a_point_is_in_the_quarters_that_hold_it(longitude: float, latitude: float, codes: list[str]) -> None:
    quarters = read_quarters(NEIGHBOURS, "essai-1", SINCE)
    assert [quarter.code for quarter in quarters.holding(longitude, latitude)] == codes


def test_an_answer_names_the_version_of_the_list() -> None:
    # A byte order mark and capital names, as files exported by desktop tools have them.
    content = b"\xef\xbb\xbf" + file(feature(" QN99901M ", square(6, 49), name="CODE_QP"))
    (found,) = read_quarters(content, "essai-2", SINCE).holding(6.5, 49.5)
    assert found == Quarter("QN99901M", "Quartier d'exemple", "essai-2", SINCE)


BOW_TIE = [(6.0, 49.0), (7.0, 50.0), (7.0, 49.0), (6.0, 50.0), (6.0, 49.0)]
GOOD = feature("QN99901M", square(6, 49))


@pytest.mark.parametrize(
    ("content", "reason", "index"),
    [
        (b"{", "not_json", None),
        (b"\xff\xfe", "not_json", None),
        (b"[" * 100_000, "not_json", None),
        (b"[]", "not_a_collection", None),
        (b'{"features": {}}', "not_a_collection", None),
        (file(), "no_quarter", None),
        (file(GOOD, None), "no_code", 1),
        (file({"properties": None}), "no_code", 0),
        (file({**GOOD, "properties": ["code_qp"]}), "no_code", 0),
        (file(feature(57, square(6, 49))), "no_code", 0),
        (file(GOOD, GOOD), "code_twice", 1),
        (file({**GOOD, "geometry": None}), "not_a_surface", 0),
        (file({**GOOD, "geometry": {"type": "Point", "coordinates": [6, 49]}}), "not_a_surface", 0),
        (file({**GOOD, "geometry": {"type": "Polygon"}}), "invalid_surface", 0),
        (file({**GOOD, "geometry": {"type": "Polygon", "coordinates": [["a"]]}}), "invalid_surface", 0),
        (file({**GOOD, "geometry": {"type": "Polygon", "coordinates": []}}), "invalid_surface", 0),
        (file(feature("QN99901M", BOW_TIE)), "invalid_surface", 0),
        (file(feature("QN99901M", [(10**400, 49), (7, 49), (7, 50), (10**400, 49)])), "invalid_surface", 0),
        # Metres of Lambert 93, as the official file is also published.
        (file(feature("QN99901M", square(652_000, 6_862_000, 500))), "not_degrees", 0),
        (file(feature("QN99901M", square(6, -95))), "not_degrees", 0),
    ],
)
def test_a_file_that_cannot_be_used_says_where(content: bytes, reason: str, index: int | None) -> None:
    with pytest.raises(QuarterFileError) as refused:
        read_quarters(content, "essai", SINCE)
    assert (refused.value.reason, refused.value.index) == (reason, index)


def asked(path: Path) -> list[str]:
    point = ["--longitude", "6.1", "--latitude", "49.1"]
    return ["quarter", str(path), *point, "--version", "essai-1", "--since", "2024-01-01"]


def test_the_command_answers_one_line_per_quarter(tmp_path: Path) -> None:
    path = tmp_path / "quarters.geojson"
    path.write_bytes(NEIGHBOURS)
    told = CliRunner().invoke(app, asked(path))
    assert (told.exit_code, told.stdout) == (0, "QN99901M\tQuartier d'exemple\tessai-1\t2024-01-01\n")


def test_the_command_says_which_feature_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "quarters.geojson"
    path.write_bytes(file(GOOD, GOOD))
    told = CliRunner().invoke(app, asked(path))
    assert told.exit_code == 1
    assert "code_twice (feature 1)" in told.stderr
