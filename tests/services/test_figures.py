"""What territories add up to: by basis, at every level, people once, and nothing of what is others'."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.db.tables import Clause, Contract, Organisation
from app.errors import Forbidden, InvalidPayload, NotFound
from app.principal import Role
from app.schemas.figures import (
    Basis,
    ChildrenQuery,
    FiguresOut,
    PeriodQuery,
    TerritoryChildrenOut,
    TerritoryComplianceOut,
)
from app.services.figures import list_children, read_territory
from tests.books import Books, Worker
from tests.services.every_way import every_way

MAIZIERES, ARGANCY, METZ, NANCY = "commune/57433", "commune/57028", "commune/57463", "commune/54395"
MOSELLE, GRAND_EST, FRANCE, RIVES = "department/57", "region/44", "country/FR", "epci/200039949"
UPWARDS = (MAIZIERES, RIVES, MOSELLE, GRAND_EST, FRANCE)
DECEMBER, JANUARY, FEBRUARY = date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)


@dataclass
class Land:
    """A buyer's contracts, and questions about them."""

    books: Books
    buyer: Organisation
    firm: Organisation

    def contract(self, places: dict[str | None, int] | None = None, *, assumed: bool = False) -> Contract:
        return self.books.contract(self.buyer, self.firm, places, assumed=assumed)

    def engaged(
        self, contract: Contract | None = None, hours: str = "46.00", person: UUID | None = None
    ) -> tuple[Clause, Worker]:
        contract = contract or self.contract()
        clause = self.books.clause(contract, hours)
        return clause, self.books.worker(clause, contract, self.firm, person=person)

    def total(
        self,
        place: str,
        basis: Basis = Basis.EXECUTION,
        first: date = DECEMBER,
        last: date = FEBRUARY,
        viewer: tuple[Organisation, Role] | None = None,
    ) -> Any:  # noqa: ANN401  # figures that are all told
        level, code = place.split("/")

        def ask() -> TerritoryComplianceOut:
            with self.books.reading(*(viewer or (self.buyer, _role(basis)))) as reader:
                return read_territory(reader, level, code, _months(first, last, basis))

        return every_way(self.books.means, ask)

    def children(self, place: str, level: str, basis: Basis = Basis.EXECUTION, first: date = DECEMBER) -> Any:  # noqa: ANN401  # figures that are all told
        parent, code = place.split("/")
        asked = {"from": f"{first:%Y-%m}", "to": "2025-02", "basis": basis, "level": level}

        def ask() -> TerritoryChildrenOut:
            with self.books.reading(self.buyer, _role(basis)) as reader:
                return list_children(reader, parent, code, ChildrenQuery.model_validate(asked))

        return every_way(self.books.means, ask)


def _counted(found: TerritoryComplianceOut) -> int:
    assert found.figures is not None
    return found.figures.hours.counted


def _role(basis: Basis) -> Role:
    """Who reads where people live, whatever their number."""
    return Role.FACILITATOR if basis is Basis.RESIDENCE else Role.BUYER


def _months(first: date, last: date, basis: Basis) -> PeriodQuery:
    asked = {"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}", "basis": basis}
    return PeriodQuery.model_validate(asked)


def brief(figures: FiguresOut) -> tuple[int, int, int | None, int]:
    """Counted hours, people, hours required, contracts."""
    return figures.hours.counted, figures.participants, figures.required, figures.contracts


def parts(answer: TerritoryChildrenOut) -> dict[str, tuple[int, int, int | None, int]]:
    return {item.territory.place: brief(item.figures) for item in answer.items}


@pytest.fixture
def land(books: Books) -> Land:
    return Land(books, books.organisation(MAIZIERES), books.organisation(METZ))


