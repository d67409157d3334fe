"""Why a contract has no clause: the state, and what says so."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.clock import new_id
from app.db.tables import Contract
from app.rules.parameters import parameter
from app.services.clause_states import show_clause_state

# Thresholds of 2026 and 2027 in cents: 140,000 € for the State, 216,000 € for others, 432,000 € for networks,
# 5,404,000 € for works.
STATE, OTHER, WORKS = 140_000_00, 216_000_00, 5_404_000_00


def contract(**facts: object) -> Contract:
    return Contract(
        id=new_id(),
        **{
            "consultation": {},
            "social_conditions": [],
            "waiver": None,
            "decp_social": [],
            "notified_on": date(2026, 12, 1),
            "clause_id": None,
            "created_at": datetime(2026, 12, 1, tzinfo=UTC),
            **facts,
        },
    )


def consultation(value: int | None, kind: str | None = None, **more: object) -> dict[str, Any]:
    return {"launched_on": "2026-08-22", "estimated_value": value, "kind": kind, **more}


@pytest.mark.parametrize(
    ("facts", "state", "reasons"),
    [
        ({"clause_id": new_id()}, "clause", []),
        (
            {"waiver": {"ground": "no_link", "text": "x"}, "decp_social": ["Clause sociale"]},
            "waived",
            ["waiver"],
        ),
        (
            {"decp_social": ["Clause sociale"], "notified_on": date(2024, 12, 12)},
            "clause_missing",
            ["published"],
        ),
        ({"decp_social": ["Critère social"], "notified_on": date(2024, 12, 12)}, "no_clause", None),
        ({"social_conditions": [{"kind": "training", "text": "x"}]}, "no_clause", ["social_condition"]),
        ({"social_conditions": [{"kind": "insertion_hours", "text": "x"}]}, "clause_missing", ["announced"]),
        (
            {
                "social_conditions": [{"kind": "insertion_hours", "text": "x"}],
                "decp_social": ["Clause sociale"],
            },
            "clause_missing",
            ["published", "announced"],
        ),
        ({"consultation": {"launched_on": "2026-08-21"}}, "no_clause", ["before_obligation"]),
        ({}, "to_check", ["value_unknown", "launch_unknown", "kind_unknown"]),
        ({"consultation": consultation(None, "works")}, "to_check", ["value_unknown"]),
        ({"consultation": consultation(WORKS, "works")}, "clause_missing", ["above_threshold"]),
        ({"consultation": consultation(WORKS - 1, "works")}, "no_clause", ["below_threshold"]),
        ({"consultation": consultation(STATE, "services")}, "to_check", ["between_thresholds"]),
        (
            {"consultation": consultation(STATE, "services", state_buyer=True)},
            "clause_missing",
            ["above_threshold"],
        ),
        (
            {"consultation": consultation(OTHER - 1, "services", state_buyer=False)},
            "no_clause",
            ["below_threshold"],
        ),
        ({"consultation": consultation(OTHER)}, "to_check", ["between_thresholds", "kind_unknown"]),
    ],
)
def test_the_state_and_its_reasons(facts: dict[str, Any], state: str, reasons: list[str] | None) -> None:
    shown = show_clause_state(contract(**facts))
    assert shown.state == state
    assert [reason.code for reason in shown.reasons] == (reasons or ["before_obligation"] * (reasons is None))


def test_a_threshold_is_named_with_its_source() -> None:
    (reason,) = show_clause_state(contract(consultation=consultation(OTHER, "services"))).reasons
    assert "216 000 €" in reason.text
    assert reason.reference == parameter("threshold_other").at(date(2026, 9, 1)).reference


def test_thresholds_that_may_apply_are_all_named_with_their_sources() -> None:
    shown = show_clause_state(contract(consultation=consultation(OTHER)))
    acts = shown.reasons[0].reference or ""
    assert all(act in acts for act in ("2025/2150", "2025/2151", "2025/2152"))
