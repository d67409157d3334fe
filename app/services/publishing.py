"""Releases published by the service itself, each once its period has been over for long enough.

Off unless the operator names the year from which to publish. What the platform published by hand counts as
published; a period that is missed while the service is down follows on the next day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.clock import day_of
from app.db.queries import releases as queries
from app.rules.cubes import YEAR
from app.services import jobs, releases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from app.services.jobs import Running
    from app.services.work import Means

PUBLISH = "publish_releases"


def plan_publishing(means: Means, from_year: int | None) -> bool:
    """Queue the day's publications once for all workers, of that year and the following; None: none."""
    today = day_of(means.clock.now())
    if from_year is None or next(due(from_year, today), None) is None:
        return False
    return jobs.plan(means, PUBLISH, today.isoformat(), {"from_year": from_year})


def publish_due(running: Running) -> dict[str, Any]:
    """Publish every period that is due and not published, the earliest first, each in its own transaction.

    Result: how many were `published`.
    """
    published = 0
    for year, quarter in due(running.payload["from_year"], day_of(running.means.clock.now())):
        running.breathe()
        with running.writing() as writer:
            # Holds the job until the commit: nobody takes it over, however long the figures take.
            running.progress(writer.session, published, published)
            # Nobody else publishes from here on: what is not there is this job's to write.
            queries.hold_publishing(writer.session)
            if quarter not in queries.of_year(writer.session, year):
                releases.publish_period(writer, year, quarter)
                published += 1
            running.progress(writer.session, published, published)
    return {"published": published}


def due(from_year: int, today: date) -> Iterator[tuple[int, int]]:
    """(year, quarter) of what may be published on a day, in order; each year after its quarters."""
    for year in range(from_year, today.year + 1):
        for quarter in (*releases.QUARTERS, YEAR):
            if today > releases.last_day_unpublished(year, quarter, today):
                yield year, quarter