class TestHours:
    def test_count_at_every_level_above_their_place(self, land: Land) -> None:
        _, worker = land.engaged()
        for state, hours in (("counted", 1000), ("pending", 500), ("held", 300), ("refused", 200)):
            land.books.post(worker, JANUARY, state, hours)
        for place in UPWARDS:
            found = land.total(place).figures
            assert (found.hours.counted, found.hours.pending) == (1000, 500)
            assert (found.hours.held, found.hours.refused, found.hours.declared) == (300, 200, 2000)
            assert found.participants == 1
        for place in (METZ, "epci/245400676", "department/44", "region/52"):
            assert brief(land.total(place).figures) == (0, 0, 0, 0)

    def test_follow_the_basis(self, land: Land) -> None:
        _, worker = land.engaged()
        land.books.post(
            worker,
            JANUARY,
            "counted",
            1000,
            execution=MAIZIERES,
            residence=NANCY,
            buyer_seat=METZ,
            facilitator_seat=ARGANCY,
        )
        where = {
            Basis.EXECUTION: {MAIZIERES, RIVES, MOSELLE},
            Basis.RESIDENCE: {NANCY, "department/54"},
            Basis.BUYER: {METZ, MOSELLE},
            Basis.FACILITATOR: {ARGANCY, RIVES, MOSELLE},
        }
        asked = (MAIZIERES, ARGANCY, METZ, NANCY, RIVES, MOSELLE, "department/54")
        for basis, places in where.items():
            counted = {place for place in asked if land.total(place, basis).figures.hours.counted == 1000}
            assert counted == places
            for place in (GRAND_EST, FRANCE):
                assert land.total(place, basis).figures.hours.counted == 1000

    def test_are_those_of_the_months_asked(self, land: Land) -> None:
        _, worker = land.engaged()
        for month, hours in ((DECEMBER, 100), (JANUARY, 200), (FEBRUARY, 400)):
            land.books.post(worker, month, "counted", hours)
        assert land.total(MOSELLE, first=JANUARY).figures.hours.counted == 600
        assert land.total(MOSELLE, last=JANUARY).figures.hours.counted == 300
        assert land.total(MOSELLE, first=JANUARY, last=JANUARY).figures.hours.counted == 200

    def test_corrections_are_taken_back(self, land: Land) -> None:
        _, worker = land.engaged()
        land.books.reverse(land.books.post(worker, JANUARY, "counted", 1000))
        assert brief(land.total(MOSELLE).figures)[:2] == (0, 0)

    def test_without_a_commune_are_unlocated(self, land: Land) -> None:
        _, worker = land.engaged()
        for execution, hours in ((MAIZIERES, 100), (MOSELLE, 200), (GRAND_EST, 400), (None, 800)):
            land.books.post(worker, JANUARY, "counted", hours, execution=execution)
        found = {place: land.total(place) for place in UPWARDS}
        shown = {
            place: (answer.figures.hours.counted, answer.unlocated.hours.counted)
            for place, answer in found.items()
        }
        assert shown == {
            MAIZIERES: (100, 0),
            RIVES: (100, 0),
            MOSELLE: (300, 200),
            GRAND_EST: (700, 600),
            FRANCE: (1500, 1400),
        }


class TestParticipants:
    def test_a_mover_counts_in_both_communes_and_once_above(self, land: Land) -> None:
        _, worker = land.engaged()
        land.books.post(worker, JANUARY, "counted", 100, residence=MAIZIERES)
        land.books.post(worker, FEBRUARY, "counted", 100, residence=METZ)
        found = {
            place: land.total(place, Basis.RESIDENCE).figures.participants
            for place in (MAIZIERES, METZ, NANCY, MOSELLE, FRANCE)
        }
        assert found == {MAIZIERES: 1, METZ: 1, NANCY: 0, MOSELLE: 1, FRANCE: 1}
        assert land.total(METZ, Basis.RESIDENCE, last=JANUARY).figures.participants == 0

    def test_one_person_on_two_contracts_is_one(self, land: Land) -> None:
        _, first = land.engaged()
        _, second = land.engaged(person=first.participant_id)
        _, other = land.engaged()
        for worker in (first, second, other):
            land.books.post(worker, JANUARY, "counted", 100)
        assert land.total(MOSELLE).figures.participants == 2

    def test_hours_that_do_not_count_make_nobody_a_participant(self, land: Land) -> None:
        _, worker = land.engaged()
        for state in ("pending", "held", "refused"):
            land.books.post(worker, JANUARY, state, 100)
        assert land.total(MOSELLE).figures.participants == 0


