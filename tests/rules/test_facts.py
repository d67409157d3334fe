from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from app.rules.codes import Level, Programme, Structure
from app.rules.errors import WrongDocumentError
from app.rules.facts import FACT_LABELS, Facts, facts_from_json, facts_to_json

KNOWN: dict[str, object] = {
    "birth_date": "2000-02-29",
    "jobseeker": True,
    "months_worked": "5.50",
    "rsa": False,
    "level": "cap_bep",
    "programmes": ["cej", "pacea"],
    "structure": "none",
    "opinion_body": "PLIE Exemple",
}


def test_facts_are_read_and_written_exactly() -> None:
    facts = facts_from_json(KNOWN | {"aah": None})
    assert facts == Facts(
        birth_date=date(2000, 2, 29),
        jobseeker=True,
        months_worked=550,
        rsa=False,
        level=Level.CAP_BEP,
        programmes=(Programme.CEJ, Programme.PACEA),
        structure=Structure.NONE,
        opinion_body="PLIE Exemple",
    )
    assert facts_to_json(facts) == KNOWN


def test_nothing_recorded_is_nothing_known() -> None:
    assert facts_from_json({}) == Facts()
    assert facts_to_json(Facts()) == {}


def test_every_fact_has_its_label() -> None:
    assert list(FACT_LABELS) == [item.name for item in fields(Facts)]


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        ({"exemple": 1}, "/exemple", "unknown_field"),
        ({"birth_date": "29/02/2000"}, "/birth_date", "invalid"),
        ({"birth_date": "2001-02-29"}, "/birth_date", "invalid"),
        ({"rsa": "oui"}, "/rsa", "invalid"),
        ({"months_worked": "5.555"}, "/months_worked", "too_many_decimals"),
        ({"months_worked": "-1"}, "/months_worked", "invalid"),
        ({"level": "exemple"}, "/level", "unknown_code"),
        ({"programmes": "cej"}, "/programmes", "invalid"),
        ({"programmes": ["cej", "exemple"]}, "/programmes/1", "unknown_code"),
        ({"structure": 1}, "/structure", "unknown_code"),
        ({"opinion_body": ""}, "/opinion_body", "invalid"),
    ],
)
def test_a_wrong_fact_is_named(document: dict[str, object], pointer: str, code: str) -> None:
    with pytest.raises(WrongDocumentError) as caught:
        facts_from_json({"ass": True, **document})
    assert [(item.pointer, item.code) for item in caught.value.findings] == [(pointer, code)]


def test_every_wrong_fact_is_named_at_once() -> None:
    with pytest.raises(WrongDocumentError) as caught:
        facts_from_json({"rsa": 1, "ass": True, "aah": "x"})
    assert [item.pointer for item in caught.value.findings] == ["/rsa", "/aah"]
