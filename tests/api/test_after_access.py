"""Once its place on a contract is over, whoever stood there finds nothing of it any more.

SQLite has the application's filters alone: it is asked there. PostgreSQL's policies go by the same days
(`test_second_wall.py`).
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.db.tables import ContractAccess, Organisation
from tests import databases
from tests.api import matrix
from tests.api.asking import PREPARED, ask
from tests.api.builders import serving, taken_back
from tests.api.cases import TEAM_A, Case, begin, tell
from tests.contract.documents import operations

OPERATIONS = {operation.id: operation for operation in operations()}
# One's own trail goes on telling what one did, by its ids.
OWN_TRAIL = {"read_audit", "export_audit"}
# What has to be done on the case before they can be asked, its former reviewer does no more.
ASKED = [name for name in OPERATIONS if name not in {*matrix.OPEN, *OWN_TRAIL, *PREPARED}]
FORMER = [TEAM_A.seats[name] for name in ("facilitator", "structure")]
# What leads to a contract; of people, declarants keep those that they declared.
LEADING = ("contract_id", "hire_id", "assessment_id", "statement_id", "dispute_id", "pool_id")


@pytest.fixture(scope="module")
def case() -> Iterator[Case]:
    with databases.migrated_database("sqlite") as url, serving(url) as service:
        begin(service, TEAM_A)
        found = tell(service, TEAM_A)
        yesterday = service.clock.now().date() - timedelta(days=1)
        with service.means.database.write() as session:
            gone = select(Organisation.id).where(Organisation.identifier.in_([seat.siret for seat in FORMER]))
            session.execute(
                update(ContractAccess).where(ContractAccess.organisation_id.in_(gone)).values(until=yesterday)
            )
            session.commit()
        for seat in FORMER:
            service.headers(seat.siret, seat.role)
        yield found


@pytest.mark.parametrize("name", ASKED)
def test_nothing_is_left_to_who_stood_on_a_contract_until_yesterday(case: Case, name: str) -> None:
    operation = OPERATIONS[name]
    own = {*TEAM_A.identity.values(), *case.others["participant_id"]}
    for seat in FORMER:
        asked = ask(operation, case, seat, key_id=str(uuid4()), membership_id=str(uuid4()))
        with taken_back():
            answer = asked.send(case.service.headers(seat.siret, seat.role))
        hidden = set(case.secrets) - (own if seat.name != "facilitator" else set())
        # Who records a person or names an id reads what it sent.
        assert [word for word in hidden if word in answer.text and word not in str(asked.body)] == [], seat
        leads = any(f"{{{part}}}" in operation.path for part in LEADING)
        assert answer.status_code in {403, 404} or not leads, (seat, answer.text)
        assert answer.status_code < 500, (seat, answer.text)
