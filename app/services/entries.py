"""The entries behind a figure of compliance: they sum to it exactly, whatever the day and the instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.db.queries import compliance as queries
from app.db.queries.lists import page_of
from app.db.tables import Entry
from app.principal import Role
from app.rules.codes import HourKind, Rule, State
from app.rules.labels import LABELS
from app.rules.reporting import last_month
from app.schemas.compliance import EntryOut, EntryPage, EntryPlaces, Figure
from app.services.compliance import own_lines_only, seen, terms_in_force
from app.services.positions import position_known_at
from app.services.sight import may_be_told

if TYPE_CHECKING:
    from uuid import UUID

    from app.schemas.compliance import EntriesQuery
    from app.services.compliance import Sight
    from app.services.work import Reader


def list_entries(reader: Reader, contract_id: UUID, asked: EntriesQuery) -> EntryPage:
    """The entries of one figure; a contractor gets those of its own side, and their total.

    That is its own lines; for a holder also those declared under it, not those of its group's other members.

    NotFound and Forbidden as for the position itself.
    """
    as_of = asked.as_of or reader.today
    sight = seen(reader, contract_id)
    position = None
    if asked.known_at is not None:
        position = position_known_at(reader, asked.known_at)
        sight = seen(reader, contract_id)
    terms = terms_in_force(reader, sight, as_of, position)
    own, hidden = own_lines_only(reader, sight), _hidden(reader, sight)
    total, items, following = 0, [], None
    if terms is not None:
        query = queries.entries_in_view(
            sight.row.owner_id,
            sight.row.obligation_id,
            last_month(as_of, terms.window),
            position=position,
            states=list(State) if asked.figure is Figure.DECLARED else [asked.figure.value],
            declarant_id=own,
            hidden=hidden,
        )
        total = queries.hours_of(reader.session, query)
        found, following = page_of(reader.session, query, Entry.id, asked.after, asked.limit)
        items = [_shown(reader, entry) for entry in found]
    now_known = None if sight.row.provisional else sight.row.sealed_at
    return EntryPage(
        as_of=as_of,
        known_at=asked.known_at or now_known,
        provisional=asked.known_at is None and sight.row.provisional,
        figure=asked.figure,
        total=total,
        own_only=own is not None or bool(hidden),
        items=items,
        next=following,
    )


def _hidden(reader: Reader, sight: Sight) -> list[UUID]:
    """Whose lines a member of a group does not read, as with their statements and hires."""
    principal, row = reader.principal, sight.row
    if principal.role is not Role.CONTRACTOR:
        return []
    return queries.fellow_holders(reader.session, row.owner_id, row.contract_id, principal.organisation_id)


def _shown(reader: Reader, entry: Entry) -> EntryOut:
    rule = None if entry.rule is None else Rule(entry.rule)
    state, kind = State(entry.state), HourKind(entry.kind)
    told = may_be_told(reader, rule)
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
        parameter=entry.parameter if told else None,
        reference=entry.reference if told else None,
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
