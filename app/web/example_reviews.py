"""What the examples tell of a reviewer's work: durations, held hours and their splits, documents seen."""

from __future__ import annotations

from typing import Any

DECISION = "01936f2e-7c10-7a31-9c55-0242ac12000f"
SPLIT = "01936f2e-7c10-7a31-9c55-0242ac120010"
CLAIM = "5f1d8c1e-2b7a-4c39-8e52-7a1f0c9d3b60"
# The facilitator of the other examples.
REVIEWER = "33333300300007"

REVIEWS: dict[str, Any] = {
    "SeenDocumentIn.type": "payslip",
    "SeenDocumentIn.seen_on": "2025-02-12",
    "SeenDocumentOut.label": "Bulletin de paie",
    "SeenDocumentOut.seen_by": REVIEWER,
    "SeenDocumentOut.seen_on": "2025-02-12",
    "SeenDocumentOut.type": "payslip",
    "DurationDecisionOut.id": DECISION,
    "DurationDecisionOut.kind": "suspension",
    "DurationDecisionOut.label": "Suspension",
    "DurationDecisionOut.months": None,
    "DurationDecisionOut.reason": "Congé maternité",
    "DurationDecisionOut.reference": "Décision 2025-04",
    "DurationDecisionOut.since": "2025-03-01",
    "DurationDecisionOut.until": "2025-05-31",
    "DurationExplained.last_day": "2027-03-17",
    "DurationExplained.reference": "Clause, CCAP, article 8",
    "DurationExplained.start": "2024-12-16",
    "DurationStepOut.kind": "suspension",
    "DurationStepOut.label": "Suspension",
    "DurationStepOut.last_day": "2027-03-17",
    "EntryOut.documented": True,
    "HeldLine.asked": "100.00",
    "HeldLine.counted": "55.00",
    "HeldLine.declared": "100.00",
    "HeldLine.held": "45.00",
    "HoursOfLevel.counted": "40.00",
    "HoursOfLevel.declared": "46.00",
    "HoursOfLevel.held": "4.00",
    "HoursOfLevel.label": "Acceptée",
    "HoursOfLevel.level": "accepted",
    "HoursOfLevel.pending": "0.00",
    "HoursOfLevel.refused": "2.00",
    "OtherClaim.available": "155.00",
    "OtherClaim.hours": "100.00",
    "OtherClaim.rule": "single_count",
    "ProofLevelsOut.counted_with_document": "38.50",
    "ReviewerOut.identifier": REVIEWER,
    "ReviewerOut.name": "PLIE d'exemple",
    "SplitIn.hours": "95.00",
    "SplitIn.other_hours": "60.00",
    "SplitOut.hours": "95.00",
    "SplitOut.id": SPLIT,
    "SplitOut.in_force": False,
    "SplitOut.other_hours": "60.00",
    "SplitOut.reason": "Au prorata des jours travaillés",
    "SplitOut.rule": "single_count",
    "SplitOut.state": "proposed",
    "SuspendedOut.days": 92,
    "SuspendedOut.first": "2025-03-01",
    "SuspendedOut.last": "2025-05-31",
}
