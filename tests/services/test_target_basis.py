"""Targets that follow invoices and everyone's hours: on a day, as known at an instant, over a territory."""

from datetime import date, datetime
from typing import Any

import pytest

from app.clock import new_id
from app.db.tables import Organisation, Statement, StatementVersion
from app.principal import Principal, Role
from app.schemas.compliance import ComplianceOut
from app.schemas.figures import PeriodQuery
from app.schemas.invoices import InvoiceIn, ReversalIn
from app.services import figures, invoices
from app.services.work import writing
from tests.books import Books
from tests.services.one_contract import Story
from tests.services.test_compliance import counted_queries

TRANCHES: dict[str, Any] = {
    "kind": "per_invoiced_amount",
    "tranche": "2000",
    "trigger": "10000",
    "counts_from": "first_euro",
}
TABLE: dict[str, Any] = {"kind": "step_table", "table": "csf-2018"}
SHARE: dict[str, Any] = {"kind": "share_of_hours", "share": "0.1"}
DECEMBER, JANUARY, MARCH = date(2024, 12, 1), date(2025, 1, 1), date(2025, 3, 1)


class Followed(Story):
    """The contract of the story with another target, and what it follows."""

    def __init__(self, books: Books, target: dict[str, Any], **facts: Any) -> None:  # noqa: ANN401  # any column
        self.books = books
        books.clock.wait(300)
        self.buyer = books.organisation()
        self.firm = books.organisation()
        self.contract = books.contract(self.buyer, self.firm, **facts)
        self.clause = books.clause(self.contract, target=target)
        self.worker = books.worker(self.clause, self.contract, self.firm)
        self.statements: dict[tuple[Any, date], Statement] = {}

    def invoice(self, on: date, amount: str) -> Any:  # noqa: ANN401  # an id
        body = InvoiceIn.model_validate({"invoiced_on": on, "amount": amount})
        with writing(self.books.means, Principal(self.buyer.id, Role.BUYER), "test") as writer:
            return invoices.record_invoice(writer, self.contract.id, body).id

    def take_back(self, invoice_id: Any, on: date, amount: str | None = None) -> None:  # noqa: ANN401  # an id
        body = ReversalIn.model_validate({"reversed_on": on, "amount": amount, "reason": "Avoir"})
        with writing(self.books.means, Principal(self.buyer.id, Role.BUYER), "test") as writer:
            invoices.reverse_invoice(writer, self.contract.id, invoice_id, body)

    def declare(self, firm: Organisation, month: date, hours: int | None) -> None:
        """Send a statement of a month, or its next version, with the hours that everyone worked."""
        known = self.statements.get((firm.id, month))
        of = {"owner_id": self.contract.owner_id, "contract_id": self.contract.id}
        now = self.books.clock.now()
        statement = Statement(
            **of,
            id=known.id if known else new_id(),
            declarant_id=firm.id,
            month=month,
            nothing_to_declare=True,
            latest=known.latest + 1 if known else 1,
            version=1,
            created_at=now,
        )
        self.statements[firm.id, month] = statement
        by = Principal(firm.id, Role.CONTRACTOR)
        # Nobody opened the contract to the other firms of the story.
        with writing(self.books.means, by, "test") as writer, writer.session.across():
            change_id = writer.record("statement.submitted", contract_id=self.contract.id)
            writer.session.merge(statement)
            writer.session.add(
                StatementVersion(
                    owner_id=self.contract.owner_id,
                    statement_id=statement.id,
                    number=statement.latest,
                    nothing_to_declare=True,
                    total_hours_worked=hours,
                    lines=[],
                    submitted_at=now,
                    change_id=change_id,
                )
            )

    def required(self, as_of: date, known_at: datetime | None = None) -> int | None:
        return self.compliance(as_of, known_at).required


def figures_of(found: ComplianceOut) -> tuple[Any, ...]:
    return (found.required, found.required_at_end, found.expected, found.balance, found.status.code)


