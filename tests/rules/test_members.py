"""Members of a group: what each owes and has, and that it all sums to the group's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.members import Member, MemberPosition, group_position
from app.rules.status import Sums
from app.rules.texts import hundredths_text
from tests.rules.cases import load
from tests.rules.months import day, hours, ident


def _member(case: dict[str, Any]) -> Member:
    return Member(
        organisation=ident(case["name"]),
        share=case.get("share"),
        lead=case.get("lead", False),
        since=day(case.get("since")),
        until=day(case.get("until")),
    )


def _shown(position: MemberPosition) -> str:
    share = f"{position.share // 10_000}.{position.share % 10_000:04d}"
    figures = (position.required, position.sums.counted, position.balance)
    return " ".join([share, *map(hundredths_text, figures)])


@pytest.mark.parametrize("case", load("members"))
def test_where_each_member_stands(case: dict[str, Any]) -> None:
    required = hours(case["required"])
    found = group_position(
        [_member(item) for item in case["members"]],
        date.fromisoformat(case.get("as_of", "2025-06-30")),
        required,
        required,
        {
            ident(name): Sums(declared=hours(text), counted=hours(text))
            for name, text in case["counted"].items()
        },
    )
    assert [_shown(item) for item in found.members] == case["expected"]
    assert [item.member for item in found.members] == [_member(item) for item in case["members"]]
    assert hundredths_text(found.unattributed.counted) == case["unattributed"]
    assumed = any("share" not in item for item in case["members"])
    assert {item.assumed for item in found.members} == {assumed}
    assert [item.required_at_end for item in found.members] == [item.required for item in found.members]


def test_while_the_end_is_unknown_no_member_knows_its_part_of_it() -> None:
    members = [Member(organisation=ident("A")), Member(organisation=ident("B"))]
    found = group_position(members, date(2025, 6, 30), 4_600, None, {})
    assert [(item.required, item.required_at_end) for item in found.members] == [(2_300, None)] * 2


DAYS = st.one_of(st.none(), st.integers(-30, 30).map(lambda n: date(2025, 6, 30) + timedelta(days=n)))
SUMS = st.tuples(*[st.integers(0, 10**6)] * 4).map(
    lambda found: Sums(
        declared=sum(found), pending=found[0], held=found[1], refused=found[2], counted=found[3]
    )
)


@st.composite
def groups(draw: st.DrawFn) -> list[Member]:
    shares = draw(st.lists(st.one_of(st.none(), st.integers(1, 10_000)), min_size=2, max_size=6))
    lead = draw(st.integers(-1, len(shares) - 1))
    return [
        Member(
            organisation=ident(f"firm {n}"), share=share, lead=n == lead, since=draw(DAYS), until=draw(DAYS)
        )
        for n, share in enumerate(shares)
    ]


@given(groups(), st.integers(0, 10**7), st.dictionaries(st.integers(0, 8), SUMS))
def test_parts_and_hours_sum_to_the_group_s(
    members: list[Member], required: int, declared: dict[int, Sums]
) -> None:
    by_declarant = {ident(f"firm {n}"): sums for n, sums in declared.items()}
    found = group_position(members, date(2025, 6, 30), required, required, by_declarant)
    assert sum(item.required for item in found.members) == required
    assert sum(item.share for item in found.members) == 10_000
    for name in ("declared", "pending", "held", "refused", "counted"):
        parts = [*(item.sums for item in found.members), found.unattributed]
        assert sum(getattr(part, name) for part in parts) == sum(
            getattr(sums, name) for sums in by_declarant.values()
        )
    if any(member.lead for member in members):
        assert found.unattributed == Sums()
