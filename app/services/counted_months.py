"""What the counting of some people's months reads: their lines on every contract, as the rules want them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from app.db.queries import ledger as queries
from app.rules.codes import ContractType, Decision, HourKind, Modality, ReviewState, State
from app.rules.counting import count_month
from app.rules.days import Span, month_end
from app.rules.lines import Line as CountedLine
from app.rules.lines import Period, Review
from app.services.agreed_splits import agreed_splits
from app.services.durations import suspended_spans
from app.services.kept_terms import kept_terms
from app.services.pool_obligations import running_pools

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from app.db.queries.ledger import LineRow, PersonAndMonth, VersionRow
    from app.db.session import ReadSession
    from app.db.tables import Contract
    from app.rules.lines import Posting, Split
    from app.rules.terms import Terms
    from app.services.pool_obligations import RunningPool


@dataclass(frozen=True, slots=True)
class CountedMonths:
    """The lines of some people's months on every contract, ready for the rules.

    `lines` has those that a correction took out too: nothing of them is counted, nor may stay posted.
    """

    asked: frozenset[PersonAndMonth]
    lines: tuple[LineRow, ...]
    groups: dict[PersonAndMonth, tuple[CountedLine, ...]]
    pools: dict[UUID, RunningPool]

    @classmethod
    def load(cls, session: ReadSession, pairs: Sequence[PersonAndMonth], once: Once) -> CountedMonths:
        """Read these months."""
        rows = queries.lines_of(session, pairs)
        terms = _TermsByMonth(once.versions({row.clause_id for row in rows}))
        splits = agreed_splits(session, [(row.person_id, row.line) for row in rows])
        pools = once.pools({row.line.contract_id for row in rows})
        groups: dict[PersonAndMonth, list[CountedLine]] = defaultdict(list)
        for row in rows:
            line = row.line
            if line.withdrawn:
                continue
            counted = _for_rules(row, terms.on(row.clause_id, line.month), splits.get(line.id))
            pool = pools.get(line.contract_id)
            groups[row.person_id, line.month].append(
                counted if pool is None else replace(counted, obligation=pool.id)
            )
        by_pair = {pair: tuple(found) for pair, found in groups.items()}
        return cls(frozenset(pairs), tuple(rows), by_pair, {pool.id: pool for pool in pools.values()})

    def count(self, session: ReadSession) -> dict[UUID, tuple[Posting, ...]]:
        """The postings of every line that stands, by its id."""
        # In order of months: the training that one counts leaves less of a cap to the next.
        counted: dict[UUID, tuple[Posting, ...]] = {}
        trained: Counter[tuple[UUID, UUID]] = Counter()
        for person, month in sorted(self.groups):
            lines = [
                self._trained(session, person, line, month, trained) for line in self.groups[person, month]
            ]
            counted.update(count_month(lines, month))
            for line in lines:
                trained[person, line.obligation] += _training(counted[line.key])
        return counted

    def _trained(
        self,
        session: ReadSession,
        person: UUID,
        line: CountedLine,
        month: date,
        trained: Mapping[tuple[UUID, UUID], int],
    ) -> CountedLine:
        """The line with the training counted in earlier months, just now (`trained`) or before; if capped."""
        if line.terms.training_cap is None:
            return line
        again = [other_month for other, other_month in self.asked if other == person]
        pool = self.pools.get(line.obligation)
        together = (line.obligation,) if pool is None else pool.obligations
        before = queries.training_before(session, together, person, month, without=again)
        return replace(line, training_before=trained[person, line.obligation] + before)


class Once:
    """The versions of clauses and the pools of contracts, each read once however often they are asked for."""

    def __init__(self, session: ReadSession) -> None:
        """Begin, with nothing read."""
        self._session = session
        self._versions: dict[UUID, list[VersionRow]] = {}
        self._pools: dict[UUID, RunningPool | None] = {}

    def versions(self, clause_ids: Iterable[UUID]) -> dict[UUID, list[VersionRow]]:
        """The versions of each clause, oldest first."""
        wanted = set(clause_ids)
        if unknown := wanted - self._versions.keys():
            self._versions |= queries.clause_versions(self._session, unknown)
        return {clause_id: self._versions[clause_id] for clause_id in wanted}

    def pools(self, contract_ids: Iterable[UUID]) -> dict[UUID, RunningPool]:
        """The pool of each contract that is in one."""
        wanted = set(contract_ids)
        if unknown := wanted - self._pools.keys():
            found = running_pools(self._session, unknown)
            self._pools |= {contract_id: found.get(contract_id) for contract_id in unknown}
        return {contract_id: pool for contract_id in wanted if (pool := self._pools[contract_id])}


def reached(
    session: ReadSession, contract: Contract, pairs: set[PersonAndMonth], once: Once
) -> set[PersonAndMonth]:
    """These months, and where training is capped those after them: the cap is used in order of months."""
    pool = once.pools([contract.id]).get(contract.id)
    clause_ids = [contract.clause_id] if contract.clause_id else []
    versions = once.versions(clause_ids if pool is None else [clause.id for clause in pool.clauses])
    if all(row.snapshot["terms"]["training_cap"] is None for rows in versions.values() for row in rows):
        return pairs
    since: dict[UUID, date] = {}
    for person, month in pairs:
        since[person] = min(month, since.get(person, month))
    known = queries.person_months_on(session, contract.id)
    for other in () if pool is None else pool.contracts - {contract.id}:
        known |= queries.person_months_on(session, other)
    return pairs | {(person, month) for person, month in known if month > since.get(person, date.max)}


class _TermsByMonth:
    """The terms that count a month: those in force on its last day, inside the latest window.

    An amendment changes what is accepted from its date on; a window that shrinks later refuses hours
    already counted, as the rules say.
    """

    def __init__(self, versions: dict[UUID, list[VersionRow]]) -> None:
        self._versions = versions
        self._known: dict[tuple[UUID, date], Terms] = {}

    def on(self, clause_id: UUID, month: date) -> Terms:
        if (clause_id, month) not in self._known:
            versions = self._versions[clause_id]
            in_force = [version for version in versions if version.effective_on <= month_end(month)]
            chosen = (in_force or versions[:1])[-1]
            self._known[clause_id, month] = replace(
                kept_terms(chosen.snapshot["terms"]), window=kept_terms(versions[-1].snapshot["terms"]).window
            )
        return self._known[clause_id, month]


def _training(postings: Iterable[Posting]) -> int:
    return sum(
        item.hours for item in postings if item.state is State.COUNTED and item.kind is HourKind.TRAINING
    )


def _for_rules(row: LineRow, terms: Terms, split: Split | None) -> CountedLine:
    line = row.line
    decision = Decision(row.decision or Decision.UNDECIDED)
    approved = None
    if decision is Decision.APPROVED:
        approved = Span(max(row.starts_on, row.counts_from or row.starts_on), row.ended_on)
    return CountedLine(
        key=line.id,
        obligation=line.obligation_id,
        employer=line.employer_id,
        first_recorded_at=line.recorded_at,
        terms=terms,
        hire=Span(row.starts_on, row.ended_on),
        weekly_hours=row.weekly_hours,
        modality=Modality(row.modality),
        contract_type=ContractType(row.contract_type),
        worked=line.worked,
        training=line.training,
        overtime=line.overtime,
        periods=_periods_of(line.sub_periods),
        review=Review(ReviewState(line.verdict or ReviewState.NOT_REVIEWED), line.accepted),
        decision=decision,
        eligible=approved,
        eligible_until=row.eligible_until,
        suspended=suspended_spans(row.suspended),
        split=split,
    )


def _periods_of(stored: Sequence[dict[str, Any]]) -> tuple[Period, ...]:
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