class TestInvoices:
    def test_oblige_from_their_day_once_their_total_reaches_the_trigger(self, books: Books) -> None:
        case = Followed(books, TRANCHES)
        case.invoice(date(2025, 1, 10), "9999.99")
        case.invoice(date(2025, 2, 10), "0.01")
        case.invoice(date(2025, 3, 10), "1999.99")
        days = [(1, 10), (2, 9), (2, 10), (3, 10)]
        assert [case.required(date(2025, *day)) for day in days] == [0, 0, 500, 500]
        case.invoice(date(2025, 3, 10), "0.01")
        assert case.required(date(2025, 3, 10)) == 600

    def test_are_expected_at_once_and_explained(self, books: Books) -> None:
        case = Followed(books, {**TRANCHES, "estimated_amount": "20000"})
        case.invoice(date(2025, 1, 10), "12345.67")
        books.post(case.worker, DECEMBER, "counted", 480)
        found = case.compliance(date(2025, 1, 10))
        # 6 complete tranches; 4.80 is 80 % of 6; 20,000 ÷ 2,000 = 10.
        assert figures_of(found) == (600, 1000, 600, -120, "at_risk")
        assert found.measured_on is None
        assert found.target is not None
        assert found.target.formula == "12 345,67 € facturés ÷ 2 000 € = 6 tranches complètes × 1 h = 6 h"
        assert [(item.code, item.value) for item in found.target.inputs] == [
            ("invoiced", "12345.67"),
            ("trigger", "10000.00"),
            ("tranche", "2000.00"),
            ("tranches", "6"),
            ("hours_per_tranche", "1.00"),
            ("estimated_amount", "20000.00"),
        ]

    def test_taken_back_no_longer_oblige_from_that_day(self, books: Books) -> None:
        case = Followed(books, TRANCHES)
        first = case.invoice(date(2025, 1, 10), "8000")
        case.invoice(date(2025, 1, 20), "8000")
        case.take_back(first, date(2025, 2, 1), "2000")
        case.take_back(first, date(2025, 3, 1))
        days = [(1, 10), (1, 20), (1, 31), (2, 1), (2, 28), (3, 1)]
        # 8,000; 16,000; 14,000; then 8,000 again, under the trigger.
        assert [case.required(date(2025, *day)) for day in days] == [0, 800, 800, 700, 700, 0]

    def test_stay_what_was_known_of_them(self, books: Books) -> None:
        case = Followed(books, TRANCHES)
        as_of = date(2025, 4, 1)
        nothing = books.settle()
        invoice = case.invoice(date(2025, 1, 10), "16000")
        recorded = books.settle()
        case.take_back(invoice, date(2025, 1, 10), "5000")
        corrected = books.settle()
        case.take_back(invoice, date(2025, 4, 1))
        now = books.settle()
        assert [case.required(as_of, at) for at in (nothing, recorded, corrected, now)] == [0, 800, 500, 0]
        assert [case.required(date(2025, 3, 31), at) for at in (corrected, now)] == [500, 500]
        assert case.required(as_of) == 0
        assert figures_of(case.compliance(as_of, recorded)) == (800, None, 800, -800, "late")

    def test_a_settled_answer_names_the_instant_that_gives_it_again(self, books: Books) -> None:
        case = Followed(books, TRANCHES)
        case.invoice(date(2025, 1, 10), "16000")
        assert case.compliance().provisional
        books.settle()
        now = case.compliance()
        again = case.compliance(known_at=now.known_at)
        assert now.required == 800
        told_now = {name: getattr(now, name) for name in ("forecast", "reporting", "next_actions")}
        assert again.model_copy(update=told_now) == now

    def test_of_another_contract_oblige_nobody_here(self, books: Books) -> None:
        case, other = Followed(books, TRANCHES), Followed(books, TRANCHES)
        other.invoice(date(2025, 1, 10), "16000")
        assert (case.required(date(2025, 4, 1)), other.required(date(2025, 4, 1))) == (0, 800)


class TestEveryonesHours:
    def test_are_summed_over_declarants_by_their_latest_version(self, books: Books) -> None:
        case = Followed(books, SHARE)
        other = books.organisation()
        case.declare(case.firm, JANUARY, 20_000)
        case.declare(other, JANUARY, 10_004)
        case.declare(other, MARCH, None)
        day = date(2025, 1, 31)
        # 300.04 h: 30.004, 30 h.
        assert case.required(day) == 3000
        case.declare(case.firm, JANUARY, 20_500)
        # 305.04 h: 30.504, 31 h.
        assert figures_of(case.compliance(day)) == (3100, None, 3100, -3100, "late")
        case.declare(other, JANUARY, None)
        # 205 h: 20.50, 21 h.
        assert case.required(day) == 2100

    def test_belong_from_the_month_s_last_day_and_to_the_window(self, books: Books) -> None:
        case = Followed(books, SHARE)
        for month, hours in ((date(2024, 11, 1), 70_000), (DECEMBER, 1_000), (date(2025, 9, 1), 2_000)):
            case.declare(case.firm, month, hours)
        days = [date(2024, 12, 30), date(2024, 12, 31), date(2025, 9, 10), date(2025, 9, 11)]
        assert [case.required(day) for day in days] == [0, 100, 100, 300]

    def test_stay_what_was_known_of_them(self, books: Books) -> None:
        case = Followed(books, {**SHARE, "estimated_hours": "1000"})
        other = books.organisation()
        case.declare(case.firm, JANUARY, 10_000)
        first = books.settle()
        case.declare(case.firm, JANUARY, 4_000)
        case.declare(other, JANUARY, 3_000)
        second = books.settle()
        case.declare(case.firm, JANUARY, None)
        day = date(2025, 4, 1)
        assert [case.required(day, at) for at in (first, second, books.settle())] == [1000, 700, 300]
        found = case.compliance(day, second)
        assert found.required_at_end == 10_000
        assert found.target is not None
        assert found.target.formula == "10 % × 70 h travaillées par tous = 7 h"


