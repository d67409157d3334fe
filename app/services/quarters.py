"""Which priority quarter (QPV) holds a point, from the edition that the operator loaded.

Parsing a list takes a second: each process does it once per edition, and again when another file is loaded.
"""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import TYPE_CHECKING

from app.db.queries import quarters as queries
from app.db.tables import QuarterEdition

if TYPE_CHECKING:
    from datetime import date

    from app.exchange.quarters import Quarters
    from app.services.work import Means, Reader

_kept: dict[str, tuple[str, Quarters]] = {}
_one_at_a_time = threading.Lock()


def load(means: Means, content: bytes, edition: str, since: date) -> int:
    """Keep the file of an edition, in place of an earlier one; returns how many quarters it draws.

    QuarterFileError for a file that cannot be used: nothing is then changed.
    """
    found = _read(content, edition, since)
    digest = sha256(content).hexdigest()
    with means.database.write() as session:
        row = queries.held_edition(session, edition) or QuarterEdition(edition=edition)
        row.since, row.quarters, row.digest, row.content = since, len(found), digest, content
        row.loaded_at = means.clock.now()
        session.add(row)
    return len(found)


def edition_on(reader: Reader, day: date) -> Quarters | None:
    """The quarters of the edition in force on a day; None when none is loaded for it."""
    found = queries.edition_on(reader.session, day)
    if found is None:
        return None
    edition, since, digest = found
    with _one_at_a_time:
        known = _kept.get(edition)
        if known is None or known[0] != digest:
            known = digest, _read(queries.content_of(reader.session, edition), edition, since)
            _kept[edition] = known
    return known[1]


def _read(content: bytes, edition: str, since: date) -> Quarters:
    from app.exchange.quarters import read_quarters  # noqa: PLC0415 - geometry loads slowly, and few need it

    return read_quarters(content, edition, since)
