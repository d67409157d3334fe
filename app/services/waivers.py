"""Waivers and social conditions of a contract: recorded with it, or by addresses of their own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app.errors import FieldError, InvalidPayload, Text
from app.refusals.contracts import WaiverContradicted
from app.rules.codes import WaiverGround
from app.rules.labels import LABELS
from app.rules.waivers import Execution, contradiction
from app.schemas.contracts import ContractKind
from app.schemas.social_conditions import WaiverOut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.db.tables import Contract
    from app.schemas.social_conditions import WaiverFields
    from app.services.work import Writer

# What a waiver may contradict: changing one of these asks again whether it does.
RESTS_ON = frozenset(
    {"waiver", "kind", "consultation", "duration_months", "notified_on", "started_on", "firm_end_on"}
)
IN_ENGLISH = {
    "not_works": "This contract does not buy works.",
    "not_short": "This contract lasts six months or more.",
}
DECIDED_LATER = Text("Cette décision n'est pas encore prise.", "This decision is still to come.")


def stored(waiver: WaiverFields) -> dict[str, Any]:
    """A waiver in the plain JSON that is stored, without what is not known."""
    known = waiver.model_dump(mode="json", exclude_none=True)
    return dict(known)


def shown_waiver(kept: Mapping[str, Any] | None) -> WaiverOut | None:
    """A waiver as it is shown; when and by whom are null where nobody said so."""
    if kept is None:
        return None
    return WaiverOut.model_validate({"decided_on": None, "decided_by": None, **kept})


def check(writer: Writer, contract: Contract, at: str) -> None:
    """Refuse a waiver decided in the future (InvalidPayload) or that a fact contradicts (WaiverContradicted).

    `at` is the pointer of the waiver in the payload.
    """
    kept = contract.waiver
    if kept is None:
        return
    decided_on = kept.get("decided_on")
    if decided_on is not None and date.fromisoformat(decided_on) > writer.today:
        raise InvalidPayload(errors=[FieldError(f"{at}/decided_on", "in_the_future", DECIDED_LATER)])
    flaw = contradiction(WaiverGround(kept["ground"]), _execution(contract))
    if flaw is not None:
        detail = Text(f"{LABELS['waiver_flaws'][flaw]}.", IN_ENGLISH[flaw])
        raise WaiverContradicted(errors=[FieldError(f"{at}/ground", flaw, detail)])


def _execution(contract: Contract) -> Execution:
    launched = contract.consultation.get("launched_on")
    bought = contract.kind or contract.consultation.get("kind")
    return Execution(
        kind=bought if bought in set(ContractKind) else None,
        months=contract.duration_months,
        first=contract.started_on or contract.notified_on,
        last=contract.firm_end_on,
        launched_on=None if launched is None else date.fromisoformat(launched),
    )
