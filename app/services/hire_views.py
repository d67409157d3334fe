"""A hire as each may see it: ids for the declarant, decisions for the facilitator, reasons for none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.db.queries import assessments, contracts
from app.db.queries.organisations import organisations_by_id
from app.db.queries.participants import DECLARANTS
from app.principal import Role
from app.rules.codes import ContractType, Decision, Modality, Outcome
from app.schemas.hires import EndReason, HireItem, HireOut, HireWarned, HireWarning, Prescriber, ReviewOut
from app.schemas.labels import LABELS
from app.services.eligibility import eligibility_shown
from app.services.reassessments import is_automatic
from app.services.sight import terms_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.db.tables import Assessment, Hire, Organisation
    from app.principal import Principal
    from app.services.work import Reader


def shown(reader: Reader, hire: Hire) -> HireOut:
    """One hire, with what may keep its hours from counting."""
    item = items(reader, [hire])[0]
    # What the clause accepts is the contract's, which a prescriber does not see.
    warnings = [] if reader.principal.role is Role.PRESCRIBER else _warnings(reader, hire)
    return HireOut(**dict(item), warnings=warnings)


def items(reader: Reader, hires: Sequence[Hire]) -> list[HireItem]:
    """Several hires, in two queries whatever their number; a prescriber reads nothing of assessments."""
    referred = reader.principal.role is Role.PRESCRIBER
    found = {} if referred else assessments.assessments_of(reader.session, [hire.id for hire in hires])
    named = organisations_by_id(reader.session, {id_ for hire in hires for id_ in _parties(hire) if id_})
    return [_item(reader.principal, hire, found.get(hire.id), named) for hire in hires]


def _parties(hire: Hire) -> tuple[UUID | None, ...]:
    return hire.declarant_id, hire.employer_id, hire.prescriber_id


def _item(
    principal: Principal, hire: Hire, assessment: Assessment | None, named: dict[UUID, Organisation]
) -> HireItem:
    reviews = principal.role is Role.FACILITATOR
    declared = principal.role in DECLARANTS and hire.declarant_id == principal.organisation_id
    knows = reviews or declared
    referred = principal.role is Role.PRESCRIBER
    prescriber = named[hire.prescriber_id].identifier if hire.prescriber_id else None
    return HireItem(
        id=hire.id,
        contract_id=hire.contract_id,
        participant_id=hire.participant_id if knows or referred else None,
        declarant=named[hire.declarant_id].identifier,
        employer=named[hire.employer_id].identifier,
        modality=Modality(hire.modality),
        contract_type=ContractType(hire.contract_type),
        starts_on=hire.starts_on,
        planned_end_on=hire.planned_end_on,
        ended_on=hire.ended_on,
        end_reason=EndReason(hire.end_reason) if hire.end_reason else None,
        weekly_hours=hire.weekly_hours,
        planned_hours=hire.planned_hours,
        job=hire.job,
        workplace=hire.workplace,
        prescriber=prescriber if knows or referred else None,
        # A Cap emploi refers disabled people, a mission locale young ones: it would say why.
        prescriber_kind=Prescriber(hire.prescriber_kind) if knows and hire.prescriber_kind else None,
        eligibility=None if assessment is None else eligibility_shown(assessment),
        review=_review(assessment) if reviews and assessment else None,
        version=hire.version,
    )


def _review(assessment: Assessment) -> ReviewOut:
    return ReviewOut(
        assessment_id=assessment.id,
        outcome=Outcome(assessment.outcome),
        decision=Decision(assessment.decision or Decision.UNDECIDED),
        automatic=is_automatic(assessment),
        counts_from=assessment.counts_from,
    )


def _warnings(reader: Reader, hire: Hire) -> list[HireWarned]:
    clause = contracts.clause_of(reader.session, hire.contract_id)
    if clause is None:
        return []
    _, terms = terms_on(reader.session, clause, hire.starts_on)
    checks: dict[HireWarning, Any] = {
        HireWarning.MODALITY_NOT_ACCEPTED: hire.modality not in terms.modalities,
        HireWarning.CONTRACT_TYPE_NOT_ACCEPTED: hire.contract_type not in terms.contract_types,
        HireWarning.OUTSIDE_WINDOW: not terms.window.holds(hire.starts_on),
    }
    labels = LABELS["hire_warnings"]
    return [HireWarned(code=code, detail=f"{labels[code]}.") for code, stands in checks.items() if stands]
