"""The hours that the examples of the contract tell, on one day: they add up wherever they stand."""

from __future__ import annotations

from typing import Any

# One position, so that the hours of every answer add up: 20 declared = 5 + 3 + 2 + 10, of 46 required.
HOURS = {"declared": "20.00", "pending": "5.00", "held": "3.00", "refused": "2.00", "counted": "10.00"}
POSITION = {
    "required": "46.00",
    "required_at_end": "46.00",
    "expected": "18.47",
    **HOURS,
    "secured": "15.00",
    "balance": "-36.00",
}
IN_DAYS = {
    "required": "6.57",
    "required_at_end": "6.57",
    "expected": "2.64",
    "declared": "2.86",
    "pending": "0.71",
    "held": "0.43",
    "refused": "0.29",
    "counted": "1.43",
    "secured": "2.14",
    "balance": "-5.14",
}
IN_WEEKS = {
    "required": "1.31",
    "required_at_end": "1.31",
    "expected": "0.53",
    "declared": "0.57",
    "pending": "0.14",
    "held": "0.09",
    "refused": "0.06",
    "counted": "0.29",
    "secured": "0.43",
    "balance": "-1.03",
}
SENT = {"worked": "20.00", "training": "0.00", "overtime": "0.00"}

# 15 h are secured; 4 h a month for 5.37 months make 36.47 h, half of them 25.73; 30 h are planned.
FORECAST = {
    "low": "25.00",
    "mid": "36.00",
    "high": "45.00",
    "pace": "4.00",
    "planned_left": "30.00",
    "months_used": ["2025-01", "2025-02", "2025-03"],
    "reaches_target": False,
}
NONE_NEEDED: dict[str, Any] = {
    "contracts": 0,
    **dict.fromkeys(("short", "provided", "earlier", "to_find", "later", "unscheduled"), "0.00"),
    "shares_assumed": 0,
    "months": [],
    "trades": [],
}
# 46 h required less 15 secured: 30 planned, 1 to find.
NEEDED = {**NONE_NEEDED, "contracts": 1, "short": "31.00", "provided": "30.00", "to_find": "1.00"}

FIGURES: dict[str, Any] = {
    **{f"ComplianceForecast.{name}": value for name, value in FORECAST.items()},
    "ComplianceForecast.label": "Rythme des derniers mois échus",
    "ComplianceReporting.due": 4,
    "ComplianceReporting.submitted": 3,
    "ComplianceReporting.next_due_on": "2025-05-15",
    **{f"NeedsFigures.{name}": value for name, value in NEEDED.items() if name not in {"months", "trades"}},
    "MonthNeed.hours": "1.00",
    "MonthNeed.month": "2025-05",
    "TradeNeed.hours": "1.00",
    "TradeRef.scheme": "rome",
    "TradeRef.code": "F1703",
    "TradeRef.label": "Construction, bâtiment et travaux publics",
    "TerritoryNeedsOut.unlocated": NONE_NEEDED,
    "TerritoryNeedsOut.items": [],
    "TerritoryNeedsOut.level": None,
    "TerritoryNeedsOut.from": "2025-04",
    "TerritoryNeedsOut.to": "2026-03",
    "TerritoryNeedsOut.without_terms": 0,
    "TerritoryNeedsOut.unknown_at_end": 0,
    **{f"ComplianceOut.{name}": value for name, value in POSITION.items()},
    **{f"{model}.{name}": value for model in ("HoursOut", "LineOut") for name, value in HOURS.items()},
    **{
        f"{model}.{name}": value
        for model in ("LineOut", "DraftLine", "VersionLine", "PeriodOut")
        for name, value in SENT.items()
        if (model, name) != ("PeriodOut", "overtime")
    },
    "ConsolidationOut.secured": "15.00",
    "ConsolidationOut.balance": "-8.47",
    "ConsolidationOut.rate": "0.5414",
    "ConsolidationOut.year": 2025,
    "ConsolidationOut.from": "2025-01",
    "ConsolidationOut.to": "2025-12",
    "ConsolidationOut.buyer": None,
    "ConsolidationOut.hires": 1,
    "ConsolidationOut.hires_started": 1,
    "BreakdownOut.code": "modality",
    "BreakdownOut.label": "Modalité",
    "BreakdownOut.sums": True,
    "CategoryOut.code": "direct_hire",
    "CategoryOut.label": "Embauche directe",
    "CategoryOut.people": 1,
    "CategoryOut.hires": 1,
    "CategoryOut.contracts": 1,
    "CategoryOut.hours": "10.00",
    "WithheldOut.code": "age_band",
    "WithheldOut.label": "Tranche d'âge",
    "WithheldOut.reason": "Réservé au facilitateur.",
    "ComplianceOut.hours_per_day": "7.00",
    "ComplianceOut.hours_per_week": "35.00",
    "ComplianceOut.in_days": IN_DAYS,
    "ComplianceOut.in_weeks": IN_WEEKS,
    "ComplianceOut.rate": "0.2174",
    "ComplianceTarget.kind": "labour_formula",
    "EligibilityOut.status": "eligible",
    "EntryOut.hours": "10.00",
    "EntryPage.total": "10.00",
    "FiguresOut.required": "18.47",
    "HireItem.contract_type": "cdd",
    "HireItem.planned_hours": "455.00",
    "HireItem.weekly_hours": "35.00",
    "HireOut.contract_type": "cdd",
    "HireOut.planned_hours": "455.00",
    "HireOut.weekly_hours": "35.00",
    "AssessmentOut.decision": "approved",
    "LineOut.accepted": None,
    "LineOut.periods": [],
    "PostingOut.hours": "10.00",
    "PostingOut.state": "counted",
    "EntryOut.state": "counted",
    "ReviewOut.decision": "approved",
    "StatementOut.total_hours_worked": None,
    "TargetOut.hours": None,
    "TargetOut.kind": "labour_formula",
    **{
        f"TargetOut.{name}": None
        for name in (
            *("tranche", "trigger", "counts_from", "hours_per_tranche", "estimated_amount"),
            *("bands", "share", "estimated_hours"),
        )
    },
    "BandOut.from_amount": "100000.00",
    "BandOut.hours": "300.00",
    "TermsOut.milestones": [],
    "TermsOut.subtargets": [],
    "ComplianceOut.subtargets": [
        {
            "label": "Femmes",
            "criteria": {"publics": [], "sex": "female", "jobs": [], "residences": [], "qpv": False},
            "required": "11.50",
            "required_at_end": "11.50",
            "detail": "exact",
            "detail_label": "Chiffre exact",
            "counted": "10.00",
            "balance": "-1.50",
            "reached": False,
        }
    ],
    "ComplianceOut.group": None,
    "VersionLine.periods": [],
}
