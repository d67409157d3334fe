"""The only writer of entries: counts people's months by the rules and posts what changed.

Nothing is ever updated in the ledger. When the rules now say something else of a line, what stood is
reversed entry by entry and the new postings are added, with the sums kept exact in the same transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import ledger as queries
from app.db.queries.persons import hold_persons
from app.db.queries.rows import set_columns
from app.db.tables import Line, ObligationMonth, PersonMonth
from app.rules.days import month_end
from app.services import jobs
from app.services.counted_months import CountedMonths, Once, reached

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from app.db.queries.ledger import LineRow, PersonAndMonth
    from app.db.session import ReadSession
    from app.db.tables import Contract, Entry
    from app.rules.lines import Line as CountedLine
    from app.rules.lines import Posting
    from app.services.work import Writer

    # Of the lines of a contract that were counted: the line, and what the ledger says of it now.
    Counted = list[tuple[Line, Sequence[Entry | Posting]]]

STATES = queries.STATES
# What makes two entries the same posting; the rest says when and by which change it was made.
POSTED = ("state", "kind", "hours", "rule", "parameter", "reference")
SAME = (
    *POSTED,
    *("execution", "residence", "buyer_seat", "facilitator_seat"),
    *("modality", "employer_id", "declarant_id", "documented"),
)


def recount_contract(writer: Writer, contract: Contract) -> None:
    """Count every line of the contract again; for a change of its clause, its window or its places."""
    with writer.session.across():
        people = queries.people_on(writer.session, contract.id)
        hold_persons(writer.session, people)
        _recount(writer, contract, queries.person_months_on(writer.session, contract.id))


def recount_person(writer: Writer, contract: Contract, participant_id: UUID) -> None:
    """Count one person's lines of the contract again; for a decision or an edit of a hire."""
    with writer.session.across():
        hold_persons(writer.session, [participant_id])
        _recount(writer, contract, queries.person_months_on(writer.session, contract.id, participant_id))


def recount_months(
    writer: Writer,
    contract: Contract,
    participant_ids: Iterable[UUID],
    month: date,
    added: Collection[UUID] = (),
) -> Counted:
    """Count these people's month again; for a statement and its review.

    `added`: lines that the change at hand added, of which the ledger holds nothing yet.
    """
    with writer.session.across():
        persons = hold_persons(writer.session, participant_ids)
        return _recount(writer, contract, {(person, month) for person in persons}, added)


def person_month(
    session: ReadSession, person_id: UUID, month: date
) -> tuple[dict[UUID, Line], tuple[CountedLine, ...]]:
    """One person's lines of a month on every contract, as rows by id and as the rules read them.

    For `services.claims` alone: it tells of another contract's claim no more than a reviewer may know.
    """
    with session.across():
        months = CountedMonths.load(session, [(person_id, month)], Once(session))
    rows = {row.line.id: row.line for row in months.lines}
    return rows, months.groups.get((person_id, month), ())


def _recount(
    writer: Writer, contract: Contract, pairs: set[PersonAndMonth], added: Collection[UUID] = ()
) -> Counted:
    if not pairs:
        return []
    writer.session.flush()
    once = Once(writer.session)
    months = CountedMonths.load(writer.session, sorted(reached(writer.session, contract, pairs, once)), once)
    counted = months.count(writer.session)
    here = [
        (row, counted.get(row.line.id, ())) for row in months.lines if row.line.contract_id == contract.id
    ]
    standing = _post(writer, contract, here, added)
    _recount_elsewhere(
        writer, contract, [row.line for row in months.lines if row.line.id in counted], counted
    )
    return standing


def _recount_elsewhere(
    writer: Writer, contract: Contract, lines: Sequence[Line], counted: dict[UUID, tuple[Posting, ...]]
) -> None:
    # Another contract's figures change in a transaction of their own: one that holds two contracts could
    # deadlock, and its change would belong to neither. The same hours held by another rule change too.
    others = [line for line in lines if line.contract_id != contract.id]
    standing = queries.entries_in_force(writer.session, [line.id for line in others])
    moved = {line.contract_id for line in others if _said(counted[line.id]) != _said(standing[line.id])}
    for contract_id in sorted(moved):
        jobs.queue(writer, "recount", str(contract_id), {"contract_id": str(contract_id)})


