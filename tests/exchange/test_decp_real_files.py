"""The published files that stand beside the repository, where they do: never copied into it."""

from datetime import date

import pytest

from app.exchange.decp.records import DecpRow
from app.exchange.places import PlaceLookups, resolve_place
from tests.exchange.decp_samples import contract_of, found, read
from tests.published import needs_published, published

pytestmark = needs_published


def rows_of(name: str) -> list[DecpRow]:
    return read(published(name), filename=name)


def test_the_augmented_csv_of_2022() -> None:
    contracts = [contract_of(row) for row in rows_of("2022_bercy_augmente_valides_extrait.csv")]
    (flagged,) = [contract for contract in contracts if contract.has_social_clause]

    assert len(contracts) == 9
    assert len({contract.buyer.value for contract in contracts}) == 9
    assert flagged.external_id == "24-1065297-2"
    assert flagged.buyer.value == "20003994900017"
    assert flagged.amount == 2_736_400
    assert flagged.notified_on == date(2024, 12, 12)
    assert flagged.duration_months == 9
    assert flagged.ccag == "Travaux"
    assert flagged.cpv == "45210000"
    assert flagged.environmental_considerations == ("Critère environnemental", "Clause environnementale")


def test_its_flaws_are_reported_per_record() -> None:
    rows = {
        contract_of(row).external_id: found(row) for row in rows_of("2022_bercy_augmente_valides_extrait.csv")
    }

    assert rows["24-1065297-2"] == []
    assert ("marked_unusable", "/id") in rows["202424 3 001"]
    assert ("marked_unusable", "/codeCPV") in rows["2023AOVOI40 L1"]
    assert ("text_cleaned", "/objet") in rows["2024FCS05_1"]
    assert ("number_out_of_range", "/offresRecues") in rows["2022115C"]
    assert ("group_of_one", "/typeGroupementOperateurs") in rows["202404"]


def test_its_places(lookups: PlaceLookups) -> None:
    contracts = [contract_of(row) for row in rows_of("2022_bercy_augmente_valides_extrait.csv")]
    places = {c.external_id: resolve_place(c.place_code, c.place_type, lookups) for c in contracts}

    assert places["24-1065297-2"].place is None
    assert places["24-1065297-2"].candidates == (
        "commune/57211",
        "commune/57303",
        "commune/57433",
        "commune/57645",
    )
    assert places["2024FCS05_1"].place == "commune/50129"
    assert places["202404"].place == "department/83"


def test_the_json_of_2022() -> None:
    rows = rows_of("2022_megalis_59920013600241-2024-07-09-01.json")
    contracts = [contract_of(row) for row in rows]

    assert len(contracts) == 5
    assert {contract.buyer.value for contract in contracts} == {"59920013600241"}
    assert {contract.place_code for contract in contracts} == {"22"}
    assert [contract.amount for contract in contracts][:2] == [3_212_200, 14_678_000]
    assert all(("field_missing", "/actesSousTraitance/0/montant") in found(row) for row in rows)


# Counted from the files themselves, without the reader: records, those without an identifier, concessions,
# identified contracts without a notification, with amendments, with a social clause.
COUNTED = {
    "2019_bercy_augmente_valides_extrait.csv": (9, 0, 0, 0, 2, 0),
    "2022_bercy_augmente_valides_extrait.csv": (9, 0, 0, 0, 0, 1),
    "2022_megalis_59920013600241-2024-07-09-01.json": (5, 0, 0, 0, 0, 0),
    "v1_aife_2019-04.json": (45, 2, 3, 26, 6, 0),
    "v1_e-marchespublics_2019-04.json": (30, 0, 0, 0, 6, 0),
    "v1_pes_2019-04.json": (45, 0, 0, 0, 6, 0),
}


@pytest.mark.parametrize("name", COUNTED)
def test_every_record_of_every_file(name: str) -> None:
    rows = rows_of(name)
    contracts = [row.record for row in rows if row.record is not None]
    records, nameless, concessions, undated, amended, flagged = COUNTED[name]

    assert [row.source_index for row in rows] == list(range(records))
    assert len(contracts) == records - nameless
    assert all(("id_missing", "/id") in found(row) for row in rows if row.record is None)
    assert sum(("concession", "") in found(row) for row in rows) == concessions
    assert sum(contract.notified_on is None for contract in contracts) == undated
    assert sum(bool(contract.modifications) for contract in contracts) == amended
    assert sum(contract.has_social_clause for contract in contracts) == flagged