class TestRequired:
    def test_is_what_the_days_of_the_months_expect(self, land: Land) -> None:
        land.engaged()
        # 46 x 20/274 = 3.357..., x 51/274 = 8.562..., x 79/274 = 13.262...: due or not, months expect.
        for first, last, hours in (
            (DECEMBER, DECEMBER, 336),
            (DECEMBER, FEBRUARY, 1326),
            (JANUARY, JANUARY, 856 - 336),
            (FEBRUARY, FEBRUARY, 1326 - 856),
            (DECEMBER, date(2026, 3, 1), 4600),
            (date(2025, 9, 1), date(2025, 9, 1), 4600 - 4415),  # x 263/274 = 44.153...
        ):
            assert land.total(MOSELLE, first=first, last=last).figures.required == hours

    def test_follows_amendments_from_their_day(self, land: Land) -> None:
        clause, _ = land.engaged()
        land.books.amend(clause, "92.00", date(2025, 2, 1))
        # 92 x 79/274 = 26.525... at the end of February; 46 x 51/274 = 8.562... on 31 January.
        assert land.total(MOSELLE, first=FEBRUARY).figures.required == 2653 - 856

    def test_splits_by_place_shares_with_the_largest_remainder(self, land: Land) -> None:
        thirds: dict[str | None, int] = {MAIZIERES: 3334, ARGANCY: 3333, NANCY: 3333}
        land.engaged(land.contract(thirds, assumed=True), "10.01")
        # All of it: 10.01 x 0.3334 = 3.337..., twice 3.336...: 3.34, 3.34 and 3.33 or a permutation.
        end = date(2025, 9, 1)
        found = {place: land.total(place, last=end).figures for place in (MAIZIERES, ARGANCY, NANCY)}
        assert sum(figures.required or 0 for figures in found.values()) == 1001
        assert {figures.required for figures in found.values()} == {333, 334}
        assert found[MAIZIERES].required == 334
        assert all((figures.shares_assumed, figures.contracts) == (1, 1) for figures in found.values())
        moselle = land.total(MOSELLE, last=end).figures
        assert moselle.required == (found[MAIZIERES].required or 0) + (found[ARGANCY].required or 0)
        assert (moselle.contracts, moselle.shares_assumed) == (1, 1)

    def test_goes_to_the_seat_of_the_buyer_or_the_facilitator(self, land: Land) -> None:
        contract = land.contract({NANCY: 10_000})
        land.engaged(contract)
        land.engaged()
        land.books.mandate(contract, land.books.organisation(METZ))
        # Without mandate the buyer's own staff follow the clause.
        assert [land.total(place, Basis.BUYER).figures.required for place in (MAIZIERES, METZ)] == [2652, 0]
        found = {
            place: land.total(place, Basis.FACILITATOR).figures.required
            for place in (MAIZIERES, METZ, NANCY, MOSELLE)
        }
        assert found == {MAIZIERES: 1326, METZ: 1326, NANCY: 0, MOSELLE: 2652}

    def test_has_no_sense_by_residence(self, land: Land) -> None:
        _, worker = land.engaged()
        land.engaged()
        land.books.post(worker, JANUARY, "counted", 100, residence=NANCY)
        assert brief(land.total(NANCY, Basis.RESIDENCE).figures) == (100, 1, None, 1)
        assert brief(land.total(FRANCE, Basis.RESIDENCE).figures) == (100, 1, None, 1)


class TestContracts:
    def test_are_counted_by_status(self, land: Land) -> None:
        _, worker = land.engaged()
        land.engaged()
        land.books.post(worker, JANUARY, "counted", 4600)
        land.books.contract(land.buyer, decp_social=["Clause sociale"])
        found = land.total(MAIZIERES).figures
        assert found.contracts == 3
        assert [(item.code, item.contracts) for item in found.statuses] == [
            ("clause_missing", 1),
            ("met", 1),
            ("late", 1),
        ]
        assert all(item.label for item in found.statuses)

    def test_are_those_whose_execution_touches_the_period(self, land: Land) -> None:
        land.engaged()
        land.books.contract(land.buyer, started_on=date(2024, 1, 1), firm_end_on=date(2024, 11, 30))
        assert land.total(MAIZIERES).figures.contracts == 1
        assert land.total(MAIZIERES, first=date(2024, 11, 1)).figures.contracts == 2
        assert land.total(MAIZIERES, last=date(2024, 11, 1), first=date(2024, 1, 1)).figures.contracts == 1

    def test_with_an_unknown_place_count_in_the_country_alone(self, land: Land) -> None:
        land.engaged(land.contract({None: 10_000}))
        land.engaged(land.contract({}))
        assert land.total(GRAND_EST).figures.contracts == 0
        country = land.total(FRANCE)
        assert brief(country.figures) == (0, 0, 2652, 2)
        assert brief(country.unlocated) == (0, 0, 2652, 2)


