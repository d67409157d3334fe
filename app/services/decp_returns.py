"""Records that say which contract they are of: files of the service's own, sent back as they were or edited.

A record that nobody edited says nothing, whatever became of its contract meanwhile; nor does one that is as
the contract stands. What was edited is taken as a publication is: where no person had entered another value;
else somebody decides. A record that claims a contract and identifies another one is never followed: somebody
decides that too.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.db.queries import decp as queries
from app.exchange.decp.reading import read_again
from app.exchange.decp.received import canonical
from app.exchange.decp.writing import record_of
from app.services import decp_said, decp_updates
from app.services.decp_registering import identity_of
from app.services.decp_said import Verdict
from app.services.decp_standing import masked, standing, with_firms
from app.services.masking import MASK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.db.session import ReadSession
    from app.db.tables import Contract
    from app.exchange.decp.records import DecpContract, Identifier
    from app.services.work import Reader, Writer

_FIRMS = ("holders", "subcontract_acts", "modifications")
_AMOUNTS = {"firm_amount": "maximum_amount", "maximum_amount": "firm_amount"}


class Return(Enum):
    """What a record is to the contract that it claims."""

    SAME = auto()
    EDITED = auto()
    OLDER = auto()
    OTHER = auto()
    MASKED = auto()


def claimed(reader: Reader, records: Sequence[DecpContract]) -> list[Contract | None]:
    """The contract that each record claims: of the record's buyer and the caller's to import, else none.

    A contract of somebody else is no contract, like one that does not exist.
    """
    ids = [_id_of(record) for record in records]
    known = {contract_id for contract_id in ids if contract_id is not None}
    if not known:
        return [None] * len(ids)
    found = queries.claimable(reader.session, reader.principal, reader.today, known)
    pairs = [found.get(contract_id) if contract_id else None for contract_id in ids]
    return [
        pair[0] if pair is not None and pair[1] == record.buyer.value else None
        for pair, record in zip(pairs, records, strict=True)
    ]


def unedited(reader: Reader, records: Sequence[DecpContract]) -> dict[str, UUID]:
    """By fingerprint, the contracts of the records that are as an export of this service wrote them."""
    own = [record for record in records if record.unedited]
    claims = zip(own, claimed(reader, own), strict=True)
    return {record.fingerprint: contract.id for record, contract in claims if contract is not None}


def has_masks(record: DecpContract) -> bool:
    """Whether an identifier is one that an export masked: nobody can be told from it."""
    found: list[Identifier] = []

    def note(firm: Identifier) -> Identifier:
        found.append(firm)
        return firm

    with_firms(record, note)
    return any(firm.value.endswith(MASK) for firm in found)


def judged(session: ReadSession, contract: Contract, record: DecpContract) -> Return:
    """What a record is to the contract that it claims, which the caller was found to own."""
    if record.unedited:
        return Return.SAME
    row = queries.record_of(session, contract.id)
    if row is not None and record.fingerprint in {
        row.fingerprint.hex(),
        *(row.said or {"known": []})["known"],
    }:
        return Return.SAME
    ours = _ours(session, contract)
    record = _unmasked(record, ours)
    if _content(record) == _content(ours):
        return Return.SAME
    if has_masks(record):
        return Return.MASKED
    if record.concession != ours.concession or identity_of(record) != identity_of(ours):
        return Return.OTHER
    verdict = decp_said.judged(decp_said.stand_of(ours), decp_said.stand_of(record), beside=False)
    return {Verdict.OTHER: Return.OTHER, Verdict.OLDER: Return.OLDER}.get(verdict, Return.EDITED)


def follow(
    writer: Writer, contract: Contract, record: DecpContract, source: str | None
) -> tuple[list[str], list[str]]:
    """Let the edits of a record change the contract; returns what changed, and what is to be decided.

    What the record repeats of the contract was not published by that: it stays whose it was.
    """
    ours = _ours(writer.session, contract)
    was_masked = has_masks(record)
    record = _unmasked(record, ours)
    if was_masked:
        # As it is kept, it names whom it names.
        record = replace(record, raw_json=canonical(record_of(record)))
    row = queries.record_of(writer.session, contract.id)
    before = row.said["fields"] if row is not None and row.said else {}
    said = decp_said.said_of(record)
    said["fields"] = {**before, **_edits(contract, ours, record)}
    if row is None:
        return decp_updates.stand_behind(writer, contract, record, source, said)
    return decp_updates.follow(writer, contract, row, record, source, said)


def _id_of(record: DecpContract) -> UUID | None:
    try:
        return UUID(record.claimed_id or "")
    except ValueError:
        return None


def _ours(session: ReadSession, contract: Contract) -> DecpContract:
    """The contract as an export tells it, read as a file is."""
    (stands,) = standing(session, [contract])
    read = read_again(canonical(record_of(stands)), concession=stands.concession)
    return stands if read is None else read


def _content(record: DecpContract) -> DecpContract:
    """What a record says, and nothing of how it came."""
    said = replace(record, source_index=0, fingerprint="", raw_json="", suspected_test=False)
    return replace(said, claimed_id=None, unedited=False)


def _unmasked(record: DecpContract, ours: DecpContract) -> DecpContract:
    """The record with our own lists of firms where it only masks them."""
    hidden, ours_hidden = _hidden(record), _hidden(ours)
    kept = {
        name: getattr(ours, name) for name in _FIRMS if getattr(hidden, name) == getattr(ours_hidden, name)
    }
    return replace(record, **kept)


def _hidden(record: DecpContract) -> DecpContract:
    """The record with every firm masked; those whom a mask makes one are read as one."""
    found = with_firms(record, masked)
    return replace(
        found,
        holders=tuple(dict.fromkeys(found.holders)),
        modifications=tuple(
            replace(item, holders=tuple(dict.fromkeys(item.holders))) for item in found.modifications
        ),
    )


def _edits(contract: Contract, ours: DecpContract, record: DecpContract) -> dict[str, Any]:
    """What the record says otherwise than the export of the contract as it stands."""
    mine = decp_said.fields_of(ours)
    found = {}
    for name, value in decp_said.fields_of(record).items():
        if value == mine.get(name):
            continue
        other = _AMOUNTS.get(name)
        # The one amount of a record is the one that the contract has, whichever that is.
        told = other if other and name in mine and getattr(contract, name) is None else name
        found[told] = value
    return found
