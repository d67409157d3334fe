"""Sub-targets of a clause: what their positions are judged on, and what of them each may see."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.queries import subtargets as queries
from app.db.queries import territories
from app.errors import FieldError, InvalidPayload, Text
from app.principal import Role
from app.rules.codes import Detail
from app.rules.labels import LABELS
from app.rules.parameters import parameter
from app.rules.reporting import belongs
from app.rules.subtargets import QPV, CountedHire, Told, Traits, told
from app.schemas.subtargets import CriteriaOut, SubtargetPositionOut
from app.services import hire_traits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from app.rules.subtargets import SubtargetPosition
    from app.rules.terms import Terms
    from app.services.work import Reader

UNKNOWN_PLACE = Text("Ce territoire n'existe pas.", "There is no such territory.")


@dataclass(frozen=True, slots=True)
class Asked:
    """The hires of one obligation, to be judged by terms."""

    obligation_id: UUID
    contract_id: UUID
    terms: Terms


@dataclass(frozen=True, slots=True)
class Hires:
    """What counts of each hire on a day; `provisional`: some of it has no settled position yet."""

    counted: tuple[CountedHire, ...] = ()
    provisional: bool = False


def counted_hires(
    reader: Reader, asked: Sequence[Asked], as_of: date, position: int | None = None
) -> dict[UUID, Hires]:
    """By contract: the hours of its hires that belong to a day, as known now or at a settled position.

    In two queries, none for clauses without sub-targets. A person is one participant's record: what was
    counted at an instant does not change when records are later found to be of one person.
    """
    wanted = {item.obligation_id: item for item in asked if item.terms.subtargets}
    if not wanted:
        return {}
    traits: dict[UUID, Traits] = {}
    unsettled = set()
    contract_ids = [item.contract_id for item in wanted.values()]
    for row in queries.kept_traits(reader.session, contract_ids, position):
        traits[row.hire_id] = hire_traits.opened(reader, row.hire_id, row.number, row.traits)
        if row.provisional:
            unsettled.add(row.hire_id)
    hours: defaultdict[tuple[UUID, UUID, UUID], int] = defaultdict(int)
    for row in queries.counted_by_hire(reader.session, list(wanted), position):
        if belongs(row.month, as_of, wanted[row.obligation_id].terms.window):
            hours[row.obligation_id, row.hire_id, row.participant_id] += row.hours
    found: dict[UUID, Hires] = {item.contract_id: Hires() for item in wanted.values()}
    for (obligation_id, hire_id, person), counted in hours.items():
        contract_id = wanted[obligation_id].contract_id
        before = found[contract_id]
        hire = CountedHire(person=person, hours=counted, traits=traits.get(hire_id, Traits()))
        found[contract_id] = Hires((*before.counted, hire), before.provisional or hire_id in unsettled)
    return found


def show(
    reader: Reader, positions: Sequence[SubtargetPosition], as_of: date, *, closed: bool
) -> list[SubtargetPositionOut]:
    """The sub-targets as the caller may see them: whole for a facilitator, for others without the why."""
    fewest = int(parameter("fewest_people").at(as_of).value)
    shown = []
    for item in positions:
        if reader.principal.role is Role.FACILITATOR:
            seen = Told(Detail.EXACT, item.counted, item.balance, item.reached)
        else:
            seen = told(item, closed=closed, fewest=fewest)
        shown.append(_shown(item, seen))
    return shown


def _shown(position: SubtargetPosition, seen: Told) -> SubtargetPositionOut:
    criteria = position.subtarget
    return SubtargetPositionOut(
        label=criteria.label,
        criteria=CriteriaOut(
            publics=list(criteria.publics),
            sex=criteria.sex,
            jobs=list(criteria.jobs),
            residences=list(criteria.residences),
            qpv=criteria.qpv,
        ),
        required=position.required,
        required_at_end=position.required_at_end,
        detail=seen.detail,
        detail_label=LABELS["details"][seen.detail],
        counted=seen.counted,
        balance=seen.balance,
        reached=seen.reached,
    )


def check_places(reader: Reader, terms: Terms) -> None:
    """InvalidPayload for a territory of residence that the service does not know.

    There is no list of QPV to check one against: its code is taken as it is.
    """
    errors = [
        FieldError(f"/subtargets/{i}/residences/{n}", "unknown_reference", UNKNOWN_PLACE)
        for i, item in enumerate(terms.subtargets)
        for n, place in enumerate(item.residences)
        if not place.startswith(QPV) and not territories.exists_place(reader.session, place)
    ]
    if errors:
        raise InvalidPayload(errors=errors)
