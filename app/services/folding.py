"""Folding: what changes moved is added to what is kept of territories, and contracts are judged anew.

Every write notes what it moves in its own transaction (`Writer.close`). The worker folds these notes shortly
after, all at once and alone: no writer waits for another on a territory's row. A reader adds what is not
folded yet to what is, on the same view: its answer is exact at every commit.
"""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Any

from app.clock import day_of
from app.db.queries import rollups as queries
from app.db.queries.ledger import STATES
from app.db.queries.rows import add_to_rows
from app.db.tables import TerritoryMonth, TerritoryReturn
from app.principal import SERVICE
from app.rules.version import RULES_VERSION
from app.services.judging import judge
from app.services.moves import Stale, moves
from app.services.standings import course_of, window_of
from app.services.work import Reader

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from app.db.queries.rollups import Viewer
    from app.db.session import ReadSession, WriteSession
    from app.services.moves import Moves
    from app.services.standings import JudgedContract
    from app.services.work import Means

# Contracts folded whole, and judged because a day began, in one transaction; the changes of others are folded
# together, whatever their number.
WHOLE, JUDGED = 20, 100
PEOPLE = ("people",)
# Contracts that no area holds are always due.
DUE = date(1, 1, 1)


def fold(means: Means, *, seconds: float | None = None) -> int:
    """Fold all that is due, or what a time allows; returns how many contracts were looked at.

    Does nothing while another run is under way: that run, or the next, will see the same.
    """
    begun, folded = time.monotonic(), 0
    while count := _fold_batch(means):
        folded += count
        if seconds is not None and time.monotonic() - begun >= seconds:
            break
    return folded


def _fold_batch(means: Means) -> int:
    today = day_of(means.clock.now())
    with means.database.read() as probe:
        # Taking the write lock for nothing would slow SQLite's other writers. The lock of the folding is held
        # around the view that is written on: it then has all that the run before committed.
        if not queries.anything_due(probe, today, RULES_VERSION) or not queries.try_fold_lock(probe):
            return 0
        with means.database.write_steadily() as session:
            return _fold_due(session, means, today)


def _fold_due(session: WriteSession, means: Means, today: date) -> int:
    noted = queries.unjudged(session)
    stale = Stale(queries.unfolded(session), queries.moving(session, today, WHOLE))
    found = moves(session, today, stale)
    _add(session, found)
    queries.keep_folded(session, found.viewers, found.moves_on, today)
    outdated = queries.outdated(session, today, RULES_VERSION, JUDGED)
    _judge(session, means, {*noted, *outdated})
    queries.drop_unfolded(session, noted)
    return len({*noted, *stale.contracts, *outdated})


def _judge(session: WriteSession, means: Means, contract_ids: Collection[UUID]) -> None:
    reader = Reader(session, SERVICE, means, "fold")
    owners = queries.owners_of(session, contract_ids)
    rows = [
        {
            "owner_id": owners[contract_id],
            "contract_id": contract_id,
            "status": judged.status.value,
            "behind": judged.behind,
            **_course(judged.contract, reader.today),
            "judged_on": reader.today,
            "rules_version": RULES_VERSION,
        }
        for contract_id, judged in judge(reader, contract_ids).items()
        # Without a clause the contract says it itself.
        if judged.contract.terms_on(reader.today) is not None
    ]
    queries.keep_standings(session, contract_ids, rows)


def _course(contract: JudgedContract, today: date) -> dict[str, Any]:
    window, course = window_of(contract, today), course_of(contract)
    return {
        "first": window.first,
        "last": window.last,
        "since": course.since if course else None,
        "expected": list(course.hours) if course else None,
    }


def _add(session: WriteSession, found: Moves) -> None:
    hours = [
        {
            **_key(viewer, basis, area),
            "month": month,
            **dict(zip(STATES, sums, strict=True)),
        }
        for viewer, cells in sorted(found.hours.items())
        for (basis, area, month), sums in sorted(cells.items())
    ]
    add_to_rows(session, TerritoryMonth, STATES, hours)
    people = [
        {**_key(viewer, basis, area), "month": month, "previous_month": previous, "people": number}
        for viewer, cells in sorted(found.returns.items())
        for (basis, area, month, previous), number in sorted(cells.items())
    ]
    add_to_rows(session, TerritoryReturn, PEOPLE, people)


def _key(viewer: Viewer, basis: str, area: str) -> dict[str, Any]:
    return {
        "organisation_id": viewer.organisation_id,
        "role": viewer.role,
        "basis": basis,
        "area": area,
    }


def fold_anew(session: WriteSession) -> None:
    """Forget what is kept, as where territories lie otherwise now: everything is folded from nothing."""
    queries.forget_all(session, DUE)


def wrong_areas(session: ReadSession) -> list[str]:
    """The tables whose rows are not what folding everything from nothing would give; empty when all is well.

    What is not folded yet is added first: the answer is the same at any moment.
    """
    today = queries.last_folded(session) or DUE
    pending = moves(session, today, Stale(queries.unfolded(session), queries.moving(session, today)))
    everything = moves(session, today, Stale({}, queries.worked_contracts(session)), anew=True)
    hours = queries.stored_areas(session, TerritoryMonth, STATES)
    people = queries.stored_areas(session, TerritoryReturn, PEOPLE)
    wrong = []
    if _sum(hours, _flat(pending.hours)) != _sum({}, _flat(everything.hours)):
        wrong.append(TerritoryMonth.__tablename__)
    if _sum(people, _flat(pending.returns)) != _sum({}, _flat(everything.returns)):
        wrong.append(TerritoryReturn.__tablename__)
    return wrong


def _flat(found: Mapping[Viewer, Mapping[Any, Any]]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    return {
        (*viewer, *cell): value if isinstance(value, tuple) else (value,)
        for viewer, cells in found.items()
        for cell, value in cells.items()
    }


def _sum(
    stored: dict[tuple[Any, ...], tuple[int, ...]], added: dict[tuple[Any, ...], tuple[int, ...]]
) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Both together; a row of zeros and no row mean the same."""
    found = dict(stored)
    for key, values in added.items():
        found[key] = tuple(
            one + other for one, other in zip(found.get(key, (0,) * len(values)), values, strict=True)
        )
    return {key: values for key, values in found.items() if any(values)}
