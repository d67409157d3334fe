"""Needs of a territory: they sum to what its contracts are short of, at every level, by month and trade."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

import pytest
from sqlalchemy import event

from app.db.tables import Clause, Contract, Organisation
from app.errors import Forbidden, InvalidPayload, NotFound
from app.principal import Role
from app.schemas.compliance import ComplianceQuery
from app.schemas.needs import NeedsFigures, NeedsQuery, TerritoryNeedsOut
from app.services.contract_positions import read_compliance
from app.services.needs import read_needs
from tests.books import ARGANCY, MAIZIERES, METZ, NANCY, Books

MOSELLE, GRAND_EST, FRANCE, RIVES = "department/57", "region/44", "country/FR", "epci/200039949"
# Today is 2025-04-15. From 2025-04-15 to 2025-09-11 there are 150 days: 16 of April, 31, 30, 31, 31 and 11.
APRIL_TO_SEPTEMBER = {4: 16, 5: 31, 6: 30, 7: 31, 8: 31, 9: 11}


@dataclass
class Land:
    """A buyer's contracts, and what they still look for."""

    books: Books
    buyer: Organisation
    firm: Organisation

    def contract(
        self,
        hours: str = "150.00",
        places: dict[str | None, int] | None = None,
        window: dict[str, str] | None = None,
        **facts: Any,  # noqa: ANN401  # columns of a contract
    ) -> tuple[Contract, Clause]:
        contract = self.books.contract(self.buyer, self.firm, places, **facts)
        window = window or {"start": "2024-12-12", "end": "2025-09-11"}
        return contract, self.books.clause(contract, hours, window)

    def needs(
        self,
        place: str = FRANCE,
        viewer: tuple[Organisation, Role] | None = None,
        **asked: Any,  # noqa: ANN401  # what a query says
    ) -> TerritoryNeedsOut:
        level, code = place.split("/")
        with self.books.reading(*(viewer or (self.buyer, Role.BUYER))) as reader:
            if "first" in asked:
                asked["from"] = asked.pop("first")
            return read_needs(reader, level, code, NeedsQuery.model_validate(asked))


@pytest.fixture
def land(books: Books) -> Land:
    return Land(books, books.organisation(MAIZIERES), books.organisation(METZ))


def months(figures: NeedsFigures) -> dict[int, int]:
    return {item.month.month: item.hours for item in figures.months}


def trades(figures: NeedsFigures) -> list[tuple[str | None, int]]:
    return [(item.trade.code, item.hours) for item in figures.trades]


def apart(figures: NeedsFigures) -> tuple[int, int, int, int, int]:
    return figures.provided, figures.earlier, figures.to_find, figures.later, figures.unscheduled


class TestMonths:
    def test_what_is_short_goes_by_the_days_left(self, land: Land) -> None:
        land.contract()
        found = land.needs().figures
        # 150 h over 150 days: an hour a day.
        assert months(found) == {month: days * 100 for month, days in APRIL_TO_SEPTEMBER.items()}
        assert (found.contracts, found.short) == (1, 15_000)
        assert apart(found) == (0, 0, 15_000, 0, 0)

    def test_counted_and_pending_hours_are_found(self, land: Land) -> None:
        contract, clause = land.contract("200.00")
        worker = land.books.worker(clause, contract, land.firm)
        for month, state, hours in ((1, "counted", 3000), (2, "pending", 2000), (3, "refused", 900)):
            land.books.post(worker, date(2025, month, 1), state, hours)
        # Hours of a month that is not over belong to no position yet.
        land.books.post(worker, date(2025, 4, 1), "pending", 700)
        assert land.needs().figures.short == 15_000

    def test_before_and_after_the_months_asked(self, land: Land) -> None:
        land.contract()
        found = land.needs(first="2025-06", months=2).figures
        assert months(found) == {6: 3000, 7: 3100}
        assert apart(found) == (0, 4700, 6100, 4200, 0)

    def test_planned_hours_of_running_hires_are_provided_for(self, land: Land) -> None:
        contract, clause = land.contract("200.00")
        hires: tuple[dict[str, Any], ...] = (
            {"planned_hours": 6000},
            {"planned_hours": 9000, "ended_on": date(2025, 4, 1)},
        )
        for values in hires:
            worker = land.books.worker(clause, contract, land.firm, **values)
            land.books.line(worker, date(2025, 3, 1), 1000)
            # Those of this month are still planned.
            land.books.line(worker, date(2025, 4, 1), 500)
        # 60 planned, 10 done: 50 of the 200 are provided.
        assert apart(land.needs().figures) == (5000, 0, 15_000, 0, 0)

    def test_what_has_no_day_left_is_told_apart(self, land: Land) -> None:
        land.contract("10.00", window={"start": "2024-01-01", "end": "2025-04-14"})
        land.contract("20.00", suspensions=[{"since": "2025-04-01", "until": None}])
        assert apart(land.needs().figures) == (0, 0, 0, 0, 3000)

    def test_contracts_to_come_count_and_closed_ones_do_not(self, land: Land) -> None:
        land.contract("31.00", window={"start": "2026-03-01", "end": "2026-03-31"})
        land.contract("31.00", window={"start": "2026-04-01", "end": "2026-04-30"})
        land.contract(closed_on=date(2025, 4, 15))
        found = land.needs()
        assert (found.first, found.last) == (date(2025, 4, 1), date(2026, 3, 1))
        assert apart(found.figures) == (0, 0, 3100, 3100, 0)

    def test_a_surplus_covers_no_other_contract(self, land: Land) -> None:
        contract, clause = land.contract("10.00")
        land.books.post(land.books.worker(clause, contract, land.firm), date(2025, 1, 1), "counted", 9000)
        land.contract()
        assert (land.needs().figures.contracts, land.needs().figures.short) == (1, 15_000)

    def test_contracts_without_terms_are_counted_apart(self, land: Land) -> None:
        land.books.contract(land.buyer, decp_social=["Clause sociale"])
        land.books.contract(land.buyer, notified_on=date(2026, 9, 1))
        land.books.contract(land.buyer, notified_on=date(2024, 9, 1))
        found = land.needs()
        assert (found.without_terms, found.unknown_at_end, found.figures.short) == (2, 0, 0)
        assert land.needs(NANCY).without_terms == 0


