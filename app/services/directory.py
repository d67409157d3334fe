"""What the State's directory says of organisations, read daily in small batches by the service itself.

It never replaces what a person said: it stands beside it, with the day it was checked. The directory is asked
outside any transaction; each answer is kept in one of its own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clock import day_of
from app.db.queries import connectors as queries
from app.exchange.connector import OF_ALL, ConnectorError
from app.exchange.directories import DIRECTORY, Establishment, establishment
from app.services import connectors, jobs

if TYPE_CHECKING:
    from app.services.jobs import Running
    from app.services.work import Means, Writer

CHECK = "check_organisations"
# Between two batches the worker does what others wait for.
BATCH = 50
# While the directory is down the day's work waits so long, and the next day begins anew.
PAUSE = timedelta(hours=1)


def plan_check(means: Means, refresh_days: int) -> bool:
    """Queue the day's checks once for all workers, of what was not checked for so many days; if it is on."""
    if DIRECTORY not in means.connectors:
        return False
    day = day_of(means.clock.now()).isoformat()
    return jobs.plan(means, CHECK, day, {"day": day, "days": refresh_days})


def check_organisations(running: Running) -> dict[str, Any]:
    """Check one batch and queue the next; an organisation without usable answer waits for another day.

    Result: how many were `checked`, `changed` and `failed`, and by which code the batch `stopped`, if it did.
    """
    means, payload = running.means, running.payload
    now = means.clock.now()
    counts: dict[str, Any] = {"checked": 0, "changed": 0, "failed": 0, "stopped": None}
    directory = means.connectors.get(DIRECTORY)
    if directory is None or payload["day"] != day_of(now).isoformat():
        return counts
    after = UUID(payload["after"]) if "after" in payload else None
    with means.database.read() as session:
        batch = queries.to_check(session, now - timedelta(days=payload["days"]), after, BATCH)
    for done, (organisation_id, siret) in enumerate(batch, 1):
        running.breathe()
        found = None
        try:
            found = establishment(directory, siret)
        except ConnectorError as error:
            if error.reason in OF_ALL:
                counts["stopped"] = error.reason
                break
        after = organisation_id
        with running.writing() as writer:
            counts["checked" if found else "failed"] += 1
            counts["changed"] += bool(found and _keep(writer, organisation_id, found))
            running.progress(writer.session, done, len(batch))
    with running.writing() as writer:
        connectors.note(writer, directory)
        if counts["stopped"] or len(batch) == BATCH:
            _go_on(running, writer, after, PAUSE if counts["stopped"] else timedelta())
    return counts


def _go_on(running: Running, writer: Writer, after: UUID | None, pause: timedelta) -> None:
    payload = {**running.payload, **({"after": str(after)} if after else {})}
    jobs.queue(writer, CHECK, f"{payload['day']} next", payload, writer.now + pause)


def _keep(writer: Writer, organisation_id: UUID, found: Establishment) -> bool:
    """Keep what was found with the instant; a change only where it says something else than before."""
    organisation = queries.held_organisation(writer.session, organisation_id)
    told = {
        "official_name": found.name,
        "official_state": found.state.value,
        "official_closed_on": found.closed_on,
        "official_siae_kind": found.siae_kind,
    }
    organisation.official_checked_at = writer.now
    changed = [field for field, value in told.items() if getattr(organisation, field) != value]
    if not changed:
        return False
    for field in changed:
        setattr(organisation, field, told[field])
    writer.record("organisation.checked")
    writer.touch("organisation", organisation_id, *changed)
    return True
