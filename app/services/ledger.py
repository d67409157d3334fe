"""The only writer of entries: counts people's months by the rules and posts what changed.

Nothing is ever updated in the ledger. When the rules now say something else of a line, what stood is
reversed entry by entry and the new postings are added, with the sums kept exact in the same transaction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import ledger as queries
from app.db.queries.persons import hold_persons
from app.db.tables import ObligationMonth, PersonMonth
from app.rules.codes import ContractType, Decision, HourKind, Modality, ReviewState, State
from app.rules.counting import count_month
from app.rules.days import Span, month_end
from app.rules.lines import Line as CountedLine
from app.rules.lines import Period, Review
from app.rules.terms_json import kept_terms_from_json
from app.services import jobs
from app.services.agreed_splits import agreed_splits
from app.services.durations import suspended_spans
from app.services.pool_obligations import running_pools

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from app.db.queries.ledger import PersonAndMonth
    from app.db.session import ReadSession
    from app.db.tables import Assessment, Contract, Entry, Hire, Line, Version
    from app.rules.lines import Posting, Split
    from app.rules.terms import Terms
    from app.services.pool_obligations import RunningPool
    from app.services.work import Writer

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


def recount_months(writer: Writer, contract: Contract, participant_ids: Iterable[UUID], month: date) -> None:
    """Count these people's month again; for a statement and its review."""
    with writer.session.across():
        persons = hold_persons(writer.session, participant_ids)
        _recount(writer, contract, {(person, month) for person in persons})


def person_month(
    session: ReadSession, person_id: UUID, month: date
) -> tuple[dict[UUID, Line], tuple[CountedLine, ...]]:
    """One person's lines of a month on every contract, as rows by id and as the rules read them.

    For `services.claims` alone: it tells of another contract's claim no more than a reviewer may know.
    """
    with session.across():
        months = _Months.load(session, [(person_id, month)], _Clauses(session))
    rows = {line.id: line for line, _ in months.lines}
    return rows, months.groups.get((person_id, month), ())


def _recount(writer: Writer, contract: Contract, pairs: set[PersonAndMonth]) -> None:
    if not pairs:
        return
    writer.session.flush()
    clauses = _Clauses(writer.session)
    pairs = _reached(writer, contract, pairs, clauses)
    months = _Months.load(writer.session, sorted(pairs), clauses)
    counted = months.count(writer.session)
    here = [(line, hire) for line, hire in months.lines if line.contract_id == contract.id]
    _post(writer, contract, [(line, hire, counted.get(line.id, ())) for line, hire in here])
    _recount_elsewhere(writer, contract, [line for line, _ in months.lines if line.id in counted], counted)


def _reached(
    writer: Writer, contract: Contract, pairs: set[PersonAndMonth], clauses: _Clauses
) -> set[PersonAndMonth]:
    """These months, and where training is capped those after them: the cap is used in order of months."""
    pool = running_pools(writer.session, [contract.id]).get(contract.id)
    clause_ids = [contract.clause_id] if contract.clause_id else []
    versions = clauses.versions(clause_ids if pool is None else [clause.id for clause in pool.clauses])
    if all(row.snapshot["terms"]["training_cap"] is None for rows in versions.values() for row in rows):
        return pairs
    since: dict[UUID, date] = {}
    for person, month in pairs:
        since[person] = min(month, since.get(person, month))
    known = queries.person_months_on(writer.session, contract.id)
    for other in () if pool is None else pool.contracts - {contract.id}:
        known |= queries.person_months_on(writer.session, other)
    return pairs | {(person, month) for person, month in known if month > since.get(person, date.max)}


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


@dataclass(frozen=True, slots=True)
class _Months:
    """The lines of some people's months on every contract, ready for the rules.

    `lines` has those that a correction took out too: nothing of them is counted, nor may stay posted.
    """

    asked: frozenset[PersonAndMonth]
    lines: tuple[tuple[Line, Hire], ...]
    groups: dict[PersonAndMonth, tuple[CountedLine, ...]]
    pools: dict[UUID, RunningPool]

    @classmethod
    def load(cls, session: ReadSession, pairs: Sequence[PersonAndMonth], clauses: _Clauses) -> _Months:
        rows = queries.lines_of(session, pairs)
        terms = _TermsByMonth(clauses.versions({hire.clause_id for _, _, hire, _ in rows}))
        splits = agreed_splits(session, [(person, line) for person, line, _, _ in rows])
        pools = running_pools(session, {line.contract_id for _, line, _, _ in rows})
        groups: dict[PersonAndMonth, list[CountedLine]] = defaultdict(list)
        for person, line, hire, assessment in rows:
            if line.withdrawn:
                continue
            in_force = terms.on(hire.clause_id, line.month)
            counted = _for_rules(line, hire, assessment, in_force, splits.get(line.id))
            pool = pools.get(line.contract_id)
            groups[person, line.month].append(
                counted if pool is None else replace(counted, obligation=pool.id)
            )
        lines = tuple((line, hire) for _, line, hire, _ in rows)
        by_pair = {pair: tuple(found) for pair, found in groups.items()}
        return cls(frozenset(pairs), lines, by_pair, {pool.id: pool for pool in pools.values()})

    def count(self, session: ReadSession) -> dict[UUID, tuple[Posting, ...]]:
        # In order of months: the training that one counts leaves less of a cap to the next.
        counted: dict[UUID, tuple[Posting, ...]] = {}
        trained: Counter[tuple[UUID, UUID]] = Counter()
        for person, month in sorted(self.groups):
            lines = [
                replace(
                    line,
                    training_before=trained[person, line.obligation]
                    + self._trained(session, person, line, month),
                )
                for line in self.groups[person, month]
            ]
            counted.update(count_month(lines, month))
            for line in lines:
                trained[person, line.obligation] += _training(counted[line.key])
        return counted

    def _trained(self, session: ReadSession, person: UUID, line: CountedLine, month: date) -> int:
        """Training counted in earlier months that are not counted again here (hundredths)."""
        if line.terms.training_cap is None:
            return 0
        again = [other_month for other, other_month in self.asked if other == person]
        pool = self.pools.get(line.obligation)
        together = (line.obligation,) if pool is None else pool.obligations
        return queries.training_before(session, together, person, month, without=again)


