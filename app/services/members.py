"""The members of a group in a contract's position: each sees its own balance, those who follow it see all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.queries import contracts
from app.db.queries import members as queries
from app.db.queries.organisations import organisations_by_id
from app.principal import Role
from app.rules.codes import State
from app.rules.members import Member, group_position
from app.rules.reporting import belongs
from app.rules.status import Sums
from app.schemas.members import GroupOut, MemberHours, MemberOut
from app.services import masking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.db.tables import ContractParty, Organisation
    from app.rules.members import MemberPosition
    from app.rules.status import Compliance
    from app.rules.terms import Terms
    from app.services.work import Reader

SUMS = ("declared", *State)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of holders on a buyer's contract, with the hours of each declarant.

    `only` narrows to one member, the caller.
    """

    owner_id: UUID
    members: tuple[Member, ...]
    hours: Mapping[UUID, Sums]
    only: UUID | None


def of_parties(reader: Reader, contract_id: UUID) -> tuple[Member, ...]:
    """The holders of a contract as they stand, the lead first."""
    return tuple(
        _of_party(row) for row in contracts.parties_of(reader.session, [contract_id], contracts.HOLDER)
    )


def of_version(snapshot: Mapping[str, Any]) -> tuple[Member, ...]:
    """The holders of a version of a contract; versions from before their days were kept have none."""
    return tuple(
        Member(
            organisation=UUID(item["organisation_id"]),
            share=item["share"],
            lead=item["lead"],
            since=_day(item.get("since")),
            until=_day(item.get("until")),
        )
        for item in snapshot.get("holders", [])
    )


def group_of(
    reader: Reader,
    row: Any,  # noqa: ANN401  # the row of `queries.compliance.position_of_contract`
    members: tuple[Member, ...],
    terms: Terms | None,
    as_of: date,
    position: int | None = None,
) -> Group | None:
    """The group as the caller may see it; None without one, and for firms that are no part of it."""
    if terms is None or len(members) < 2:  # noqa: PLR2004  # one holder is no group
        return None
    only = reader.principal.organisation_id if reader.principal.role is Role.CONTRACTOR else None
    if only is not None and all(member.organisation != only for member in members):
        return None
    hours: defaultdict[UUID, dict[str, int]] = defaultdict(lambda: dict.fromkeys(State, 0))
    for found in queries.hours_by_declarant(reader.session, row.owner_id, row.obligation_id, position):
        if belongs(found.month, as_of, terms.window):
            hours[found.declarant_id][found.state] += found.hours
    return Group(
        owner_id=row.owner_id,
        members=members,
        hours={key: Sums(declared=sum(states.values()), **states) for key, states in hours.items()},
        only=only,
    )


def show(reader: Reader, group: Group | None, found: Compliance) -> GroupOut | None:
    """The group's members beside its position; their hours and what they owe sum to it."""
    if group is None:
        return None
    position = group_position(group.members, found.as_of, found.required, found.required_at_end, group.hours)
    shown = [item for item in position.members if group.only in {None, item.member.organisation}]
    named = organisations_by_id(reader.session, {item.member.organisation for item in shown})
    return GroupOut(
        members=[
            _shown(item, firm, masking.shown(reader.session.viewer, group.owner_id, firm))
            for item, firm in ((item, named[item.member.organisation]) for item in shown)
        ],
        unattributed=MemberHours(**_hours(position.unattributed)) if group.only is None else None,
    )


def _shown(position: MemberPosition, firm: Organisation, identifier: str) -> MemberOut:
    return MemberOut(
        scheme=firm.scheme,
        identifier=identifier,
        name=firm.name,
        lead=position.member.lead,
        share=position.share,
        share_assumed=position.assumed,
        required=position.required,
        required_at_end=position.required_at_end,
        **_hours(position.sums),
        balance=position.balance,
    )


def _hours(sums: Sums) -> dict[str, Any]:
    return {name: getattr(sums, name) for name in SUMS}


def _of_party(row: ContractParty) -> Member:
    return Member(
        organisation=row.organisation_id, share=row.share, lead=row.lead, since=row.since, until=row.until
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
