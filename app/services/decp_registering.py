"""A contract registered from a published record, and the record kept behind it."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import contracts as queries
from app.db.tables import DecpRecord
from app.rules.codes import ConsultationKind
from app.services import decp_said
from app.services.contracts import PLAIN, ContractDraft, add_contract
from app.services.decp_said import DAYS
from app.services.organisations import known_organisation
from app.services.parties import HolderDraft, add_subcontractor
from app.services.places import published_place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.db.tables import Contract
    from app.exchange.decp.records import DecpContract
    from app.services.decp_said import Said
    from app.services.work import Writer


def identity_of(record: DecpContract) -> dict[str, Any]:
    """What makes two records the same contract, as far as publications say: columns of `decp_records`."""
    holders = sorted(f"{holder.scheme}:{holder.value}" for holder in record.holders)
    return {
        "buyer": record.buyer.value,
        "reference": record.external_id,
        "cpv": record.cpv or "",
        "holders_hash": hashlib.sha256("\n".join(holders).encode()).digest(),
    }


def register(
    writer: Writer, record: DecpContract, source: str | None, rank: int = 0
) -> tuple[Contract, bool]:
    """Register the contract of a record in a change of its own; whether its place is a territory."""
    said = decp_said.said_of(record)
    contract_id = new_id()
    writer.record("contract.registered", contract_id=contract_id)
    fields = said["fields"]
    code, kind = fields.get("place") or (None, record.place_type)
    place = published_place(writer.session, code, kind)
    since = decp_said.holders_since(record)
    draft = ContractDraft(
        id=contract_id,
        buyer=known_organisation(writer, record.buyer.value),
        reference=record.external_id,
        object=record.object,
        **{name: _stored(name, value) for name, value in fields.items() if name in PLAIN},
        # What kind of consultation it was decides which threshold obliges it.
        consultation={"kind": ConsultationKind.CONCESSION.value} if record.concession else {},
        decp_social=record.social_considerations,
        holders=tuple(
            HolderDraft(known_organisation(writer, value, scheme=scheme), since=since)
            for scheme, value in fields.get("holders", [])
        ),
        places=() if place.published_code is None else (place,),
    )
    contract = add_contract(writer, draft)
    add_subcontractors(writer, contract, said["subcontractors"])
    keep(writer, contract.id, record, said, source, rank)
    return contract, place.place is not None


def keep(
    writer: Writer, contract_id: UUID, record: DecpContract, said: Said, source: str | None, rank: int = 0
) -> None:
    """Keep a record behind its contract."""
    row = DecpRecord(id=new_id(), **identity_of(record), rank=rank, contract_id=contract_id)
    tell(row, record, said, source)
    writer.session.add(row)


def tell(row: DecpRecord, record: DecpContract, said: Said, source: str | None) -> None:
    """Make a record the last that was said of its contract."""
    row.fingerprint = bytes.fromhex(record.fingerprint)
    row.likeness = decp_said.likeness_of(record)
    row.notified_on = record.notified_on
    row.source = source
    # The text itself: as a document its numbers and escapes would not come back as they were.
    row.raw = {"text": record.raw_json}
    row.said = decp_said.follows(said, row.said)


def add_subcontractors(writer: Writer, contract: Contract, said: Sequence[Sequence[str]]) -> bool:
    """Add who is said to be a subcontractor (scheme, identifier, first day) and is no party; if any was."""
    if not said:
        return False
    parties = (queries.HOLDER, queries.SUBCONTRACTOR)
    known = {
        row.organisation_id
        for kind in parties
        for row in queries.parties_of(writer.session, [contract.id], kind)
    }
    added = False
    for scheme, value, since in said:
        firm = known_organisation(writer, value, scheme=scheme)
        if firm.id not in known:
            known.add(firm.id)
            first = date.fromisoformat(since) if since else contract.notified_on or writer.today
            add_subcontractor(writer, contract, firm, first, None)
            added = True
    return added


def _stored(name: str, value: Any) -> Any:  # noqa: ANN401 - plain JSON
    return date.fromisoformat(value) if name in DAYS else value
