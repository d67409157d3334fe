"""Places of contracts, resolved against the committed territories."""

import pytest

from app.exchange.places import PlaceLookups, PlaceNote, PlaceResolution, resolve_place


@pytest.mark.parametrize(
    ("code", "place_type", "place", "notes"),
    [
        ("34970", "Code postal", "commune/34129", ["single_commune"]),
        ("75011", "Code postal", "commune/75111", ["single_commune"]),
        (" 34 970 ", "Code postal", "commune/34129", ["single_commune"]),
        ("34970.0", "Code postal", "commune/34129", ["single_commune"]),
        ("57433", "Code commune", "commune/57433", []),
        ("75111", "Code commune", "commune/75111", []),
        ("2a004", "Code commune", "commune/2A004", []),
        ("1004", "Code commune", "commune/01004", []),
        # The delegated commune of the same code and the present one: the present one.
        ("01015", "Code commune", "commune/01015", []),
        ("01340", "Code commune", "commune/01015", ["former_code"]),
        ("13201", "Code arrondissement", "commune/13201", []),
        ("579", "Code arrondissement", "department/57", ["wider_place"]),
        ("9741", "Code arrondissement", "department/974", ["wider_place"]),
        ("5705", "Code canton", "department/57", ["wider_place"]),
        ("57", "Code département", "department/57", []),
        ("1", "Code département", "department/01", []),
        ("069", "Code département", "department/69", []),
        ("69M", "Code département", "department/69", []),
        ("2a", "Code département", "department/2A", []),
        ("974", "Code département", "department/974", []),
        ("987", "Code département", "department/987", []),
        # Real cases of a commune's code typed as a department.
        ("50129", "Code département", "commune/50129", ["type_mismatch"]),
        ("62041", "Code département", "commune/62041", ["type_mismatch"]),
        # 44119 is Paulx, and the postal code of two other communes of the same department.
        ("44119", "Code département", "department/44", ["type_mismatch", "wider_place"]),
        ("44", "Code région", "region/44", []),
        ("4", "Code région", "region/04", []),
        ("FR", "Code pays", "country/FR", []),
        ("fra", "Code pays", "country/FR", []),
        ("RE", "Code pays", "department/974", []),
        ("NC", "Code pays", "department/988", []),
    ],
)
def test_a_place_that_can_be_told(
    code: str, place_type: str, place: str, notes: list[str], lookups: PlaceLookups
) -> None:
    expected = PlaceResolution(place, (), tuple(PlaceNote(note) for note in notes))

    assert resolve_place(code, place_type, lookups) == expected


@pytest.mark.parametrize(
    ("code", "place_type", "candidates", "notes"),
    [
        (
            "57280",
            "Code postal",
            ["commune/57211", "commune/57303", "commune/57433", "commune/57645"],
            ["several_communes"],
        ),
        # A CEDEX of Metz, and the code of another commune of the department.
        ("57036", "Code postal", ["commune/57036", "department/57"], ["type_mismatch"]),
        ("57999", "Code postal", ["department/57"], ["unknown_code"]),
        ("97999", "Code postal", [], ["unknown_code"]),
        ("34970", "Code commune", ["commune/34129"], ["type_mismatch"]),
        ("55273", "Code commune", ["commune/55245", "commune/55386"], ["former_code", "several_communes"]),
        ("57999", "Code département", ["department/57"], ["unknown_code"]),
        ("20", "Code département", ["department/2A", "department/2B"], ["unknown_code"]),
        ("100", "Code département", [], ["unknown_code"]),
        ("99", "Code région", [], ["unknown_code"]),
        ("BE", "Code pays", [], ["foreign_country"]),
        ("974", "Code pays", [], ["type_mismatch"]),
        ("44", None, ["department/44", "region/44"], ["type_missing"]),
        ("57433", None, ["commune/57433"], ["type_missing"]),
        (None, "Code postal", [], ["place_missing"]),
        ("  ", "Code postal", [], ["place_missing"]),
    ],
)
def test_a_place_that_cannot_be_told(
    code: str | None,
    place_type: str | None,
    candidates: list[str],
    notes: list[str],
    lookups: PlaceLookups,
) -> None:
    expected = PlaceResolution(None, tuple(candidates), tuple(PlaceNote(note) for note in notes))

    assert resolve_place(code, place_type, lookups) == expected


def test_every_note_has_its_sentence() -> None:
    labels = {note.label for note in PlaceNote}

    assert len(labels) == len(PlaceNote)
    assert all(label.endswith(".") for label in labels)
