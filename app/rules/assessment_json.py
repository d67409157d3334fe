"""An assessment as plain JSON types: what a reviewer reads, and what is stored with a decision."""

from __future__ import annotations

from app.rules.eligibility import Assessment, PublicAnswer
from app.rules.public_choices import parameters_to_json


def assessment_to_json(assessment: Assessment) -> dict[str, object]:
    """Return the whole answer: outcome, day, version of the rules, and every public with its reasons."""
    return {
        "on": assessment.on.isoformat(),
        "outcome": str(assessment.outcome),
        "rules_version": assessment.rules_version,
        "publics": [_public(item) for item in assessment.publics],
    }


def _public(answer: PublicAnswer) -> dict[str, object]:
    return {
        "code": answer.code,
        "label": answer.label_fr,
        "outcome": str(answer.outcome),
        "criterion": answer.criterion,
        "reasons": [
            {"code": item.code, "text": item.text_fr, "answer": item.answer} for item in answer.reasons
        ],
        "claimed": answer.claimed,
        "proofs_seen": list(answer.proofs_seen),
        "proofs_missing": [list(item) for item in answer.missing],
        "proofs_too_old": [
            {
                "type": item.type,
                "issued_on": item.issued_on.isoformat(),
                "months": item.months,
                "issued_from": item.issued_from.isoformat(),
            }
            for item in answer.too_old
        ],
        "parameters": parameters_to_json(answer.parameters),
        "reference": answer.reference,
        "assumed": answer.assumed,
    }
