"""An hour counts once: one person on the contracts of several buyers, with one employer or two."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.db.tables import Event, Job
from app.principal import SERVICE
from app.services import ledger
from app.services.sight import held_contract
from app.services.work import writing
from app.worker import drain
from tests.api.builders import (
    BUYER,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    Service,
    add_contract,
    add_hire,
    serving,
)
from tests.api.declaring import (
    by_rule,
    line_row,
    read,
    rows,
    states,
)
from tests.services.ledger_books import Books, Side


@pytest.fixture(scope="module")
def service(module_database_url: str) -> Iterator[Service]:
    with serving(module_database_url) as running:
        yield running


@pytest.fixture(scope="module")
def books(service: Service) -> Books:
    return Books(service)


@pytest.fixture
def sides(service: Service, books: Books) -> tuple[Side, Side]:
    """One person, one employer, two contracts of two buyers: 35 × 31 ÷ 7 = 155 hours in January."""
    drain(service.means, daily=None)
    first, second = add_contract(service), add_contract(service, buyer=OTHER_BUYER)
    here = add_hire(service, first)
    there = add_hire(service, second, person=here)
    return (
        Side(service, books, BUYER, first, here),
        Side(service, books, OTHER_BUYER, second, there),
    )


class TestSingleCount:
    def test_the_claim_recorded_last_is_held(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        a.claim("100.00")
        a.accept()
        b.claim("100.00")
        b.accept()
        assert b.now() == {"counted": "55.00", "held": "45.00"}
        assert a.now() == {"counted": "100.00"}
        assert by_rule(b.statement) == {("counted", None): "55.00", ("held", "single_count"): "45.00"}
        (held,) = [item for item in b.statement["lines"][0]["postings"] if item["state"] == "held"]
        assert held["parameter"] == "155 h usuelles + 0 h supplémentaire = 155 h"

    def test_hours_freed_by_a_correction_are_counted_by_the_queued_job(
        self, service: Service, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        for side in sides:
            side.claim("100.00")
            side.accept()
        a.claim("50.00")
        # Not in the same transaction: B's contract is another buyer's.
        assert states(read(service, b.statement, OTHER_BUYER)) == {"counted": "55.00", "held": "45.00"}
        with service.means.database.read() as session:
            waiting = session.scalars(select(Job.subject).where(Job.state == "waiting")).all()
        assert waiting == [str(b.contract_id)]
        assert b.now() == {"counted": "100.00"}
        with service.means.database.read() as session:
            told = session.scalars(select(Event.type).where(Event.subject_id == b.contract_id)).all()
        assert told == ["lines.recounted"]
        a.accept()
        assert a.now() == {"counted": "50.00"}
        assert b.now() == {"counted": "100.00"}
        # Back to 100, and still the claim recorded first.
        a.claim("100.00")
        a.accept()
        assert (a.now(), b.now()) == ({"counted": "100.00"}, {"counted": "55.00", "held": "45.00"})

    def test_pending_hours_take_no_room_and_the_first_recorded_goes_first(
        self, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        a.claim("100.00")
        b.claim("100.00")
        b.accept()
        assert (a.now(), b.now()) == ({"pending": "100.00"}, {"counted": "100.00"})
        a.accept()
        assert (a.now(), b.now()) == ({"counted": "100.00"}, {"counted": "55.00", "held": "45.00"})

    def test_a_line_taken_out_and_sent_again_is_a_new_claim(
        self, service: Service, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        for side in sides:
            side.claim("100.00")
            side.accept()
        a.withdraw()
        gone = line_row(service, a.worker)
        zeros = (gone.worked, gone.pending, gone.held, gone.refused, gone.counted)
        assert (gone.withdrawn, zeros) == (True, (0, 0, 0, 0, 0))
        assert read(service, a.statement, BUYER)["lines"] == []
        assert b.now() == {"counted": "100.00"}
        recorded_at = gone.recorded_at
        a.claim("100.00")
        a.accept()
        back = line_row(service, a.worker)
        assert (back.id, back.recorded_at > recorded_at) == (gone.id, True)
        # The other claim was recorded before it came back.
        assert (a.now(), b.now()) == ({"counted": "55.00", "held": "45.00"}, {"counted": "100.00"})

    def test_declared_overtime_makes_room(self, sides: tuple[Side, Side]) -> None:
        a, b = sides
        a.claim("100.00")
        a.accept()
        b.claim("100.00", overtime="20.00")
        b.accept()
        # 155 + 20 − 100.
        assert b.now() == {"counted": "75.00", "held": "25.00"}

    def test_another_employer_has_its_own_room_below_the_legal_maximum(
        self, service: Service, books: Books, sides: tuple[Side, Side]
    ) -> None:
        a, _ = sides
        contract_id = add_contract(service, buyer=OTHER_BUYER, holder=OTHER_CONTRACTOR)
        worker = add_hire(service, contract_id, declarant=OTHER_CONTRACTOR, person=a.worker)
        other = Side(service, books, OTHER_BUYER, contract_id, worker, OTHER_CONTRACTOR)
        a.claim("155.00")
        a.accept()
        other.claim("100.00")
        other.accept()
        # Two employers, one person: 212.57 − 155.
        assert other.now() == {"counted": "57.57", "held": "42.43"}
        assert by_rule(other.statement)["held", "plausibility"] == "42.43"

    def test_the_job_changes_nothing_where_nothing_moved(
        self, service: Service, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        for side in sides:
            side.claim("50.00")
            side.accept()
        before = rows(service)
        for side in (a, b):
            with writing(service.means, SERVICE, "test") as writer:
                ledger.recount_contract(writer, held_contract(writer, side.contract_id))
                assert writer.change is None
        assert rows(service) == before
        with service.means.database.read() as session:
            assert session.scalars(select(Job.id).where(Job.state == "waiting")).all() == []

    def test_another_rule_that_holds_the_same_hours_is_told(
        self, service: Service, books: Books, sides: tuple[Side, Side]
    ) -> None:
        a, b = sides
        contract_id = add_contract(service, buyer=OTHER_BUYER, holder=OTHER_CONTRACTOR)
        worker = add_hire(service, contract_id, declarant=OTHER_CONTRACTOR, person=a.worker)
        other = Side(service, books, OTHER_BUYER, contract_id, worker, OTHER_CONTRACTOR)
        a.claim("155.00")
        other.claim("100.00")
        b.claim("20.00")
        a.accept()
        b.accept()
        b.now()
        assert by_rule(b.statement) == {("held", "single_count"): "20.00"}
        # Recorded before B, the other employer's claim takes what the legal maximum leaves: 212.57 − 155.
        other.accept()
        assert other.now() == {"counted": "57.57", "held": "42.43"}
        assert b.now() == {"held": "20.00"}
        assert by_rule(read(service, b.statement, OTHER_BUYER)) == {("held", "plausibility"): "20.00"}