class TestChildren:
    def test_and_the_unlocated_sum_to_their_parent(self, land: Land) -> None:
        _, worker = land.engaged(land.contract({MAIZIERES: 5000, NANCY: 3000, MOSELLE: 2000}))
        for execution, hours in ((MAIZIERES, 100), (NANCY, 200), (MOSELLE, 400), (GRAND_EST, 800)):
            land.books.post(worker, JANUARY, "counted", hours, execution=execution)
        # 13.26 h: 6.63, 3.978 and 2.652 by shares; the two left go to the largest remainders.
        departments = land.children(GRAND_EST, "department")
        assert departments.sums is True
        assert brief(departments.figures) == (1500, 1, 1326, 1)
        assert parts(departments) == {"department/54": (200, 1, 398, 1), MOSELLE: (500, 1, 928, 1)}
        assert brief(departments.unlocated) == (800, 1, 0, 0)
        communes = land.children(MOSELLE, "commune")
        assert brief(communes.figures) == (500, 1, 928, 1)
        assert parts(communes) == {MAIZIERES: (100, 1, 663, 1)}
        assert brief(communes.unlocated) == (400, 1, 265, 1)

    def test_of_an_intercommunality_nest_too(self, land: Land) -> None:
        _, worker = land.engaged(land.contract({ARGANCY: 10_000}))
        land.books.post(worker, JANUARY, "counted", 100, execution=ARGANCY)
        land.books.post(worker, JANUARY, "counted", 200, execution=RIVES)
        found = land.children(RIVES, "commune")
        assert parts(found) == {ARGANCY: (100, 1, 1326, 1)}
        assert (found.figures.hours.counted, found.unlocated.hours.counted) == (300, 200)

    def test_that_straddle_the_border_are_whole_and_say_that_they_do_not_sum(self, land: Land) -> None:
        # Redon agglomeration: Redon in Ille-et-Vilaine, Avessac in Loire-Atlantique.
        redon, avessac, intercommunality = "commune/35236", "commune/44007", "epci/243500741"
        _, worker = land.engaged(land.contract({redon: 5000, avessac: 5000}))
        land.books.post(worker, JANUARY, "counted", 100, execution=redon)
        land.books.post(worker, JANUARY, "counted", 200, execution=avessac)
        found = land.children("department/35", "epci")
        assert found.sums is False
        assert brief(found.figures) == (100, 1, 663, 1)
        assert parts(found) == {intercommunality: (300, 1, 1326, 1)}
        assert land.children("country/FR", "epci").sums is True

    def test_of_a_level_that_is_not_inside_are_refused(self, land: Land) -> None:
        for place, level in ((MOSELLE, "region"), (MAIZIERES, "commune"), (RIVES, "department")):
            with pytest.raises(InvalidPayload) as refused:
                land.children(place, level)
            assert [error.pointer for error in refused.value.errors] == ["/query/level"]


class TestSight:
    def test_others_see_nothing_of_it(self, land: Land) -> None:
        _, worker = land.engaged()
        land.books.post(worker, JANUARY, "counted", 100)
        stranger = land.books.organisation(MAIZIERES)
        for role in (Role.BUYER, Role.CONTRACTOR, Role.FACILITATOR):
            assert brief(land.total(FRANCE, viewer=(stranger, role)).figures) == (0, 0, 0, 0)
        for organisation, role in ((land.firm, Role.CONTRACTOR), (land.buyer, Role.FACILITATOR)):
            seen = land.total(FRANCE, viewer=(organisation, role)).figures
            assert (seen.hours.counted, seen.contracts) == (100, 1)

    @pytest.mark.parametrize("role", [Role.OBSERVER, Role.PRESCRIBER, Role.INSERTION_STRUCTURE])
    def test_roles_without_balance_are_refused(self, land: Land, role: Role) -> None:
        with pytest.raises(Forbidden):
            land.total(FRANCE, viewer=(land.buyer, role))

    def test_the_platform_sees_all(self, land: Land) -> None:
        with land.books.reading(None, Role.ADMIN) as reader:
            asked = _months(DECEMBER, FEBRUARY, Basis.EXECUTION)
            before = _counted(read_territory(reader, "commune", "57463", asked))
        _, worker = land.engaged()
        land.books.post(worker, JANUARY, "counted", 100, execution=METZ)
        with land.books.reading(None, Role.ADMIN) as reader:
            assert _counted(read_territory(reader, "commune", "57463", asked)) == before + 100

    def test_an_answer_says_how_far_changes_are_settled(self, land: Land) -> None:
        land.engaged()
        assert land.total(MOSELLE).provisional is True
        assert land.total(MOSELLE).known_at is None
        settled = land.books.settle()
        assert (land.total(MOSELLE).provisional, land.total(MOSELLE).known_at) == (False, settled)

    def test_an_unknown_territory_is_not_found(self, land: Land) -> None:
        with pytest.raises(NotFound):
            land.total("commune/99999")

    def test_months_in_the_wrong_order_are_refused(self, land: Land) -> None:
        with pytest.raises(InvalidPayload) as refused:
            land.total(MOSELLE, first=FEBRUARY, last=JANUARY)
        assert [error.pointer for error in refused.value.errors] == ["/query/from"]

    def test_the_last_twelve_months_are_the_default(self, land: Land) -> None:
        with land.books.reading(land.buyer, Role.BUYER) as reader:
            found = read_territory(reader, "country", "FR", PeriodQuery())
        assert (found.first, found.last) == (date(2024, 5, 1), date(2025, 4, 1))
        assert found.territory_edition == "2026"
