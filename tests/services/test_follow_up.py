"""Forecast, statements owed and what is left to do, on one contract: who is told what, and when."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.db.tables import Organisation
from app.principal import Role
from app.schemas.follow_up import ActionOut, ComplianceForecast
from tests.services.one_contract import Story

DECEMBER, JANUARY, FEBRUARY, MARCH = (
    date(2024, 12, 1),
    date(2025, 1, 1),
    date(2025, 2, 1),
    date(2025, 3, 1),
)
TODAY = date(2025, 4, 15)


def codes(actions: list[ActionOut]) -> list[str]:
    return [item.code for item in actions if item.code != "missing_statement"]


def only(actions: list[ActionOut], code: str) -> ActionOut:
    found = [item for item in actions if item.code == code]
    assert len(found) == 1
    return found[0]


class TestForecast:
    def told(self, story: Story, as_of: date = TODAY) -> ComplianceForecast:
        found = story.compliance(as_of).forecast
        assert found is not None
        return found

    def test_goes_on_at_the_pace_of_the_last_due_months(self, story: Story) -> None:
        for month in (JANUARY, FEBRUARY, MARCH):
            story.books.post(story.worker, month, "counted", 400)
        found = self.told(story)
        # 12 h, 4 h a month; April to August and 11 days of 30: 12 + 4 × 161/30 = 33.47, low 12 + 10.73.
        assert (found.low, found.mid, found.high) == (2200, 3300, 3400)
        assert (found.pace, found.months_left, found.planned_left) == (400, "5.37", 0)
        assert found.months_used == [JANUARY, FEBRUARY, MARCH]
        assert (found.reaches_target, found.assumed) == (False, True)
        assert (
            found.text
            == "Au rythme de 4 h par mois (3 derniers mois échus) : 33 h à la fin, entre 22 h et 34 h"
        )
        assert story.compliance(TODAY).status.code == "late"

    def test_waits_for_two_due_months(self, story: Story) -> None:
        story.books.post(story.worker, DECEMBER, "counted", 400)
        assert story.compliance(date(2025, 2, 14)).forecast is None
        assert story.compliance(date(2025, 2, 15)).forecast is not None

    def test_counts_planned_hours_of_running_hires_in_the_high_value(self, story: Story) -> None:
        def hired(planned: int, **values: Any) -> None:  # noqa: ANN401  # columns of a hire
            worker = story.books.worker(
                story.clause, story.contract, story.firm, planned_hours=planned, **values
            )
            story.books.line(worker, JANUARY, 300)

        hired(1000)  # 7.00 h left
        hired(200)  # done: nothing left, and nothing taken from others
        hired(5000, ended_on=date(2025, 4, 14))
        hired(5000, planned_end_on=date(2025, 4, 14))
        hired(5000, starts_on=date(2025, 4, 16))
        hired(5000, decision="refused")
        hired(800, planned_end_on=TODAY)  # 5.00 h left
        found = self.told(story)
        assert (found.low, found.mid, found.high, found.planned_left) == (0, 0, 1200, 1200)

    def test_forecasts_nothing_once_closed(self, story: Story) -> None:
        story.contract.closed_on = date(2025, 4, 1)
        story.contract.version = 2
        story.books.keep(story.contract)
        found = story.compliance(TODAY)
        assert (found.forecast, found.next_actions) == (None, [])
        # What was not reported stays a fact.
        assert found.reporting is not None
        assert len(found.reporting.missing) == 4

    def test_of_a_past_status_comes_from_the_ledger_of_then(self, story: Story) -> None:
        story.books.post(story.worker, DECEMBER, "counted", 2000)
        before = story.books.settle()
        assert story.compliance(date(2025, 4, 10), before).status.code == "on_track"
        story.books.worker(story.clause, story.contract, story.firm, planned_hours=99_000)
        story.books.post(story.worker, DECEMBER, "counted", -1000)
        after = story.books.settle()
        assert story.compliance(date(2025, 4, 10), before).status.code == "on_track"
        assert story.compliance(date(2025, 4, 10), after).status.code == "late"


class TestReporting:
    def at(self, story: Story, moment: str) -> None:
        story.books.clock.instant = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    def test_says_what_is_missing_and_what_came_late(self, story: Story) -> None:
        now = story.books.clock.instant
        # Sent on 15 January at 23:30 in Paris, then on 18 February.
        self.at(story, "2025-01-15T22:30:00")
        story.books.statement(story.worker, DECEMBER)
        self.at(story, "2025-02-18T08:00:00")
        story.books.statement(story.worker, JANUARY)
        story.books.clock.instant = now
        found = story.compliance(TODAY).reporting
        assert found is not None
        assert (found.due, found.submitted) == (4, 2)
        assert [(item.declarant, item.month, item.due_on) for item in found.missing] == [
            (story.firm.identifier, FEBRUARY, date(2025, 3, 15)),
            (story.firm.identifier, MARCH, TODAY),
        ]
        assert [(item.month, item.sent_on, item.days_late) for item in found.late] == [
            (JANUARY, date(2025, 2, 18), 3)
        ]
        assert found.next_due_on == date(2025, 5, 15)

    def test_the_employers_statement_is_enough(self, story: Story) -> None:
        sub, structure = story.books.organisation(), story.books.organisation()
        hire: dict[str, Any] = {"starts_on": date(2025, 2, 3), "employer_id": structure.id}
        story.books.worker(story.clause, story.contract, sub, **hire)
        missing = {item.declarant for item in story.actions() if item.month == FEBRUARY}
        assert missing == {story.firm.identifier, sub.identifier}
        own = story.books.worker(story.clause, story.contract, structure, starts_on=date(2025, 2, 3))
        story.books.statement(own, FEBRUARY)
        missing = {item.declarant for item in story.actions() if item.month == FEBRUARY}
        assert missing == {story.firm.identifier}

    def test_other_documents_have_their_days(self, story: Story) -> None:
        progress = {"code": "progress", "label": "Bilan semestriel", "every": "half_year", "due_day": 15}
        contract = story.books.contract(story.buyer, story.firm)
        reporting = {"every": "quarter", "due_day": 15, "documents": [progress]}
        story.books.clause(contract, reporting=reporting)
        story.contract = contract
        found = story.compliance(TODAY).reporting
        assert found is not None
        assert (found.due, found.next_due_on) == (4, date(2025, 7, 15))
        assert [(item.code, item.first, item.due_on) for item in found.documents] == [
            ("progress", date(2024, 12, 12), date(2025, 1, 15)),
            ("progress", date(2025, 1, 1), date(2025, 7, 15)),
            ("progress", date(2025, 7, 1), date(2026, 1, 15)),
        ]

    def test_without_a_clause_there_is_none(self, story: Story) -> None:
        story.contract = story.books.contract(story.buyer, story.firm)
        assert story.compliance(TODAY).reporting is None


class TestSides:
    def owed(self, story: Story, firm: Organisation) -> set[str]:
        found = story.compliance(TODAY, role=Role.CONTRACTOR, organisation=firm).reporting
        assert found is not None
        return {item.declarant for item in found.missing}

    def test_members_of_a_group_do_not_follow_each_other(self, story: Story) -> None:
        books, other, sub = story.books, story.books.organisation(), story.books.organisation()
        books.hold(story.contract, other)
        books.write(books.access(story.contract, sub.id, Role.CONTRACTOR))
        books.worker(story.clause, story.contract, other, decision=None)
        books.worker(story.clause, story.contract, sub, decision=None)
        books.worker(story.clause, story.contract, sub, decision=None)
        assert self.owed(story, story.firm) == {story.firm.identifier, sub.identifier}
        assert self.owed(story, other) == {other.identifier, sub.identifier}
        assert self.owed(story, sub) == {sub.identifier}
        waiting = {
            firm.identifier: only(
                story.compliance(TODAY, role=Role.CONTRACTOR, organisation=firm).next_actions or [],
                "assessments_waiting",
            ).count
            for firm in (story.firm, other, sub)
        }
        assert waiting == {story.firm.identifier: 2, other.identifier: 3, sub.identifier: 2}


class TestActions:
    @pytest.mark.parametrize(
        ("until", "last", "told"),
        [
            (date(2025, 4, 14), None, False),
            (TODAY, None, True),
            (date(2025, 5, 15), None, True),
            (date(2025, 5, 16), None, False),
            # It ends no later than the eligibility does.
            (date(2025, 5, 1), date(2025, 5, 1), False),
            (date(2025, 5, 1), date(2025, 5, 2), True),
        ],
    )
    def test_an_eligibility_about_to_end(
        self, story: Story, until: date, last: date | None, *, told: bool
    ) -> None:
        hire: dict[str, Any] = {"eligible_until": until, "planned_end_on": last}
        story.books.worker(story.clause, story.contract, story.firm, **hire)
        for role in (Role.FACILITATOR, Role.CONTRACTOR):
            assert ("eligibility_ending" in codes(story.actions(role=role))) is told
        # The buyer neither decides on people nor employs them.
        assert "eligibility_ending" not in codes(story.actions(role=Role.BUYER))

    @pytest.mark.parametrize(
        ("day", "told"),
        [
            (date(2025, 4, 11), []),
            (date(2025, 4, 12), ["statement_due"]),
            (date(2025, 4, 14), ["statement_due"]),
            # On its day it is missing.
            (TODAY, ["missing_statement"]),
        ],
    )
    def test_a_statement_about_to_fall_due_is_told_to_who_owes_it(
        self, story: Story, day: date, told: list[str]
    ) -> None:
        found = [item for item in story.actions(day, Role.CONTRACTOR) if item.month == MARCH]
        assert [item.code for item in found] == told
        if told == ["statement_due"]:
            firm = story.firm
            assert found[0].text == f"Relevé de 03/2025 à envoyer avant le 15/04/2025 ({firm.name})"
            assert (found[0].declarant, found[0].due_on) == (firm.identifier, TODAY)
        others = [story.actions(day, role) for role in (Role.BUYER, Role.FACILITATOR)]
        assert "statement_due" not in [item.code for actions in others for item in actions]

    def test_a_statement_sent_early_is_not_asked_for(self, story: Story) -> None:
        now = story.books.clock.instant
        story.books.clock.instant = datetime(2025, 4, 3, 8, tzinfo=UTC)
        story.books.statement(story.worker, MARCH)
        story.books.clock.instant = now
        assert MARCH not in [item.month for item in story.actions(date(2025, 4, 12), Role.CONTRACTOR)]

    def test_who_declared_people_is_told_of_how_many_a_proof_is_awaited(self, story: Story) -> None:
        books, sub = story.books, story.books.organisation()
        for firm, decision in (
            (story.firm, "needs_proof"),
            (story.firm, "needs_proof"),
            (story.firm, None),
            (sub, "needs_proof"),
        ):
            books.worker(story.clause, story.contract, firm, decision=decision)
        found = [item for item in story.actions(role=Role.CONTRACTOR) if item.code == "proofs_missing"]
        assert [(item.declarant, item.count) for item in found] == [
            (story.firm.identifier, 2),
            (sub.identifier, 1),
        ]
        assert found[0].text == f"2 dossiers en attente d'un justificatif ({story.firm.name})"
        assert "proofs_missing" not in codes(story.actions())

    def test_several_eligibilities_name_the_first_day(self, story: Story) -> None:
        for day in (20, 18):
            until = date(2025, 4, day)
            story.books.worker(story.clause, story.contract, story.firm, eligible_until=until)
        found = only(story.actions(), "eligibility_ending")
        assert (found.count, found.due_on) == (2, date(2025, 4, 18))
        assert found.text == "2 éligibilités à échéance, la première le 18/04/2025"

    def test_a_planned_end_that_passed_without_an_end(self, story: Story) -> None:
        ends = (date(2025, 4, 14), date(2025, 3, 31), TODAY)
        for end in ends:
            story.books.worker(story.clause, story.contract, story.firm, planned_end_on=end)
        ended: dict[str, Any] = {"planned_end_on": date(2025, 2, 1), "ended_on": date(2025, 2, 2)}
        story.books.worker(story.clause, story.contract, story.firm, **ended)
        found = only(story.actions(role=Role.CONTRACTOR), "hire_end_passed")
        assert (found.count, found.due_on) == (2, date(2025, 3, 31))
        assert found.text == "2 fins prévues passées, à confirmer ou à reporter"
        assert "hire_end_passed" not in codes(story.actions(role=Role.BUYER))

    def test_lines_that_were_returned(self, story: Story) -> None:
        story.books.line(story.worker, JANUARY, 100, "returned")
        story.books.line(story.worker, FEBRUARY, 100)
        found = only(story.actions(), "statement_returned")
        assert (found.declarant, found.month, found.count) == (story.firm.identifier, JANUARY, 1)
        assert found.text == f"Relevé de 01/2025 à corriger : 1 ligne renvoyée ({story.firm.name})"

    @pytest.mark.parametrize(
        ("as_of", "counted", "told"),
        [
            (date(2025, 7, 12), 0, False),
            (date(2025, 7, 13), 0, True),
            (date(2025, 9, 11), 4599, True),
            (date(2025, 9, 11), 4600, False),
            (date(2025, 9, 12), 0, False),
        ],
    )
    def test_a_window_about_to_end_with_hours_lacking(
        self, story: Story, as_of: date, counted: int, *, told: bool
    ) -> None:
        story.books.post(story.worker, JANUARY, "counted", counted)
        now = story.books.clock.instant
        story.books.clock.instant = datetime(as_of.year, as_of.month, as_of.day, 8, tzinfo=UTC)
        found = [item for item in story.actions() if item.code == "window_ending"]
        story.books.clock.instant = now
        assert [(item.due_on, item.hours) for item in found] == [(date(2025, 9, 11), 4600 - counted)] * told

    def test_a_facilitator_to_mandate_is_the_buyers_matter(self, story: Story) -> None:
        assert "no_facilitator" in codes(story.actions(role=Role.BUYER))
        assert "no_facilitator" not in codes(story.actions(role=Role.CONTRACTOR))
        story.books.mandate(story.contract, story.books.organisation())
        assert codes(story.actions(role=Role.BUYER)) == []

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"decp_social": ["Clause sociale"]}, ["clause_missing"]),
            ({"notified_on": date(2026, 9, 1)}, ["clause_to_check"]),
            ({"notified_on": date(2024, 12, 12)}, []),
        ],
    )
    def test_a_clause_that_is_not_there(self, story: Story, facts: dict[str, Any], code: list[str]) -> None:
        story.contract = story.books.contract(story.buyer, story.firm, **facts)
        assert codes(story.actions(role=Role.BUYER)) == ["no_facilitator", *code]
        assert codes(story.actions()) == code
        assert codes(story.actions(role=Role.CONTRACTOR)) == []
