"""What makes reading one contract fast, where no clock is needed: statements, threads, plans, rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch
from uuid import UUID

import anyio.to_thread
import psycopg
import pytest
from sqlalchemy import event, select, text

from app.db.session import Viewer
from app.db.tables import Clause, Contract, ContractAccess
from app.principal import Role
from tests import databases
from tests.api.builders import (
    BUYER,
    CONTRACTOR,
    MORNING,
    OTHER_BUYER,
    OTHER_CONTRACTOR,
    Service,
    add_contract,
    serving,
)
from tests.database_keeper import libpq

pytestmark = pytest.mark.postgres

HOLDER = (CONTRACTOR, Role.CONTRACTOR)
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE :part")
ENOUGH = 7  # readings after which the driver has prepared what it sends again and again


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with databases.migrated_database("postgres") as url, serving(url) as found:
        yield found


@pytest.fixture(scope="module")
def contract(service: Service) -> UUID:
    """A contract, and the key to read it with."""
    service.headers(*HOLDER)
    return add_contract(service)


@pytest.fixture(scope="module")
def holder(service: Service, contract: UUID) -> str:
    """The id of who holds the contract."""
    with service.means.database.read() as session:
        query = select(ContractAccess.organisation_id).where(
            ContractAccess.contract_id == contract, ContractAccess.role == Role.CONTRACTOR
        )
        return str(session.scalars(query).one())


@contextmanager
def sent(service: Service) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    engine = service.means.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_a_position_takes_the_key_and_two_statements(service: Service, contract: UUID) -> None:
    with sent(service) as found:
        assert service.get(f"/v1/contracts/{contract}/compliance", *HOLDER).status_code == 200
    assert [("wall_key" in statement, "UNION ALL" in statement) for statement in found] == [
        (True, False),
        (False, False),
        (False, True),
    ], found


def test_a_request_takes_one_thread(service: Service, contract: UUID) -> None:
    hops = []
    run = anyio.to_thread.run_sync

    async def noted(*arguments: object, **options: object) -> object:
        hops.append(arguments)
        return await run(*arguments, **options)  # type: ignore[arg-type]  # whatever was asked for

    with patch.object(anyio.to_thread, "run_sync", noted):
        assert service.get(f"/v1/contracts/{contract}/compliance", *HOLDER).status_code == 200
    assert len(hops) == 1


def _prepared(service: Service, part: str) -> int:
    with service.means.database.read() as session:
        return int(session.execute(PREPARED, {"part": f"%{part}%"}).scalar_one())


MANY = 14  # readings after which the server would take one plan for any values
PLANS = text(
    "SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE :part"
)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/v1/territories/country/FR/compliance", "%territory_months%"),
        ("/v1/territories/country/FR/children?level=region", "%territory_months%"),
        ("/v1/hires?limit=50", "%FROM hires%"),
    ],
)
def test_what_many_contracts_are_asked_is_planned_for_its_values(
    postgres_database_url: str, path: str, part: str
) -> None:
    with serving(postgres_database_url) as service:
        for _ in range(MANY):
            answer = service.client.get(path, headers=service.headers(BUYER, Role.BUYER))
            assert answer.status_code == 200
        with service.means.database.read() as session:
            generic, custom = session.execute(PLANS, {"part": part}).one()
    assert generic == 0
    assert custom >= MANY - ENOUGH


def test_reading_keeps_what_the_driver_prepared(service: Service, contract: UUID) -> None:
    path = f"/v1/contracts/{contract}/compliance"
    for _ in range(ENOUGH):
        service.get(path, *HOLDER)
    # Nor does what is not found end it, nor a key that does not hold.
    assert service.get(f"/v1/contracts/{UUID(int=1)}/compliance", *HOLDER).status_code == 404
    assert service.client.get(path, headers={"Authorization": "Bearer csi_x"}).status_code == 401
    assert _prepared(service, "obligation_months") == 1
    with sent(service) as found:
        service.get(path, *HOLDER)
    assert not [statement for statement in found if "DEALLOCATE" in statement]


def test_a_column_that_changes_its_type_is_answered_with_try_again(service: Service, contract: UUID) -> None:
    """PostgreSQL refuses a statement prepared before, whose rows would now have another type."""
    path = f"/v1/contracts/{contract}"
    for _ in range(ENOUGH):
        assert service.get(path, *HOLDER).status_code == 200
    url = service.means.database.engine.url.render_as_string(hide_password=False)
    with psycopg.connect(libpq(url), autocommit=True) as migration:
        migration.execute("ALTER TABLE contracts ALTER COLUMN object TYPE varchar(5000)")
        answers = [service.get(path, *HOLDER) for _ in range(2)]
        migration.execute("ALTER TABLE contracts ALTER COLUMN object TYPE varchar(1000)")
    assert [answer.status_code for answer in answers] == [503, 200]
    assert answers[0].headers["Retry-After"]


def test_the_connection_used_last_is_used_next(service: Service) -> None:
    """It is the one that has its plans at hand."""
    database, process = service.means.database, text("SELECT pg_backend_pid()")
    with database.read() as one, database.read() as other:
        one.execute(process)
        last = other.scalar(process)
        other.close()
    with database.read() as session:
        found = session.scalar(process)
    for _ in range(3):
        with database.read() as session:
            assert session.scalar(process) == found
    assert last != found


class TestOneContract:
    """A transaction that looks at one contract alone sees less, and never more."""

    @staticmethod
    def seen(service: Service, viewer: Viewer, *, widened: bool = False) -> tuple[set[UUID], set[UUID]]:
        """The contracts, and those of the clauses, that PostgreSQL shows."""
        with service.means.database.read(viewer) as session:
            if widened:
                session.look_at(None)
            return set(session.scalars(select(Contract.id))), set(session.scalars(select(Clause.contract_id)))

    def test_others_in_sight_are_left_out(self, service: Service, contract: UUID, holder: str) -> None:
        other = add_contract(service)
        viewer = Viewer(holder, "contractor", MORNING.date().isoformat())
        narrow = Viewer(holder, "contractor", MORNING.date().isoformat(), str(contract))
        assert self.seen(service, viewer) == ({contract, other}, {contract, other})
        assert self.seen(service, narrow) == ({contract}, {contract})
        assert self.seen(service, narrow, widened=True) == ({contract, other}, {contract, other})

    def test_what_is_not_in_sight_stays_so(self, service: Service, holder: str) -> None:
        foreign = add_contract(service, buyer=OTHER_BUYER, holder=OTHER_CONTRACTOR)
        narrow = Viewer(holder, "contractor", MORNING.date().isoformat(), str(foreign))
        assert self.seen(service, narrow) == (set(), set())
