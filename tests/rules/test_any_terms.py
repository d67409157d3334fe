"""No combination of terms raises an unexplained error: its fields are refused, or every rule answers."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.codes import (
    ApprovalFrom,
    ContractType,
    Decision,
    Every,
    Modality,
    ReviewState,
    RoundingMode,
)
from app.rules.counting import count_month
from app.rules.days import ONE_DAY, Span, add_months, month_start
from app.rules.durations import duration_of
from app.rules.eligibility import approved_span, assess
from app.rules.errors import Finding, NoValueYetError, WrongDocumentError
from app.rules.facts import Facts
from app.rules.lines import Line, Review
from app.rules.needs import need, shortfall
from app.rules.penalties import Situation, penalties
from app.rules.publics import PUBLICS
from app.rules.reporting import document_calendar, missing_statements
from app.rules.status import Known, Sums, compliance, forecast_of
from app.rules.targets import Basis, estimate
from app.rules.terms import Terms
from app.rules.terms_json import kept_terms_from_json, terms_from_json, terms_to_json
from tests.rules.months import EPOCH, ident

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
AMOUNTS = st.sampled_from(["0", "0.01", "1", "2000", "2700000", "99999999999.99"])
COSTS = st.sampled_from(["0.01", "30", "99999999999.99"])
SHARES = st.sampled_from(["0", "0.05", "0.333", "0.5", "1"])
ODD: Any = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        33,
        "",
        "x",
        "-1",
        "1.005",
        "1.01",
        "2025-02-30",
        [],
        [None],
        ["other"],
        {},
        {"kind": "x"},
    ]
)
TARGETS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "fixed_hours": st.fixed_dictionaries({"hours": AMOUNTS}),
    "labour_formula": st.fixed_dictionaries(
        {"amount": AMOUNTS, "labour_share": SHARES, "insertion_rate": SHARES, "hourly_cost": COSTS}
    ),
    "per_invoiced_amount": st.fixed_dictionaries(
        {
            "tranche": COSTS,
            "trigger": AMOUNTS,
            "counts_from": st.sampled_from(["first_euro", "beyond_trigger"]),
        },
        optional={"hours_per_tranche": AMOUNTS, "estimated_amount": AMOUNTS},
    ),
    "step_table": st.just({"table": "csf-2018"}),
    "share_of_hours": st.fixed_dictionaries({"share": SHARES}, optional={"estimated_hours": AMOUNTS}),
}
PENALTY_AMOUNTS = st.one_of(
    st.fixed_dictionaries({"euros": COSTS}),
    st.fixed_dictionaries(
        {
            "parameter": st.sampled_from(["hourly_ceiling", "minimum_wage"]),
            "coefficient": st.sampled_from(["0.5", "4"]),
            "value_on": st.sampled_from(["fact", "window_start", "window_end"]),
        }
    ),
)


@st.composite
def penalty_terms(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["missing_hours", "late_document", "event"]))
    found = {"code": "exemple", "kind": kind, "amount": draw(PENALTY_AMOUNTS), "notice": draw(st.booleans())}
    if kind == "late_document":
        found["days"] = draw(st.sampled_from(["calendar", "ouvres", "ouvrables"]))
    if draw(st.booleans()):
        found["cap"] = draw(st.sampled_from([{"amount": "100.00"}, {"share": "0.1"}]))
    return found


@st.composite
def subtargets(draw: st.DrawFn, publics: list[str]) -> dict[str, Any]:
    size: dict[str, Any] = draw(st.sampled_from([{"hours": "10"}, {"share": "0.333"}]))
    who: dict[str, Any] = draw(
        st.sampled_from([{"sex": "female"}, {"jobs": ["F1703"]}, {"publics": publics[:1]}])
    )
    return {"label": "Exemple", **size, **who}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Terms that could be meant; often with one or two odd values among them."""
    start = draw(DAYS)
    end = start + timedelta(days=draw(st.integers(0, 2000)))
    kind = draw(st.sampled_from(sorted(TARGETS)))
    publics = draw(st.lists(st.sampled_from(sorted(PUBLICS)), min_size=1, max_size=3, unique=True))
    milestones = sorted(draw(st.sets(st.dates(start, end), max_size=2)))
    found: dict[str, Any] = {
        "target": {"kind": kind, **draw(TARGETS[kind])},
        "window": {"start": start.isoformat(), "end": end.isoformat()},
        "publics": [{"code": code} for code in publics],
        "subtargets": draw(st.lists(subtargets(publics), max_size=1)),
        "milestones": [{"on": day.isoformat(), "hours": f"{n}"} for n, day in enumerate(milestones)],
        "modalities": sorted(draw(st.sets(st.sampled_from(Modality), min_size=1))),
        "contract_types": sorted(draw(st.sets(st.sampled_from(ContractType), min_size=1))),
        "durations": draw(
            st.fixed_dictionaries(
                {"months": st.sampled_from([1, 24, 120])},
                optional={"to_window_end": st.just({"cdi": 48}), "by_contract_type": st.just({"stage": 6})},
            )
        ),
        "late_threshold": draw(SHARES),
        "rounding": {
            "mode": draw(st.sampled_from(RoundingMode)),
            "step": draw(st.sampled_from(["0.01", "0.5", "1"])),
        },
        "reporting": {"every": draw(st.sampled_from(Every)), "due_day": draw(st.sampled_from([1, 15, 31]))},
        "approval_counts_from": draw(st.sampled_from(ApprovalFrom)),
        "training_share": draw(st.one_of(st.none(), SHARES)),
        "training_cap": draw(st.one_of(st.none(), AMOUNTS)),
        "penalties": draw(st.lists(penalty_terms(), max_size=1)),
        "holder_approval": draw(st.sampled_from([None, {}, {"days": 1}, {"days": 90}])),
    }
    for key in draw(st.sets(st.sampled_from(sorted(found)), max_size=8)):
        if key not in {"target", "window", "publics"}:
            del found[key]
    if draw(st.integers(0, 3)) == 0:
        found |= {key: draw(ODD) for key in draw(st.sets(st.sampled_from(sorted(found)), max_size=2))}
    return found


