"""Where contracts stand today, in lists: kept with every folding, judged on reading where that is too old."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.db.queries import standings as queries
from app.db.queries.figures import EVERYWHERE, Asked
from app.refusals.contracts import StandingsPending
from app.rules.codes import Status
from app.rules.days import month_start
from app.rules.labels import LABELS
from app.rules.version import RULES_VERSION
from app.schemas.compliance import ComplianceStatus
from app.schemas.contracts import ContractStanding
from app.services.sight import SEES_BALANCE, require_role
from app.services.standings import contracts_of, positions_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy import Select

    from app.db.tables import Contract
    from app.rules.status import Compliance
    from app.schemas.contracts import ContractsWalk
    from app.services.standings import JudgedContract
    from app.services.work import Reader

# As many contracts are judged within a second; where more are too old, a day has just begun.
MOST_JUDGED, TOGETHER = 2_000, 500
RETRY_SECONDS = "60"


@dataclass(frozen=True, slots=True)
class Judged:
    """A contract with its status, and what its secured hours lack of those expected (hundredths)."""

    contract: JudgedContract
    status: Status
    behind: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Contracts with where each stands, and the one to go on from."""

    contracts: list[Contract]
    standings: list[ContractStanding]
    following: UUID | None


def judge(reader: Reader, contract_ids: Collection[UUID]) -> dict[UUID, Judged]:
    """Those of these contracts that the caller sees, as they stand today."""
    found: dict[UUID, Judged] = {}
    ordered = sorted(contract_ids)
    for first in range(0, len(ordered), TOGETHER):
        found |= _judged(reader, frozenset(ordered[first : first + TOGETHER]))
    return found


def _judged(reader: Reader, contract_ids: frozenset[UUID]) -> dict[UUID, Judged]:
    month = month_start(reader.today)
    asked = Asked(reader.principal, reader.today, month, month, "execution", among=contract_ids)
    contracts = {
        contract.row.contract_id: contract
        for contract in contracts_of(reader, asked, reader.today, EVERYWHERE)
    }
    positions = positions_of(reader, contracts.values(), reader.today)
    return {
        contract_id: _of(contract, positions.get(contract_id)) for contract_id, contract in contracts.items()
    }


def _of(contract: JudgedContract, position: Compliance | None) -> Judged:
    if position is None:
        return Judged(contract, Status(contract.facts.clause_state), 0)
    return Judged(contract, position.status, max(0, position.expected - position.secured))


def list_by_standing(reader: Reader, seen: Select[Contract], walk: ContractsWalk) -> Listed:
    """The contracts of a query that have a status, or all of them by risk, as they stand at this moment.

    Forbidden for roles that see no balance; StandingsPending while too many
    contracts are still to be judged for the day.
    """
    require_role(reader, *SEES_BALANCE)
    reader.session.plan_for_values()
    outdated = queries.outdated(reader.session, seen, reader.today, RULES_VERSION)
    if len(outdated) > MOST_JUDGED:
        raise StandingsPending(headers={"Retry-After": RETRY_SECONDS})
    fresh = {
        contract_id: (judged.status.value, judged.behind)
        for contract_id, judged in judge(reader, outdated).items()
    }
    rows = queries.ByStanding(seen, fresh).page(
        reader.session,
        status=walk.status,
        by_risk=walk.sort == "risk",
        after=walk.after,
        limit=walk.limit + 1,
    )
    kept = rows[: walk.limit]
    return Listed(
        contracts=[row.Contract for row in kept],
        standings=[
            ContractStanding(
                contract_id=row.Contract.id,
                status=ComplianceStatus(code=row.status, label=LABELS["statuses"][row.status]),
                behind=row.behind,
            )
            for row in kept
        ],
        following=kept[-1].Contract.id if len(rows) > walk.limit else None,
    )