class _Clauses:
    """The versions of clauses, each read once however often it is asked for."""

    def __init__(self, session: ReadSession) -> None:
        self._session = session
        self._known: dict[UUID, list[Version]] = {}

    def versions(self, clause_ids: Iterable[UUID]) -> dict[UUID, list[Version]]:
        wanted = set(clause_ids)
        if unknown := wanted - self._known.keys():
            self._known |= queries.clause_versions(self._session, unknown)
        return {clause_id: self._known[clause_id] for clause_id in wanted}


class _TermsByMonth:
    """The terms that count a month: those in force on its last day, inside the latest window.

    An amendment changes what is accepted from its date on; a window that shrinks later refuses hours
    already counted, as the rules say.
    """

    def __init__(self, versions: dict[UUID, list[Version]]) -> None:
        self._versions = versions
        self._read: dict[tuple[UUID, int], Terms] = {}

    def on(self, clause_id: UUID, month: date) -> Terms:
        versions = self._versions[clause_id]
        in_force = [version for version in versions if version.effective_on <= month_end(month)]
        chosen = (in_force or versions[:1])[-1]
        latest = self._terms(versions[-1])
        return replace(self._terms(chosen), window=latest.window)

    def _terms(self, version: Version) -> Terms:
        key = (version.subject_id, version.number)
        if key not in self._read:
            self._read[key] = kept_terms_from_json(version.snapshot["terms"])
        return self._read[key]


def _training(postings: Iterable[Posting]) -> int:
    return sum(
        item.hours for item in postings if item.state is State.COUNTED and item.kind is HourKind.TRAINING
    )


def _for_rules(
    line: Line, hire: Hire, assessment: Assessment, terms: Terms, split: Split | None
) -> CountedLine:
    decision = Decision(assessment.decision or Decision.UNDECIDED)
    employed = Span(hire.starts_on, hire.ended_on)
    approved = None
    if decision is Decision.APPROVED:
        approved = Span(max(hire.starts_on, assessment.counts_from or hire.starts_on), hire.ended_on)
    return CountedLine(
        key=line.id,
        obligation=line.obligation_id,
        employer=line.employer_id,
        first_recorded_at=line.recorded_at,
        terms=terms,
        hire=employed,
        weekly_hours=hire.weekly_hours,
        modality=Modality(hire.modality),
        contract_type=ContractType(hire.contract_type),
        worked=line.worked,
        training=line.training,
        overtime=line.overtime,
        periods=periods_of(line.sub_periods),
        review=Review(ReviewState(line.verdict or ReviewState.NOT_REVIEWED), line.accepted),
        decision=decision,
        eligible=approved,
        eligible_until=assessment.eligible_until,
        suspended=suspended_spans(assessment),
        split=split,
    )


def periods_of(stored: Sequence[dict[str, Any]]) -> tuple[Period, ...]:
    """Dated sub-periods as stored with a line → as the rules read them."""
    return tuple(
        Period(
            date.fromisoformat(item["first"]),
            date.fromisoformat(item["last"]),
            item["worked"],
            item["training"],
        )
        for item in stored
    )


def _post(
    writer: Writer, contract: Contract, wanted: Sequence[tuple[Line, Hire, tuple[Posting, ...]]]
) -> None:
    """Make the ledger say this of these lines: reverse and add only where it differs."""
    standing = queries.entries_in_force(writer.session, [line.id for line, _, _ in wanted])
    stamps = _Stamps(writer, contract, [line for line, _, _ in wanted])
    entries: list[dict[str, Any]] = []
    for line, hire, postings in wanted:
        new = [stamps.entry(line, hire, posting) for posting in postings]
        old = standing[line.id]
        if sorted(map(_meaning, new)) != sorted(_meaning(vars(entry)) for entry in old):
            entries += [_reversal(entry) for entry in old] + new
        _store(line, postings)
    if not entries:
        return
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


def _store(line: Line, postings: Sequence[Posting]) -> None:
    for state, hours in zip(STATES, _sums(postings), strict=True):
        if getattr(line, state) != hours:
            setattr(line, state, hours)


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

    def entry(self, line: Line, hire: Hire, posting: Posting) -> dict[str, Any]:
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
            "execution": hire.workplace or next(iter(self._places), None),
            "residence": self._residence(line),
            "buyer_seat": self._buyer_seat,
            "facilitator_seat": self._facilitator_seat(line.month),
            "modality": hire.modality,
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
