"""Everything that the present figures of a contract and what is left to do on it are read from, at once.

The statement is built once: building costs more than running.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    Row,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    null,
    select,
    union_all,
)

from app.db.queries.participants import opposed_record
from app.db.tables import (
    Assessment,
    ContractParty,
    Delegation,
    Dispute,
    Hire,
    HireOutcome,
    Line,
    ObligationMonth,
    Organisation,
    PenaltyCancellation,
    PenaltyFact,
    Statement,
)
from app.db.types import Instant

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.types import TypeEngine

    from app.db.session import ReadSession

_OWNER = bindparam("owner", type_=Uuid())
_CONTRACT = bindparam("contract", type_=Uuid())
_OBLIGATION = bindparam("obligation", type_=Uuid())
_DAY = bindparam("day", type_=Date())
_LAST_MONTH = bindparam("last_month", type_=Date())


def running_on(day: Any) -> ColumnElement[bool]:  # noqa: ANN401  # a day or a parameter
    """Hires that plan hours, run on a day and are not refused: until their end, else their planned one."""
    return and_(
        Hire.planned_hours.is_not(None),
        Hire.starts_on <= day,
        func.coalesce(Hire.ended_on, Hire.planned_end_on, day) >= day,
        func.coalesce(Assessment.decision, "") != "refused",
    )


# What a row may hold, by its kind; the rest of it is null.
_COLUMNS: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(("first", "last", "ended_on", "eligible_until"), Date()),
    "sent_at": Instant(),
    **dict.fromkeys(("declarant_id", "employer_id", "object_id"), Uuid()),
    **dict.fromkeys(("scheme", "identifier", "name", "decision"), String()),
    **dict.fromkeys(("pending", "held", "refused", "counted", "number"), BigInteger()),
    "opposed": Boolean(),
}


def _part(what: str, **columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401  # columns of any type
    """Rows of one kind. Short: the driver reads the placeholders of a long statement at each execution."""
    shown = (columns.get(name, null()).label(name) for name in _COLUMNS)
    return select(literal_column(f"'{what}'", String()).label("what"), *shown)


# The first part says the types of all.
_NOTHING: dict[str, Any] = {name: cast(null(), kind) for name, kind in _COLUMNS.items()}
_SUMS = (
    _part(
        "month",
        **{
            **_NOTHING,
            "first": ObligationMonth.month,
            **{
                name: cast(func.sum(getattr(ObligationMonth, name)), BigInteger)
                for name in ("pending", "held", "refused", "counted")
            },
        },
    )
    .where(ObligationMonth.owner_id == _OWNER, ObligationMonth.obligation_id == _OBLIGATION)
    .group_by(ObligationMonth.month)
)
_SUBMITTED = (
    _part(
        "statement",
        first=Statement.month,
        last=Statement.approval_due_on,
        object_id=Statement.id,
        declarant_id=Statement.declarant_id,
        sent_at=Statement.created_at,
        decision=Statement.approval,
        scheme=Organisation.scheme,
        identifier=Organisation.identifier,
        name=Organisation.name,
    )
    .join(Organisation, Organisation.id == Statement.declarant_id)
    .where(Statement.owner_id == _OWNER, Statement.contract_id == _CONTRACT)
)
_UNFINISHED = (
    _part(
        "lines",
        first=Line.month,
        declarant_id=Line.declarant_id,
        decision=Line.verdict,
        number=func.count(),
    )
    .where(
        Line.owner_id == _OWNER,
        Line.contract_id == _CONTRACT,
        Line.verdict.is_(None) | (Line.verdict == "returned"),
        Line.withdrawn.is_(False),
    )
    .group_by(Line.month, Line.declarant_id, Line.verdict)
)
_HOLDERS = (
    _part(
        "holder",
        first=ContractParty.since,
        last=ContractParty.until,
        declarant_id=ContractParty.organisation_id,
        scheme=Organisation.scheme,
        identifier=Organisation.identifier,
        name=Organisation.name,
    )
    .join(Organisation, Organisation.id == ContractParty.organisation_id)
    .where(
        ContractParty.owner_id == _OWNER,
        ContractParty.contract_id == _CONTRACT,
        ContractParty.kind == "holder",
    )
)
_SECURED_BY_HIRE = (
    select(func.coalesce(func.sum(Line.pending + Line.counted), 0))
    .where(Line.owner_id == Hire.owner_id, Line.hire_id == Hire.id, Line.month <= _LAST_MONTH)
    .scalar_subquery()
)
_RUNNING = running_on(_DAY)
_HIRES = (
    _part(
        "hire",
        first=Hire.starts_on,
        last=Hire.planned_end_on,
        ended_on=Hire.ended_on,
        eligible_until=Assessment.eligible_until,
        declarant_id=Hire.declarant_id,
        employer_id=Hire.employer_id,
        object_id=Hire.id,
        scheme=Organisation.scheme,
        identifier=Organisation.identifier,
        name=Organisation.name,
        decision=Assessment.decision,
        # Hours of hires that are over, or that plan none, are not looked up; nor objections before the end.
        number=cast(case((_RUNNING, Hire.planned_hours - _SECURED_BY_HIRE), else_=0), BigInteger),
        opposed=case((Hire.ended_on.is_not(None), opposed_record(Hire.participant_id))),
    )
    .join(Organisation, Organisation.id == Hire.declarant_id)
    .join(Assessment, (Assessment.owner_id == Hire.owner_id) & (Assessment.hire_id == Hire.id))
    .where(Hire.owner_id == _OWNER, Hire.contract_id == _CONTRACT)
)
# The first version says that something was told; corrections tell it again.
_OUTCOMES = _part("outcome", object_id=HireOutcome.hire_id, identifier=HireOutcome.moment).where(
    HireOutcome.owner_id == _OWNER, HireOutcome.contract_id == _CONTRACT, HireOutcome.number == 1
)
_DISPUTES = (
    _part(
        "dispute",
        declarant_id=Dispute.opened_by,
        identifier=Dispute.kind,
        name=Dispute.opened_role,
        number=func.count(),
    )
    .where(Dispute.owner_id == _OWNER, Dispute.contract_id == _CONTRACT, Dispute.state == "open")
    .group_by(Dispute.opened_by, Dispute.kind, Dispute.opened_role)
)
_DOCUMENTS = _part("document", first=PenaltyFact.day, identifier=PenaltyFact.document).where(
    PenaltyFact.owner_id == _OWNER,
    PenaltyFact.contract_id == _CONTRACT,
    PenaltyFact.kind == "document_received",
    PenaltyFact.document.is_not(None),
    ~exists().where(
        PenaltyCancellation.owner_id == PenaltyFact.owner_id, PenaltyCancellation.fact_id == PenaltyFact.id
    ),
)
_DELEGATIONS = (
    _part(
        "delegation",
        first=Delegation.since,
        last=Delegation.until,
        declarant_id=Delegation.delegator_id,
        employer_id=Delegation.delegate_id,
        scheme=Organisation.scheme,
        identifier=Organisation.identifier,
        name=Organisation.name,
    )
    .join(Organisation, Organisation.id == Delegation.delegate_id)
    .where(Delegation.owner_id == _OWNER, Delegation.contract_id == _CONTRACT)
)
_BY_DELEGATE = exists().where(
    Delegation.contract_id == _CONTRACT,
    Delegation.delegate_id == Line.declarant_id,
    (Delegation.delegator_id == Hire.declarant_id) | (Delegation.delegator_id == Hire.employer_id),
)
_DELEGATED = (
    _part("delegated", first=Line.month, object_id=Line.hire_id, sent_at=Line.recorded_at)
    .join(Hire, (Hire.owner_id == Line.owner_id) & (Hire.id == Line.hire_id))
    .where(Line.owner_id == _OWNER, Line.contract_id == _CONTRACT, Line.withdrawn.is_(False), _BY_DELEGATE)
)
_PRESENT = union_all(
    *(_SUMS, _SUBMITTED, _UNFINISHED, _HOLDERS, _HIRES, _DELEGATIONS, _DELEGATED),
    *(_OUTCOMES, _DISPUTES, _DOCUMENTS),
)


def present_facts(
    session: ReadSession, position: Row[*tuple[Any, ...]], day: date, last_month: date
) -> dict[str, list[Any]]:
    """Everything that the present figures and what is left to do need, in one round trip: rows by kind.

    `month` (the sums of a month), `statement` (one submitted; `decision` is what the holder said, `last` its
    last day), `lines` (`number` of a declarant's month without `decision`, or that came back), `holder` (from
    `first` to `last`), `hire` (with its decision; `number`: hours planned and not secured by the last month,
    of hires that run on the day, it may be negative; `opposed`: it ended and the person objects),
    `delegation` (from `declarant_id` to `employer_id`, with the latter's `name`), `delegated` (a delegate
    declared the month `first` of a hire), `outcome` (something was told of a hire; `identifier`: moment),
    `dispute` (`number` open of a declarant; `identifier`: kind, `name`: role), `document` (came on `first`).
    """
    values = {
        "owner": position.owner_id,
        "contract": position.contract_id,
        "obligation": position.obligation_id,
        "day": day,
        "last_month": last_month,
    }
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in session.connection().execute(_PRESENT, values):
        found[row.what].append(row)
    return found
