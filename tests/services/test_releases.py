"""Releases on both databases: quarters, their year with corrections between, and what never changes."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db.tables import HireOutcome
from app.principal import SERVICE, Principal, Role
from app.refusals.releases import PeriodNotOver, QuartersMissing, ReleaseExists
from app.schemas.releases import CellsQuery, PublishedQuery, ReleaseIn, ReleaseOut
from app.services import releases
from app.services.work import writing
from tests.books import ARGANCY, MAIZIERES, METZ, NANCY, Books, Worker

FRANCE = "country/FR"


class Country:
    """Thirty people in Metz, twelve in Nancy, three in Maizières: 10 h a quarter each, by six firms."""

    def __init__(self, books: Books) -> None:
        self.books = books
        buyer = books.organisation(METZ)
        self.clauses = []
        for _ in range(6):
            firm = books.organisation()
            contract = books.contract(buyer, firm)
            self.clauses.append((books.clause(contract), contract, firm))
        self.people: list[tuple[Worker, str]] = []
        for place, size in ((METZ, 30), (NANCY, 12), (MAIZIERES, 3)):
            for number in range(size):
                clause, contract, firm = self.clauses[number % 6]
                self.people.append((books.worker(clause, contract, firm), place))
        for month in (1, 4, 7, 10):
            for worker, place in self.people:
                self.post(worker, month, place)
        books.settle()

    def post(self, worker: Worker, month: int, place: str, hours: int = 1_000) -> None:
        self.books.post(worker, date(2023, month, 1), "counted", hours, execution=place)


@pytest.fixture(scope="module")
def books(module_database_url: str) -> Iterator[Books]:
    found = Books(module_database_url)
    yield found
    found.means.database.dispose()


def publish(books: Books, quarter: int | None, year: int = 2023) -> ReleaseOut:
    with writing(books.means, SERVICE, "test") as writer:
        return releases.publish(writer, ReleaseIn(year=year, quarter=quarter))


def told(books: Books, release_id: UUID, level: str) -> dict[str, tuple[int | None, int | None]]:
    """People and hours by territory, as an observer reads them."""
    with books.reading(None, Role.ADMIN) as reader:
        reader.principal = Principal(UUID(int=1), Role.OBSERVER)
        asked = CellsQuery.model_validate({"level": level})
        found = releases.list_cells(reader, release_id, asked)
    return {item.territory.code: (item.people, item.hours) for item in found.items}


def test_a_year_and_its_quarters(books: Books) -> None:
    country = Country(books)
    with pytest.raises(QuartersMissing):
        publish(books, None)
    quarters = [publish(books, quarter).id for quarter in (1, 2, 3, 4)]
    # 30 + 3 people in Moselle, 12 in Meurthe-et-Moselle.
    for release_id in quarters:
        assert told(books, release_id, "department") == {"54": (12, 12_000), "57": (33, 33_000)}
        assert told(books, release_id, "commune") == {}
    with pytest.raises(ReleaseExists):
        publish(books, 1)
    # One person of Metz was told ten hours short: the year must not tell of one person.
    country.post(country.people[0][0], 1, METZ)
    # Of everybody in Nancy likewise: twelve people by six firms may be told.
    for worker, place in country.people:
        if place == NANCY:
            country.post(worker, 1, NANCY, 500)
    books.settle()
    year = publish(books, None).id
    assert told(books, year, "department") == {"54": (12, 54_000), "57": (33, 132_000)}
    assert told(books, year, "country") == {"FR": (45, 186_000)}
    # Maizières has three people: neither it nor Metz is told, or it would be Moselle less Metz. Nothing says
    # that they are hidden: whoever heard it would know that somebody is there.
    assert told(books, year, "commune") == {"54395": (12, 54_000)}
    before = told(books, quarters[0], "country")
    country.post(country.people[1][0], 1, ARGANCY)
    books.settle()
    assert told(books, quarters[0], "country") == before == {"FR": (45, 45_000)}
    with books.reading(None, Role.ADMIN) as reader:
        found = releases.read_indicators(reader, "department", "57", PublishedQuery(year=2023))
    activity = [(item.quarter, item.hours) for item in found.items if item.indicator == "activity"]
    assert activity == [(None, 132_000), (1, 33_000), (2, 33_000), (3, 33_000), (4, 33_000)]


def test_releases_are_never_rewritten(books: Books) -> None:
    publish(books, 1, 2022)
    for statement in ("UPDATE releases SET people = 5", "DELETE FROM release_cells"):
        with pytest.raises(DBAPIError, match="never rewritten"), books.means.database.write() as session:
            session.execute(text(statement))


def test_a_period_is_published_after_its_delay(books: Books) -> None:
    # 2025-04-15: the first quarter of 2025 ended fifteen days ago.
    with pytest.raises(PeriodNotOver):
        publish(books, 1, 2025)


def test_outcomes_of_a_year_are_told_over_the_people_whose_hire_ended(books: Books) -> None:
    """Twelve in Nancy, fifteen in Metz and three in Maizières leave in 2021; of one of Metz nothing is told.

    It would stand alone in Moselle's part of its class: neither Moselle nor, beside it, Nancy's is told.
    """
    buyer, firms = books.organisation(METZ), [books.organisation() for _ in range(3)]
    contracts = [books.contract(buyer, firm) for firm in firms]
    clauses = [books.clause(contract) for contract in contracts]
    leaving = [(NANCY, "lasting", 12), (METZ, "other", 14), (METZ, None, 1), (MAIZIERES, "other", 3)]
    number = 0
    for place, category, size in leaving:
        for _ in range(size):
            which = number % 3
            at_work = clauses[which], contracts[which], firms[which]
            worker = books.worker(
                *at_work, starts_on=date(2021, 5, 1), ended_on=date(2021, 5, 31), workplace=place
            )
            books.post(worker, date(2021, 5, 1), "counted", 1_000, execution=place)
            tell(books, worker, category)
            number += 1
    books.settle()
    for quarter in (1, 2, 3, 4):
        publish(books, quarter, 2021)
    year = publish(books, None, 2021)
    assert "outcome" in [indicator.code for indicator in year.indicators]
    told = {level: outcomes(books, year.id, level) for level in ("country", "department", "commune")}
    # The one of whom nothing is known stands with the class of fewest people.
    whole = {"lasting, unknown": (13, 13), "other": (17, 17)}
    assert told == {"country": {"FR": whole}, "department": {}, "commune": {}}


def tell(books: Books, worker: Worker, category: str | None) -> None:
    """Say what became of somebody; first something else, that is corrected."""
    for version, said in enumerate(("positive", category) if category else (), 1):
        with writing(books.means, SERVICE, "test") as writer:
            outcome = HireOutcome(
                owner_id=worker.contract.owner_id,
                contract_id=worker.contract.id,
                hire_id=worker.hire_id,
                moment="exit",
                number=version,
                category=said,
                recorded_by=worker.declarant_id,
                role=Role.CONTRACTOR,
                change_id=writer.record("outcome.recorded"),
            )
            writer.session.add(outcome)


def outcomes(books: Books, release_id: UUID, level: str) -> dict[str, dict[str, tuple[int, int | None]]]:
    with books.reading(None, Role.ADMIN) as reader:
        asked = CellsQuery.model_validate({"level": level, "indicator": "outcome"})
        found = releases.list_cells(reader, release_id, asked)
    assert [item.hours for item in found.items] == [None] * len(found.items)
    assert [item.hires for item in found.items] == [
        sum(column.hires or 0 for column in item.columns) for item in found.items
    ]
    return {
        item.territory.code: {
            ", ".join(column.codes): (column.people, column.hires) for column in item.columns
        }
        for item in found.items
    }
