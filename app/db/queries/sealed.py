"""Everything that a key of the service made: found by the tables' own marks, so that nothing is forgotten.

A row is named as its sealed fields were bound to it: by its id, or by the columns in `ROWS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select, tuple_, update
from sqlalchemy.types import LargeBinary

from app.db.tables import ApiKey, Membership, StoredAnswer
from app.db.types import KEPT, SEALED, Base

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Column, Row, Table

    from app.db.session import ReadSession, WriteSession

BY_ID = "{id}"
# How the use cases name the rows whose name is not their id alone.
ROWS = {
    "identities": "{participant_id}",
    "kept_traits": "{hire_id}:{number}",
    "import_chunks": "{upload_id}|{ordinal}",
    "stored_answers": "{organisation_id}|{role}|{key}",
}
# How many rows are read at once where they are large: a piece of a file is a MiB.
FEW = {"import_chunks": 8}
# A hash that names no key, as they were stored at first.
UNNAMED = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A table with the columns of one kind that a key made."""

    table: Table
    columns: tuple[Column[bytes], ...]

    def row(self, found: Row[Any]) -> str:
        """The name to which the sealed fields of a row are bound."""
        return ROWS.get(self.table.name, BY_ID).format(**found._mapping)  # noqa: SLF001 - its public name


def sealed_tables() -> list[Kept]:
    """Every table with sealed columns."""
    return _marked(SEALED)


def kept_of(table: type[Base], kind: str) -> Kept:
    """The columns of one kind of one table."""
    return next(kept for kept in _marked(kind) if kept.table is table.__table__)


def stale_rows(
    session: ReadSession, kept: Kept, current_id: str, after: Sequence[Any] | None, limit: int
) -> Sequence[Row[Any]]:
    """Rows with a column that another key made, in the order of their primary key, after this one."""
    key = list(kept.table.primary_key)
    stale = or_(*(column.is_not(None) & ~_made_by(column, current_id) for column in kept.columns))
    query = select(kept.table).where(stale).order_by(*key).limit(limit)
    if after is not None:
        query = query.where(
            tuple_(*key) > tuple_(*(literal(v, c.type) for v, c in zip(after, key, strict=True)))
        )
    return session.execute(query).all()


def key_of(kept: Kept, found: Row[Any]) -> list[Any]:
    """The primary key of a row."""
    return [found._mapping[column] for column in kept.table.primary_key]  # noqa: SLF001 - its public name


def swap(
    session: WriteSession, kept: Kept, found: Row[Any], before: dict[str, bytes], after: dict[str, bytes]
) -> bool:
    """Put new bytes where the old ones still stand; False when somebody wrote the row meanwhile."""
    table = kept.table
    same = [column == value for column, value in zip(table.primary_key, key_of(kept, found), strict=True)]
    same += [table.c[name] == value for name, value in before.items()]
    changed = session.connection().execute(update(table).where(*same).values(after))
    return changed.rowcount == 1


def count_by_key(session: ReadSession, column: Column[bytes], ids: Sequence[str]) -> dict[str, int]:
    """How many values each of these keys made; those made by none of them under `UNNAMED`."""
    counted = [func.coalesce(func.sum(case((_made_by(column, key_id), 1), else_=0)), 0) for key_id in ids]
    *found, whole = session.execute(select(*counted, func.count(column))).one()
    named = {key_id: int(number) for key_id, number in zip(ids, found, strict=True)}
    return {**named, UNNAMED: int(whole) - sum(named.values())}


def live_secrets(session: ReadSession, current_id: str, now: datetime) -> tuple[int, datetime | None]:
    """How many API keys hold whose secret another key hashed, and when the last of them expires."""
    query = select(func.count(), func.max(ApiKey.expires_at)).where(
        ~_made_by(ApiKey.__table__.c.secret_hash, current_id),
        ApiKey.revoked_at.is_(None),
        ApiKey.expires_at > now,
    )
    number, last = session.execute(query).one()
    return int(number), last


def live_memberships(session: ReadSession, current_id: str, today: date) -> int:
    """How many memberships hold whose account another key hashed."""
    account = Membership.__table__.c.subject_hash
    query = select(func.count()).where(
        account.is_not(None),
        ~_made_by(account, current_id),
        or_(Membership.until.is_(None), Membership.until >= today),
    )
    return session.scalar(query) or 0


def waiting_answers(session: ReadSession, current_id: str) -> tuple[int, datetime | None]:
    """How many stored answers tell their request by another key's hash, and when the last was stored."""
    query = select(func.count(), func.max(StoredAnswer.created_at)).where(
        ~_made_by(StoredAnswer.__table__.c.fingerprint, current_id)
    )
    number, last = session.execute(query).one()
    return int(number), last


def _marked(kind: str) -> list[Kept]:
    found = (
        Kept(table, tuple(column for column in table.columns if column.info.get(KEPT) == kind))
        for table in Base.metadata.sorted_tables
    )
    return [kept for kept in found if kept.columns]


def _made_by(column: ColumnElement[bytes], key_id: str) -> ColumnElement[bool]:
    prefix = key_id.encode() + b":"
    return func.substr(column, 1, len(prefix)) == literal(prefix, LargeBinary())
