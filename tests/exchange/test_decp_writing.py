"""What was read of a record is written so that it reads the same again, and nothing is made up."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange.decp.reading import read_again
from app.exchange.decp.received import canonical
from app.exchange.decp.records import (
    DecpContract,
    Identifier,
    Modification,
    SubcontractAct,
    SubcontractModification,
)
from app.exchange.decp.writing import record_of, text_of
from tests.exchange.decp_samples import as_csv, as_json, contract_of, read, read_one, sound
from tests.exchange.test_decp_fuzz import FIELDS, VALUES

CONCESSION = {"_type": "Contrat de concession", "valeurGlobale": 5, "dateSignature": "2024-12-12"}

LISTS = ("modifications", "subcontract_acts", "subcontract_modifications")
NOTHING = (
    Modification(None, None, None, None, None, ()),
    SubcontractAct(None, None, None, None, None, None, None),
    SubcontractModification(None, None, None, None, None),
)


def said(contract: DecpContract) -> DecpContract:
    """All that a record says, but for the text it was read from."""
    lists: dict[str, Any] = {
        name: tuple(item for item in getattr(contract, name) if item not in NOTHING) for name in LISTS
    }
    return replace(contract, source_index=0, fingerprint="", raw_json="", **lists)


@settings(max_examples=150)
@given(st.dictionaries(FIELDS, VALUES, max_size=5), st.booleans())
def test_it_reads_the_same_again(changes: dict[str, object], concession: bool) -> None:  # noqa: FBT001 - drawn
    record = sound(**(CONCESSION if concession else {})) | changes
    (row,) = read(json.dumps({"marches": {"marche": [record]}}).encode())
    if row.record is None:
        return
    text = text_of(row.record)
    assert "\n" not in text
    written = contract_of(read(as_json(json.loads(text)))[0])
    again = contract_of(read(as_json(json.loads(text_of(written))))[0])
    # The second writing is the first: what a concession has no member for is left out once.
    assert (said(again), text_of(again)) == (said(written), text_of(written))
    if not row.record.concession and all(firm.scheme != "OTHER" for firm in firms_of(row.record)):
        # Only a concession has a first day of execution; a place without code is none.
        lost: dict[str, Any] = {"started_on": None, "subsidy": None, "execution": None}
        if row.record.place_code is None:
            lost["place_type"] = None
        assert replace(said(written), **lost) == replace(said(row.record), **lost)


def firms_of(contract: DecpContract) -> list[Identifier]:
    acts = [act.subcontractor for act in contract.subcontract_acts if act.subcontractor is not None]
    return [*contract.holders, *acts, *(firm for found in contract.modifications for firm in found.holders)]


def test_nothing_is_made_up() -> None:
    row = read_one({"id": "EX-1", "acheteur": {"id": "11111100100009"}, "objet": "Exemple"})
    assert json.loads(text_of(contract_of(row))) == {
        "id": "EX-1",
        "acheteur": {"id": "11111100100009"},
        "objet": "Exemple",
    }


def test_numbers_are_written_as_exactly_as_they_are_read() -> None:
    record = sound(montant=9999999999999.99, tauxAvance=0.10, origineUE=1.0, origineFrance="0,255")
    text = text_of(contract_of(read_one(record)))
    assert '"montant": 9999999999999.99' in text
    assert '"tauxAvance": 0.1,' in text
    assert '"origineUE": 1,' in text
    assert '"origineFrance": 0.255,' in text


def test_what_is_kept_of_a_line_or_a_record_is_read_again() -> None:
    for row in (*read(as_csv({"montantModification": "5", "idModification": "1"})), read_one(sound())):
        record = contract_of(row)
        again = read_again(record.raw_json, concession=False)
        assert again is not None
        assert said(again) == said(record)
    assert read_again("{", concession=False) is None
    assert read_again("[]", concession=False) is None
    # A concession that bears the names of a contract is one because somebody knows.
    known = read_again(canonical(record_of(contract_of(read_one(sound())))), concession=True)
    assert known is not None
    assert known.concession
