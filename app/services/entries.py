"""The entries behind a figure of compliance: they sum to it exactly, whatever the day and the instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.db.queries import entries as queries
from app.db.queries.lists import page_of
from app.db.tables import Entry
from app.principal import Role
from app.rules.codes import HourKind, Rule, State
from app.rules.labels import LABELS
from app.rules.proof_levels import proof_level
from app.rules.reporting import last_month
from app.schemas.compliance import EntryOut, EntryPage, EntryPlaces, Figure
from app.services.compliance import own_lines_only, seen, terms_in_force
from app.services.positions import position_known_at
from app.services.sight import value_told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import Select

    from app.rules.terms import Terms
    from app.schemas.compliance import EntriesQuery
    from app.services.compliance import Sight
    from app.services.work import Reader


@dataclass(frozen=True, slots=True)
class EntriesInView:
    """The entries that a caller may read of a position; `terms` None: there is no clause, hence none.

    A contractor gets those of its own side: its own lines, for a holder also those declared under it, not
    those of its group's other members.
    """

    sight: Sight
    terms: Terms | None
    as_of: date
    asked_at: datetime | None
    position: int | None
    own: UUID | None
    hidden: list[UUID]

    @property
    def known_at(self) -> datetime | None:
        """When the answer was known; None while it is provisional."""
        row = self.sight.row
        return self.asked_at or (None if row.provisional else row.sealed_at)

    @property
    def provisional(self) -> bool:
        """Whether a change of the contract is not settled yet."""
        return self.asked_at is None and bool(self.sight.row.provisional)

    @property
    def own_only(self) -> bool:
        """Whether other declarants' lines are left out."""
        return self.own is not None or bool(self.hidden)

    def entries(self, states: Sequence[str]) -> Select[Entry] | None:
        """The entries in these states; None without a clause."""
        if self.terms is None:
            return None
        return queries.entries_in_view(
            self.sight.row.owner_id,
            self.sight.row.obligation_id,
            last_month(self.as_of, self.terms.window),
            position=self.position,
            states=states,
            declarant_id=self.own,
            hidden=self.hidden,
        )


def view_of(
    reader: Reader, contract_id: UUID, asked_as_of: date | None, known_at: datetime | None
) -> EntriesInView:
    """What the caller may read of a contract on a day, as known at an instant.

    NotFound and Forbidden as for the position itself.
    """
    as_of = asked_as_of or reader.today
    sight = seen(reader, contract_id)
    position = None
    if known_at is not None:
        position = position_known_at(reader, known_at)
        sight = seen(reader, contract_id)
    terms = terms_in_force(reader, sight, as_of, position)
    own, hidden = own_lines_only(reader, sight), _hidden(reader, sight)
    return EntriesInView(sight, terms, as_of, known_at, position, own, hidden)


def list_entries(reader: Reader, contract_id: UUID, asked: EntriesQuery) -> EntryPage:
    """The entries of one figure that the caller may read, and their total."""
    view = view_of(reader, contract_id, asked.as_of, asked.known_at)
    query = view.entries(states_of(asked.figure))
    total, items, following = 0, [], None
    if query is not None:
        total = queries.hours_of(reader.session, query)
        found, following = page_of(reader.session, query, Entry.id, asked.after, asked.limit)
        items = [shown(reader, entry) for entry in found]
    return EntryPage(
        as_of=view.as_of,
        known_at=view.known_at,
        provisional=view.provisional,
        figure=asked.figure,
        total=total,
        own_only=view.own_only,
        items=items,
        next=following,
    )


def _hidden(reader: Reader, sight: Sight) -> list[UUID]:
    """Whose lines a member of a group does not read, as with their statements and hires."""
    principal, row = reader.principal, sight.row
    if principal.role is not Role.CONTRACTOR:
        return []
    return queries.fellow_holders(reader.session, row.owner_id, row.contract_id, principal.organisation_id)


def states_of(figure: Figure) -> list[str]:
    """The states whose entries make up a figure."""
    return list(State) if figure is Figure.DECLARED else [figure.value]


def shown(reader: Reader, entry: Entry) -> EntryOut:
    """An entry as the caller reads it."""
    rule = None if entry.rule is None else Rule(entry.rule)
    state, kind = State(entry.state), HourKind(entry.kind)
    parameter, reference = value_told(reader, entry, entry.month)
    level = proof_level(state, rule, documented=entry.documented)
    return EntryOut(
        id=entry.id,
        month=entry.month,
        hours=entry.hours,
        kind=kind,
        kind_label=LABELS["hour_kinds"][kind],
        state=state,
        state_label=LABELS["states"][state],
        rule=rule,
        rule_label=None if rule is None else LABELS["counting_rules"][rule],
        parameter=parameter,
        reference=reference,
        proof_level=level,
        proof_level_label=LABELS["proof_levels"][level],
        documented=entry.documented,
        hire_id=entry.hire_id,
        places=EntryPlaces(**_places(reader, entry)),
    )


def _places(reader: Reader, entry: Entry) -> dict[str, Any]:
    # Where a person lives is part of the identity, which neither the buyer nor other firms see.
    shown = reader.principal.role is Role.FACILITATOR
    return {
        "execution": entry.execution,
        "residence": entry.residence if shown else None,
        "buyer": entry.buyer_seat,
        "facilitator": entry.facilitator_seat,
    }
