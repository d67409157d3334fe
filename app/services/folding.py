"""Folding: what moved hours, people or viewers of contracts is added to what territories hold.

Every write that moves any of these notes so in its own transaction (`Writer.move_figures`). The worker folds
these notes shortly after, all at once and alone: no writer waits for another on a territory's row. A reader
adds what is not folded yet to what is, on the same view: its answer is exact at every commit.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app.clock import day_of
from app.db.queries import rollups as queries
from app.db.queries.ledger import STATES
from app.db.tables import TerritoryMonth, TerritoryReturn
from app.services.moves import Stale, moves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.db.queries.rollups import Viewer
    from app.db.session import ReadSession, WriteSession
    from app.services.moves import Moves
    from app.services.work import Means

# Contracts folded whole in one transaction; the changes of others are folded together, whatever their number.
BATCH = 20
PEOPLE = ("people",)
# Contracts that no area holds are always due.
DUE = date(1, 1, 1)


def fold(means: Means) -> int:
    """Fold all that is due; returns how many contracts were looked at.

    Does nothing while another run is under way: that run, or the next, will see the same.
    """
    folded = 0
    while count := _fold_batch(means):
        folded += count
    return folded


def _fold_batch(means: Means) -> int:
    today = day_of(means.clock.now())
    with means.database.read() as probe:
        # Taking the write lock for nothing would slow SQLite's other writers.
        if not queries.unfolded(probe, 1) and not queries.moving(probe, today, 1):
            return 0
    with means.database.write_steadily() as session:
        if not queries.try_fold_lock(session):
            return 0
        stale = Stale(queries.unfolded(session), queries.moving(session, today, BATCH))
        found = moves(session, today, stale)
        _add(session, found)
        queries.keep_folded(session, found.viewers, found.moves_on, today)
        queries.drop_unfolded(session, stale.changes)
        return len({*stale.changes, *stale.contracts})


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
    queries.add_to_areas(session, TerritoryMonth, STATES, hours)
    people = [
        {**_key(viewer, basis, area), "month": month, "previous_month": previous, "people": number}
        for viewer, cells in sorted(found.returns.items())
        for (basis, area, month, previous), number in sorted(cells.items())
    ]
    queries.add_to_areas(session, TerritoryReturn, PEOPLE, people)


def _key(viewer: Viewer, basis: str, area: str) -> dict[str, Any]:
    return {
        "organisation_id": viewer.organisation_id,
        "role": viewer.role,
        "basis": basis,
        "area": area,
    }


def fold_anew(session: WriteSession) -> None:
    """Forget what territories hold: they lie otherwise now, and everything is folded from nothing."""
    queries.forget_areas(session, DUE)


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
