"""Contracts listed by where they stand: what their compliance says, whatever is kept, and the worst first."""

import itertools
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.db.queries.standings import BY_RISK
from app.db.tables import Clause, Contract, Organisation
from app.errors import Forbidden, InvalidPayload
from app.principal import Role
from app.refusals.contracts import StandingsPending
from app.rules.codes import Status
from app.schemas.compliance import ComplianceQuery
from app.schemas.contracts import ContractPage, ContractsWalk
from app.schemas.figures import Basis, PeriodQuery
from app.services import judging, standings
from app.services.contract_positions import read_compliance
from app.services.contracts import list_contracts
from app.services.figures import read_territory
from app.services.folding import fold
from tests.books import Books

JANUARY = date(2025, 1, 1)
# On 2025-04-15 a window of 274 days has lasted 110 days by the end of the last due month, March: of 46 hours
# 46 x 110 / 274 = 18.467... are expected, four fifths of which are 14.77.
EXPECTED = 1847
INVOICED = {
    "kind": "per_invoiced_amount",
    "tranche": "2000",
    "trigger": "10000",
    "counts_from": "first_euro",
}


@dataclass
class Shelf:
    """Contracts of one buyer, some ahead and some behind, and the questions about them."""

    books: Books
    buyer: Organisation
    firm: Organisation
    contracts: dict[str, Contract] = field(default_factory=dict)

    def put(self, name: str, counted: int, hours: str = "46.00") -> Contract:
        contract = self.books.contract(self.buyer, self.firm)
        clause = self.clause(contract, hours)
        worker = self.books.worker(clause, contract, self.firm)
        if counted:
            self.books.post(worker, JANUARY, "counted", counted)
        self.contracts[name] = contract
        return contract

    def clause(self, contract: Contract, hours: str, **terms: object) -> Clause:
        clause = self.books.clause(contract, hours, **terms)  # type: ignore[arg-type]  # terms, not a window
        contract.clause_id, contract.version = clause.id, contract.version + 1
        self.books.keep(contract)
        return clause

    def page(self, role: Role = Role.BUYER, **asked: Any) -> ContractPage:  # noqa: ANN401  # criteria
        with self.books.reading(self.firm if role is Role.CONTRACTOR else self.buyer, role) as reader:
            return list_contracts(reader, ContractsWalk.model_validate({"sort": "risk", **asked}))

    def names(self, **asked: Any) -> list[str]:  # noqa: ANN401  # criteria
        names = {contract.id: name for name, contract in self.contracts.items()}
        return [names[item.id] for item in self.page(**asked).items]

    def told(self) -> dict[str, tuple[str, int]]:
        found = {item.contract_id: (item.status.code, item.behind) for item in self.page().standings or ()}
        return {name: found[contract.id] for name, contract in self.contracts.items()}

    def judged(self) -> dict[str, tuple[str, int]]:
        """What the compliance of each says."""
        return {name: self._judged(contract.id) for name, contract in self.contracts.items()}

    def _judged(self, contract_id: UUID) -> tuple[str, int]:
        with self.books.reading(self.buyer, Role.BUYER) as reader:
            found: Any = read_compliance(reader, contract_id, ComplianceQuery())
        if found.expected is None:
            return found.status.code, 0
        return found.status.code, max(0, found.expected - found.secured)


@pytest.fixture
def shelf(books: Books) -> Shelf:
    shelf = Shelf(books, books.organisation("commune/57433"), books.organisation("commune/57463"))
    shelf.put("ahead", 3000)
    shelf.put("a little late", 1400)
    shelf.put("very late", 0)
    shelf.put("at risk", 1500)
    shelf.put("met", 4600)
    shelf.contracts["no clause"] = books.contract(shelf.buyer, shelf.firm, clause_state="no_clause")
    return shelf


