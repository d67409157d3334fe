"""The committed territories against the counts and traps of the source's own description."""

import gzip
import os
from collections import Counter
from pathlib import Path

import pytest

from app.exchange.territories import DATA_FILE, Alias, PostalCode, TerritoryFile, TerritoryRecord, search_name
from scripts.build_territories import build_rows, load_source, render

TARBALL_VARIABLE = "TERRITORIES_TARBALL"


@pytest.fixture(scope="session")
def by_place(territory_file: TerritoryFile) -> dict[str, TerritoryRecord]:
    return {record.place: record for record in territory_file.territories}


def test_every_level_is_complete(territory_file: TerritoryFile) -> None:
    kinds = Counter(record.kind for record in territory_file.territories if record.level == "commune")
    levels = Counter(record.level for record in territory_file.territories)

    assert territory_file.edition == "2026"
    assert kinds == {"commune": 34_969, "arrondissement_municipal": 45}
    assert levels == {
        "country": 1,
        "region": 26,
        "department": 109,
        "epci": 1_255,
        "ept": 11,
        "commune": 34_969 + 45,
    }


def test_a_place_is_unique(territory_file: TerritoryFile, by_place: dict[str, TerritoryRecord]) -> None:
    assert len(by_place) == len(territory_file.territories)


def test_every_ancestor_exists_and_comes_first(territory_file: TerritoryFile) -> None:
    known: set[str] = set()
    for record in territory_file.territories:
        known.add(record.place)
        for level in ("commune", "epci", "ept", "department", "region", "country"):
            code = getattr(record, level)
            assert code is None or f"{level}/{code}" in known, (record.place, level)


def test_a_commune_knows_what_contains_it(by_place: dict[str, TerritoryRecord]) -> None:
    commune = by_place["commune/57433"]

    assert commune == TerritoryRecord(
        place="commune/57433",
        level="commune",
        code="57433",
        name="Maizières-lès-Metz",
        search_name="maizieres les metz",
        kind="commune",
        commune="57433",
        epci="200039949",
        ept=None,
        department="57",
        region="44",
        country="FR",
        population=commune.population,
        postal_codes=("57280",),
    )


def test_a_region_and_a_department_may_share_a_code(by_place: dict[str, TerritoryRecord]) -> None:
    assert by_place["region/44"].name == "Grand Est"
    assert by_place["department/44"].name == "Loire-Atlantique"
    assert by_place["department/44"].region == "52"


def test_a_postal_code_covers_several_communes(territory_file: TerritoryFile) -> None:
    communes = {row.commune for row in territory_file.postal_codes if row.code == "57280"}

    assert communes == {"57211", "57303", "57433", "57645"}


def test_a_postal_code_of_paris_means_its_arrondissement(territory_file: TerritoryFile) -> None:
    rows = [row for row in territory_file.postal_codes if row.code == "75011"]

    assert rows == [PostalCode(code="75011", commune="75111")]


def test_an_arrondissement_has_its_commune_as_parent(by_place: dict[str, TerritoryRecord]) -> None:
    part = by_place["commune/69385"]

    assert part.kind == "arrondissement_municipal"
    assert (part.commune, part.epci, part.department) == ("69123", "200046977", "69")


def test_communes_of_an_ept_belong_to_the_metropolis_too(territory_file: TerritoryFile) -> None:
    members = [r for r in territory_file.territories if r.ept is not None and r.level == "commune"]

    assert {r.epci for r in members} == {"200054781"}
    assert len({r.ept for r in members}) == 11
    assert [r.epci for r in territory_file.territories if r.level == "ept"] == ["200054781"] * 11


def test_epci_and_ept_have_neither_department_nor_region(territory_file: TerritoryFile) -> None:
    groups = [r for r in territory_file.territories if r.level in {"epci", "ept"}]

    assert {(r.department, r.region) for r in groups} == {(None, None)}


def test_communes_without_epci_are_the_four_islands_and_overseas(territory_file: TerritoryFile) -> None:
    alone = [r for r in territory_file.territories if r.kind == "commune" and r.epci is None]

    assert len(alone) == 98
    assert {
        r.code for r in alone if r.department not in {"975", "977", "978", "984", "986", "987", "988", "989"}
    } == {
        "85113",
        "22016",
        "29083",
        "29155",
    }


@pytest.mark.parametrize("code", ["975", "977", "978", "984", "986", "987", "988", "989"])
def test_an_overseas_collectivity_has_both_levels(code: str, by_place: dict[str, TerritoryRecord]) -> None:
    department, region = by_place[f"department/{code}"], by_place[f"region/{code}"]

    assert department.kind == region.kind == "com"
    assert department.region == code


def test_populations_add_up(territory_file: TerritoryFile, by_place: dict[str, TerritoryRecord]) -> None:
    communes = sum(r.population or 0 for r in territory_file.territories if r.kind == "commune")
    regions = sum(r.population or 0 for r in territory_file.territories if r.level == "region")

    assert by_place["country/FR"].population == communes == regions
    assert by_place["commune/98412"].population is None
    assert by_place["department/984"].population is None


def test_aliases_lead_to_present_communes(
    territory_file: TerritoryFile, by_place: dict[str, TerritoryRecord]
) -> None:
    kinds = Counter(alias.kind for alias in territory_file.aliases)

    assert (kinds["delegated"], kinds["associated"]) == (2_105, 471)
    assert all(f"commune/{alias.commune}" in by_place for alias in territory_file.aliases)


def test_the_code_alone_is_no_key_of_an_alias(territory_file: TerritoryFile) -> None:
    def aliases(code: str) -> set[Alias]:
        return {alias for alias in territory_file.aliases if alias.code == code}

    assert aliases("01015") == {Alias("01015", "delegated", "01015", "Arbignieu")}
    assert {(a.kind, a.commune) for a in aliases("55273")} == {("former", "55245"), ("associated", "55386")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Saint-Rémy-l'Honoré", "st remy l honore"),
        ("SAINT REMY L’HONORE", "st remy l honore"),
        ("Sainte-Œuvre (Exemple)", "ste oeuvre exemple"),
        ("  L'Haÿ-les-Roses ", "l hay les roses"),
        ("Saintes", "stes"),
        ("Toussaint", "toussaint"),
        ("…", ""),
    ],
)
def test_search_name(text: str, expected: str) -> None:
    assert search_name(text) == expected


def test_another_tarball_is_refused() -> None:
    with pytest.raises(ValueError, match="expected c189ffd5"):
        load_source(b"not the pinned tarball")


def test_the_file_can_be_built_again() -> None:
    tarball = os.environ.get(TARBALL_VARIABLE)
    if tarball is None:
        pytest.skip(f"{TARBALL_VARIABLE} does not name the pinned npm tarball")
    built = render(build_rows(load_source(Path(tarball).read_bytes())))

    assert built == render(build_rows(load_source(Path(tarball).read_bytes())))
    # Another zlib may compress otherwise: what must be identical is the content.
    assert gzip.decompress(built) == gzip.decompress(DATA_FILE.read_bytes())
