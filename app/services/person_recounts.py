"""Counting a person again once it is decided who is the same: durations, limits, caps (domain §4, §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import persons as queries
from app.services import durations, jobs, ledger
from app.services.sight import needed_clause

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from app.db.tables import Contract
    from app.services.work import Writer

RECOUNT_PERSON = "recount_person"


def recount(writer: Writer, contract: Contract, participant_id: UUID) -> bool:
    """Set a person's durations anew on a contract that is held, and count their lines there again.

    A change is opened, filed under the contract and told, only if something moves: nobody on the contract
    learns of a decision that changes nothing there. Returns whether something moved.
    """
    (person_id,) = queries.hold_persons(writer.session, [participant_id])
    durations.renew_durations(writer, needed_clause(writer.session, contract), person_id)
    ledger.recount_person(writer, contract, participant_id)
    return writer.change is not None


def tell(writer: Writer, contract: Contract) -> None:
    """Note under the open change that figures of the contract moved."""
    writer.touch("contract", contract.id, "hours")
    writer.announce("lines.recounted", "contract", contract.id)


def queue_elsewhere(writer: Writer, here: Contract, persons: Iterable[Iterable[UUID]]) -> None:
    """Have each of these persons, given by their records, counted again on every other contract they know.

    Each contract in a transaction of its own: none holds two contracts.
    """
    for records in persons:
        by_contract = {
            row.contract_id: row.participant_id for row in queries.hired_on(writer.session, records)
        }
        for contract_id, participant_id in sorted(by_contract.items()):
            if contract_id == here.id:
                continue
            queue_on(writer, contract_id, participant_id)


def queue_on(writer: Writer, contract_id: UUID, participant_id: UUID) -> None:
    """Have one person counted again on one contract."""
    payload = {"contract_id": str(contract_id), "participant_id": str(participant_id)}
    jobs.queue(writer, RECOUNT_PERSON, f"{contract_id}/{participant_id}", payload)
