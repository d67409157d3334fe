"""A contract's statements and hires as one caller may follow them: owed, sent, returned, about to end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from app.clock import day_of
from app.db.queries.disputes import LINE, PENALTY
from app.principal import Role
from app.rules.approvals import HELD_BACK, ApprovalState, approval_state
from app.rules.codes import Decision, OutcomeMoment
from app.rules.days import Span
from app.rules.forecast import METHOD, told
from app.rules.gaps import Holding, Owed, Work, statements_owed
from app.rules.hours import HUNDREDTHS, half_up
from app.rules.labels import LABELS
from app.rules.parameters import parameter
from app.rules.reporting import document_calendar, statement_calendar
from app.rules.texts import french, hundredths_text
from app.schemas.follow_up import (
    ComplianceForecast,
    ComplianceReporting,
    DueDocument,
    LateStatement,
    MissingStatement,
)
from app.services.masking import masked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.principal import Principal
    from app.rules.forecast import Forecast
    from app.rules.reporting import DocumentDue
    from app.rules.status import Compliance
    from app.rules.terms import Terms

# Of who objects to the processing nobody asks what became of them.
LATER = frozenset({OutcomeMoment.SIX_MONTHS, OutcomeMoment.TWELVE_MONTHS})
WAITING = (Decision.UNDECIDED, Decision.NEEDS_PROOF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hired:
    """A hire: its decision, its days, and the hours (hundredths) it still plans.

    `told`: the moments at which something was told of the person, or that nobody asks about.
    """

    work: Work
    decision: Decision
    planned_end: date | None
    ended: bool
    eligible_until: date | None
    planned_left: int
    told: Collection[OutcomeMoment] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """What a caller may follow of a contract; `planned_left` (hundredths) is that of all its hires.

    `disputed`: how many disputes are open; `returned` and `unreviewed`: how many lines of a declarant's month
    came back, or have no verdict though nobody holds them back. `coming`: statements that fall due within
    the days of notice, and were not sent. `approvals`: what waits for the holder, until
    when.
    `documents`: when each document of the clause came in, by its key; None for firms that do not answer for
    it. `names` and `identifiers` by organisation; `delegates`: who declares for one today, by
    name; `statements`: the id of what was sent.
    """

    owed: tuple[Owed, ...]
    coming: tuple[Owed, ...]
    hires: tuple[Hired, ...]
    disputed: int
    returned: Mapping[tuple[UUID, date], int]
    unreviewed: Mapping[tuple[UUID, date], int]
    approvals: Mapping[tuple[UUID, date], tuple[ApprovalState, date]]
    planned_left: int
    documents: Mapping[str, date] | None
    names: Mapping[UUID, str]
    identifiers: Mapping[UUID, str]
    delegates: Mapping[UUID, str]
    statements: Mapping[tuple[UUID, date], UUID]


def follow_up(
    rows: Mapping[str, Sequence[Any]], terms: Terms, day: date, principal: Principal, owner_id: UUID
) -> FollowUp:
    """What the rows of `queries.present_facts` say on a day, as far as the caller may read it.

    A firm follows its own side: a holder also who works under it, but not the other members of its group.
    `owner_id`: the buyer of the contract, who reads identifiers that hold a name.
    """

    def identifier(row: Any) -> str:  # noqa: ANN401 - a row
        plain = principal.organisation_id in {owner_id, row.declarant_id}
        return str(row.identifier) if plain else masked(row.scheme, row.identifier)

    holders, statements, delegations = rows["holder"], rows["statement"], rows["delegation"]
    running = [row for row in delegations if Span(row.first, row.last).holds(day)]
    hires = _hired(rows["hire"], rows["outcome"])
    own = _OwnSide(
        principal,
        frozenset(row.declarant_id for row in holders),
        frozenset(row.declarant_id for row in running if row.employer_id == principal.organisation_id),
    )
    due = statements_owed(
        terms,
        day + timedelta(days=int(parameter("statement_notice_days").at(day).value)),
        [Holding(row.declarant_id, Span(row.first, row.last)) for row in holders],
        [item.work for item in hires],
        {(row.declarant_id, row.first): day_of(row.sent_at) for row in statements},
        {(row.object_id, row.first): day_of(row.sent_at) for row in rows["delegated"]},
    )
    named = {row.declarant_id: row for row in (*statements, *holders, *rows["hire"])}.values()
    identifiers = {row.declarant_id: identifier(row) for row in named}
    held_back = _held_back(statements, day)
    owed = [item for item in due if own.owes(item.declarant)]
    lines = [row for row in rows["lines"] if own.holds(row.declarant_id)]
    return FollowUp(
        owed=tuple(item for item in owed if item.due_on <= day),
        coming=tuple(item for item in owed if item.due_on > day and item.sent_on is None),
        hires=tuple(item for item in hires if own.holds(item.work.declarant, item.work.employer)),
        disputed=sum(row.number for row in rows["dispute"] if own.reads(row)),
        returned={(row.declarant_id, row.first): row.number for row in lines if row.decision is not None},
        unreviewed={
            (row.declarant_id, row.first): row.number
            for row in lines
            if row.decision is None and (row.declarant_id, row.first) not in held_back
        },
        approvals={key: found for key, found in held_back.items() if own.holds(key[0])},
        planned_left=sum(item.planned_left for item in hires),
        documents={row.identifier: row.first for row in rows["document"]} if own.answers else None,
        names={row.declarant_id: row.name or identifiers[row.declarant_id] for row in named},
        identifiers=identifiers,
        delegates={row.declarant_id: row.name or row.identifier for row in running},
        statements={
            (row.declarant_id, row.first): row.object_id for row in statements if own.holds(row.declarant_id)
        },
    )


def _held_back(statements: Sequence[Any], day: date) -> dict[tuple[UUID, date], tuple[ApprovalState, date]]:
    """What waits on a day for the holder, or for the subcontractor after it, and until when."""
    found = {}
    for row in statements:
        if row.last is not None:
            state = approval_state(row.decision, row.last, day)
            if state in HELD_BACK:
                found[row.declarant_id, row.first] = (state, row.last)
    return found


@dataclass(frozen=True, slots=True)
class _OwnSide:
    """Whose matters a caller may follow."""

    principal: Principal
    holders: frozenset[UUID]
    delegating: frozenset[UUID]

    @property
    def answers(self) -> bool:
        """Whether what the contract owes as a whole is the caller's to follow."""
        return self.principal.role is not Role.CONTRACTOR or self.principal.organisation_id in self.holders

    def holds(self, *organisations: UUID) -> bool:
        """Whether one of these organisations, the declarant first, is on the caller's side."""
        me = self.principal.organisation_id
        if self.principal.role is Role.INSERTION_STRUCTURE:
            return me in organisations
        if self.principal.role is not Role.CONTRACTOR or me in organisations:
            return True
        return me in self.holders and organisations[0] not in self.holders

    def owes(self, declarant: UUID) -> bool:
        """Whether a month that somebody owes is on the caller's side, or delegated to it."""
        if self.principal.role is Role.INSERTION_STRUCTURE and declarant in self.delegating:
            return True
        return self.holds(declarant)

    def reads(self, dispute: Any) -> bool:  # noqa: ANN401  # a row of several columns
        """Whether the list of disputes shows these to the caller: as `visible_disputes` says."""
        me, role = self.principal.organisation_id, self.principal.role
        if role is not Role.CONTRACTOR or (dispute.declarant_id, dispute.name) == (me, role):
            return True
        by_holder = dispute.declarant_id in self.holders
        return me in self.holders and (
            dispute.identifier == PENALTY or (dispute.identifier == LINE and not by_holder)
        )


