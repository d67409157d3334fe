"""What the examples tell of an import and of the job that does it."""

from __future__ import annotations

from typing import Any

JOB = "01936f2e-7c10-7a31-9c55-0242ac12000d"
MAPPING = "01936f2e-7c10-7a31-9c55-0242ac12003e"

IMPORTS: dict[str, Any] = {
    "ExportOut.id": JOB,
    "ExportOut.kind": "entries",
    "ExportOut.format": "xlsx",
    "ExportOut.rows": 12500,
    "ExportOut.state": "done",
    "ExportOut.problem": None,
    "ExportOut.available_until": "2025-04-22T08:00:00Z",
    "ExportOut.job": f"/v1/jobs/{JOB}",
    "ExportOut.file": f"/v1/exports/{JOB}/file",
    "ImportIssue.code": "place_unresolved",
    "ImportOut.id": JOB,
    "ImportOut.job": f"/v1/jobs/{JOB}",
    "ImportOut.outcomes": {
        "created": 3,
        "unchanged": 0,
        "conflict": 0,
        "other_buyer": 0,
        "rejected": 1,
        "noted": 0,
        "held_back": 0,
    },
    "ImportOut.problem": None,
    "ImportOut.mapping": None,
    "ImportOut.file": f"/v1/imports/{JOB}/file",
    "ImportMappingOut.columns": {"hire": "Matricule", "month": "Mois", "worked": "Quantité"},
    "ImportMappingOut.id": MAPPING,
    "ImportMappingOut.kind": "hours",
    "MappingUsed.columns": {"hire": "A", "month": "B", "worked": "C"},
    "MappingUsed.mapping_id": None,
    "ImportOut.rows": f"/v1/imports/{JOB}/rows",
    "ImportOut.state": "done",
    "ImportRowOut.reference": "24-1065297-2",
    "JobOut.cancel_asked_at": None,
    "JobOut.id": JOB,
    "JobOut.kind": "import",
    "JobOut.problem": None,
    "JobOut.result": {"created": 3, "rejected": 1},
    "JobOut.state": "done",
}
