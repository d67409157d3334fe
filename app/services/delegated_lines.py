"""Whose hours one may declare: one's own hires', and those of contractors that delegated it, while it runs.

Of a hire's month there is one line, whoever declares it. Once a delegation is over, the structure changes
nothing more of what it declared under it, and the contractor may take a line over into its own statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import delegations as queries
from app.db.queries import statements
from app.errors import FieldError
from app.principal import Role
from app.refusals.organisations import DelegationEnded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.tables import Contract, Delegation, Hire, Line, Statement
    from app.schemas.statements import LineIn
    from app.services.work import Reader, Writer

SENT = ("worked", "training", "overtime")


def declarable(reader: Reader, contract: Contract, among: Collection[UUID] | None = None) -> dict[UUID, Hire]:
    """The hires of a contract whose hours the caller may declare today, by id; of its own, those among some.

    A statement names some of the hires that a contract has seen over the years.
    """
    own = statements.own_hires(reader.session, contract.id, reader.principal.organisation_id, among)
    delegators = [row.delegator_id for row in _given(reader, contract) if _runs(row, reader.today)]
    if not delegators:
        return own
    return {**queries.hires_of(reader.session, contract.id, delegators), **own}


def refuse_ended(
    writer: Writer, contract: Contract, lines: Sequence[LineIn], hires: Mapping[UUID, Hire]
) -> None:
    """DelegationEnded where lines name hires that one could declare while a delegation ran."""
    if all(line.hire_id in hires for line in lines):
        return
    over = [row.delegator_id for row in _given(writer, contract) if not _runs(row, writer.today)]
    _refuse(lines, queries.hires_of(writer.session, contract.id, over).keys() - hires.keys() if over else ())


def corrigible(
    writer: Writer, contract: Contract, statement: Statement, lines: Sequence[LineIn]
) -> dict[UUID, Hire]:
    """The hires that a correction may name: declarable ones, and those of lines that stay as they are.

    DelegationEnded where it would change a line that a delegation now over let it declare.
    """
    standing = {line.hire_id: line for line in statements.lines_of_statement(writer.session, statement)}
    hires = declarable(writer, contract, {line.hire_id for line in lines} | standing.keys())
    left = standing.keys() - hires.keys()
    named = [line for line in lines if line.hire_id in left]
    changed = {line.hire_id for line in named if not _same(line, standing[line.hire_id])}
    _refuse(lines, changed)
    hires |= statements.hires_by_id(writer.session, left)
    refuse_ended(writer, contract, lines, hires)
    return hires


def lapsed(
    writer: Writer, contract: Contract, hires: Mapping[UUID, Hire], known: Mapping[UUID, Line]
) -> set[UUID]:
    """The hires whose line was declared under a delegation that is over: it may be taken over."""
    found = set()
    running: dict[UUID, set[UUID]] = {}
    for hire_id, line in known.items():
        parties = {hires[hire_id].declarant_id, hires[hire_id].employer_id}
        if line.declarant_id in parties:
            continue
        if line.declarant_id not in running:
            given = queries.given_to(writer.session, contract.id, line.declarant_id)
            running[line.declarant_id] = {row.delegator_id for row in given if _runs(row, writer.today)}
        if not parties & running[line.declarant_id]:
            found.add(hire_id)
    return found


def take_over(writer: Writer, line: Line, statement: Statement) -> None:
    """Move a line into another statement; its review and its place among other claims stay with it."""
    before = statements.statement_of_line(writer.session, line)
    before.version += 1
    writer.touch("statement", before.id, "lines")
    line.statement_id, line.declarant_id = statement.id, statement.declarant_id


def _given(reader: Reader, contract: Contract) -> Sequence[Delegation]:
    if reader.principal.role is not Role.INSERTION_STRUCTURE:
        return ()
    return queries.given_to(reader.session, contract.id, reader.principal.organisation_id)


def _runs(delegation: Delegation, day: date) -> bool:
    return delegation.since <= day and (delegation.until is None or delegation.until >= day)


def _refuse(lines: Sequence[LineIn], hire_ids: Collection[UUID]) -> None:
    found = [
        FieldError(f"/lines/{index}/hire_id", DelegationEnded.code, DelegationEnded.title)
        for index, line in enumerate(lines)
        if line.hire_id in hire_ids
    ]
    if found:
        raise DelegationEnded(errors=found)


def _same(sent: LineIn, line: Line) -> bool:
    periods = [
        (item.first.isoformat(), item.last.isoformat(), item.worked, item.training) for item in sent.periods
    ]
    kept = [(item["first"], item["last"], item["worked"], item["training"]) for item in line.sub_periods]
    return periods == kept and all(getattr(sent, name) == getattr(line, name) for name in SENT)
