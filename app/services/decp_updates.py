"""What a later publication changes of a contract: applied where nobody had changed it, else to be decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import contracts as contract_queries
from app.db.queries import decp as queries
from app.db.queries import organisations
from app.db.tables import DecpConflict
from app.errors import FieldError, InvalidPayload, Text
from app.refusals.contracts import WaiverContradicted
from app.refusals.decp import PublicationContradicts
from app.services import contracts, decp_registering, decp_said, ledger, parties, places, waivers
from app.services.decp_said import DAYS
from app.services.organisations import known_organisation
from app.services.parties import HolderDraft

if TYPE_CHECKING:
    from app.db.session import ReadSession
    from app.db.tables import Contract, DecpRecord
    from app.exchange.decp.records import DecpContract
    from app.services.decp_said import Said
    from app.services.work import Writer

LOST = Text(
    "Des parts ou des fins enregistrées pour les titulaires seraient perdues.",
    "Shares or ends recorded of the holders would be lost.",
)
OPEN, TAKEN, KEPT, SETTLED = "open", "taken", "kept", "settled"


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done with what a publication says: fields to take, fields in conflict, firms to add."""

    taken: dict[str, Any]
    conflicts: dict[str, tuple[Any, Any]]
    subcontractors: list[list[str]]


def follow(
    writer: Writer,
    contract: Contract,
    row: DecpRecord,
    record: DecpContract,
    source: str | None,
    said: Said | None = None,
) -> tuple[list[str], list[str]]:
    """Let a later publication change the contract; returns what it changed and what is to be decided.

    `said` is what it says, where that is not all that stands in it.
    """
    said = said or decp_said.said_of(record)
    changes = compared(writer.session, contract, row.said, said)
    writer.begin("contract.published_again", contract_id=contract.id)
    writer.touch("decp_record", row.id, "said")
    changed = apply(writer, contract, changes, decp_said.holders_since(record))
    note(writer, contract, said, changes.conflicts)
    decp_registering.tell(row, record, said, source)
    return changed, sorted(changes.conflicts)


def stand_behind(
    writer: Writer, contract: Contract, record: DecpContract, source: str | None, said: Said | None = None
) -> tuple[list[str], list[str]]:
    """Keep a record behind a contract that was registered by hand; `said` and what it returns as `follow`'s.

    What nobody entered is taken from it; what was entered otherwise is to be decided.
    """
    said = said or decp_said.said_of(record)
    changes = compared(writer.session, contract, {"fields": {}, "subcontractors": []}, said)
    writer.begin("contract.published_again", contract_id=contract.id)
    changed = apply(writer, contract, changes, decp_said.holders_since(record))
    note(writer, contract, said, changes.conflicts)
    rank = queries.ranks_taken(writer.session, **decp_registering.identity_of(record))
    decp_registering.keep(writer, contract.id, record, said, source, rank)
    return changed, sorted(changes.conflicts)


def compared(session: ReadSession, contract: Contract, before: Said | None, said: Said) -> Changes:
    """What a publication says anew, beside what the contract says and what was said before.

    `before` is None for a contract imported before this was kept: its first version is what was said.
    """
    ours = present(session, contract)
    last = before["fields"] if before else (ours if contract.version == 1 else {})
    taken, conflicts = {}, {}
    for name, theirs in said["fields"].items():
        if theirs in (last.get(name), ours.get(name)):
            continue
        untouched = ours.get(name) == last.get(name) and _may_take(session, contract, name, theirs)
        if untouched:
            taken[name] = theirs
        else:
            conflicts[name] = (ours.get(name), theirs)
    known = [item[:2] for item in before["subcontractors"]] if before else []
    fresh = [item for item in said["subcontractors"] if item[:2] not in known]
    return Changes(taken, conflicts, [] if contract.closed_on else fresh)


def present(session: ReadSession, contract: Contract) -> dict[str, Any]:
    """The fields of a contract that publications speak of, in the form in which they are said."""
    found: dict[str, Any] = {
        name: getattr(contract, name)
        for name in (
            *("object", "nature", "cpv", "procedure", "ccag", "firm_amount", "maximum_amount"),
            *("framework_reference", "duration_months", "decp_social"),
        )
    }
    found |= {name: _iso(getattr(contract, name)) for name in DAYS}
    rows = contract_queries.parties_of(session, [contract.id], contract_queries.HOLDER)
    firms = organisations.organisations_by_id(session, {row.organisation_id for row in rows})
    found["holders"] = sorted(
        [firms[row.organisation_id].scheme, firms[row.organisation_id].identifier] for row in rows
    )
    published = contract_queries.places_of(session, [contract.id])
    found["place"] = (
        [published[0].published_code, published[0].published_type] if len(published) == 1 else None
    )
    return {name: value for name, value in found.items() if value not in (None, [], [None, None])}


