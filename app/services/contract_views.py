"""A contract as it is shown, and as its versions keep it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from app.db.queries import contracts as queries
from app.db.queries import organisations
from app.schemas.contracts import ConsultationOut, ContractOut, OrganisationRef, SuspensionOut
from app.services.clause_states import lots_of, show_clause_state
from app.services.parties import show_holders
from app.services.places import show_places
from app.services.waivers import shown_waiver

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeVar
    from uuid import UUID

    from app.db.session import ReadSession, Viewer
    from app.db.tables import Contract, ContractParty, ContractPlace, Organisation

    Child = TypeVar("Child", ContractParty, ContractPlace)

AS_STORED = (
    *("id", "version", "reference", "object", "lot", "nature", "kind", "cpv", "procedure", "ccag"),
    *("firm_amount", "maximum_amount", "framework_reference", "social_conditions"),
    *("notified_on", "started_on", "duration_months", "firm_end_on", "maximum_end_on"),
    *("ended_on", "closed_on", "clause_id", "created_at"),
)
CONSULTATION = ("reference", "launched_on", "estimated_value", "kind", "state_buyer")
DAYS = ("notified_on", "started_on", "firm_end_on", "maximum_end_on", "ended_on", "closed_on")
KEPT = (
    *("reference", "lot", "kind", "cpv", "firm_amount", "maximum_amount", "framework_reference"),
    *("consultation", "social_conditions", "waiver", "decp_social", "duration_months", "suspensions"),
    "clause_state",
)


def show(session: ReadSession, contract: Contract) -> ContractOut:
    """One contract as its parties see it."""
    return show_all(session, [contract])[0]


def show_all(session: ReadSession, contracts: Sequence[Contract]) -> list[ContractOut]:
    """Several, with four readings however many there are."""
    ids = [contract.id for contract in contracts]
    parties = _by_contract(queries.parties_of(session, ids, queries.HOLDER))
    places = _by_contract(queries.places_of(session, ids))
    named = {contract.owner_id for contract in contracts}
    named |= {party.organisation_id for found in parties.values() for party in found}
    known = organisations.organisations_by_id(session, named)
    lots = lots_of(session, [contract for contract in contracts if contract.clause_id is None])
    return [
        _shown(
            session.viewer,
            contract,
            parties[contract.id],
            places[contract.id],
            known,
            lots.get(contract.id, []),
        )
        for contract in contracts
    ]


def snapshot(session: ReadSession, contract: Contract) -> dict[str, Any]:
    """What compliance reads of a contract, in plain JSON: amounts in cents, shares in ten-thousandths."""
    return {
        **{field: getattr(contract, field) for field in KEPT},
        **{day: _iso(getattr(contract, day)) for day in DAYS},
        "clause_id": str(contract.clause_id) if contract.clause_id else None,
        "holders": [
            {
                "organisation_id": str(row.organisation_id),
                "share": row.share,
                "lead": row.lead,
                "since": row.since.isoformat(),
                "until": _iso(row.until),
            }
            for row in queries.parties_of(session, [contract.id], queries.HOLDER)
        ],
        "places": [
            {"place": row.place, "share": row.share} for row in queries.places_of(session, [contract.id])
        ],
    }


def _shown(
    viewer: Viewer | None,
    contract: Contract,
    parties: Sequence[ContractParty],
    places: Sequence[ContractPlace],
    known: dict[UUID, Organisation],
    lots: Sequence[dict[str, Any]],
) -> ContractOut:
    buyer = known[contract.owner_id]
    consultation = {name: contract.consultation.get(name) for name in CONSULTATION}
    return ContractOut.model_validate(
        {
            **{field: getattr(contract, field) for field in AS_STORED},
            "buyer": OrganisationRef(scheme=buyer.scheme, identifier=buyer.identifier, name=buyer.name),
            "consultation": ConsultationOut.model_validate(consultation),
            "waiver": shown_waiver(contract.waiver),
            "published_social": contract.decp_social,
            "suspensions": [SuspensionOut.model_validate(found) for found in contract.suspensions],
            "holders": show_holders(viewer, parties, known),
            "places": show_places(places),
            "clause_state": show_clause_state(contract, lots),
        }
    )


def _by_contract(rows: Iterable[Child]) -> dict[UUID, list[Child]]:
    found: defaultdict[UUID, list[Child]] = defaultdict(list)
    for row in rows:
        found[row.contract_id].append(row)
    return found


def _iso(day: Any) -> str | None:  # noqa: ANN401  # a column read by name
    return day.isoformat() if day else None