def _post(
    writer: Writer,
    contract: Contract,
    wanted: Sequence[tuple[LineRow, tuple[Posting, ...]]],
    added: Collection[UUID],
) -> Counted:
    """Make the ledger say this of these lines: reverse and add only where it differs."""
    known = [row.line.id for row, _ in wanted if row.line.id not in added]
    standing = queries.entries_in_force(writer.session, known)
    stamps = _Stamps(writer, contract, [row.line for row, _ in wanted])
    entries: list[dict[str, Any]] = []
    found: Counted = []
    for row, postings in wanted:
        new = [stamps.entry(row, posting) for posting in postings]
        old = standing.get(row.line.id, [])
        differs = sorted(map(_meaning, new)) != sorted(_meaning(vars(entry)) for entry in old)
        if differs:
            entries += [_reversal(entry) for entry in old] + new
        found.append((row.line, postings if differs else old))
    set_columns(writer.session, Line, [(row.line, sums) for row, sums in _moved(wanted)])
    if entries:
        _add(writer, contract, entries)
    return found


def _add(writer: Writer, contract: Contract, entries: list[dict[str, Any]]) -> None:
    writer.begin("lines.recounted", contract_id=contract.id)
    for entry in entries:
        entry["change_id"] = writer.change_id
    writer.session.flush()
    queries.add_entries(writer.session, entries)
    for table in (ObligationMonth, PersonMonth):
        queries.add_to_sums(writer.session, table, _deltas(table, entries))
    writer.move_figures(contract.id)


def _meaning(entry: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(entry[name]) for name in SAME)


def _reversal(entry: Entry) -> dict[str, Any]:
    copy = {column.name: getattr(entry, column.name) for column in type(entry).__table__.columns}
    return {**copy, "id": new_id(), "hours": -entry.hours, "reverses_id": entry.id}


def _said(postings: Iterable[Posting | Entry]) -> list[tuple[str, ...]]:
    return sorted(tuple(str(getattr(item, name)) for name in POSTED) for item in postings)


def _sums(postings: Iterable[Posting]) -> tuple[int, ...]:
    return tuple(sum(item.hours for item in postings if item.state == state) for state in STATES)


def _moved(
    wanted: Sequence[tuple[LineRow, tuple[Posting, ...]]],
) -> Iterator[tuple[LineRow, dict[str, int]]]:
    """The lines whose hours stand elsewhere than they say, with where."""
    for row, postings in wanted:
        sums = dict(zip(STATES, _sums(postings), strict=True))
        if any(getattr(row.line, state) != hours for state, hours in sums.items()):
            yield row, sums


def _deltas(
    table: type[ObligationMonth | PersonMonth], entries: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    keys = [column.name for column in table.__table__.primary_key]
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in entries:
        values = {key: "" if entry[key] is None else entry[key] for key in keys}
        row = found.setdefault(
            tuple(values.values()),
            {**values, "contract_id": entry["contract_id"], **dict.fromkeys(STATES, 0)},
        )
        row[entry["state"]] += entry["hours"]
    # In key order, so that two writers of neighbouring rows take their locks the same way round.
    return [found[key] for key in sorted(found, key=lambda key: tuple(map(str, key)))]


class _Stamps:
    """What an entry carries so that it stands by itself: places, modality, organisations."""

    def __init__(self, writer: Writer, contract: Contract, lines: Sequence[Line]) -> None:
        session = writer.session
        self._places = queries.places_of_contract(session, contract.id)
        buyer, *mandated = queries.seats_of(session, contract)
        self._buyer_seat, self._mandates = buyer.seat, mandated
        self._residences = queries.residences_of(session, {line.participant_id for line in lines})

    def entry(self, row: LineRow, posting: Posting) -> dict[str, Any]:
        line = row.line
        return {
            "owner_id": line.owner_id,
            "id": new_id(),
            "contract_id": line.contract_id,
            "obligation_id": line.obligation_id,
            "line_id": line.id,
            "hire_id": line.hire_id,
            "participant_id": line.participant_id,
            "month": line.month,
            "state": posting.state,
            "kind": posting.kind,
            "hours": posting.hours,
            "rule": posting.rule,
            "parameter": posting.parameter,
            "reference": posting.reference,
            "execution": row.workplace or next(iter(self._places), None),
            "residence": self._residence(line),
            "buyer_seat": self._buyer_seat,
            "facilitator_seat": self._facilitator_seat(line.month),
            "modality": row.modality,
            "employer_id": line.employer_id,
            "declarant_id": line.declarant_id,
            "documented": bool(line.documents),
            "reverses_id": None,
        }

    def _residence(self, line: Line) -> str | None:
        """The person's commune at the end of the month; before the first known, the first."""
        known = self._residences.get(line.participant_id, [])
        by_then = [item for item in known if item.since <= month_end(line.month)] or known[:1]
        return by_then[-1].place if by_then else None

    def _facilitator_seat(self, month: date) -> str | None:
        """The seat of the facilitator mandated at the end of the month, else of the buyer's own staff."""
        last = month_end(month)
        seats: list[str | None] = [
            row.seat for row in self._mandates if row.since <= last <= (row.until or last)
        ]
        return seats[-1] if seats else self._buyer_seat
