"""Where a contract stands: expected by days, status, what is left to do, and the past as it was known."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.errors import InvalidPayload, NotFound
from tests.services.one_contract import Story

DECEMBER, JANUARY, FEBRUARY, MARCH, APRIL = (
    date(2024, 12, 1),
    *(date(2025, month, 1) for month in (1, 2, 3, 4)),
)


class TestExpected:
    @pytest.mark.parametrize(
        ("as_of", "measured_on", "expected"),
        [
            (date(2025, 1, 14), None, 0),
            # 20 of 274 days: 46 x 20 / 274 = 3.357...
            (date(2025, 1, 15), date(2024, 12, 31), 336),
            (date(2025, 4, 10), date(2025, 2, 28), 1326),
            (date(2025, 4, 15), date(2025, 3, 31), 1847),
            (date(2025, 10, 15), date(2025, 9, 11), 4600),
        ],
    )
    def test_grows_with_the_days_of_the_months_due(
        self, story: Story, as_of: date, measured_on: date | None, expected: int
    ) -> None:
        found = story.compliance(as_of)
        assert (found.measured_on, found.expected) == (measured_on, expected)
        assert (found.required, found.required_at_end) == (4600, 4600)

    def test_today_is_the_default_day(self, story: Story) -> None:
        assert story.compliance().as_of == date(2025, 4, 15)
        assert story.compliance().expected == 1847

    def test_days_and_weeks_stand_beside_hours(self, story: Story) -> None:
        found = story.compliance(date(2025, 4, 10))
        # 13.26 / 7 = 1.894..., 13.26 / 35 = 0.378...; 46 / 7 = 6.571..., 46 / 35 = 1.314...
        assert (found.in_days.expected, found.in_weeks.expected) == (189, 38)
        assert (found.in_days.required, found.in_weeks.required) == (657, 131)
        # The balance is -46 h; -46 / 7 = -6.571..., -46 / 35 = -1.314...
        assert (found.in_days.balance, found.in_weeks.balance) == (-657, -131)
        assert (found.hours_per_day, found.hours_per_week) == (700, 3500)

    def test_suspended_days_count_neither_as_gone_nor_as_available(self, story: Story) -> None:
        story.contract.suspensions = [{"since": "2025-01-01", "until": "2025-01-31"}]
        story.contract.version = 2
        story.books.keep(story.contract)
        # Until 2025-02-28: 79 - 31 = 48 days of 274 - 31 = 243: 46 x 48 / 243 = 9.086...
        assert story.compliance(date(2025, 4, 10)).expected == 909

    def test_the_version_in_force_decides(self, story: Story) -> None:
        story.books.amend(story.clause, "92.00", date(2025, 4, 12))
        assert [story.compliance(date(2025, 4, day)).required for day in (11, 12)] == [4600, 9200]
        # Before its first day the clause is not started, and its first version says what it will require.
        assert story.compliance(date(2024, 12, 1)).required == 4600


class TestStatus:
    @pytest.mark.parametrize(
        ("counted", "pending", "as_of", "status"),
        [
            (0, 0, date(2024, 12, 11), "not_started"),
            # Nothing due yet: nothing expected, nothing late.
            (0, 0, date(2025, 1, 14), "on_track"),
            # 80 % of 13.26 is 10.608.
            (1060, 0, date(2025, 4, 10), "late"),
            (1061, 0, date(2025, 4, 10), "at_risk"),
            (0, 1061, date(2025, 4, 10), "at_risk"),
            (1325, 0, date(2025, 4, 10), "at_risk"),
            # 13.26 h in 82/31 of a month, 191/30 left: 13.26 + 31.92 is less than 46.
            (1000, 326, date(2025, 4, 10), "at_risk"),
            # 13.60 + 32.73 is more.
            (1000, 360, date(2025, 4, 10), "on_track"),
            (4599, 100, date(2025, 4, 10), "on_track"),
            (4600, 0, date(2025, 4, 10), "met"),
            (4599, 100, date(2025, 9, 12), "late"),
            (4600, 0, date(2025, 9, 12), "met"),
        ],
    )
    def test_follows_from_what_is_secured(
        self, story: Story, counted: int, pending: int, as_of: date, status: str
    ) -> None:
        story.books.post(story.worker, DECEMBER, "counted", counted)
        story.books.post(story.worker, DECEMBER, "pending", pending)
        found = story.compliance(as_of)
        assert found.status.code == status
        assert found.status.label != ""

    @pytest.mark.parametrize(("counted", "status"), [(4600, "closed_met"), (4599, "closed_unmet")])
    def test_a_closed_contract_is_closed_from_that_day(self, story: Story, counted: int, status: str) -> None:
        story.books.post(story.worker, DECEMBER, "counted", counted)
        story.contract.closed_on = date(2025, 3, 1)
        story.contract.version = 2
        story.books.keep(story.contract)
        assert story.compliance(date(2025, 3, 1)).status.code == status
        assert not story.compliance(date(2025, 2, 28)).status.code.startswith("closed")

    @pytest.mark.parametrize(
        ("facts", "status"),
        [
            ({"decp_social": ["Clause sociale"]}, "clause_missing"),
            ({"notified_on": date(2024, 12, 12)}, "no_clause"),
            ({"notified_on": date(2026, 9, 1)}, "to_check"),
            ({"waiver": {"ground": "no_link", "text": "Exemple"}}, "waived"),
        ],
    )
    def test_without_a_clause_there_is_a_status_and_no_hours(
        self, story: Story, facts: dict[str, Any], status: str
    ) -> None:
        story.contract = story.books.contract(story.buyer, **facts)
        known_at = story.books.settle()
        for found in (story.compliance(), story.compliance(known_at=known_at)):
            assert found.status.code == status
            assert (found.required, found.counted, found.balance, found.rate) == (None, None, None, None)
            assert (found.target, found.window, found.in_days.counted) == (None, None, None)


class TestFigures:
    def test_add_up(self, story: Story) -> None:
        story.books.post(story.worker, DECEMBER, "counted", 2000)
        story.books.post(story.worker, JANUARY, "pending", 1000)
        story.books.post(story.worker, JANUARY, "held", 300)
        story.books.post(story.worker, FEBRUARY, "refused", 250)
        found = story.compliance(date(2025, 4, 10))
        assert (found.declared, found.counted, found.pending) == (3550, 2000, 1000)
        assert (found.held, found.refused) == (300, 250)
        assert (found.secured, found.balance) == (3000, -2600)
        # 20 / 46 = 0.43478...
        assert found.rate == "0.4348"

    def test_a_month_belongs_from_its_last_day(self, story: Story) -> None:
        story.books.post(story.worker, JANUARY, "counted", 1000)
        assert [story.compliance(date(2025, 1, day)).counted for day in (30, 31)] == [0, 1000]

    def test_the_last_month_belongs_from_the_end_of_the_window(self, story: Story) -> None:
        story.books.post(story.worker, date(2025, 9, 1), "counted", 1000)
        assert [story.compliance(date(2025, 9, day)).counted for day in (10, 11)] == [0, 1000]

    def test_the_target_is_explained(self, story: Story) -> None:
        found = story.compliance()
        assert found.target is not None
        assert (found.target.kind, found.target.formula) == ("fixed_hours", "46 h")
        assert found.window is not None
        assert (found.window.start, found.window.end) == (date(2024, 12, 12), date(2025, 9, 11))

    def test_nothing_required_has_no_rate(self, story: Story) -> None:
        story.books.amend(story.clause, "0.00", date(2024, 12, 13))
        assert story.compliance().rate is None


class TestNextActions:
    def test_name_the_statements_that_are_missing(self, story: Story) -> None:
        story.books.statement(story.worker, JANUARY)
        found = story.actions(date(2025, 4, 10))
        assert [(item.declarant, item.month, item.due_on) for item in found] == [
            (story.firm.identifier, DECEMBER, date(2025, 1, 15)),
            (story.firm.identifier, FEBRUARY, date(2025, 3, 15)),
        ]

    def test_somebody_else_owes_the_months_of_their_hires(self, story: Story) -> None:
        other = story.books.organisation()
        worker = story.books.worker(story.clause, story.contract, other, starts_on=date(2025, 2, 10))
        for month in (DECEMBER, JANUARY, FEBRUARY):
            story.books.statement(story.worker, month)
        found = story.actions(date(2025, 4, 10))
        assert [(item.declarant, item.month) for item in found] == [(other.identifier, FEBRUARY)]
        story.books.statement(worker, FEBRUARY)
        assert story.actions(date(2025, 4, 10)) == []

    def test_count_what_waits_and_what_is_held(self, story: Story) -> None:
        for decision in (None, "undecided", "needs_proof", "refused"):
            story.books.worker(story.clause, story.contract, story.firm, decision=decision)
        story.books.post(story.worker, DECEMBER, "held", 4500)
        found = story.actions(date(2025, 1, 14))
        assert [(item.code, item.count, item.hours) for item in found] == [
            ("assessments_waiting", 3, None),
            ("hours_held", None, 4500),
        ]
        assert found[1].text == "45 h retenues face à une autre déclaration ou au maximum légal"

    def test_are_not_told_of_the_past(self, story: Story) -> None:
        past = story.compliance(known_at=story.books.settle())
        assert (past.next_actions, past.forecast, past.reporting) == (None, None, None)


class TestKnownAt:
    def test_a_correction_leaves_the_former_answer_as_it_was(self, story: Story) -> None:
        books = story.books
        first = books.post(story.worker, DECEMBER, "pending", 2000)
        before_review = books.settle()
        books.reverse(first)
        books.post(story.worker, DECEMBER, "counted", 1500)
        books.post(story.worker, DECEMBER, "refused", 500)
        before_amendment = books.settle()
        books.amend(story.clause, "92.00", date(2025, 1, 1))
        story.contract.closed_on = date(2025, 4, 1)
        story.contract.version = 2
        books.keep(story.contract)
        now = books.settle()

        def seen(known_at: datetime) -> tuple[Any, ...]:
            found = story.compliance(date(2025, 4, 10), known_at)
            figures = (found.pending, found.counted, found.refused, found.declared)
            return (found.required, found.expected, *figures, found.status.code)

        assert seen(before_review) == (4600, 1326, 2000, 0, 0, 2000, "on_track")
        assert seen(before_amendment) == (4600, 1326, 0, 1500, 500, 2000, "on_track")
        assert seen(now) == (9200, 2653, 0, 1500, 500, 2000, "closed_unmet")
        present = story.compliance(date(2025, 4, 10))
        assert (present.required, present.counted, present.status.code) == (9200, 1500, "closed_unmet")

    def test_a_settled_answer_names_the_instant_that_gives_it_again(self, story: Story) -> None:
        story.books.post(story.worker, DECEMBER, "counted", 1500)
        story.books.settle()
        now = story.compliance(date(2025, 4, 10))
        assert (now.provisional, now.known_at) == (False, story.began)
        again = story.compliance(date(2025, 4, 10), now.known_at)
        shown = {name: getattr(now, name) for name in ("next_actions", "forecast", "reporting")}
        assert again.model_copy(update=shown) == now

    def test_an_answer_is_provisional_until_its_changes_are_settled(self, story: Story) -> None:
        story.books.settle()
        story.books.post(story.worker, DECEMBER, "counted", 1500)
        found = story.compliance()
        assert (found.provisional, found.known_at, found.counted) == (True, None, 1500)

    def test_another_contracts_change_makes_nothing_provisional(self, story: Story) -> None:
        story.books.settle()
        story.books.contract(story.buyer)
        assert story.compliance().provisional is False

    def test_an_instant_after_the_last_seal_settles_first(self, story: Story) -> None:
        story.books.settle()
        story.books.post(story.worker, DECEMBER, "counted", 1500)
        asked = story.books.clock.instant
        assert story.compliance(known_at=asked).counted == 1500
        story.books.clock.wait()
        story.books.post(story.worker, DECEMBER, "counted", 100)
        assert story.compliance(known_at=asked).counted == 1500
        assert story.compliance(known_at=story.books.clock.instant).counted == 1600

    def test_a_future_instant_is_refused(self, story: Story) -> None:
        with pytest.raises(InvalidPayload) as refused:
            story.compliance(known_at=story.books.clock.instant + timedelta(seconds=1))
        assert [error.pointer for error in refused.value.errors] == ["/query/known_at"]

    def test_before_the_contract_was_recorded_there_is_nothing(self, story: Story) -> None:
        with pytest.raises(NotFound):
            story.compliance(known_at=datetime(2025, 4, 15, 7, tzinfo=UTC))

    def test_before_the_clause_was_recorded_there_is_none(self, story: Story) -> None:
        story.contract = story.books.contract(story.buyer, decp_social=["Clause sociale"])
        before = story.books.settle()
        story.books.clause(story.contract)
        story.books.settle()
        assert story.compliance(known_at=before).status.code == "clause_missing"
        assert story.compliance().status.code == "late"


@contextmanager
def counted_queries(story: Story) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        # Over HTTP the query that finds the key also says for whom the transaction looks.
        if statement.startswith("SELECT") and "set_config" not in statement:
            found.append(statement)

    engine = story.books.means.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_the_present_takes_two_queries(story: Story) -> None:
    story.books.post(story.worker, DECEMBER, "counted", 700)
    with counted_queries(story) as found:
        assert story.compliance().counted == 700
    assert len(found) == 2, found