class TestTrades:
    def test_are_those_of_the_hires_else_of_the_cpv(self, land: Land) -> None:
        contract, clause = land.contract("150.00", cpv="45261000")
        for job in ("F1703", "F1703", "K2204", None):
            land.books.worker(clause, contract, land.firm, job=job)
        land.contract("150.00", cpv="45261000")
        land.contract("75.00", cpv="90910000-9")
        land.contract("37.50")
        found = land.needs().figures
        assert trades(found) == [("45", 15_000), ("F1703", 15_000), ("90", 7500), (None, 3750)]
        schemes = [(item.trade.scheme, item.trade.label) for item in found.trades]
        assert schemes == [
            ("cpv", "Travaux de construction"),
            ("rome", "Construction, bâtiment et travaux publics"),
            ("cpv", "Services d'assainissement, de propreté et d'environnement"),
            (None, "Métier inconnu"),
        ]
        assert {item.month.month: item.hours for item in found.trades[1].months} == {
            month: days * 100 for month, days in APRIL_TO_SEPTEMBER.items()
        }


class TestPlaces:
    def test_children_and_the_unlocated_sum_to_their_parent(self, land: Land) -> None:
        land.contract("150.01", {MAIZIERES: 5000, NANCY: 3000, MOSELLE: 2000})
        land.contract("10.00", {None: 10_000}, assumed=True)
        land.contract("10.00", {})
        # By departments: half and a fifth of it in Moselle.
        found = land.needs(GRAND_EST, level="department")
        by_place = {item.territory.place: item.figures.short for item in found.items}
        assert found.figures.short == sum(by_place.values()) == 15_001
        assert (by_place["department/54"], found.unlocated.short, found.sums) == (4500, 0, True)
        communes = land.needs(MOSELLE, level="commune")
        assert [item.territory.place for item in communes.items] == [MAIZIERES]
        assert communes.items[0].figures.short + communes.unlocated.short == communes.figures.short
        country = land.needs(FRANCE, level="region")
        assert (country.figures.short, country.unlocated.short) == (17_001, 2000)
        assert (country.figures.contracts, country.figures.shares_assumed) == (3, 1)

    def test_without_a_level_there_are_no_items(self, land: Land) -> None:
        land.contract("150.00", {MAIZIERES: 5000, MOSELLE: 5000})
        found = land.needs(MOSELLE)
        assert (found.items, found.level) == ([], None)
        assert (found.figures.short, found.unlocated.short) == (15_000, 7500)
        assert land.needs(METZ).figures.short == 0

    def test_intercommunalities_that_straddle_a_border_are_whole(self, land: Land) -> None:
        # Redon agglomeration: Redon in Ille-et-Vilaine, Avessac in Loire-Atlantique.
        land.contract("150.00", {"commune/35236": 5000, "commune/44007": 5000})
        land.books.contract(land.buyer, None, {"commune/44007": 10_000}, decp_social=["Clause sociale"])
        found = land.needs("department/35", level="epci")
        assert (found.sums, found.figures.short, found.without_terms) == (False, 7500, 0)
        assert [(item.territory.place, item.figures.short) for item in found.items] == [
            ("epci/243500741", 15_000)
        ]


