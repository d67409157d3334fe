"""What waits for the caller in its role: what is left to do on each contract it sees, and who is unreachable.

Contracts are computed when they are read, so that a page looks at some of them only, and may be short.
The order is that of ids, then of codes, months and declarants: what stays in the queue keeps its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.queries import compliance as position_queries
from app.db.queries import contacts as contact_queries
from app.db.queries import contracts as contract_queries
from app.db.queries import organisations
from app.db.tables import Contact, Contract
from app.errors import FieldError, InvalidPayload, Text
from app.principal import Role
from app.rules.contacts import ContactState
from app.rules.texts import french_day
from app.schemas.follow_up import ActionCode
from app.schemas.labels import LABELS
from app.schemas.work_queue import QueueItem, WorkQueue
from app.services import compliance, sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from app.schemas.follow_up import ActionOut
    from app.schemas.work_queue import QueueWalk
    from app.services.follow_up import FollowUp
    from app.services.work import Reader

Code = ActionCode
MOST_LOOKED_AT = 100
CONTACT, CONTRACT, NONE = "contact", "contract", "-"
NOT_A_CURSOR = Text(
    "« next » d'une page de cette liste est attendu.", "“next” of a page of this list is expected."
)
FIRMS = frozenset({Role.CONTRACTOR, Role.INSERTION_STRUCTURE})
FOLLOWERS = frozenset({Role.BUYER, Role.FACILITATOR})
REVIEWER, BUYER = frozenset({Role.FACILITATOR}), frozenset({Role.BUYER})
AT_WORK = FIRMS | REVIEWER
# Whom each action waits for; others read it on the contract, and wait themselves.
WAITS_FOR: Mapping[ActionCode, frozenset[Role]] = {
    Code.STATEMENT_DUE: FIRMS,
    Code.MISSING_STATEMENT: FIRMS | FOLLOWERS,
    Code.MISSING_DOCUMENT: FOLLOWERS | {Role.CONTRACTOR},
    Code.STATEMENT_RETURNED: FIRMS,
    Code.STATEMENT_SENT_BACK: FIRMS,
    Code.STATEMENT_TO_APPROVE: frozenset({Role.CONTRACTOR}),
    Code.STATEMENT_TO_REVIEW: REVIEWER,
    Code.ASSESSMENTS_WAITING: REVIEWER,
    Code.PROOFS_MISSING: FIRMS,
    Code.HOURS_HELD: REVIEWER,
    Code.DISPUTES_OPEN: FOLLOWERS,
    Code.ELIGIBILITY_ENDING: AT_WORK,
    Code.HIRE_END_PASSED: FIRMS,
    Code.OUTCOMES_MISSING: AT_WORK,
    Code.WINDOW_ENDING: FOLLOWERS | {Role.CONTRACTOR},
    Code.CONTRACT_STARTING: FIRMS | FOLLOWERS,
    Code.NO_FACILITATOR: BUYER,
    Code.CLAUSE_MISSING: BUYER,
    Code.CLAUSE_TO_CHECK: BUYER,
}
# Of these a facilitator decides, or waits while another one does.
DECIDED = {Code.STATEMENT_TO_REVIEW, Code.ASSESSMENTS_WAITING, Code.HOURS_HELD, Code.DISPUTES_OPEN}
TO_CORRECT = {Code.STATEMENT_RETURNED, Code.STATEMENT_SENT_BACK}
# Of other declarants one reads these, and does nothing about them.
ONES_OWN = TO_CORRECT | {Code.PROOFS_MISSING}
CONTACTS = {
    Code.CONTACT_UNREACHABLE: ContactState.UNREACHABLE,
    Code.CONTACT_TO_CONFIRM: ContactState.TO_CONFIRM,
}
# Where each is looked at, under the contract; by default its hires.
UNDER_CONTRACT = {
    **dict.fromkeys((Code.STATEMENT_DUE, Code.MISSING_STATEMENT, *TO_CORRECT), "/statements"),
    Code.HOURS_HELD: "/held-hours",
    Code.DISPUTES_OPEN: "/disputes",
    Code.NO_FACILITATOR: "/mandates",
    **dict.fromkeys((Code.MISSING_DOCUMENT, Code.WINDOW_ENDING), "/compliance"),
    **dict.fromkeys((Code.CONTRACT_STARTING, Code.CLAUSE_MISSING, Code.CLAUSE_TO_CHECK), ""),
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a walk has got to: a kind of object, its id, and inside a contract what came last."""

    kind: str
    object_id: UUID | None = None
    inside: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str | None) -> _Place:
        """The place that `next` names; InvalidPayload for any other text."""
        if text is None:
            return cls(CONTACT)
        kind, _, rest = text.partition(".")
        name, *inside = rest.split(".", 3)
        try:
            place = cls(kind, UUID(name), tuple(inside))
        except ValueError:
            place = cls("")
        if len(inside) != {CONTACT: 0, CONTRACT: len(inside) and 3}.get(place.kind):
            raise InvalidPayload(errors=[FieldError("/query/after", "not_a_cursor", NOT_A_CURSOR)])
        return place

    def __str__(self) -> str:
        return ".".join((self.kind, str(self.object_id), *self.inside))


def read_queue(reader: Reader, walk: QueueWalk) -> WorkQueue:
    """A page of what waits for the caller: contacts first, then contract by contract."""
    place = _Place.read(walk.after)
    items: list[QueueItem] = []
    if place.kind == CONTACT:
        if walk.code is None or walk.code in CONTACTS:
            items = list(_contacts(reader, place, walk))
        place = _Place(CONTRACT)
    following = None
    if len(items) <= walk.limit:
        found, following = _contracts(reader, place, walk, walk.limit + 1 - len(items))
        items += found
    if len(items) > walk.limit:
        items = items[: walk.limit]
        following = items[-1].id
    return WorkQueue(items=items, next=following)


