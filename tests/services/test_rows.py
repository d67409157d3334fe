"""Rows that go past the unit of work arrive as it would have written them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.clock import new_id
from app.db.queries.rows import add_rows, add_to_rows, set_columns
from app.db.session import Database, WriteSession
from app.db.tables import ObligationMonth, StatementVersion
from app.rules.codes import State

STATES = ("pending", "held", "refused", "counted")


@pytest.fixture
def session(database_url: str) -> Iterator[WriteSession]:
    """What is written here refers to nothing: it is taken back."""
    database = Database(database_url)
    with database.write() as session:
        yield session
        session.rollback()
    database.dispose()


def version(**values: object) -> dict[str, Any]:
    return {
        "owner_id": new_id(),
        "statement_id": new_id(),
        "number": 1,
        "reason": None,
        "nothing_to_declare": False,
        "total_hours_worked": None,
        "lines": [],
        "submitted_at": datetime(2025, 2, 1, 8, 30, 0, 123456, tzinfo=UTC),
        "change_id": new_id(),
        **values,
    }


def test_values_of_every_kind_arrive_as_they_are(session: WriteSession) -> None:
    lines = [
        {
            "worked": 7_000,
            "periods": [{"first": "2025-01-01"}],
            "note": 'guillemets " et \\ é ☃',
            "none": None,
        }
    ]
    rows = [
        version(
            number=1,
            reason="L'été, 100 % d'\"heures\"\n",
            total_hours_worked=9_007_199_254_740_993,
            lines=lines,
        ),
        version(number=2, reason=State.HELD, nothing_to_declare=True),
    ]
    add_rows(session, StatementVersion, rows)
    found = session.scalars(select(StatementVersion).order_by(StatementVersion.number)).all()
    assert [{name: getattr(row, name) for name in rows[0]} for row in found] == rows


def test_numbers_are_added_to_rows_that_are_there(session: WriteSession) -> None:
    key = {"owner_id": new_id(), "obligation_id": new_id(), "execution": "commune/57463"}
    rest = {"month": date(2025, 1, 1), "buyer_seat": "", "facilitator_seat": "", "contract_id": new_id()}
    first = {**key, **rest, "pending": 700, "held": 0, "refused": 0, "counted": 0}
    add_to_rows(session, ObligationMonth, STATES, [first])
    moved = {**first, "pending": -700, "counted": 600, "refused": 100}
    other = {**first, "execution": ""}
    add_to_rows(session, ObligationMonth, STATES, [moved, other])
    found = session.scalars(select(ObligationMonth).order_by(ObligationMonth.execution)).all()
    assert [tuple(getattr(row, state) for state in STATES) for row in found] == [
        (700, 0, 0, 0),
        (0, 0, 100, 600),
    ]


def test_columns_are_set_on_the_row_and_the_object_and_on_no_other(session: WriteSession) -> None:
    key = {"owner_id": new_id(), "obligation_id": new_id(), "month": date(2025, 1, 1), "execution": "a"}
    first = {
        **key,
        "buyer_seat": "",
        "facilitator_seat": "",
        "contract_id": new_id(),
        **dict.fromkeys(STATES, 1),
    }
    add_rows(session, ObligationMonth, [first, {**first, "execution": "b"}])
    query = select(ObligationMonth).order_by(ObligationMonth.execution)
    one, other = session.scalars(query).all()
    set_columns(session, ObligationMonth, [])
    set_columns(session, ObligationMonth, [(one, {"held": 5, "counted": 0})])
    assert (one.pending, one.held, one.counted) == (1, 5, 0)
    assert not session.dirty
    again = session.scalars(query.execution_options(populate_existing=True)).all()
    assert [tuple(getattr(row, state) for state in STATES) for row in again] == [(1, 5, 1, 0), (1, 1, 1, 1)]
    assert again == [one, other]


def test_what_has_no_plain_form_is_refused(postgres_database_url: str) -> None:
    database = Database(postgres_database_url)
    with database.write() as session:
        for wrong in (b"sealed", datetime(2025, 2, 1, 8, 30)):  # noqa: DTZ001 - a naive instant is what is refused
            with pytest.raises(TypeError):
                add_rows(session, StatementVersion, [version(submitted_at=wrong)])
        session.rollback()
    database.dispose()
