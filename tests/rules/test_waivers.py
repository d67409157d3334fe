"""Waivers, and what the lots of a consultation say together."""

from typing import Any

import pytest

from app.rules.codes import ConsultationKind, WaiverGround
from app.rules.consultations import Consultation, shared
from app.rules.waivers import GROUNDS, Execution, contradiction
from tests.rules.cases import load
from tests.rules.months import day, hours


@pytest.mark.parametrize("case", load("waivers"))
def test_a_fact_speaks_against_a_ground(case: dict[str, Any]) -> None:
    facts: dict[str, Any] = {
        name: day(value) if name in {"first", "last", "launched_on"} else value
        for name, value in case["execution"].items()
    }
    assert contradiction(WaiverGround(case["ground"]), Execution(**facts)) == case.get("flaw")


def test_every_ground_is_told_and_none_was_read_in_the_article() -> None:
    assert {item.ground for item in GROUNDS} == set(WaiverGround)
    assert all(item.assumed and "L2112-2-1" in item.reference for item in GROUNDS)


@pytest.mark.parametrize("case", load("consultations"))
def test_what_the_lots_of_a_consultation_say_together(case: dict[str, Any]) -> None:
    found = shared(_told(case["own"]), [_told(lot) for lot in case.get("lots", [])])
    assert found == _told(case["expected"])


def _told(values: dict[str, Any]) -> Consultation:
    read: dict[str, Any] = {
        "launched_on": day,
        "estimated_value": hours,
        "at_most": hours,
        "kind": ConsultationKind,
        "state_buyer": bool,
    }
    known: dict[str, Any] = {name: read[name](value) for name, value in values.items()}
    return Consultation(**known)