class TestFirmAmount:
    def test_chooses_the_band_as_known_then(self, books: Books) -> None:
        case = Followed(books, TABLE)
        unknown = books.settle()
        for version, amount in ((2, 9_999_999), (3, 10_000_000)):
            case.contract.firm_amount, case.contract.version = amount, version
            books.keep(case.contract)
            books.settle()
        as_of = date(2025, 4, 10)
        assert figures_of(case.compliance(as_of, unknown)) == (0, None, 0, 0, "to_check")
        # 300 × 79 ÷ 274 = 86.496…
        assert figures_of(case.compliance(as_of)) == (30_000, 30_000, 8650, -30_000, "late")
        assert case.compliance(date(2025, 9, 12), unknown).status.code == "to_check"

    def test_missing_says_why_nothing_can_be_required(self, books: Books) -> None:
        target = Followed(books, TABLE, maximum_amount=50_000_000).compliance().target
        assert target is not None
        assert target.formula == "Montant ferme inconnu : les heures dues ne peuvent pas être calculées"
        assert target.inputs == []


def test_an_amendment_changes_the_target_from_its_day(books: Books) -> None:
    case = Followed(books, SHARE)
    case.declare(case.firm, JANUARY, 20_000)
    case.invoice(date(2025, 1, 10), "16000")
    before = books.settle()
    books.amend(case.clause, {**SHARE, "share": "0.05"}, date(2025, 3, 1))
    books.amend(case.clause, TRANCHES, date(2025, 4, 1))
    days = [date(2025, 2, 28), date(2025, 3, 1), date(2025, 3, 31), date(2025, 4, 1)]
    assert [case.required(day) for day in days] == [2000, 1000, 1000, 800]
    assert [case.required(day, before) for day in days] == [2000, 2000, 2000, 2000]


@pytest.mark.parametrize(
    ("target", "queries"),
    [({"kind": "fixed_hours", "hours": "46"}, 2), (TABLE, 2), (TRANCHES, 3), (SHARE, 3)],
)
def test_the_present_takes_one_query_more_for_what_is_followed(
    books: Books, target: dict[str, Any], queries: int
) -> None:
    case = Followed(books, target)
    with counted_queries(case) as found:
        case.compliance()
    assert len(found) == queries, found


class TestTerritory:
    def total(self, case: Followed, first: date, last: date) -> Any:  # noqa: ANN401  # figures
        with case.books.reading(case.buyer, Role.BUYER) as reader:
            asked = PeriodQuery.model_validate({"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}"})
            return figures.read_territory(reader, "commune", "57433", asked).figures

    def test_requires_what_the_days_of_the_period_added(self, books: Books) -> None:
        case = Followed(books, TRANCHES)
        case.invoice(date(2025, 1, 31), "12000")
        first = case.invoice(date(2025, 2, 1), "4000")
        case.take_back(first, date(2025, 3, 31))
        found = {
            months: self.total(case, *(date(2025, month, 1) for month in months)).required
            for months in ((1, 1), (2, 2), (3, 3), (1, 3), (2, 3))
        }
        # 12,000; 16,000; 12,000 at the end of each month.
        assert found == {(1, 1): 600, (2, 2): 200, (3, 3): -200, (1, 3): 600, (2, 3): 0}

    def test_judges_the_status_on_the_last_day(self, books: Books) -> None:
        case = Followed(books, TRANCHES)
        case.invoice(date(2025, 2, 1), "12000")
        books.post(case.worker, DECEMBER, "counted", 100)
        statuses = [
            [(item.code, item.contracts) for item in self.total(case, DECEMBER, last).statuses]
            for last in (JANUARY, date(2025, 2, 1))
        ]
        assert statuses == [[("on_track", 1)], [("late", 1)]]

    def test_follows_everyone_s_hours_and_amendments(self, books: Books) -> None:
        case = Followed(books, SHARE)
        case.declare(case.firm, DECEMBER, 10_000)
        case.declare(case.firm, JANUARY, 20_000)
        assert [self.total(case, month, month).required for month in (DECEMBER, JANUARY)] == [1000, 2000]
        books.amend(case.clause, "46.00", date(2025, 2, 1))
        # 46 × 79 ÷ 274 = 13.26 by the end of February, 30 the day before.
        assert self.total(case, date(2025, 2, 1), date(2025, 2, 1)).required == 1326 - 3000
