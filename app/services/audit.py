"""The audit trail: one's own changes, page by page or as a file, and what goes from it with time."""

from __future__ import annotations

import csv
import io
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from app.clock import PARIS, day_of
from app.db.queries import changes as queries
from app.db.queries.events import positions_of
from app.db.tables import Change
from app.exchange.tables.writing import inert
from app.rules.days import add_months
from app.rules.retention import LOGS, months_kept
from app.schemas.events import ChangeOut, ChangePage, ObjectTouched, TrailForm
from app.services import jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from uuid import UUID

    from app.db.tables import ChangeObject
    from app.schemas.events import TrailQuery
    from app.schemas.lists import Walk
    from app.services.jobs import Running
    from app.services.work import Means, Reader

    Reading = Callable[[], AbstractContextManager[Reader]]

FORGET_ACTORS = "forget_actors"
BATCH = 500
COLUMNS = (
    "change_id",
    "position",
    "at",
    "action",
    "role",
    "key_id",
    "membership_id",
    "request_id",
    "contract_id",
    "object_type",
    "object_id",
    "fields",
)


def read_audit(reader: Reader, walk: Walk) -> ChangePage:
    """One's own changes, settled or not, oldest first; the platform reads all."""
    found = reader.session.scalars(queries.audit_trail(reader.principal, walk.after, walk.limit + 1)).all()
    changes = found[: walk.limit]
    return ChangePage(items=_told(reader, changes), next=changes[-1].id if len(found) > walk.limit else None)


def export(reading: Reading, query: TrailQuery) -> Iterator[str]:
    """The same as a file, batch by batch: no session stays open while the caller reads slowly.

    CSV: a line per object touched, and one for a change that touched none; NDJSON: a line per change, as in
    the list. In the order of the ids, so that a file fetched again begins like the earlier one.
    """
    if query.form is TrailForm.CSV:
        yield _line(COLUMNS)
    after: UUID | None = None
    while True:
        with reading() as reader:
            changes = reader.session.scalars(_between(reader, query, after)).all()
            told = _told(reader, changes)
        yield "".join(_written(change, query.form) for change in told)
        if len(changes) < BATCH:
            return
        after = changes[-1].id


def plan_forgetting(means: Means) -> bool:
    """Queue the day's forgetting once for all workers."""
    return jobs.plan(means, FORGET_ACTORS, day_of(means.clock.now()).isoformat(), {})


def forget_actors(running: Running) -> dict[str, Any]:
    """Drop by which credential and in which request changes older than the retention of logs were made.

    What was done to what, by which organisation in which role, its seal and its position stay for ever.
    """
    today = day_of(running.means.clock.now())
    before = _start_of(add_months(today, -months_kept(LOGS, today)))
    forgotten, after = 0, None
    while True:
        running.breathe()
        with running.means.database.write() as session:
            ids = session.scalars(queries.changes_with_actors(before, after, BATCH)).all()
            queries.forget_actors(session, ids)
            running.progress(session, forgotten + len(ids), forgotten + len(ids))
        forgotten += len(ids)
        if len(ids) < BATCH:
            return {"forgotten": forgotten}
        after = ids[-1]


def _between(reader: Reader, query: TrailQuery, after: UUID | None) -> Any:  # noqa: ANN401 - a select of changes
    found = queries.audit_trail(reader.principal, after, BATCH)
    if query.first is not None:
        found = found.where(Change.at >= _start_of(query.first))
    if query.last is not None:
        found = found.where(Change.at < _start_of(query.last + timedelta(days=1)))
    return found


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, PARIS)


def _told(reader: Reader, changes: Sequence[Change]) -> list[ChangeOut]:
    ids = [change.id for change in changes]
    objects = queries.objects_of(reader.session, ids)
    positions = positions_of(reader.session, ids)
    return [_change(change, objects.get(change.id, []), positions.get(change.id)) for change in changes]


def _change(change: Change, objects: Sequence[ChangeObject], position: int | None) -> ChangeOut:
    return ChangeOut(
        id=change.id,
        position=position,
        at=change.at,
        action=change.action,
        role=change.role,
        key_id=change.key_id,
        membership_id=change.membership_id,
        request_id=change.request_id,
        contract_id=change.contract_id,
        objects=[
            ObjectTouched(type=item.object_type, id=item.object_id, fields=item.fields) for item in objects
        ],
    )


def _written(change: ChangeOut, form: TrailForm) -> str:
    if form is TrailForm.NDJSON:
        return change.model_dump_json() + "\n"
    told = change.model_dump(mode="json")
    kept = [told["id"], *(told[name] for name in COLUMNS[1:9])]
    objects = [(item["type"], item["id"], " ".join(item["fields"])) for item in told["objects"]]
    return "".join(_line((*kept, *item)) for item in objects or [("", "", "")])


def _line(values: Sequence[object]) -> str:
    text = io.StringIO()
    # A caller chooses the name of its request: a spreadsheet is not to compute it.
    csv.writer(text).writerow(["" if value is None else inert(str(value)) for value in values])
    return text.getvalue()