def test_the_worst_come_first(shelf: Shelf) -> None:
    assert shelf.names() == ["very late", "a little late", "at risk", "ahead", "met", "no clause"]
    assert shelf.told() == {
        "ahead": ("on_track", 0),
        "a little late": ("late", EXPECTED - 1400),
        "very late": ("late", EXPECTED),
        "at risk": ("at_risk", EXPECTED - 1500),
        "met": ("met", 0),
        "no clause": ("no_clause", 0),
    }


def test_a_contract_of_old_without_a_clause_state_is_judged_too(shelf: Shelf) -> None:
    shelf.contracts["of old"] = shelf.books.contract(shelf.buyer, shelf.firm)
    for _ in range(2):
        assert shelf.told() == shelf.judged()
        assert shelf.told()["of old"] == ("to_check", 0)
        assert shelf.names(status="to_check") == ["of old"]
        fold(shelf.books.means)


def test_what_is_kept_says_what_compliance_says(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shelf.told() == shelf.judged()
    fold(shelf.books.means)
    with monkeypatch.context() as patch:
        # From here nothing is judged on reading.
        patch.setattr(judging, "judge", lambda _, outdated: {} if not outdated else pytest.fail("judged"))
        assert shelf.told() == shelf.judged()
    clause = shelf.clause(shelf.contracts["no clause"], "10.00")
    shelf.books.amend(clause, "20.00", date(2025, 1, 1))
    shelf.contracts["met"].closed_on = date(2025, 4, 1)
    shelf.contracts["met"].version += 1
    shelf.books.keep(shelf.contracts["met"])
    assert shelf.told() == shelf.judged()
    assert shelf.told()["met"][0] == "closed_met"
    fold(shelf.books.means)
    assert shelf.told() == shelf.judged()


def test_a_new_day_is_judged_anew(books: Books, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    fold(books.means)
    before = shelf.told()
    with monkeypatch.context() as patch:
        # A month later more is expected: 140 days of 274.
        patch.setattr(books.clock, "instant", books.clock.now())
        books.clock.wait(31 * 24 * 3600)
        assert shelf.told() == shelf.judged()
        assert shelf.told()["very late"] == ("late", 2350)
        assert shelf.told()["very late"] != before["very late"]
        fold(books.means)
        assert shelf.told() == shelf.judged()
    fold(books.means)
    assert shelf.told() == before


def test_other_rules_judge_anew(shelf: Shelf) -> None:
    fold(shelf.books.means)
    with shelf.books.means.database.write() as session:
        session.execute(text("UPDATE standings SET status = 'met', rules_version = '2000.1'"))
    assert shelf.told() == shelf.judged()
    fold(shelf.books.means)
    assert shelf.told() == shelf.judged()


@pytest.mark.parametrize("folded", [False, True])
def test_pages_follow_one_another(shelf: Shelf, *, folded: bool) -> None:
    shelf.put("as late", 1400)
    if folded:
        fold(shelf.books.means)
    found: list[str] = []
    after: UUID | None = None
    while True:
        page = shelf.page(limit=2, after=after)
        assert [item.id for item in page.items] == [item.contract_id for item in page.standings or ()]
        names = {contract.id: name for name, contract in shelf.contracts.items()}
        found += [names[item.id] for item in page.items]
        after = page.next
        if after is None:
            break
    assert found == ["very late", "a little late", "as late", "at risk", "ahead", "met", "no clause"]


def test_a_walk_by_risk_goes_on_from_one_of_its_contracts(shelf: Shelf) -> None:
    elsewhere = shelf.books.contract(shelf.books.organisation(), shelf.firm)
    for after in (elsewhere.id, UUID(int=7)):
        with pytest.raises(InvalidPayload) as refused:
            shelf.page(after=after)
        assert [(item.pointer, item.code) for item in refused.value.errors] == [
            ("/query/after", "unknown_reference")
        ]


def test_a_status_is_a_criterion(shelf: Shelf) -> None:
    for _ in range(2):
        assert shelf.names(status="late") == ["very late", "a little late"]
        # In the order of registration unless asked otherwise.
        assert shelf.names(status="late", sort=None) == ["a little late", "very late"]
        assert shelf.names(status="no_clause") == ["no clause"]
        assert shelf.names(status="closed_unmet") == []
        fold(shelf.books.means)
    assert shelf.page(sort=None).standings is None


def test_firms_are_told_of_their_contracts(shelf: Shelf) -> None:
    assert len(shelf.page(Role.CONTRACTOR).items) == len(shelf.contracts)
    for role in (Role.INSERTION_STRUCTURE, Role.PRESCRIBER, Role.OBSERVER):
        with pytest.raises(Forbidden):
            shelf.page(role)


def test_too_many_to_judge_are_asked_for_later(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "MOST_JUDGED", 4)
    with pytest.raises(StandingsPending):
        shelf.page()
    fold(shelf.books.means)
    assert len(shelf.page().items) == len(shelf.contracts)


def _everywhere(shelf: Shelf) -> list[Any]:
    """What territories of every size are told of these contracts, over periods that end today or later."""
    found: list[Any] = []
    for place, basis in itertools.product(("department/57", "commune/57463", "country/FR"), Basis):
        level, code = place.split("/")
        for first, last in (("2024-12", "2025-04"), ("2025-03", "2025-04"), ("2025-02", "2026-12")):
            asked = PeriodQuery.model_validate({"from": first, "to": last, "basis": basis})
            with shelf.books.reading(shelf.buyer, Role.BUYER) as reader:
                found.append(read_territory(reader, level, code, asked))
    return found


def test_territories_are_told_the_same_from_what_is_kept(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    amended = shelf.put("amended", 2000)
    clause = shelf.clause(shelf.contracts["no clause"], "30.00")
    shelf.books.amend(clause, "80.00", date(2025, 3, 10))
    amended.closed_on = date(2025, 4, 1)
    amended.version += 1
    shelf.books.keep(amended)
    # What is invoiced tells what is required: no course is kept of it.
    follows = shelf.books.contract(shelf.buyer, shelf.firm, {"commune/57463": 3000, "commune/54395": 7000})
    shelf.clause(follows, "0.00", target=INVOICED)
    split = shelf.books.contract(shelf.buyer, shelf.firm, {"commune/57463": 3333, None: 6667})
    shelf.clause(split, "33.33")
    ended = shelf.books.contract(shelf.buyer, shelf.firm)
    shelf.books.clause(ended, "12.00", {"start": "2024-12-12", "end": "2025-02-11"})
    with monkeypatch.context() as patch:
        patch.setattr(standings, "_standings", standings._judged)  # noqa: SLF001 - what else would be asked
        judged = _everywhere(shelf)
    assert len({str(item.figures) for item in judged}) > len(Basis)
    fold(shelf.books.means)
    assert _everywhere(shelf) == judged
    shelf.put("late", 0)
    with monkeypatch.context() as patch:
        patch.setattr(standings, "_standings", standings._judged)  # noqa: SLF001 - as above
        judged = _everywhere(shelf)
    # One is judged on reading beside those that are kept.
    assert _everywhere(shelf) == judged


def test_territories_judge_nothing_that_is_kept(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    del shelf.contracts["no clause"]
    fold(shelf.books.means)
    asked: list[set[UUID]] = []
    judged = standings._judged  # noqa: SLF001 - whether it is asked at all

    def noted(reader: Any, question: Any, *more: Any) -> Any:  # noqa: ANN401  # as the function
        asked.append(set(question.among or ()))
        return judged(reader, question, *more)

    monkeypatch.setattr(standings, "_judged", noted)
    _everywhere(shelf)
    # Only the one without clause, which says itself why.
    assert {found for question in asked for found in question}.isdisjoint(
        contract.id for contract in shelf.contracts.values()
    )


def test_every_status_has_its_place_in_the_order() -> None:

    assert sorted(BY_RISK) == sorted(Status)
