"""Columns that somebody confirmed: kept per account, kind and set of titles, recognised next time.

Confirmed is what was said and then served: a real import, not a trial, that took lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.clock import new_id
from app.db.queries import import_mappings as queries
from app.db.queries import imports as files
from app.db.queries.lists import one
from app.db.tables import ImportMapping, ImportTable
from app.errors import NotFound
from app.exchange.tables.matching import column_name, fingerprint
from app.schemas.imports import (
    LONGEST_TITLE,
    ImportMappingOut,
    ImportMappings,
    ImportOutcome,
    MappingSource,
    MappingUsed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.services.jobs import Running
    from app.services.table_lines import TableKind
    from app.services.work import Reader, Writer

# An account has a handful of tools; the oldest mapping makes room.
MOST = 100
MAPPING = "import_mapping"
TAKEN = (ImportOutcome.CREATED, ImportOutcome.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Titles by field, who said them, and the mapping that they come from."""

    kind: str
    titles: Mapping[str, str]
    source: MappingSource
    mapping_id: UUID | None = None


def choose(running: Running, kind: TableKind, headers: Sequence[str]) -> Chosen:
    """What the caller said, else what was confirmed for a table with these titles, else nothing."""
    said: dict[str, str] = running.payload["columns"]
    if said:
        return Chosen(kind.code, said, MappingSource.SAID)
    with running.reading() as reader:
        found = queries.mapping_of(reader.session, reader.principal, kind.code, fingerprint(headers))
    if found is None:
        return Chosen(kind.code, {}, MappingSource.FOUND)
    known = {field.code for field in kind.fields}
    titles = {code: title for code, title in found.columns.items() if code in known}
    return Chosen(kind.code, titles, MappingSource.SAVED, found.id)


def note_use(writer: Writer, running: Running, chosen: Chosen, places: Mapping[str, int]) -> ImportTable:
    """Keep with the import how its table is read."""
    table = ImportTable(
        job_id=running.job_id,
        kind=chosen.kind,
        source=chosen.source,
        mapping_id=chosen.mapping_id,
        places=dict(places),
        copy_id=None,
    )
    writer.session.add(table)
    return table


def shown_use(table: ImportTable | None) -> MappingUsed | None:
    """How a table was read, without any of its titles."""
    if table is None:
        return None
    letters = {code: column_name(table.places, code) or "" for code in table.places}
    return MappingUsed(source=MappingSource(table.source), mapping_id=table.mapping_id, columns=letters)


def keep_confirmed(running: Running, table: ImportTable, headers: Sequence[str]) -> None:
    """Keep what was said of the columns, once lines were taken by it."""
    if table.source != MappingSource.SAID or running.payload["dry_run"]:
        return
    titles = {code: headers[place] for code, place in table.places.items()}
    if any(len(title) > LONGEST_TITLE or not title.isprintable() for title in titles.values()):
        return
    with running.writing() as writer:
        outcomes = files.outcomes_of(writer.session, running.job_id)
        if not any(outcomes.get(outcome) for outcome in TAKEN):
            return
        total = sum(outcomes.values())
        running.progress(writer.session, total, total)
        _keep(writer, table.kind, fingerprint(headers), titles)


def list_mappings(reader: Reader) -> ImportMappings:
    """Every mapping of the caller's."""
    query = queries.own_mappings(reader.principal).order_by(ImportMapping.id.desc())
    return ImportMappings(items=[_shown(row) for row in reader.session.scalars(query)])


def remove_mapping(writer: Writer, mapping_id: UUID) -> None:
    """Forget one: its columns are found by their titles again, or said."""
    found = one(writer.session, queries.own_mappings(writer.principal).where(ImportMapping.id == mapping_id))
    if found is None:
        raise NotFound
    writer.record("import_mapping.removed")
    writer.touch(MAPPING, found.id)
    writer.session.delete(found)


def _keep(writer: Writer, kind: str, print_: bytes, titles: dict[str, str]) -> None:
    found = queries.mapping_of(writer.session, writer.principal, kind, print_)
    if found is not None and found.columns == titles:
        return
    writer.record("import_mapping.kept")
    if found is None:
        found = ImportMapping(
            id=new_id(),
            organisation_id=writer.principal.organisation_id,
            role=writer.principal.role,
            kind=kind,
            fingerprint=print_,
            created_at=writer.now,
        )
        writer.session.add(found)
    found.columns = titles
    writer.touch(MAPPING, found.id, "columns")
    writer.session.flush()
    every = queries.own_mappings(writer.principal).order_by(ImportMapping.id.desc())
    for old in writer.session.scalars(every.offset(MOST)):
        writer.touch(MAPPING, old.id)
        writer.session.delete(old)


def _shown(row: ImportMapping) -> ImportMappingOut:
    fields = {"id": row.id, "kind": row.kind, "columns": row.columns, "created_at": row.created_at}
    return ImportMappingOut.model_validate(fields)
