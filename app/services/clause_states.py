"""Whether a contract has a clause, should have one, or need not; and what says so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from app.rules.clause_state import Situation, clause_state, possible_thresholds
from app.rules.codes import ClauseState, ConsultationKind
from app.rules.parameters import parameter
from app.rules.texts import HUNDREDTHS, french
from app.schemas.contracts import ClauseReason, ClauseStateOut, SocialConditionKind
from app.schemas.labels import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.db.tables import Contract

SOCIAL_CLAUSE = "Clause sociale"
DECP = "Arrêté du 22 décembre 2022, données essentielles : considerationsSociales"
LAW = "Code de la commande publique, art. L2112-2-1"
THRESHOLDS = parameter("threshold_works").values[-1].reference
HAS_CLAUSE: Final = "clause"


def situation_of(facts: Mapping[str, Any]) -> Situation:
    """What the rules need to know of a contract without clause; `facts` as a version's snapshot keeps them.

    An announced clause (`insertion_hours`) is not yet one: until its terms are recorded, it is missing.
    """
    consultation, kinds = facts["consultation"], {item["kind"] for item in facts["social_conditions"]}
    kind = consultation.get("kind")
    announced = SocialConditionKind.INSERTION_HOURS in kinds
    return Situation(
        social_condition=bool(kinds) and not announced,
        waiver=facts["waiver"] is not None,
        decp_social_clause=announced or SOCIAL_CLAUSE in facts["decp_social"],
        launched_on=_day(consultation.get("launched_on")),
        notified_on=_day(facts["notified_on"]),
        estimated_value=consultation.get("estimated_value"),
        kind=None if kind is None else ConsultationKind(kind),
        state_buyer=consultation.get("state_buyer"),
    )


def state_of(contract: Contract) -> ClauseState | None:
    """The clause state; None for a contract that has its clause."""
    return None if contract.clause_id is not None else clause_state(situation_of(facts_of(contract)))


def show_clause_state(contract: Contract) -> ClauseStateOut:
    """The clause state with its label and what it rests on."""
    state = state_of(contract)
    if state is None:
        return ClauseStateOut(state=HAS_CLAUSE, label=LABELS["clause_states"][HAS_CLAUSE], reasons=[])
    return ClauseStateOut(
        state=state,
        label=LABELS["clause_states"][state],
        reasons=_reasons(contract, situation_of(facts_of(contract))),
    )


def facts_of(contract: Contract) -> dict[str, Any]:
    """The facts behind the clause state, as they stand now."""
    names = ("consultation", "social_conditions", "waiver", "decp_social", "notified_on")
    return {name: getattr(contract, name) for name in names}


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _reasons(contract: Contract, situation: Situation) -> list[ClauseReason]:
    if situation.waiver:
        return [_reason("waiver", "Une absence motivée est enregistrée.", LAW)]
    if situation.social_condition:
        return [_reason("social_condition", "Une autre condition sociale est enregistrée.", LAW)]
    announced = []
    if SOCIAL_CLAUSE in contract.decp_social:
        announced.append(_reason("published", "Les données publiées disent « Clause sociale ».", DECP))
    if any(item["kind"] == SocialConditionKind.INSERTION_HOURS for item in contract.social_conditions):
        announced.append(_reason("announced", "Des heures d'insertion sont annoncées, sans clause.", None))
    return announced or _by_value(situation)


def _by_value(situation: Situation) -> list[ClauseReason]:
    obligation = parameter("social_condition_required")
    launch = situation.launched_on or situation.notified_on
    if launch is not None and not obligation.in_force(launch):
        text = "La consultation précède l'obligation d'une condition sociale."
        return [_reason("before_obligation", text, obligation.values[0].reference)]
    reasons = []
    if situation.estimated_value is None:
        reasons.append(_reason("value_unknown", "La valeur estimée de la consultation manque.", LAW))
    else:
        reasons.append(_against_threshold(situation, launch or obligation.values[0].since))
    if situation.launched_on is None:
        text = "La date de lancement de la consultation manque."
        reasons.append(_reason("launch_unknown", text, LAW))
    if situation.kind is None:
        reasons.append(_reason("kind_unknown", "La nature de la consultation manque.", LAW))
    return reasons


def _against_threshold(situation: Situation, on: date) -> ClauseReason:
    limits = possible_thresholds(situation, on)
    low, high = (french(int(limit * HUNDREDTHS)) for limit in (min(limits), max(limits)))
    value = situation.estimated_value or 0
    if value < min(limits) * HUNDREDTHS:
        return _reason("below_threshold", f"Valeur estimée sous le seuil européen ({low} € HT).", THRESHOLDS)
    if value < max(limits) * HUNDREDTHS:
        text = f"Valeur estimée entre les seuils européens possibles ({low} et {high} € HT)."
        return _reason("between_thresholds", text, THRESHOLDS)
    text = f"Valeur estimée au moins égale au seuil européen ({high} € HT)."
    return _reason("above_threshold", text, THRESHOLDS)


def _reason(code: str, text: str, reference: str | None) -> ClauseReason:
    return ClauseReason(code=code, text=text, reference=reference)