def _hired(hires: Sequence[Any], outcomes: Sequence[Any]) -> list[Hired]:
    told: defaultdict[UUID, set[OutcomeMoment]] = defaultdict(set)
    for row in outcomes:
        told[row.object_id].add(OutcomeMoment(row.identifier))
    return [
        Hired(
            work=Work(
                row.declarant_id, row.employer_id, Span(row.first, row.ended_on or row.last), row.object_id
            ),
            decision=Decision(row.decision or Decision.UNDECIDED),
            planned_end=row.last,
            ended=row.ended_on is not None,
            eligible_until=row.eligible_until,
            planned_left=max(0, row.number),
            told=told[row.object_id] | LATER if row.opposed else told[row.object_id],
        )
        for row in hires
    ]


def show_forecast(
    found: Forecast | None, position: Compliance, planned_left: int
) -> ComplianceForecast | None:
    """A forecast as it is told, with what it was made from."""
    if found is None:
        return None
    shown, goal = told(found, position.secured), position.required_at_end
    low, mid, high = (f"{french(hours)} h" for hours in (shown.low, shown.mid, shown.high))
    pace = f"{french(found.pace)} h par mois ({len(found.used)} derniers mois échus)"
    return ComplianceForecast(
        method=METHOD,
        label=LABELS["forecast_methods"][METHOD],
        assumed=parameter("forecast_months").assumed,
        text=f"Au rythme de {pace} : {mid} à la fin, entre {low} et {high}",
        low=shown.low,
        mid=shown.mid,
        high=shown.high,
        pace=found.pace,
        months_used=list(found.used),
        months_left=hundredths_text(half_up(found.left * HUNDREDTHS)),
        planned_left=planned_left,
        reaches_target=None if goal is None else found.mid >= goal,
    )


def show_reporting(found: FollowUp, terms: Terms, day: date) -> ComplianceReporting:
    """The statements due by a day and what became of them; when the next and other documents are due."""
    return ComplianceReporting(
        due=len(found.owed),
        submitted=sum(item.sent_on is not None for item in found.owed),
        missing=[
            MissingStatement(
                declarant=found.identifiers[item.declarant], month=item.month, due_on=item.due_on
            )
            for item in found.owed
            if item.sent_on is None
        ],
        late=[
            LateStatement(
                declarant=found.identifiers[item.declarant],
                month=item.month,
                due_on=item.due_on,
                sent_on=item.sent_on,
                days_late=item.days_late,
            )
            for item in found.owed
            if item.sent_on is not None and item.days_late
        ],
        next_due_on=_next((item.due_on for item in statement_calendar(terms)), day),
        documents=[_document(item, found.documents, day) for item in document_calendar(terms)],
    )


def missing_documents(found: FollowUp, terms: Terms, day: date) -> tuple[DocumentDue, ...]:
    """The documents of the clause that were due on or before a day and had not come in by then."""
    came = found.documents
    if came is None:
        return ()
    return tuple(
        item for item in document_calendar(terms) if item.due_on <= day and not _came(item, came, day)
    )


def _came(item: DocumentDue, documents: Mapping[str, date], day: date) -> date | None:
    came = documents.get(item.key)
    return came if came is not None and came <= day else None


def _document(item: DocumentDue, documents: Mapping[str, date] | None, day: date) -> DueDocument:
    came = None if documents is None else _came(item, documents, day)
    return DueDocument(
        key=item.key,
        code=item.document.code,
        label=item.document.label,
        first=item.first,
        last=item.last,
        due_on=item.due_on,
        received_on=came,
        missing=None if documents is None else came is None and item.due_on <= day,
    )


def _next(days: Iterable[date], day: date) -> date | None:
    return min((other for other in days if other > day), default=None)
