"""Open data of contracts: hours of a published year, of enough people beside enough others, and no others."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from app.db.tables import Clause, Contract, Organisation
from app.errors import Forbidden
from app.principal import SERVICE, Role
from app.rules.terms_json import terms_from_json, terms_to_json
from app.schemas.compliance import ComplianceQuery
from app.schemas.exports import ContractsTaken, Separator
from app.schemas.releases import ReleaseIn
from app.services import open_contracting, open_data, releases
from app.services.extracts import csv_of
from app.services.work import Reader, writing
from tests.books import METZ, Books

DECEMBER, JANUARY = date(2024, 12, 1), date(2025, 1, 1)


class Land:
    """A contract of fourteen people and three of five; ten hours each in December 2024, five in January."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.buyer = books.organisation(METZ)
        self.large = self.engaged(14)
        self.small = [self.engaged(5) for _ in range(3)]
        books.settle()

    def engaged(self, people: int) -> Contract:
        firm = self.books.organisation()
        contract = self.books.contract(self.buyer, firm, {METZ: 10_000})
        clause = self.clause(contract)
        for _ in range(people):
            worker = self.books.worker(clause, contract, firm)
            self.books.post(worker, DECEMBER, "counted", 1_000, execution=METZ)
            self.books.post(worker, JANUARY, "counted", 500, execution=METZ)
        return contract

    def clause(self, contract: Contract) -> Clause:
        found = self.books.clause(contract)
        with self.books.means.database.write() as session:
            session.execute(update(Contract).where(Contract.id == contract.id).values(clause_id=found.id))
        return found

    def publish(self) -> None:
        for quarter in (1, 2, 3, 4, None):
            with writing(self.books.means, SERVICE, "test") as writer:
                releases.publish(writer, ReleaseIn(year=2024, quarter=quarter))

    def reading(self) -> AbstractContextManager[Reader]:
        return self.books.reading(self.buyer, Role.BUYER)

    def rows(self) -> list[dict[str, str]]:
        text = "".join(csv_of(open_data.open_data_extract(ContractsTaken()), self.reading, Separator.COMMA))
        return list(csv.DictReader(io.StringIO(text)))

    def hours(self) -> dict[tuple[str, str], str]:
        return {(row["id_suivi"], row["annee"]): row["heures_comptees"] for row in self.rows()}

    def released(self, contract: Contract, **asked: Any) -> dict[str, Any]:  # noqa: ANN401  # times
        with self.reading() as reader:
            text = open_contracting.one(reader, contract.id, ComplianceQuery(**asked), "https://x", "ocds-x")
        found: dict[str, Any] = json.loads(text)["releases"][0]["contracts"][0]
        return found


@pytest.fixture(scope="module")
def books(module_database_url: str) -> Iterator[Books]:
    found = Books(module_database_url)
    yield found
    found.means.database.dispose()


@pytest.fixture(scope="module")
def land(books: Books) -> Land:
    return Land(books)


def test_hours_are_told_once_their_year_is_published(land: Land) -> None:
    contracts = [land.large, *land.small]
    assert land.hours() == {(str(c.id), year): "" for c in contracts for year in ("2024", "2025")}
    before = land.books.settle()
    land.publish()
    found = land.hours()
    # Fourteen people, beside fifteen of three firms; five of one contract are too few.
    assert found.pop((str(land.large.id), "2024")) == "140.00"
    assert set(found.values()) == {""}
    metric = land.released(land.large)["implementation"]["metrics"][0]
    assert [(o["id"], o["measure"]) for o in metric["observations"]] == [("insertion-hours-2024", 140)]
    assert "metrics" not in land.released(land.small[0])["implementation"]
    assert "metrics" not in land.released(land.large, known_at=before)["implementation"]
    for day, years in ((date(2024, 12, 30), 0), (date(2024, 12, 31), 1)):
        delivered = land.released(land.large, as_of=day)["implementation"]
        assert len(delivered.get("metrics", ())) == years, day
    # What was told stays, whatever is corrected since.
    with land.books.means.database.read() as session:
        clause = session.scalars(select(Clause).where(Clause.contract_id == land.large.id)).one()
    worker = land.books.worker(clause, land.large, land.books.organisation())
    land.books.post(worker, DECEMBER, "counted", 4_000, execution=METZ)
    assert land.hours()[str(land.large.id), "2024"] == "140.00"


