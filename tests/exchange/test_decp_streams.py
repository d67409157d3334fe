"""Files of any size and any envelope: read a piece at a time, and what was read before a break counts."""

import io
import json
import tracemalloc
from typing import Any

import pytest

from app.exchange.decp import window
from app.exchange.decp.reading import count_records
from tests.exchange.decp_samples import (
    BUYER,
    HOLDER,
    OTHER_HOLDER,
    as_csv,
    as_json,
    contract_of,
    found,
    read,
    sound,
)

V1 = {"id": "EX-1", "acheteur": {"id": BUYER}, "_type": "Marché", "objet": "Exemple", "titulaires": []}
V1_ENVELOPES: list[object] = [
    {"marches": [V1]},
    {"data": {"marches": [V1]}},
    {"@xmlns": "exemple", "generated": {"by": ["exemple"]}, "marches": [V1, V1 | {"id": "EX-2"}]},
    [{"marches": [V1]}],
    {"marches": [{"marche": V1}]},
    {"marches": {"marche": [{"marche": V1}, {"rang": 1, "marche": V1}]}},
    {"marches": [[V1], [[V1]]]},
]


@pytest.mark.parametrize("document", V1_ENVELOPES)
def test_records_of_2019_in_their_envelope_and_in_others_around_it(document: object) -> None:
    rows = read(json.dumps(document).encode())

    assert [contract_of(row).buyer.value for row in rows] == [BUYER] * json.dumps(document).count(BUYER)


def test_one_record_per_line_without_an_array() -> None:
    lines = b"\n".join(json.dumps(sound(id=number)).encode() for number in ("A", "B", "C"))
    rows = read(lines)

    assert [contract_of(row).external_id for row in rows[:-1]] == ["A", "B", "C"]
    assert found(rows[-1]) == [("envelope_unusual", "")]


def test_a_repeated_key_is_told_and_loses_no_list() -> None:
    first, second = ({"typeIdentifiant": "SIRET", "id": firm} for firm in (HOLDER, OTHER_HOLDER))
    one, other = json.dumps({"titulaire": first}), json.dumps({"titulaire": second})
    content = as_json(sound()).replace(
        b'"titulaires": [', f'"titulaires": [{one}], "objet": "", "titulaires": [{other}], "sans": ['.encode()
    )
    (row,) = read(content)

    assert [holder.value for holder in contract_of(row).holders] == [HOLDER, OTHER_HOLDER]
    assert contract_of(row).object == "Construction d'une halle exemple - Lot 2 : charpente"
    assert found(row) == [("key_repeated", "")]


@pytest.mark.parametrize("document", [{"marches": 5}, {"marches": {"marche": ["texte", 5, None]}}])
def test_what_is_no_record_where_records_are_is_said(document: object) -> None:
    rows = read(json.dumps(document).encode())

    assert {code for row in rows for code, _ in found(row)} <= {"record_unreadable", "record_empty"}
    assert len(rows) == (1 if document == {"marches": 5} else 3)


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_older_alphabets_of_a_whole_file_are_told_by_their_letters(encoding: str) -> None:
    text = "Réfection des façades et création d'un préau à l'école élémentaire, marché à procédure adaptée"
    records = [sound(id=f"A{number}", objet=f"{text} {number}") for number in range(20)]
    for record in records:
        record["ccag"] = "Travaux"
    rows = read(as_json(*records).decode().replace("’", "'").encode(encoding))

    assert contract_of(rows[1]).object == f"{text} 0"


def test_a_stray_byte_does_not_spoil_the_rest() -> None:
    content = as_json(sound(objet="Préau à créer"), sound(id="B", objet="Toit abîmé"))
    rows = read(content.replace("abîmé".encode(), "abîmé".encode("cp1252")))

    assert found(rows[0]) == [("encoding_guessed", "")]
    assert [contract_of(row).object for row in rows[1:]] == ["Préau à créer", "Toit abîmé"]


class Endless(io.RawIOBase):
    """A file of so many records that is nowhere: each is made when it is read."""

    def __init__(self, start: bytes, record: bytes, count: int) -> None:
        self._parts = (start, record, count)
        self.seek(0)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        assert (offset, whence) == (0, 0)
        start, record, count = self._parts
        self._rest, self._left, self._record = start, count, record
        return 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - as the base declares it
        while self._left and len(self._rest) < len(buffer):
            self._rest += self._record
            self._left -= 1
        piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


JSON_RECORD = json.dumps(sound(objet="x" * 900)).encode() + b",\n"
HEADER, CSV_RECORD = (line + b"\r\n" for line in as_csv({"objet": "x" * 900}).splitlines())


@pytest.mark.parametrize(
    ("start", "record", "records"),
    [
        (b'{"marches": {"marche": [', JSON_RECORD, 2_000),
        (HEADER, CSV_RECORD, 2_000),
        # One line, one string, one quote that is never closed: nothing to be found in them.
        (b"junk", b"x" * 2_000, 0),
        (b'{"marches": ["', b"x" * 2_000, 0),
        (HEADER + b'"', b"x" * 2_000, 0),
        (b"[" * 2_000, b"[" * 2_000, 0),
    ],
)
def test_what_is_held_does_not_grow_with_the_file(
    start: bytes, record: bytes, records: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "BLOCK", 1 << 14)
    monkeypatch.setattr(window, "LONGEST", 1 << 18)
    tracemalloc.start()
    try:
        found = sum(1 for _ in count_records(io.BufferedReader(Endless(start, record, 2_000))))
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    # Of four million characters: a block of bytes to learn the alphabet, and a few times the window.
    assert held < 5 << 20
    assert found == records or (records == 0 and found < 50)
