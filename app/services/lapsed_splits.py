"""Proposals that nobody can answer any more: their contract is closed, or one of their lines was taken out.

They end as lapsed, and the earlier claim stands as before. Callers hold the persons already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import splits as queries
from app.db.tables import Split, SplitAnswer
from app.rules.codes import SplitState
from app.services import splits

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from app.db.tables import Contract
    from app.services.work import Writer

EVENT = f"split.{SplitState.LAPSED}"


def lapse_of_contract(writer: Writer, contract: Contract) -> None:
    """End every open proposal with a line of a contract that closes in the change at hand."""
    _lapse(writer, contract, queries.open_splits(writer.session, contract.id))


def lapse_of_lines(writer: Writer, contract: Contract, line_ids: Collection[UUID]) -> None:
    """End the open proposals on lines of the contract that a correction took out in the change at hand."""
    found = queries.open_splits(writer.session, contract.id) if line_ids else []
    _lapse(writer, contract, [item for item in found if {item.line_id, item.other_line_id} & {*line_ids}])


def _lapse(writer: Writer, contract: Contract, found: Collection[Split]) -> None:
    if not found:
        return
    rows = queries.lines_by_id(
        writer.session, [line_id for split in found for line_id in (split.line_id, split.other_line_id)]
    )
    for split in found:
        writer.session.add(
            SplitAnswer(
                split_id=split.id,
                state=SplitState.LAPSED,
                reason=None,
                reviewer_id=writer.principal.organisation_id,
                answered_on=writer.today,
                answered_at=writer.now,
                change_id=writer.change_id,
            )
        )
        writer.touch("split", split.id, "state")
        ids = (split.line_id, split.other_line_id)
        own, other = ids if split.contract_id == contract.id else ids[::-1]
        writer.announce(EVENT, "split", split.id, declarant_id=rows[own].declarant_id)
        splits.tell_other_side(writer, EVENT, split, rows[other])