@settings(max_examples=200)
@given(documents(), DAYS, st.integers(0, 10**9), st.one_of(st.none(), st.integers(0, 10**12)))
def test_terms_are_refused_by_their_fields_or_every_rule_answers(
    document: dict[str, Any], on: date, counted: int, amount: int | None
) -> None:
    terms, findings = _read(document)
    assert all(item.pointer.startswith("/") and item.detail for item in findings)
    if terms is None:
        assert findings
        return
    written = terms_to_json(terms)
    assert kept_terms_from_json(written) == terms
    _answer(terms, on, counted, Basis(firm_amount=amount, invoiced=amount or 0, total_hours=counted))


def _read(document: dict[str, Any]) -> tuple[Terms | None, tuple[Finding, ...]]:
    try:
        return terms_from_json(document), ()
    except WrongDocumentError as error:
        return None, error.findings


def _answer(terms: Terms, on: date, counted: int, basis: Basis) -> None:
    """Ask every rule about a clause; only errors of the law, which are explained, may come."""
    _position(terms, on, counted, basis)
    estimate(terms.target, terms.rounding, on, basis)
    missing_statements(terms, on, ())
    document_calendar(terms)
    hire = Span(on, on + 30 * ONE_DAY)
    assess(terms.publics, Facts(), frozenset(), (), on)
    span = approved_span(terms, hire, on)
    kinds = terms.contract_types
    until = duration_of(terms, kinds[0], on).last_day
    line = Line(
        key=ident("line"),
        obligation=ident("obligation"),
        employer=ident("employer"),
        first_recorded_at=EPOCH,
        terms=terms,
        hire=hire,
        weekly_hours=3500,
        modality=terms.modalities[0],
        contract_type=kinds[0],
        worked=10000,
        training=500,
        review=Review(ReviewState.ACCEPTED),
        decision=Decision.APPROVED,
        eligible=span,
        eligible_until=until,
    )
    postings = count_month([line], month_start(on))[line.key]
    assert sum(item.hours for item in postings) == 10500


def _position(terms: Terms, on: date, counted: int, basis: Basis) -> None:
    months = {add_months(month_start(on), -back): counted // 3 for back in range(3)}
    known = Known(as_of=on, sums=Sums(declared=counted, counted=counted), basis=basis, months=months)
    position = compliance(terms, known)
    assert position.required >= 0
    assert position.balance == counted - position.required
    assert position.expected >= 0
    forecast_of(terms, known)
    need(terms, on, shortfall(position), 0)
    situation = Situation(
        as_of=on,
        start=terms.window.first,
        end=terms.end,
        closed=False,
        required=position.required,
        counted=counted,
        pending=0,
        firm_amount=basis.firm_amount,
    )
    # A dated value may be missing on a day that a term names: that error says which.
    with contextlib.suppress(NoValueYetError):
        assert all(item.amount >= 0 for item in penalties(terms.penalties, situation).lines)


@given(
    st.sampled_from(ContractType),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(1, 60),
    st.dates(date(2020, 1, 1), date(2034, 12, 31)),
)
def test_day_by_day_eligibility_is_the_interval_computed(
    kind: ContractType, start: date, months: int, end: date
) -> None:
    """A day counts when fewer than `months` whole months have passed since the first start, and no other."""
    terms = terms_from_json(
        {
            "profile": "ccag-2021",
            "target": {"kind": "fixed_hours", "hours": "100"},
            "window": {"start": "2019-01-01", "end": end.isoformat()},
            "durations": {"months": months, "to_window_end": {"cdi": months}},
        }
    )
    found = duration_of(terms, kind, start)
    limit = add_months(start, months)
    for n in range(-3, months * 31 + 40):
        day = start + timedelta(days=n)
        inside = start <= day < limit and (kind is not ContractType.CDI or day <= end)
        assert found.holds(day) is inside
