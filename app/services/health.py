"""Whether everything is in place to serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from app.db.migrate import head_revision, present_revision
from app.db.queries.territories import loaded_edition
from app.db.session import NOBODY
from app.exchange.territories import EDITION

if TYPE_CHECKING:
    from app.db.session import Database


def missing(database: Database) -> list[str]:
    """What stands in the way of serving, as stable codes; empty when ready."""
    try:
        with database.read(NOBODY) as session:
            if present_revision(session.connection()) != head_revision():
                return ["migrations"]
            if loaded_edition(session) != EDITION:
                return ["territories"]
    except ProgrammingError:
        # A schema older than what is asked of it.
        return ["migrations"]
    except SQLAlchemyError:
        return ["database"]
    return []
