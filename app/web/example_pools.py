"""What the examples of the contract tell of pools: what one contract has too much makes up for another."""

from __future__ import annotations

from typing import Any

from app.web.example_figures import POSITION

POOL = "01936f2e-7c10-7a31-9c55-0242ac120017"
CONTRACT, OTHER_CONTRACT = "01936f2e-7c10-7a31-9c55-0242ac120003", "01936f2e-7c10-7a31-9c55-0242ac120018"
# The contract of every example lacks 36 h; another one counts 50 h more than the 100 it requires.
SURPLUS = {
    "required": "100.00",
    "required_at_end": "100.00",
    "expected": "40.00",
    "declared": "160.00",
    "pending": "0.00",
    "held": "0.00",
    "refused": "10.00",
    "counted": "150.00",
    "secured": "150.00",
    "balance": "50.00",
}
TOGETHER = {
    "required": "146.00",
    "required_at_end": "146.00",
    "expected": "58.47",
    "declared": "180.00",
    "pending": "5.00",
    "held": "3.00",
    "refused": "12.00",
    "counted": "160.00",
    "secured": "165.00",
    "balance": "14.00",
}
LATE = {"code": "late", "label": "En retard"}
REACHED = {"code": "met", "label": "Objectif atteint"}

POOLS: dict[str, Any] = {
    "ComplianceOut.pool": {"id": POOL, "status": REACHED, "balance": "14.00", "covered": "36.00"},
    "PoolOut.id": POOL,
    "PoolOut.holder": "22222200200008",
    "PoolOut.holder_name": "Entreprise d'exemple",
    "PoolOut.reason": "Deux lots, un seul parcours",
    "PoolOut.running": True,
    "PoolOut.contracts_total": 2,
    "PoolOut.agreed_total": 2,
    "PoolContractOut.state": "agreed",
    "PoolContractOut.on": "2025-01-06",
    "PoolContractOut.reason": None,
    "PoolComplianceOut.pool_id": POOL,
    "PoolComplianceOut.running": True,
    "PoolComplianceOut.status": REACHED,
    **{f"PoolComplianceOut.{name}": hours for name, hours in TOGETHER.items()},
    "PoolComplianceOut.rate": "1.0959",
    "PoolComplianceOut.contracts_total": 2,
    "PoolComplianceOut.contracts": [
        {"contract_id": CONTRACT, "status": LATE, **POSITION, "covered": "36.00"},
        {"contract_id": OTHER_CONTRACT, "status": REACHED, **SURPLUS, "covered": "0.00"},
    ],
}
