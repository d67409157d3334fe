"""Whether a contract has a clause, should have one, or need not; and what says so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from app.db.queries import contracts as queries
from app.rules.clause_state import Situation, clause_state, possible_thresholds, possible_values
from app.rules.codes import ClauseState, ConsultationKind
from app.rules.consultations import Consultation, shared
from app.rules.parameters import parameter
from app.rules.texts import HUNDREDTHS, french
from app.schemas.contracts import ClauseReason, ClauseStateOut
from app.schemas.labels import LABELS
from app.schemas.social_conditions import SocialConditionKind
from app.services import jobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from app.db.session import ReadSession
    from app.db.tables import Contract
    from app.services.work import Writer

SOCIAL_CLAUSE = "Clause sociale"
DECP = "Arrêté du 22 décembre 2022, données essentielles : considerationsSociales"
LAW = "Code de la commande publique, art. L2112-2-1"
HAS_CLAUSE: Final = "clause"
RECHECK = "recheck"


def situation_of(facts: Mapping[str, Any], lots: Iterable[Mapping[str, Any]] = ()) -> Situation:
    """What the rules need to know of a contract without clause; `facts` as a version's snapshot keeps them.

    `lots` are the consultations that the other lots tell. An announced clause (`insertion_hours`) is not yet
    one: until its terms are recorded, it is missing.
    """
    kinds = {item["kind"] for item in facts["social_conditions"]}
    announced = SocialConditionKind.INSERTION_HOURS in kinds
    told = shared(_consultation(facts["consultation"]), [_consultation(lot) for lot in lots])
    return Situation(
        social_condition=bool(kinds) and not announced,
        waiver=facts["waiver"] is not None,
        decp_social_clause=announced or SOCIAL_CLAUSE in facts["decp_social"],
        launched_on=told.launched_on,
        notified_on=_day(facts["notified_on"]),
        estimated_value=told.estimated_value,
        at_most=told.at_most,
        kind=told.kind,
        state_buyer=told.state_buyer,
    )


def state_of(contract: Contract, lots: Iterable[Mapping[str, Any]] = ()) -> ClauseState | None:
    """The clause state as the rules see it now; None for a contract that has its clause."""
    return None if contract.clause_id is not None else clause_state(situation_of(facts_of(contract), lots))


def state_in(facts: Mapping[str, Any]) -> ClauseState:
    """The clause state kept with a contract or a version of it; where none was kept, what the facts say.

    A version keeps its state, so that a past answer depends neither on other lots nor on later rules.
    """
    kept = facts.get("clause_state")
    return clause_state(situation_of(facts)) if kept is None else ClauseState(kept)


def lots_of(session: ReadSession, contracts: Sequence[Contract]) -> dict[UUID, list[dict[str, Any]]]:
    """By contract: the consultations that the other lots of the same buyer and reference tell."""
    rows = queries.lots_of_consultations(session, contracts) if contracts else []
    return {
        contract.id: [
            row.consultation
            for row in rows
            if (row.owner_id, row.consultation_reference) == _lot_of(contract) and row.id != contract.id
        ]
        for contract in contracts
    }


def show_clause_state(contract: Contract, lots: Sequence[Mapping[str, Any]] = ()) -> ClauseStateOut:
    """The clause state with its label and what it rests on."""
    if contract.clause_id is not None:
        return ClauseStateOut(state=HAS_CLAUSE, label=LABELS["clause_states"][HAS_CLAUSE], reasons=[])
    # What is kept is what lists and figures say; the reasons are those of the same facts.
    kept, situation = contract.clause_state, situation_of(facts_of(contract), lots)
    state = clause_state(situation) if kept is None else ClauseState(kept)
    return ClauseStateOut(
        state=state, label=LABELS["clause_states"][state], reasons=_reasons(contract, situation)
    )


def judge(writer: Writer, contract: Contract) -> None:
    """Keep the clause state with the contract, as its facts and the other lots make it now."""
    contract.consultation_reference = contract.consultation.get("reference")
    contract.clause_state = state_of(contract, lots_of(writer.session, [contract])[contract.id])


def judge_kept(writer: Writer, found: Sequence[Contract]) -> list[UUID]:
    """Complete what contracts keep of their clause state; returns the ids of those in another one now.

    A closed contract keeps the state that it was closed in.
    """
    for contract in found:
        contract.consultation_reference = contract.consultation.get("reference")
    writer.session.flush()
    lots, changed = lots_of(writer.session, found), []
    for contract in found:
        if contract.clause_id is not None:
            continue
        before = contract.clause_state = state_in(facts_of(contract))
        if contract.closed_on is None and state_of(contract, lots[contract.id]) != before:
            changed.append(contract.id)
    return changed


def recheck_lots(writer: Writer, contract: Contract, *consultations: Mapping[str, Any]) -> None:
    """Have the other lots of these consultations judged again.

    Each by a job: a lot is a contract of its own, held by its own transaction.
    """
    for reference in {str(told["reference"]) for told in consultations if told.get("reference")}:
        for lot_id in queries.lots_named(writer.session, contract.owner_id, reference):
            if lot_id != contract.id:
                queue_recheck(writer, lot_id)


def queue_recheck(writer: Writer, contract_id: UUID) -> None:
    """Have the clause state of a contract judged again, once this transaction is committed."""
    jobs.queue(writer, RECHECK, str(contract_id), {"contract_id": str(contract_id)})


def facts_of(contract: Contract) -> dict[str, Any]:
    """The facts behind the clause state, as they stand now."""
    names = ("consultation", "social_conditions", "waiver", "decp_social", "notified_on", "clause_state")
    return {name: getattr(contract, name) for name in names}


def _lot_of(contract: Contract) -> tuple[UUID, str | None]:
    return contract.owner_id, contract.consultation.get("reference")


def _consultation(told: Mapping[str, Any]) -> Consultation:
    kind = told.get("kind")
    return Consultation(
        launched_on=_day(told.get("launched_on")),
        estimated_value=told.get("estimated_value"),
        kind=None if kind is None else ConsultationKind(kind),
        state_buyer=told.get("state_buyer"),
    )


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
    thresholds = possible_thresholds(situation, on)
    limits = [item.value for item in thresholds]
    acts = " ; ".join(dict.fromkeys(item.reference for item in thresholds))
    low, high = (french(int(limit * HUNDREDTHS)) for limit in (min(limits), max(limits)))
    at_least, at_most = possible_values(situation.estimated_value or 0, situation.at_most)
    if at_most < min(limits):
        return _reason("below_threshold", f"Valeur estimée sous le seuil européen ({low} € HT).", acts)
    if at_least >= max(limits):
        text = f"Valeur estimée au moins égale au seuil européen ({high} € HT)."
        return _reason("above_threshold", text, acts)
    if at_least != at_most:
        text = f"Les lots donnent des valeurs différentes : l'ensemble peut atteindre le seuil ({low} € HT)."
        return _reason("lots_disagree", text, acts)
    text = f"Valeur estimée entre les seuils européens possibles ({low} et {high} € HT)."
    return _reason("between_thresholds", text, acts)


def _reason(code: str, text: str, reference: str | None) -> ClauseReason:
    return ClauseReason(code=code, text=text, reference=reference)
