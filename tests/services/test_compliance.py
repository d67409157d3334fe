"""Where a contract stands: expected by days, status, what is left to do, and the past as it was known."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypedDict
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from app.db.tables import Clause, Contract, Organisation
from app.errors import Forbidden, InvalidPayload, NotFound
from app.principal import Role
from app.schemas.compliance import ComplianceOut, ComplianceQuery, EntriesQuery, EntryPage, Figure
from app.services.compliance import read_compliance
from app.services.entries import list_entries
from tests.books import Books, Worker

DECEMBER, JANUARY, FEBRUARY, MARCH, APRIL = (
    date(2024, 12, 1),
    *(date(2025, month, 1) for month in (1, 2, 3, 4)),
)


class Viewer(TypedDict):
    role: Role
    organisation: Organisation


class Story:
    """One contract of 46 h from 2024-12-12 to 2025-09-11, statements due the 15th, one hire."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.began = books.clock.wait(300)
        self.buyer: Organisation = books.organisation()
        self.firm: Organisation = books.organisation()
        self.contract: Contract = self.books.contract(self.buyer, self.firm)
        self.clause: Clause = self.books.clause(self.contract)
        self.worker: Worker = self.books.worker(self.clause, self.contract, self.firm)

    def compliance(
        self,
        as_of: date | None = None,
        known_at: datetime | None = None,
        role: Role = Role.BUYER,
        organisation: Organisation | None = None,
    ) -> ComplianceOut:
        with self.books.reading(organisation or self.buyer, role) as reader:
            asked = ComplianceQuery(as_of=as_of, known_at=known_at)
            return read_compliance(reader, self.contract.id, asked)

    def entries(
        self,
        figure: Figure,
        as_of: date | None = None,
        known_at: datetime | None = None,
        role: Role = Role.BUYER,
        organisation: Organisation | None = None,
        limit: int = 200,
        after: UUID | None = None,
    ) -> EntryPage:
        with self.books.reading(organisation or self.buyer, role) as reader:
            asked = EntriesQuery(figure=figure, as_of=as_of, known_at=known_at, limit=limit, after=after)
            return list_entries(reader, self.contract.id, asked)


@pytest.fixture(scope="module")
def books(module_database_url: str) -> Iterator[Books]:
    books = Books(module_database_url)
    yield books
    books.means.database.dispose()


@pytest.fixture
def story(books: Books) -> Story:
    return Story(books)


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
            (1000, 326, date(2025, 4, 10), "on_track"),
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
        assert found.status.label_fr != ""

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
        found = story.compliance(date(2025, 4, 10)).next_actions
        assert found is not None
        assert [(item.declarant, item.month, item.due_on) for item in found] == [
            (story.firm.identifier, DECEMBER, date(2025, 1, 15)),
            (story.firm.identifier, FEBRUARY, date(2025, 3, 15)),
        ]

    def test_somebody_else_owes_the_months_of_their_hires(self, story: Story) -> None:
        other = story.books.organisation()
        worker = story.books.worker(story.clause, story.contract, other, starts_on=date(2025, 2, 10))
        for month in (DECEMBER, JANUARY, FEBRUARY):
            story.books.statement(story.worker, month)
        found = story.compliance(date(2025, 4, 10)).next_actions
        assert [(item.declarant, item.month) for item in found or ()] == [(other.identifier, FEBRUARY)]
        story.books.statement(worker, FEBRUARY)
        assert story.compliance(date(2025, 4, 10)).next_actions == []

    def test_count_what_waits_and_what_is_held(self, story: Story) -> None:
        for decision in (None, "undecided", "needs_proof", "refused"):
            story.books.worker(story.clause, story.contract, story.firm, decision=decision)
        story.books.post(story.worker, DECEMBER, "held", 4500)
        found = story.compliance(date(2025, 1, 14)).next_actions or []
        assert [(item.code, item.count, item.hours) for item in found] == [
            ("assessments_waiting", 3, None),
            ("hours_held", None, 4500),
        ]
        assert found[1].text == "45 h retenues"

    def test_are_not_told_of_the_past(self, story: Story) -> None:
        assert story.compliance(known_at=story.books.settle()).next_actions is None


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
        assert again.model_copy(update={"next_actions": now.next_actions}) == now

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


