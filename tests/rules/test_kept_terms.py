"""Terms as they were stored, at any time: read for ever as they were then."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from app.rules.codes import Every
from app.rules.errors import WrongDocumentError
from app.rules.profiles import PROFILES, profile
from app.rules.terms import Reporting
from app.rules.terms_json import (
    kept_terms_from_json,
    terms_from_json,
    terms_to_json,
)
from tests.rules.test_terms import SMALLEST, WHOLE


def test_terms_stored_before_penalties_were_terms_have_none() -> None:
    stored = terms_to_json(terms_from_json(SMALLEST))
    del stored["penalties"]
    assert kept_terms_from_json(stored) == terms_from_json(SMALLEST)
    assert kept_terms_from_json({**stored, "profile": "d-un-organisme"}).penalties == ()
    assert kept_terms_from_json({**stored, "profile": "paris-epec-2021"}).penalties == ()


def test_terms_stored_before_documents_could_be_owed_ask_for_none() -> None:
    written = terms_to_json(terms_from_json(SMALLEST))
    older = {**written, "reporting": {"every": "month", "due_day": 15}}
    assert kept_terms_from_json(older) == terms_from_json(written)
    assert kept_terms_from_json(older).reporting.documents == ()


def test_a_kept_clause_never_needs_its_profile() -> None:
    written = terms_to_json(terms_from_json(SMALLEST)) | {"profile": "exemple-2020"}
    assert terms_to_json(kept_terms_from_json(written)) == written
    with pytest.raises(WrongDocumentError):
        terms_from_json(written)


@pytest.mark.parametrize("name", ["exemple-2020", "ccag-2021", None])
def test_a_clause_kept_before_a_term_existed_reads_as_it_did(
    name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a profile of that name nor a later value of the profile says anything about it."""
    told = replace(
        profile("ccag-2021"),
        conditions=replace(
            profile("ccag-2021").conditions,
            reporting=Reporting(Every.YEAR, 1),
            automatic_approval=True,
            training_share=Fraction(1, 5),
        ),
    )
    written = terms_to_json(terms_from_json(SMALLEST)) | {"profile": name}
    monkeypatch.setitem(PROFILES, "ccag-2021", told)
    older = {
        key: value
        for key, value in written.items()
        if key not in {"reporting", "automatic_approval", "training_share", "milestones"}
    }
    kept = kept_terms_from_json(older)
    assert terms_to_json(kept) == written
    assert (kept.reporting, kept.automatic_approval, kept.training_share) == (
        Reporting(Every.MONTH, 15),
        False,
        None,
    )


def test_a_public_kept_before_a_parameter_existed_reads_as_it_did() -> None:
    written = terms_to_json(terms_from_json(WHOLE))
    publics = [
        {"code": "deld", "parameters": {"months": 18}, "reference": "", "assumed": False},
        {"code": "jeune_sq", "parameters": {}, "reference": "", "assumed": False},
        {
            "code": "jeune_diplome",
            "parameters": {"age_below": 28, "months": 3},
            "reference": "",
            "assumed": False,
        },
        {"code": "qpv", "parameters": {"requires_jobseeker": False}, "reference": "", "assumed": False},
    ]
    kept = kept_terms_from_json({**written, "publics": publics}).publics
    values = {item.code: dict(item.parameters) for item in kept}
    assert values == {
        "deld": {"months": 18, "worked_below_months": 0, "proof_months": 0},
        "jeune_sq": {"age_below": 26, "months": 6, "requires_jobseeker": False, "proof_months": 0},
        "jeune_diplome": {
            "age_below": 28,
            "months": 3,
            "requires_inactivity": True,
            "requires_jobseeker": False,
            "proof_months": 0,
        },
        "qpv": {"requires_jobseeker": False, "address_proof_months": 0, "proof_months": 0},
    }
