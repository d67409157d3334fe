"""What the penalty rules need to know of a contract on a day, from what is recorded or was known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.clock import day_of
from app.db.queries import compliance as versions
from app.db.queries import disputes, territories
from app.db.queries import penalties as queries
from app.db.queries.statements import identifiers_of
from app.exchange.public_holidays import public_holidays
from app.rules.codes import PenaltyDays
from app.rules.days import Span
from app.rules.gaps import Holding, Work, held_in, statements_owed
from app.rules.penalties import Fact, Notice, Situation
from app.rules.penalty_terms import term_of_documents
from app.rules.reporting import document_calendar, due_on
from app.rules.targets import is_known
from app.rules.texts import french_day, french_month
from app.schemas.penalties import PenaltyFactKind
from app.services import compliance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Row

    from app.db.tables import PenaltyFact
    from app.rules.gaps import Owed
    from app.rules.penalty_terms import PenaltyTerm
    from app.rules.terms import Terms
    from app.services.compliance import Case, Sight
    from app.services.work import Reader

# What a notice is about: a fact, the hours of a term, or the statements that a declarant owes on a day.
About = UUID | str | tuple[UUID, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    """The facts that stand: what is expected or happened, what came in, and the notices by their subject."""

    subjects: Sequence[PenaltyFact]
    received: Mapping[UUID | str | None, date]
    notices: Mapping[About, tuple[Notice, ...]]


def situation_on(
    reader: Reader, sight: Sight, case: Case, terms: Terms, as_of: date, position: int | None
) -> Situation:
    """The situation on a day; `position` None is what stands now."""
    owner_id, contract_id = sight.row.owner_id, sight.row.contract_id
    snapshot = versions.versions_known(reader.session, owner_id, contract_id, position)[-1].snapshot
    known = _known(queries.standing_facts(reader.session, owner_id, contract_id, position), terms)
    facts: dict[str, list[Fact]] = defaultdict(list)
    for row in known.subjects:
        notices = known.notices.get(row.id, ())
        fact = Fact(str(row.id), row.label or "", row.day, known.received.get(row.id), notices)
        facts[row.term].append(fact)
    term = term_of_documents(terms.penalties)
    if term is not None:
        facts[term.code] += _documents(case, terms, known)
    codes = [term.code for term in terms.penalties if term.statements]
    if codes:
        late = _statements(reader, sight, case, (terms, as_of, position), snapshot["holders"], known)
        facts[codes[0]] += late
        for code in codes[1:]:
            # One document, as many penalties: each is decided by a key of its own.
            facts[code] += [replace(item, key=f"{item.key}:{code}") for item in late]
    found = compliance.judged(case, terms, as_of)
    return Situation(
        as_of=as_of,
        start=terms.window.first,
        end=terms.end,
        closed=case.contract.closed_by(as_of),
        required=found.required,
        counted=found.sums.counted,
        pending=found.sums.pending,
        target_known=is_known(terms.target, case.contract.basis),
        firm_amount=snapshot["firm_amount"],
        notices={term.code: known.notices.get(term.code, ()) for term in terms.penalties},
        facts={code: tuple(items) for code, items in facts.items()},
        holidays=_holidays(reader, snapshot["places"], terms.penalties, facts, as_of),
        disputed=disputes.is_disputed(reader.session, owner_id, contract_id, position),
    )


def _known(rows: Sequence[PenaltyFact], terms: Terms) -> _Known:
    """What is about a fact that was cancelled has no effect: it finds no subject."""
    kinds = PenaltyFactKind
    received = {
        row.subject_id or row.document: row.day
        for row in rows
        if row.kind in {kinds.DOCUMENT_RECEIVED, kinds.NOTICE_RECEIVED}
    }
    notices: dict[About, list[Notice]] = defaultdict(list)
    for row in rows:
        if row.kind == kinds.NOTICE_SENT:
            notices[_about(row, terms)].append(Notice(row.day, received.get(row.id)))
    return _Known(
        subjects=[row for row in rows if row.kind in {kinds.DOCUMENT_EXPECTED, kinds.EVENT}],
        received=received,
        notices={about: tuple(found) for about, found in notices.items()},
    )


def _about(row: PenaltyFact, terms: Terms) -> About:
    if row.subject_id is not None:
        return row.subject_id
    if row.document is not None:
        return row.document
    if row.declarant_id is not None and row.month is not None:
        return row.declarant_id, due_on(terms.reporting, row.month)
    return row.term


def _documents(case: Case, terms: Terms, known: _Known) -> list[Fact]:
    """What the clause makes due besides the statements; nothing about days after the contract was closed."""
    closed_on = case.contract.closed_on
    return [
        Fact(
            key=item.key,
            label=f"{item.document.label}, du {french_day(item.first)} au {french_day(item.last)}",
            on=item.due_on,
            received_on=known.received.get(item.key),
            notices=known.notices.get(item.key, ()),
        )
        for item in document_calendar(terms)
        if closed_on is None or item.first <= closed_on
    ]


def _statements(
    reader: Reader,
    sight: Sight,
    case: Case,
    asked: tuple[Terms, date, int | None],
    holders: Sequence[Mapping[str, Any]],
    known: _Known,
) -> list[Fact]:
    """The monthly statements that each holder owed by the day: one document per due date.

    Those that a position tells of, but only for months in which the firm held the contract: penalties are
    its own. A closed contract takes no statement, so that no delay goes on after that day.
    """
    (terms, as_of, position), row = asked, sight.row
    came = queries.first_submissions(reader.session, row.owner_id, row.contract_id, position)
    sent = {(item.declarant_id, item.month): day_of(item.submitted_at) for item in came}
    holdings = [_holding(item) for item in holders]
    hires = queries.hires_known(reader.session, row.owner_id, row.contract_id, position)
    periods: dict[tuple[UUID, date], list[Owed]] = defaultdict(list)
    works = [_work(item) for item in hires]
    versions_sent = queries.versions_of_delegates(reader.session, row.owner_id, row.contract_id, position)
    for owed in statements_owed(terms, as_of, holdings, works, sent, _delegated(versions_sent)):
        if held_in(owed.month, owed.declarant, holdings):
            periods[owed.declarant, owed.due_on].append(owed)
    named = identifiers_of(reader.session, {holder for holder, _ in periods})
    return [
        Fact(
            key=f"statement:{named[holder]}:{day.isoformat()}",
            label=_label([item.month for item in months], named[holder] if len(holdings) > 1 else None),
            on=day,
            received_on=_all_in(item.sent_on for item in months),
            notices=known.notices.get((holder, day), ()),
            stops_on=case.contract.closed_on,
        )
        for (holder, day), months in periods.items()
    ]


def _holding(item: Mapping[str, Any]) -> Holding:
    """A holder of a version; those from before their days were kept held it from the beginning."""
    first, last = _day(item.get("since")), _day(item.get("until"))
    return Holding(UUID(item["organisation_id"]), Span(first or date.min, last))


def _work(item: Mapping[str, Any]) -> Work:
    first, last = _day(item["starts_on"]), _day(item["ended_on"] or item["planned_end_on"])
    return Work(
        UUID(str(item["declarant_id"])),
        UUID(str(item["employer_id"])),
        Span(first or date.min, last),
        UUID(str(item["hire_id"])),
    )


def _delegated(sent: Sequence[Row[UUID, date, list[Any], datetime]]) -> dict[tuple[UUID, date], date]:
    """When a delegate first declared each hire's month, for the lines that its latest version still has."""
    found: dict[UUID, dict[tuple[UUID, date], date]] = {}
    for statement_id, month, lines, submitted_at in sent:
        before = found.get(statement_id, {})
        named = [(UUID(line["hire_id"]), month) for line in lines]
        found[statement_id] = {key: before.get(key, day_of(submitted_at)) for key in named}
    return {key: day for days in found.values() for key, day in days.items()}


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _label(months: Sequence[date], holder: str | None) -> str:
    first, last = french_month(months[0]), french_month(months[-1])
    text = f"Relevé de {first}" if len(months) == 1 else f"Relevés de {first} à {last}"
    return text if holder is None else f"{text} ({holder})"


def _all_in(days: Iterable[date | None]) -> date | None:
    """The day by which everything had come in, None while something is missing."""
    found = list(days)
    known = [day for day in found if day is not None]
    return max(known) if len(known) == len(found) else None


def _holidays(
    reader: Reader,
    places: Sequence[Mapping[str, Any]],
    terms: Iterable[PenaltyTerm],
    facts: Mapping[str, Sequence[Fact]],
    as_of: date,
) -> frozenset[date]:
    """Those of the place with the largest share, the first of equals; none where every day counts."""
    if all(term.days is PenaltyDays.CALENDAR for term in terms):
        return frozenset()
    main = max(places, key=lambda item: item["share"], default=None)
    years = [item.on.year for items in facts.values() for item in items]
    return public_holidays(_department(reader, main), range(min([*years, as_of.year]), as_of.year + 1))


def _department(reader: Reader, main: Mapping[str, Any] | None) -> str | None:
    """The department around a place, where it lies in one alone."""
    if main is None or main["place"] is None:
        return None
    found = territories.departments_inside(reader.session, main["place"])
    return f"department/{found[0]}" if len(found) == 1 else None