class TestEntries:
    def test_sum_to_each_figure_on_every_day_and_at_every_instant(self, story: Story) -> None:
        books = story.books
        instants = [books.settle()]
        pending = books.post(story.worker, DECEMBER, "pending", 2000)
        books.post(story.worker, JANUARY, "held", 700)
        instants.append(books.settle())
        books.reverse(pending)
        books.post(story.worker, DECEMBER, "counted", 1500, kind="training")
        cut = books.post(story.worker, DECEMBER, "refused", 500, rule="review", parameter="15 h acceptées")
        instants.append(books.settle())
        books.reverse(cut)
        books.post(story.worker, DECEMBER, "pending", 500)
        days = [date(2024, 12, 30), date(2024, 12, 31), date(2025, 1, 31), date(2025, 4, 10)]
        shown = set()
        for as_of in days:
            for known_at in (*instants, None):
                position = story.compliance(as_of, known_at)
                for figure in Figure:
                    page = story.entries(figure, as_of, known_at)
                    total = getattr(position, figure)
                    assert (page.total, sum(entry.hours for entry in page.items)) == (total, total)
                    assert all(entry.hours > 0 for entry in page.items)
                    shown.add((figure.value, total))
        # Each figure took the values that were written, and no other.
        assert shown == {
            *(("counted", hours) for hours in (0, 1500)),
            *(("pending", hours) for hours in (0, 2000, 500)),
            *(("held", hours) for hours in (0, 700)),
            *(("refused", hours) for hours in (0, 500)),
            *(("declared", hours) for hours in (0, 2000, 2700)),
        }

    def test_pages_follow_one_another(self, story: Story) -> None:
        for hours in (100, 200, 300):
            story.books.post(story.worker, DECEMBER, "counted", hours)
        first = story.entries(Figure.COUNTED, limit=2)
        rest = story.entries(Figure.COUNTED, limit=2, after=first.next)
        assert [entry.hours for entry in (*first.items, *rest.items)] == [100, 200, 300]
        assert (first.total, rest.total, rest.next) == (600, 600, None)

    def test_say_which_rule_decided_but_not_why_a_person_is_not_eligible(self, story: Story) -> None:
        story.books.post(
            story.worker, DECEMBER, "refused", 100, rule="window", parameter="Du 12", reference="Clause"
        )
        story.books.post(
            story.worker, DECEMBER, "refused", 100, rule="eligibility", parameter="Motif", reference="Texte"
        )
        for role, told in ((Role.BUYER, None), (Role.FACILITATOR, "Motif")):
            window, eligibility = story.entries(Figure.REFUSED, role=role).items
            assert (window.rule, window.parameter, window.reference) == ("window", "Du 12", "Clause")
            assert (eligibility.rule, eligibility.parameter) == ("eligibility", told)
            assert eligibility.rule_label_fr == "Éligibilité approuvée"

    def test_tell_the_facilitator_alone_where_a_person_lives(self, story: Story) -> None:
        story.books.post(story.worker, DECEMBER, "counted", 100, residence="commune/54395")
        seen = {
            role: story.entries(Figure.COUNTED, role=role).items[0].places.residence
            for role in (Role.BUYER, Role.FACILITATOR)
        }
        assert seen == {Role.BUYER: None, Role.FACILITATOR: "commune/54395"}

    def test_a_contract_without_clause_has_none(self, story: Story) -> None:
        story.contract = story.books.contract(story.buyer)
        page = story.entries(Figure.DECLARED)
        assert (page.total, page.items) == (0, [])


class TestSight:
    def test_a_holder_sees_the_balance_and_every_line(self, story: Story) -> None:
        other = story.books.organisation()
        story.books.write(story.books.access(story.contract, other.id, Role.CONTRACTOR))
        borrowed = story.books.worker(story.clause, story.contract, other)
        story.books.post(story.worker, DECEMBER, "counted", 700)
        story.books.post(borrowed, DECEMBER, "counted", 300)
        holder: Viewer = {"role": Role.CONTRACTOR, "organisation": story.firm}
        assert story.compliance(**holder).balance == -3600
        page = story.entries(Figure.COUNTED, **holder)
        assert (page.total, page.own_only, len(page.items)) == (1000, False, 2)
        # Whoever performs without holding sees its own lines.
        performer: Viewer = {"role": Role.CONTRACTOR, "organisation": other}
        page = story.entries(Figure.COUNTED, **performer)
        assert (page.total, page.own_only, [entry.hours for entry in page.items]) == (300, True, [300])
        missing = {item.declarant for item in story.compliance(**performer).next_actions or ()}
        assert missing == {other.identifier}

    def test_an_insertion_structure_sees_no_balance(self, story: Story) -> None:
        structure = story.books.organisation()
        story.books.write(story.books.access(story.contract, structure.id, Role.INSERTION_STRUCTURE))
        asked: Viewer = {"role": Role.INSERTION_STRUCTURE, "organisation": structure}
        with pytest.raises(Forbidden):
            story.compliance(**asked)
        with pytest.raises(Forbidden):
            story.entries(Figure.COUNTED, **asked)

    @pytest.mark.parametrize("role", [Role.BUYER, Role.CONTRACTOR, Role.FACILITATOR, Role.OBSERVER])
    def test_strangers_see_nothing_and_settle_nothing(self, story: Story, role: Role) -> None:
        stranger: Viewer = {"role": role, "organisation": story.books.organisation()}
        with pytest.raises(NotFound):
            story.compliance(**stranger)
        with pytest.raises(NotFound):
            story.compliance(known_at=story.books.clock.instant, **stranger)
        with pytest.raises(NotFound):
            story.entries(Figure.COUNTED, known_at=story.books.clock.instant, **stranger)
        assert story.compliance().provisional is True

    def test_an_unknown_contract_is_not_found(self, story: Story) -> None:
        story.contract.id = uuid4()
        with pytest.raises(NotFound):
            story.compliance()


@contextmanager
def counted_queries(story: Story) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
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
