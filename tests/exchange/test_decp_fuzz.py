"""Whatever the bytes, the reader ends and answers: contracts and issues, never an exception."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange import encodings
from app.exchange.decp import window
from app.exchange.decp.reading import read_decp
from app.exchange.decp.records import DecpRow
from app.exchange.places import PlaceLookups, resolve_place
from tests.exchange.decp_samples import SOUND_CELLS, TODAY, as_csv, sound

# Other tests share the machine: time says nothing here.
MACHINE = settings(deadline=None)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        ["NC", "MQ", "CDL", "INX 1", "SIRET", "HORS-UE", "['", "2024-05-15+02:00", "1e9", "\ud800"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["id", "titulaire", "modification", "acteSousTraitance", "code", "montant", "x "]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        *sound(),
        "modifications",
        "actesSousTraitance",
        "modificationsActesSousTraitance",
        "_type",
        "acheteur.id",
    ]
)


def read_all(content: bytes) -> list[DecpRow]:
    rows = list(read_decp(content, today=TODAY))
    for row in rows:
        assert (row.record is None) or not row.failed
        assert row.record is not None or row.issues
        if row.raw_json is not None:
            json.loads(row.raw_json)
            assert "\\u0000" not in row.raw_json
    return rows


@MACHINE
@given(st.binary(max_size=400))
def test_any_bytes(content: bytes) -> None:
    assert read_all(content)


@MACHINE
@given(
    st.sampled_from([b'{"marches": {"marche": [', b"[{", b"id;objet;techniques\n", b"\xef\xbb\xbf{"]),
    st.binary(),
)
def test_any_bytes_after_a_likely_start(start: bytes, content: bytes) -> None:
    assert read_all(start + content)


@settings(MACHINE, max_examples=300)
@given(st.dictionaries(FIELDS, VALUES, max_size=6))
def test_any_value_in_any_field(changes: dict[str, object]) -> None:
    document = {"marches": {"marche": [sound(**changes), sound(id="LAST")]}}
    rows = read_all(json.dumps(document).encode())
    last = rows[-1].record

    assert len(rows) == 2
    assert last is not None
    assert last.external_id == "LAST"
    assert last.notified_on == date(2024, 12, 12)


@MACHINE
@given(VALUES)
def test_any_document(document: object) -> None:
    assert read_all(json.dumps({"marches": document}).encode())
    assert read_all(json.dumps(document).encode())


@MACHINE
@given(st.dictionaries(st.sampled_from(list(SOUND_CELLS)), st.text(max_size=40), max_size=6))
def test_any_cell_of_a_csv(cells: dict[str, str]) -> None:
    storable = {name: text.encode(errors="ignore").decode() for name, text in cells.items()}

    assert read_all(as_csv(storable, {"id": "LAST"}))


@settings(MACHINE, max_examples=60)
@given(st.integers(0, 2_000), st.binary(min_size=1, max_size=3))
def test_a_sound_file_damaged_anywhere(position: int, noise: bytes) -> None:
    content = json.dumps({"marches": {"marche": [sound(id="A"), sound(id="B")]}}).encode()

    assert read_all(content[:position] + noise + content[position:])


@MACHINE
@given(VALUES, st.integers(1, 9))
def test_pieces_of_any_size_give_the_same_records(document: object, size: int) -> None:
    records = [sound(id="A", x=document), sound(id="B", objet="Lot \\ 'é' \n\u2028"), document, sound(id="C")]
    content = json.dumps({"marches": {"marche": records}}).encode() + b'{"marche": [NaN, {"id"'
    whole = read_all(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "BLOCK", size)
        patch.setattr(encodings, "BLOCK", size)
        in_pieces = read_all(content)

    assert in_pieces == whole
    assert {"A", "B", "C"} <= {row.record.external_id for row in whole if row.record}
    assert whole[-1].issues[0].code == "file_damaged"


@MACHINE
@given(
    st.text(max_size=8),
    st.sampled_from(["Code postal", "Code commune", "Code canton", "Code pays", "x", None]),
)
def test_any_place(lookups: PlaceLookups, code: str, place_type: str | None) -> None:
    resolution = resolve_place(code, place_type, lookups)

    assert resolution.place is None or not resolution.candidates
    assert all(lookups.exists(place) for place in (*resolution.candidates, resolution.place or "country/FR"))
