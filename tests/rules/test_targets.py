"""What each kind of target owes on what it follows, and how it is explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.codes import CountsFrom, RoundingMode
from app.rules.errors import WrongValueError
from app.rules.hours import Rounding
from app.rules.ready_targets import READY_TARGETS
from app.rules.target_json import target_from_json, target_to_json
from app.rules.targets import Basis, estimate, exact_hours, is_known, required, required_at_end, supposed
from app.rules.terms import (
    Band,
    FixedHours,
    LabourFormula,
    PerInvoicedAmount,
    ShareOfHours,
    StepTable,
    Target,
)
from app.rules.texts import hundredths_text
from tests.rules.cases import load
from tests.rules.months import hours, terms

DAY = date(2025, 4, 10)


def _basis(said: dict[str, str]) -> Basis:
    return Basis(**{name: hours(text) for name, text in said.items()})


@pytest.mark.parametrize("case", load("targets"))
def test_what_a_target_owes(case: dict[str, Any]) -> None:
    said = case.get("rounding", {"mode": "half_up", "step": "1"})
    clause = terms(target=case["target"], rounding=said)
    basis = _basis(case["basis"])
    at_end = required_at_end(clause, basis)
    assert hundredths_text(required(clause, basis)) == case["required"]
    assert ("" if at_end is None else hundredths_text(at_end)) == case["at_end"]
    found = estimate(clause.target, clause.rounding, DAY, basis)
    assert (found.formula, hundredths_text(found.hours)) == (case["formula"], case["required"])
    assert is_known(clause.target, basis) is ("inconnu" not in case["formula"])


@pytest.mark.parametrize("case", load("targets"))
def test_a_target_comes_back_exactly(case: dict[str, Any]) -> None:
    target = target_from_json(case["target"])
    written = target_to_json(target)
    assert "table" not in written
    assert target_from_json(written) == target


def _inputs(target: dict[str, Any], basis: Basis) -> list[tuple[str, str, str]]:
    found = estimate(target_from_json(target), Rounding(), DAY, basis)
    return [(item.code, item.value, item.unit) for item in found.inputs]


def test_the_numbers_behind_tranches() -> None:
    target = {
        "kind": "per_invoiced_amount",
        "tranche": "2000",
        "trigger": "2700000",
        "counts_from": "beyond_trigger",
        "estimated_amount": "5000000",
    }
    assert _inputs(target, Basis(invoiced=300_000_099)) == [
        ("invoiced", "3000000.99", "EUR"),
        ("trigger", "2700000.00", "EUR"),
        ("tranche", "2000.00", "EUR"),
        ("tranches", "150", "count"),
        ("hours_per_tranche", "1.00", "h"),
        ("estimated_amount", "5000000.00", "EUR"),
    ]
    del target["estimated_amount"]
    assert [code for code, _, _ in _inputs(target, Basis())][-1] == "hours_per_tranche"


def test_the_numbers_behind_a_share() -> None:
    target = {"kind": "share_of_hours", "share": "0.05", "estimated_hours": "12000"}
    assert _inputs(target, Basis(total_hours=123_456)) == [
        ("share", "0.05", "share"),
        ("total_hours", "1234.56", "h"),
        ("estimated_hours", "12000.00", "h"),
    ]
    del target["estimated_hours"]
    assert [code for code, _, _ in _inputs(target, Basis())] == ["share", "total_hours"]


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        (None, []),
        (99_999, ["firm_amount 999.99", "band_below 1000.00"]),
        (100_000, ["firm_amount 1000.00", "band_from 1000.00", "band_below 100000.00"]),
        (40_000_000, ["firm_amount 400000.00", "band_from 400000.00"]),
    ],
)
def test_the_numbers_behind_a_band(amount: int | None, found: list[str]) -> None:
    inputs = _inputs({"kind": "step_table", "table": "csf-2018"}, Basis(firm_amount=amount))
    assert [f"{code} {value}" for code, value, _ in inputs] == found


def test_a_ready_table_says_where_it_is_written() -> None:
    table = READY_TARGETS["csf-2018"]
    bands = (
        Band(100_000, 15_000),
        Band(10_000_000, 30_000),
        Band(20_000_000, 45_000),
        Band(40_000_000, 90_000),
    )
    assert table.target == StepTable(bands)
    assert "clause sociale de formation" in table.reference


TRANCHES = {"kind": "per_invoiced_amount", "tranche": "2000", "trigger": "0", "counts_from": "first_euro"}
BAND = {"from_amount": "1", "hours": "2"}


@pytest.mark.parametrize(
    ("target", "pointer", "code"),
    [
        ({**TRANCHES, "tranche": None}, "/tranche", "missing"),
        ({**TRANCHES, "trigger": None}, "/trigger", "missing"),
        ({**TRANCHES, "tranche": "x"}, "/tranche", "invalid"),
        ({**TRANCHES, "trigger": "x"}, "/trigger", "invalid"),
        ({**TRANCHES, "hours_per_tranche": "x"}, "/hours_per_tranche", "invalid"),
        (
            {"kind": "per_invoiced_amount", "ready": "paris-epec-first-euro", "estimated_amount": "x"},
            "/estimated_amount",
            "invalid",
        ),
        ({**TRANCHES, "counts_from": None}, "/counts_from", "missing"),
        ({**TRANCHES, "counts_from": "exemple"}, "/counts_from", "unknown_code"),
        ({**TRANCHES, "tranche": "0.00"}, "/tranche", "invalid"),
        ({**TRANCHES, "hours_per_tranche": "0"}, "/hours_per_tranche", "invalid"),
        ({**TRANCHES, "estimated_amount": "1.001"}, "/estimated_amount", "too_many_decimals"),
        ({**TRANCHES, "share": "0.1"}, "/share", "unknown_field"),
        ({"kind": "step_table", "bands": [BAND], "share": "0.1"}, "/share", "unknown_field"),
        ({"kind": "step_table", "bands": "x"}, "/bands", "invalid"),
        ({"kind": "step_table", "bands": ["x"]}, "/bands/0", "invalid"),
        ({"kind": "step_table", "bands": [{**BAND, "share": "0.1"}]}, "/bands/0/share", "unknown_field"),
        ({"kind": "step_table", "bands": [{**BAND, "from_amount": "x"}]}, "/bands/0/from_amount", "invalid"),
        ({"kind": "share_of_hours", "share": "0.1", "hours": "1"}, "/hours", "unknown_field"),
        ({"kind": "step_table"}, "/bands", "missing"),
        ({"kind": "step_table", "bands": []}, "/bands", "invalid"),
        ({"kind": "step_table", "bands": [BAND] * 51}, "/bands", "invalid"),
        ({"kind": "step_table", "bands": [{"hours": "2"}]}, "/bands/0/from_amount", "missing"),
        ({"kind": "step_table", "bands": [{**BAND, "hours": "x"}]}, "/bands/0/hours", "invalid"),
        ({"kind": "step_table", "bands": [BAND, BAND]}, "/bands/1", "invalid"),
        (
            {"kind": "step_table", "bands": [BAND, {"from_amount": "2", "hours": "1.99"}]},
            "/bands/1",
            "invalid",
        ),
        ({"kind": "step_table", "table": "exemple"}, "/table", "unknown_code"),
        ({"kind": "step_table", "table": "csf-2018", "bands": [BAND]}, "/table", "invalid"),
        ({"kind": "share_of_hours"}, "/share", "missing"),
        ({"kind": "share_of_hours", "ready": "exemple"}, "/ready", "unknown_code"),
        # Known, but of another kind.
        ({"kind": "share_of_hours", "ready": "paris-epec-first-euro"}, "/ready", "unknown_code"),
        ({"kind": "share_of_hours", "ready": "sgp-2020", "share": "0.1"}, "/ready", "invalid"),
        (
            {"kind": "share_of_hours", "ready": "sgp-2020", "estimated_hours": "x"},
            "/estimated_hours",
            "invalid",
        ),
        ({**TRANCHES, "ready": "paris-epec-first-euro"}, "/ready", "invalid"),
        ({"kind": "fixed_hours", "ready": "sgp-2020", "hours": "1"}, "/ready", "unknown_field"),
        ({"kind": "share_of_hours", "share": "1.01"}, "/share", "invalid"),
        ({"kind": "share_of_hours", "share": "0.1", "estimated_hours": "-1"}, "/estimated_hours", "invalid"),
    ],
)
def test_a_wrong_field_is_named(target: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(WrongValueError) as caught:
        target_from_json(target, "/target")
    assert (caught.value.finding.pointer, caught.value.finding.code) == (f"/target{pointer}", code)
    assert caught.value.finding.detail.endswith(".")


def test_nothing_invoiced_is_no_tranche_even_of_a_cent() -> None:
    tranches = PerInvoicedAmount(tranche=1, trigger=0, counts_from=CountsFrom.FIRST_EURO)
    assert [tranches.tranches(invoiced) for invoiced in (0, 1)] == [0, 1]


def test_a_table_has_fifty_bands_at_most() -> None:
    bands = [{"from_amount": str(n), "hours": "2"} for n in range(50)]
    target = target_from_json({"kind": "step_table", "bands": bands})
    assert isinstance(target, StepTable)
    assert target.bands[-1] == Band(4_900, 200)


def test_an_estimate_supposes_the_end() -> None:
    assert supposed(FixedHours(100), None) == Basis()
    tranches = PerInvoicedAmount(tranche=1, trigger=0, counts_from=CountsFrom.FIRST_EURO, estimated_amount=7)
    assert supposed(tranches, None) == Basis(invoiced=7)
    assert supposed(ShareOfHours(Fraction(1, 10), 8), None) == Basis(total_hours=8)
    assert supposed(StepTable((Band(0, 1),)), 9) == Basis(firm_amount=9)


@pytest.mark.parametrize(
    ("target", "firm_amount", "pointer", "code"),
    [
        (
            PerInvoicedAmount(tranche=1, trigger=0, counts_from=CountsFrom.FIRST_EURO),
            None,
            "/target/estimated_amount",
            "missing",
        ),
        (ShareOfHours(Fraction(1, 10)), None, "/target/estimated_hours", "missing"),
        (StepTable((Band(0, 1),)), None, "/firm_amount", "missing"),
        (FixedHours(100), 5, "/firm_amount", "unknown_field"),
    ],
)
def test_an_estimate_names_what_it_needs(
    target: Target, firm_amount: int | None, pointer: str, code: str
) -> None:
    with pytest.raises(WrongValueError) as caught:
        supposed(target, firm_amount)
    assert (caught.value.finding.pointer, caught.value.finding.code) == (pointer, code)


CENTS = st.integers(0, 10**12)
HUNDREDTHS = st.integers(0, 10**9)
ROUNDINGS = st.builds(Rounding, st.sampled_from(RoundingMode), st.sampled_from((1, 50, 100)))
SHARES = st.integers(0, 1000).map(lambda n: Fraction(n, 1000))


@st.composite
def tables(draw: st.DrawFn) -> StepTable:
    amounts = sorted(draw(st.sets(CENTS, min_size=1, max_size=6)))
    owed = sorted(draw(st.lists(HUNDREDTHS, min_size=len(amounts), max_size=len(amounts))))
    return StepTable(tuple(Band(*pair) for pair in zip(amounts, owed, strict=True)))


FOLLOWERS: st.SearchStrategy[Target] = st.one_of(
    st.builds(
        PerInvoicedAmount,
        tranche=st.integers(1, 10**9),
        trigger=CENTS,
        counts_from=st.sampled_from(CountsFrom),
        hours_per_tranche=st.integers(1, 10**4),
        estimated_amount=st.none() | CENTS,
    ),
    tables(),
    st.builds(ShareOfHours, SHARES, st.none() | HUNDREDTHS),
)
OTHERS: st.SearchStrategy[Target] = st.one_of(
    st.builds(FixedHours, HUNDREDTHS),
    st.builds(LabourFormula, CENTS, SHARES, SHARES, st.integers(1, 10**5)),
)
BASES = st.builds(Basis, firm_amount=st.none() | CENTS, invoiced=CENTS, total_hours=HUNDREDTHS)


@given(FOLLOWERS | OTHERS, ROUNDINGS, BASES)
def test_what_is_required_is_never_negative_and_never_above_the_end(
    target: Target, rounding: Rounding, basis: Basis
) -> None:
    clause = replace(terms(), target=target, rounding=rounding)
    owed, at_end = required(clause, basis), required_at_end(clause, basis)
    assert owed >= 0
    assert at_end is None or at_end >= owed


@given(FOLLOWERS, ROUNDINGS, BASES, CENTS, CENTS, HUNDREDTHS)
def test_more_amount_or_hours_never_require_less(
    target: Target, rounding: Rounding, basis: Basis, amount: int, invoiced: int, worked: int
) -> None:
    clause = replace(terms(), target=target, rounding=rounding)
    more = Basis(
        firm_amount=(basis.firm_amount or 0) + amount,
        invoiced=basis.invoiced + invoiced,
        total_hours=basis.total_hours + worked,
    )
    assert required(clause, more) >= required(clause, basis)
    before, after = required_at_end(clause, basis), required_at_end(clause, more)
    assert before is None or (after is not None and after >= before)


@given(FOLLOWERS | OTHERS, ROUNDINGS, BASES)
def test_rounding_moves_by_less_than_a_step_and_given_hours_by_nothing(
    target: Target, rounding: Rounding, basis: Basis
) -> None:
    exact = exact_hours(target, basis)
    if exact is None:
        return
    owed = required(replace(terms(), target=target, rounding=rounding), basis)
    if isinstance(target, (FixedHours, StepTable)):
        assert owed == exact * 100
    else:
        assert owed % rounding.step == 0
        assert abs(owed - exact * 100) < rounding.step


@given(CENTS, st.integers(1, 10**9), CENTS)
def test_counting_beyond_the_trigger_never_asks_more(invoiced: int, tranche: int, trigger: int) -> None:
    counted = {
        way: PerInvoicedAmount(tranche=tranche, trigger=trigger, counts_from=way).tranches(invoiced)
        for way in CountsFrom
    }
    assert counted[CountsFrom.BEYOND_TRIGGER] <= counted[CountsFrom.FIRST_EURO]
    assert counted[CountsFrom.FIRST_EURO] * tranche <= invoiced