def _contacts(reader: Reader, place: _Place, walk: QueueWalk) -> Iterator[QueueItem]:
    """Own contacts to confirm or to correct; for who follows contracts, unreachable ones of the others."""
    query = contact_queries.needing_care(
        reader.principal, reader.today, others=reader.principal.role in FOLLOWERS
    )
    if place.object_id is not None:
        query = query.where(Contact.id > place.object_id)
    if walk.code is not None:
        query = contact_queries.in_state(query, CONTACTS[walk.code], reader.today)
    rows = reader.session.scalars(query.order_by(Contact.id).limit(walk.limit + 1)).all()
    named = organisations.organisations_by_id(reader.session, {row.organisation_id for row in rows})
    for row in rows:
        organisation = named[row.organisation_id]
        bounced = row.bounced_on is not None
        code = Code.CONTACT_UNREACHABLE if bounced else Code.CONTACT_TO_CONFIRM
        who = organisation.name or organisation.identifier
        function = LABELS["contact_functions"][row.function]
        since = french_day(row.bounced_on or row.confirmed_on)
        said = "injoignable depuis le" if bounced else "à confirmer, ce qui fut fait le"
        yield QueueItem(
            **_empty(str(_Place(CONTACT, row.id)), code),
            text=f"Interlocuteur « {function} » {said} {since} ({who})",
            href=f"/v1/organisations/{organisation.identifier}/contacts/{row.id}",
        )


def _contracts(
    reader: Reader, place: _Place, walk: QueueWalk, wanted: int
) -> tuple[list[QueueItem], str | None]:
    """Up to `wanted` items of the contracts from a place on, and where to go on where it stopped looking."""
    codes = {code for code, roles in WAITS_FOR.items() if reader.principal.role in roles}
    if not codes or walk.code not in (None, *codes):
        return [], None
    query = contract_queries.visible_contracts(reader.principal, reader.today)
    query = query.where(Contract.closed_on.is_(None)).order_by(Contract.id).limit(MOST_LOOKED_AT + 1)
    if place.object_id is not None:
        # Left in the middle, a contract is looked at again.
        query = query.where(Contract.id >= place.object_id if place.inside else Contract.id > place.object_id)
    items: list[QueueItem] = []
    contracts = reader.session.scalars(query).all()
    for contract in contracts[:MOST_LOOKED_AT]:
        found = _of_contract(reader, contract)
        if contract.id == place.object_id:
            found = [item for item in found if _Place.read(item.id).inside > place.inside]
        items += [item for item in found if walk.code in (None, item.code)]
        if len(items) >= wanted:
            return items[:wanted], None
    more = len(contracts) > MOST_LOOKED_AT
    return items, str(_Place(CONTRACT, contracts[MOST_LOOKED_AT - 1].id)) if more else None


def _of_contract(reader: Reader, contract: Contract) -> list[QueueItem]:
    """What waits for the caller on one contract, in the order of the walk."""
    principal = reader.principal
    row = position_queries.position_of_contract(reader.session, principal, reader.today, contract.id)
    case = compliance.case_on(reader, compliance.Sight(row), reader.today)
    balance = principal.role in sight.SEES_BALANCE
    actions = compliance.left_to_do(case, reader.today, balance=balance)
    followed = case.present.followed if case.present else None
    mine = _mine(reader, contract, actions)
    items = [_item(contract, action, followed) for action in mine]
    return sorted(items, key=lambda item: _Place.read(item.id).inside)


def _mine(reader: Reader, contract: Contract, actions: Iterable[ActionOut]) -> list[ActionOut]:
    principal = reader.principal
    waiting = [action for action in actions if principal.role in WAITS_FOR[action.code]]
    if principal.role is Role.FACILITATOR and any(action.code in DECIDED for action in waiting):
        decides = sight.reviewer_id(reader.session, contract, reader.today) == principal.organisation_id
        return [action for action in waiting if decides or action.code not in DECIDED]
    if principal.role in FIRMS:
        me = organisations.organisation_by_id(reader.session, principal.organisation_id)
        own = None if me is None else me.identifier
        # One corrects and proves one's own, and approves what others declared.
        waiting = [action for action in waiting if action.code not in ONES_OWN or action.declarant == own]
        approves = Code.STATEMENT_TO_APPROVE
        return [action for action in waiting if action.code is not approves or action.declarant != own]
    return waiting


def _item(contract: Contract, action: ActionOut, followed: FollowUp | None) -> QueueItem:
    month = NONE if action.month is None else f"{action.month:%Y-%m}"
    place = _Place(CONTRACT, contract.id, (action.code.value, month, action.declarant or action.key or NONE))
    described = ("declarant", "month", "due_on", "count", "hours")
    told = {
        **{name: getattr(action, name) for name in described},
        "contract_id": contract.id,
        "contract_reference": contract.reference,
    }
    return QueueItem(
        **{**_empty(str(place), action.code), **told},
        text=action.text,
        href=_href(contract, action, followed),
    )


def _href(contract: Contract, action: ActionOut, followed: FollowUp | None) -> str:
    if followed is not None and action.month is not None:
        for (declarant, month), statement_id in followed.statements.items():
            if month == action.month and followed.identifiers.get(declarant) == action.declarant:
                return f"/v1/statements/{statement_id}"
    return f"/v1/contracts/{contract.id}{UNDER_CONTRACT.get(action.code, '/hires')}"


def _empty(item_id: str, code: ActionCode) -> dict[str, Any]:
    empty = ("contract_id", "contract_reference", "declarant", "month", "due_on", "count", "hours")
    return {**dict.fromkeys(empty), "id": item_id, "code": code, "label": LABELS["next_actions"][code]}
