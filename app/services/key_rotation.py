"""Putting everything under the first key, beside running writers, and telling which keys may be removed.

What changes is only under which key a value stands, never the value. Each row is read, made anew outside any
transaction, and put back only where the old bytes still stand: a rectification that came between wins, and
the next pass finds whatever is left. A run that is killed loses nothing; the next one goes on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.clock import day_of
from app.db.queries import sealed as queries
from app.db.tables import Identity
from app.db.types import HASHED, SEALED
from app.rules.texts import french_day
from app.services import identities

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from app.crypto import Keyring
    from app.db.queries.sealed import Kept
    from app.services.work import Means

BATCH = 200
# Old processes may still write under their first key: that many passes find nothing left, or tell so.
PASSES = 5


@dataclass(slots=True)
class Usage:
    """What each key still holds; `until` is the day from which what only time ends is over."""

    current_id: str
    sealed: Counter[str] = field(default_factory=Counter)
    matching: Counter[str] = field(default_factory=Counter)
    secrets: int = 0
    secrets_until: date | None = None
    memberships: int = 0
    answers: int = 0
    answers_until: date | None = None

    @property
    def left(self) -> int:
        """How many values this command can still move to the first key."""
        return sum(n for key_id, n in (self.sealed + self.matching).items() if key_id != self.current_id)

    @property
    def removable(self) -> bool:
        """Whether every key but the first may be removed now."""
        return not (self.left or self.secrets or self.memberships or self.answers)

    def told(self) -> list[str]:
        """The same in French, a line per matter."""
        ids = sorted({*self.sealed, *self.matching}, key=lambda key_id: (key_id != self.current_id, key_id))
        lines = [
            f"Clé {key_id or '(sans nom)'} : {self.sealed[key_id]} champs chiffrés, "
            f"{self.matching[key_id]} empreintes d'identité"
            for key_id in ids
        ]
        if self.secrets and self.secrets_until:
            lines.append(
                f"{self.secrets} clés d'API ne valent que sous une ancienne clé, jusqu'au "
                f"{french_day(self.secrets_until)} au plus tard : leur secret n'est gardé nulle part. "
                "Renouvelez-les pour ne pas attendre."
            )
        if self.memberships:
            lines.append(
                f"{self.memberships} rôles ouverts à des comptes ne valent que sous une ancienne clé : "
                "le compte n'est gardé nulle part. Ouvrez-les de nouveau, puis fermez les anciens."
            )
        if self.answers and self.answers_until:
            lines.append(
                f"{self.answers} réponses gardées pour les répétitions, jusqu'au "
                f"{french_day(self.answers_until)}."
            )
        if self.left:
            lines.append("Relancez la commande : des valeurs sont encore sous une ancienne clé.")
        elif self.removable:
            lines.append(f"Toute clé autre que « {self.current_id} » peut être retirée.")
        else:
            lines.append("Gardez encore les anciennes clés.")
        return lines


def rotate(means: Means, tell: Callable[[str, int], None] = lambda *_: None) -> int:
    """Move everything that can be moved to the first key; returns how many rows were.

    `tell` hears of each table and how many of its rows are done. Runs beside writers and other runs.
    """
    moved = 0
    for _ in range(PASSES):
        now = sum(_rotate_table(means, kept, _resealed, tell) for kept in queries.sealed_tables())
        now += _rotate_table(means, queries.kept_of(Identity, HASHED), _rehashed, tell)
        moved += now
        if not now:
            break
    return moved


def usage(means: Means, answers_hours: int) -> Usage:
    """What each key still holds; stored answers go after these hours."""
    found, keyring, now = Usage(means.keyring.current_id), means.keyring, means.clock.now()
    with means.database.read() as session:
        for kept in queries.sealed_tables():
            for column in kept.columns:
                found.sealed.update(_present(queries.count_by_key(session, column, keyring.ids)))
        (hashed,) = queries.kept_of(Identity, HASHED).columns
        found.matching.update(_present(queries.count_by_key(session, hashed, keyring.ids)))
        found.secrets, last = queries.live_secrets(session, keyring.current_id, now)
        found.secrets_until = _day(last)
        found.memberships = queries.live_memberships(session, keyring.current_id, day_of(now))
        found.answers, stored = queries.waiting_answers(session, keyring.current_id)
        found.answers_until = _day(stored, timedelta(hours=answers_hours))
    return found


def _present(counted: dict[str, int]) -> dict[str, int]:
    return {key_id: number for key_id, number in counted.items() if number}


def _day(instant: datetime | None, later: timedelta = timedelta(days=1)) -> date | None:
    # The day after the last instant, so that nobody removes a key on the day itself.
    return None if instant is None else day_of(instant + later)


def _rotate_table(
    means: Means,
    kept: Kept,
    renew: Callable[[Keyring, Kept, Any], tuple[dict[str, bytes], dict[str, bytes]]],
    tell: Callable[[str, int], None],
) -> int:
    moved, after = 0, None
    batch = queries.FEW.get(kept.table.name, BATCH)
    while True:
        with means.database.read() as session:
            rows = queries.stale_rows(session, kept, means.keyring.current_id, after, batch)
        renewed = [(row, *renew(means.keyring, kept, row)) for row in rows]
        with means.database.write() as session:
            moved += sum(queries.swap(session, kept, *item) for item in renewed if item[1])
        if rows:
            tell(kept.table.name, moved)
            after = queries.key_of(kept, rows[-1])
        if len(rows) < batch:
            return moved


def _resealed(keyring: Keyring, kept: Kept, row: Any) -> tuple[dict[str, bytes], dict[str, bytes]]:  # noqa: ANN401 - a row of any table
    """The sealed fields of a row under another key, as they stand and as they will."""
    current = keyring.current_id.encode() + b":"
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    for column in kept.columns:
        stored = row._mapping[column]  # noqa: SLF001 - its public name
        if not stored or stored.startswith(current):
            continue
        place = {"table": kept.table.name, "column": column.name, "row": kept.row(row)}
        before[column.name] = stored
        after[column.name] = keyring.encrypt(keyring.decrypt(stored, **place), **place)
    return before, after


def _rehashed(keyring: Keyring, kept: Kept, row: Any) -> tuple[dict[str, bytes], dict[str, bytes]]:  # noqa: ANN401 - a row of any table
    """The matching hash, made again from the identity: its bytes change whenever the identity does."""
    (column,) = kept.columns
    sealed = queries.kept_of(Identity, SEALED)
    fields = {name.name: row._mapping[name] for name in sealed.columns}  # noqa: SLF001 - its public name
    person = identities.opened(keyring, Identity(participant_id=row.participant_id, **fields))
    new = identities.matching_hash(
        keyring, person.birth_name, person.first_names, person.birth_date, person.birth_place
    )
    return {column.name: row.matching_hash}, {column.name: new}