def test_a_year_that_an_amendment_left_outside_is_told_still(land: Land) -> None:
    """Told of 2024, then the window begins in 2025."""
    later = {"start": "2025-01-01", "end": "2025-09-11"}
    document = {
        "profile": "ccag-2021",
        "target": {"kind": "fixed_hours", "hours": "46.00"},
        "window": later,
        "reporting": {"every": "month", "due_day": 15},
    }
    terms = terms_to_json(terms_from_json(document))
    with land.books.means.database.write() as session:
        before = session.scalars(select(Clause.terms).where(Clause.contract_id == land.large.id)).one()
        session.execute(update(Clause).where(Clause.contract_id == land.large.id).values(terms=terms))
    try:
        found = land.hours()
    finally:
        with land.books.means.database.write() as session:
            session.execute(update(Clause).where(Clause.contract_id == land.large.id).values(terms=before))
    assert [found.get((str(land.large.id), year)) for year in ("2024", "2025")] == ["140.00", ""]


def test_the_file_is_what_its_schema_says(land: Land) -> None:
    holder = Organisation(
        scheme="HORS-UE",
        identifier="CHEXEMPLETEST",
        name=None,
        version=1,
        id=land.large.id,
        created_at=land.books.clock.now(),
    )
    land.books.write(holder)
    foreign = land.books.contract(land.buyer, holder, {METZ: 10_000}, reference="=1+1", notified_on=DECEMBER)
    land.clause(foreign)
    schema, rows = open_data.schema(), land.rows()
    assert list(rows[0]) == [field["name"] for field in schema["fields"]]
    for row in rows:
        for field in schema["fields"]:
            assert _fits(row[field["name"]], field), (field["name"], row)
    keys = [tuple(row[name] for name in schema["primaryKey"]) for row in rows]
    assert len(set(keys)) == len(keys)
    (key,) = schema["foreignKeys"]
    assert key["reference"] == {"resource": "decp", "fields": ["acheteur_id", "id"]}
    assert set(key["fields"]) < {field["name"] for field in schema["fields"]}
    told = next(row for row in rows if row["id_suivi"] == str(foreign.id))
    # The first letters of a name are nobody's to publish; a reference is no formula.
    assert (told["titulaires_id"], told["id"], told["date_notification"]) == ("CH…", "'=1+1", "2024-12-01")
    assert told["heures_dues"] == "46.00"


def _fits(text: str, field: dict[str, Any]) -> bool:
    """Whether a cell is of the type of its field and within its constraints."""
    rules = field.get("constraints", {})
    if text == "":
        return not rules.get("required", False)
    if field["type"] == "date":
        return date.fromisoformat(text).isoformat() == text
    if field["type"] in {"integer", "number"}:
        value = int(text) if field["type"] == "integer" else float(text)
        return bool(rules.get("minimum", value) <= value <= rules.get("maximum", value))
    length = rules.get("minLength", 0) <= len(text) <= rules.get("maxLength", len(text))
    return length and re.fullmatch(rules.get("pattern", ".*"), text) is not None


def test_every_example_of_the_schema_fits_its_own_field() -> None:
    for field in open_data.schema()["fields"]:
        assert field["description"].endswith(".")
        assert _fits(field["example"], field), field["name"]


def test_it_is_for_those_who_read_balances(land: Land) -> None:
    def reading() -> AbstractContextManager[Reader]:
        return land.books.reading(land.buyer, Role.OBSERVER)

    with pytest.raises(Forbidden):
        csv_of(open_data.open_data_extract(ContractsTaken()), reading, Separator.COMMA)