def test_needs_sum_to_the_balances_of_any_contracts(land: Land) -> None:
    """Forty contracts at random: every level sums, to the hundredth, to what each contract says of itself."""
    random = Random(20250415)  # noqa: S311  # no secret: contracts that are the same at every run
    contracts = []
    for _ in range(40):
        shares = random.choice([(10_000,), (5000, 5000), (3334, 3333, 3333), (1, 9999)])
        places = random.sample([MAIZIERES, ARGANCY, METZ, NANCY, MOSELLE, GRAND_EST, None], len(shares))
        start = date(2024, random.randint(1, 12), random.randint(1, 28))
        end = date(random.randint(2025, 2027), random.randint(1, 12), random.randint(1, 28))
        contract, clause = land.contract(
            f"{random.randint(1, 90_000) / 100:.2f}",
            dict(zip(places, shares, strict=True)),
            {"start": start.isoformat(), "end": end.isoformat()},
            cpv=random.choice([None, "45261000", "90910000"]),
            suspensions=random.choice([[], [{"since": "2025-05-10", "until": "2025-06-20"}]]),
        )
        contracts.append(contract)
        if random.random() < 0.6:
            planned = random.choice([None, random.randint(0, 40_000)])
            worker = land.books.worker(
                clause, contract, land.firm, planned_hours=planned, job=random.choice([None, "F1703"])
            )
            land.books.post(worker, date(2025, random.randint(1, 4), 1), "counted", random.randint(1, 50_000))
    short = 0
    with land.books.reading(land.buyer, Role.BUYER) as reader:
        for contract in contracts:
            own = read_compliance(reader, contract.id, ComplianceQuery())
            assert own.required_at_end is not None
            assert own.secured is not None
            short += max(0, own.required_at_end - own.secured)
    for months_asked in (1, 12, 36):
        country = land.needs(FRANCE, level="region", months=months_asked)
        assert country.figures.short == short
        for found in (country, land.needs(GRAND_EST, level="department", months=months_asked)):
            assert_sums(found)
        assert_sums(land.needs(MOSELLE, level="commune", months=months_asked))
        assert_sums(land.needs(RIVES, level="commune", months=months_asked))


def assert_sums(found: TerritoryNeedsOut) -> None:
    parts = [found.unlocated, *(item.figures for item in found.items)]
    assert tuple(map(sum, zip(*map(apart, parts), strict=True))) == apart(found.figures)
    for figures in (found.figures, *parts):
        assert sum(apart(figures)) == figures.short
        assert sum(item.hours for item in figures.months) == figures.to_find
        assert sum(item.hours for item in figures.trades) == figures.to_find
        assert all(sum(part.hours for part in item.months) == item.hours for item in figures.trades)


class TestSight:
    def test_others_see_nothing_of_it(self, land: Land) -> None:
        contract, _ = land.contract()
        stranger = land.books.organisation()
        structure = land.books.organisation()
        land.books.write(land.books.access(contract, structure.id, Role.INSERTION_STRUCTURE))
        seen = {
            role: land.needs(viewer=(organisation, role)).figures.short
            for organisation, role in (
                (land.buyer, Role.FACILITATOR),
                (land.firm, Role.CONTRACTOR),
                (structure, Role.INSERTION_STRUCTURE),
                (stranger, Role.BUYER),
            )
        }
        assert list(seen.values()) == [15_000, 15_000, 15_000, 0]

    @pytest.mark.parametrize("role", [Role.OBSERVER, Role.PRESCRIBER])
    def test_roles_without_contracts_are_refused(self, land: Land, role: Role) -> None:
        with pytest.raises(Forbidden):
            land.needs(viewer=(land.buyer, role))

    def test_an_unknown_territory_is_not_found(self, land: Land) -> None:
        with pytest.raises(NotFound):
            land.needs("commune/99999")

    @pytest.mark.parametrize(
        ("asked", "pointer"), [({"first": "2025-03"}, "/query/from"), ({"level": "region"}, "/query/level")]
    )
    def test_a_past_month_and_a_level_outside_are_refused(
        self, land: Land, asked: dict[str, Any], pointer: str
    ) -> None:
        with pytest.raises(InvalidPayload) as refused:
            land.needs(MOSELLE, **asked)
        assert [error.pointer for error in refused.value.errors] == [pointer]


@contextmanager
def counted_queries(books: Books) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        # Over HTTP the query that finds the key also says for whom the transaction looks.
        if statement.startswith("SELECT") and "set_config" not in statement:
            found.append(statement)

    engine = books.means.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_the_number_of_queries_does_not_follow_that_of_contracts(land: Land) -> None:
    taken = []
    for _ in range(2):
        for _ in range(3):
            contract, clause = land.contract()
            land.books.worker(clause, contract, land.firm, planned_hours=1000)
        with counted_queries(land.books) as found:
            land.needs(GRAND_EST, level="commune")
        taken.append(len(found))
    assert taken == [10, 10], taken
