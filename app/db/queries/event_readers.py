"""Which roles may read what an event is about: an event never reaches anybody else.

Keyed by the word before the dot of its type, or by the whole type where that is narrower. A new kind of event
gets its line here, beside its row in the matrix of who may do what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, exists, not_, or_, true
from sqlalchemy.orm import aliased

from app.db.queries.contracts import HOLDER
from app.db.queries.participants import referred
from app.db.tables import ContractParty, Event, Hire
from app.principal import Role

if TYPE_CHECKING:
    from app.principal import Principal

ON_THE_CONTRACT = frozenset(
    {Role.ADMIN, Role.BUYER, Role.CONTRACTOR, Role.FACILITATOR, Role.INSERTION_STRUCTURE}
)
WHAT_IT_COSTS = ON_THE_CONTRACT - {Role.INSERTION_STRUCTURE}
REFERRED = frozenset({Role.PRESCRIBER})
BESIDE_THE_PERSON = frozenset({Role.CONTRACTOR, Role.FACILITATOR, Role.INSERTION_STRUCTURE})
READERS: dict[str, frozenset[Role]] = {
    **dict.fromkeys(("contract", "clause", "mandate", "delegation", "lines"), ON_THE_CONTRACT),
    **dict.fromkeys(("statement", "dispute", "assessment", "duration"), ON_THE_CONTRACT),
    "hire": ON_THE_CONTRACT | REFERRED,
    "outcome": BESIDE_THE_PERSON | REFERRED,
    # What was recorded of somebody's eligibility is the reviewer's to read; what was decided, everybody's.
    "assessment.recorded": frozenset({Role.FACILITATOR}),
    "split": frozenset({Role.FACILITATOR}),
    "participant": BESIDE_THE_PERSON,
    "participants": frozenset({Role.FACILITATOR}),
    "profile": frozenset({Role.BUYER, Role.FACILITATOR}),
    "import": frozenset({Role.ADMIN, Role.BUYER}),
    "contact": frozenset(Role),
    "invoice": WHAT_IT_COSTS,
    "penalty": WHAT_IT_COSTS,
    "pool": WHAT_IT_COSTS,
    # About an address of one's own, and told to its organisation in its role alone.
    "webhook": frozenset(Role),
}
# Of firms, only those that hold the contract read these.
OF_HOLDERS = ("invoice", "penalty", "pool")


def may_read(principal: Principal) -> ColumnElement[bool]:
    """The events about something that the principal's role may read, on a contract that it sees."""
    closed = [word for word, roles in READERS.items() if principal.role not in roles]
    found: ColumnElement[bool] = not_(or_(*map(_is, closed))) if closed else true()
    if principal.role is Role.CONTRACTOR:
        held = exists().where(
            ContractParty.contract_id == Event.contract_id,
            ContractParty.organisation_id == principal.organisation_id,
            ContractParty.kind == HOLDER,
        )
        found = and_(found, or_(held, not_(or_(*map(_is, OF_HOLDERS)))))
    return found


def about_somebody_referred(principal: Principal) -> ColumnElement[bool]:
    """The events about hires of people whom this prescriber referred."""
    hire = aliased(Hire)
    return and_(
        Event.subject_type == "hire",
        exists().where(hire.id == Event.subject_id, referred(hire, principal)),
    )


def _is(kind: str) -> ColumnElement[bool]:
    """Whether an event is of a kind: a whole type, or the word before its dot."""
    return Event.type == kind if "." in kind else Event.type.startswith(f"{kind}.", autoescape=True)
