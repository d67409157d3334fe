"""A worker killed in the middle of an import that updates contracts: resumed, nothing lost, nothing twice."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app.clock import SystemClock
from app.crypto import Keyring
from app.db.session import Database
from app.db.tables import Change, Contract, DecpConflict, DecpRecord, Event, ImportRow, OpenChange, Version
from app.principal import SERVICE
from app.services.changes import broken_seals
from app.services.work import Means, writing
from app.settings import DEVELOPMENT_SECRET
from app.worker import drain
from tests.e2e.processes import command, wait_for
from tests.e2e.test_worker import count, job_of, outcomes, queued
from tests.exchange.decp_samples import Raw, as_json, sound

RECORDS, BY_HAND, FIRST_ROWS = 48, 5, 8


@pytest.fixture
def means(postgres_database_url: str) -> Iterator[Means]:
    database = Database(postgres_database_url)
    yield Means(database, SystemClock(), Keyring(DEVELOPMENT_SECRET))
    database.dispose()


def amended(number: int) -> Raw:
    """The publication of one amendment: the amount becomes 31,000 and a number."""
    modification = {
        "id": 1,
        "dateNotificationModification": "2025-01-02",
        "datePublicationDonneesModification": "2025-01-05",
        "montant": 31_000 + number,
    }
    return sound(id=f"EX-{number:04d}", modifications=[{"modification": modification}])


def by_hand(means: Means) -> None:
    """Somebody changed the amount of the first contracts: an import does not overwrite it."""
    with means.database.read() as session:
        query = select(Contract.id).order_by(Contract.reference).limit(BY_HAND)
        found = session.scalars(query).all()
    for contract_id in found:
        with writing(means, SERVICE, "test") as writer:
            writer.record("contract.updated", contract_id=contract_id)
            writer.session.get_one(Contract, contract_id).firm_amount = 2_800_000


def test_an_update_whose_worker_is_killed_is_finished_by_another(
    means: Means, postgres_database_url: str
) -> None:
    first = queued(means, as_json(*(sound(id=f"EX-{number:04d}") for number in range(RECORDS))))
    drain(means)
    assert outcomes(means, first) == {"created": RECORDS}
    by_hand(means)
    second = queued(means, as_json(*map(amended, range(RECORDS))))

    def rows() -> int:
        return sum(outcomes(means, second).values())

    with command(postgres_database_url, "worker", "--lease", "1") as worker:
        wait_for(lambda: rows() >= FIRST_ROWS, "the first rows")
        worker.kill()
        worker.wait()
    assert job_of(means, second).state == "running"
    assert FIRST_ROWS <= rows() < RECORDS
    with command(postgres_database_url, "worker", "--lease", "1"):
        wait_for(lambda: job_of(means, second).state == "done", "the end of the import")
        wait_for(lambda: count(means, OpenChange) == 0, "the seals")
    assert job_of(means, second).attempts == 2
    assert outcomes(means, second) == {"updated": RECORDS - BY_HAND, "conflict": BY_HAND}
    with means.database.read() as session:
        indices = select(ImportRow.index).where(ImportRow.job_id == second).order_by(ImportRow.index)
        assert session.scalars(indices).all() == list(range(RECORDS))
        found = session.execute(select(Contract.reference, Contract.firm_amount))
        amounts = {row.reference: row.firm_amount for row in found}
        # One change per record, one event and one version per contract that moved.
        again = select(func.count()).where(Change.action == "contract.published_again")
        assert session.scalar(again) == RECORDS
        moved = select(func.count()).where(Event.type == "contract.updated")
        assert session.scalar(moved) == RECORDS - BY_HAND
        numbers = select(Version.number, func.count()).where(Version.subject_type == "contract")
        versions = {row[0]: row[1] for row in session.execute(numbers.group_by(Version.number))}
        assert broken_seals(session) == []
    assert versions == {1: RECORDS, 2: RECORDS - BY_HAND}
    expected = {f"EX-{number:04d}": (31_000 + number) * 100 for number in range(RECORDS)}
    kept = dict.fromkeys(list(expected)[:BY_HAND], 2_800_000)
    assert amounts == {**expected, **kept}
    assert (count(means, Contract), count(means, DecpRecord)) == (RECORDS, RECORDS)
    assert count(means, DecpConflict) == BY_HAND