def _may_take(session: ReadSession, contract: Contract, name: str, theirs: Any) -> bool:  # noqa: ANN401 - a value of any field
    """Whether nothing that people decided rests on the field as it is."""
    if contract.closed_on is not None or (contract.waiver is not None and name in waivers.RESTS_ON):
        return False
    if name in DAYS:
        ends = (contract.firm_end_on, contract.maximum_end_on, contract.ended_on)
        return all(end is None or end >= date.fromisoformat(theirs) for end in ends)
    if name == "holders":
        rows = contract_queries.parties_of(session, [contract.id], contract_queries.HOLDER)
        return all(row.share is None and row.until is None for row in rows)
    if name == "place":
        kept = contract_queries.places_of(session, [contract.id])
        # A record tells one place: several are a person's, like a territory and a choice among candidates.
        return len(kept) <= 1 and all(
            row.published_code is not None and (row.place is None or not row.candidates) for row in kept
        )
    return True


def take(writer: Writer, contract: Contract, name: str, theirs: Any) -> None:  # noqa: ANN401 - a value of any field
    """Take a published value because somebody says so, in the change already recorded.

    PublicationContradicts where the contract could not be put so by hand either: days out of order, a waiver
    whose ground it speaks against, shares or ends of holders that would go with them.
    """
    if name == "holders" and not _may_take(writer.session, contract, name, theirs):
        raise PublicationContradicts(errors=[FieldError("/decision", "shares_would_be_lost", LOST)])
    apply(writer, contract, Changes({name: theirs}, {}, []), None)
    try:
        contracts.check_dates(contract)
        if name in waivers.RESTS_ON:
            waivers.check(writer, contract, "/waiver")
    except (InvalidPayload, WaiverContradicted) as wrong:
        errors = [FieldError("/decision", item.code, item.detail) for item in wrong.errors]
        raise PublicationContradicts(errors=errors) from None


def apply(writer: Writer, contract: Contract, changes: Changes, since: date | None) -> list[str]:
    """Take what is to be taken, in the change already recorded; returns the fields that moved.

    `since` is the day from which new holders hold it, today if nobody said.
    """
    for name, theirs in changes.taken.items():
        _take(writer, contract, name, theirs, since)
    changed = sorted(changes.taken)
    if decp_registering.add_subcontractors(writer, contract, changes.subcontractors):
        changed.append("subcontracts")
    if changed:
        contracts.bump(writer, contract, "contract.updated", *changed)
    if not {"place", "holders"}.isdisjoint(changed):
        ledger.recount_contract(writer, contract)
    return changed


def note(writer: Writer, contract: Contract, said: Said, conflicts: dict[str, tuple[Any, Any]]) -> None:
    """Keep what is in conflict for somebody to decide; what no longer is, is settled."""
    ours = present(writer.session, contract)
    for name, (mine, theirs) in conflicts.items():
        found = queries.open_conflict(writer.session, contract.id, name)
        if found is None:
            found = _new_conflict(writer, contract, name)
        else:
            found.version += 1
        found.ours, found.theirs = {"value": mine}, {"value": theirs}
        writer.touch("decp_conflict", found.id, "ours", "theirs")
    for found in queries.open_conflicts(writer.session, contract.id):
        # Of what is said now, or was taken meanwhile, nothing is left to decide.
        if found.field not in conflicts and said["fields"].get(found.field) == ours.get(found.field):
            settle(writer, found, SETTLED)


def settle(writer: Writer, conflict: DecpConflict, state: str) -> None:
    """Close a conflict."""
    conflict.state, conflict.decided_at = state, writer.now
    conflict.version += 1
    writer.touch("decp_conflict", conflict.id, "state")


def _new_conflict(writer: Writer, contract: Contract, name: str) -> DecpConflict:
    found = DecpConflict(
        id=new_id(),
        owner_id=contract.owner_id,
        contract_id=contract.id,
        field=name,
        state=OPEN,
        version=1,
        found_at=writer.now,
    )
    writer.session.add(found)
    return found


def _take(writer: Writer, contract: Contract, name: str, theirs: Any, since: date | None) -> None:  # noqa: ANN401 - a value of any field
    if name == "holders":
        drafts = [
            HolderDraft(known_organisation(writer, value, scheme=scheme), since=since)
            for scheme, value in theirs
        ]
        parties.replace_holders(writer, contract, drafts)
    elif name == "place":
        places.replace_places(writer, contract, [places.published_place(writer.session, *theirs)])
    else:
        setattr(contract, name, date.fromisoformat(theirs) if name in DAYS else theirs)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
