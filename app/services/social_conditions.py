"""The social conditions of a contract and the waiver of them, each at an address of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.schemas.social_conditions import SocialConditionKind
from app.services import contract_views, waivers
from app.services.contracts import bump, open_contract, stored

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from app.db.tables import Contract
    from app.schemas.contracts import ContractOut
    from app.schemas.social_conditions import SocialConditionsIn, WaiverIn
    from app.services.work import Writer


# How DECP calls them.
CONSIDERED = {
    SocialConditionKind.INSERTION_HOURS: "Clause sociale",
    SocialConditionKind.TRAINING: "Clause sociale",
    SocialConditionKind.RESERVED: "Marché réservé",
    SocialConditionKind.CRITERION: "Critère social",
}


def considered(published: Iterable[str], kinds: Iterable[str], *, has_clause: bool) -> set[str]:
    """The social considerations of a contract in the words of DECP: as published, and as recorded here."""
    found = {
        *published,
        *(CONSIDERED[kind] for kind in map(SocialConditionKind, kinds) if kind in CONSIDERED),
    }
    return found | {"Clause sociale"} if has_clause else found


def put_waiver(writer: Writer, contract_id: UUID, request: WaiverIn, version: int) -> ContractOut:
    """Record why the contract has no social condition, in place of what was recorded.

    WaiverContradicted when a fact of the contract speaks against the ground.
    """
    contract = open_contract(writer, contract_id, version)
    return _set(writer, contract, "waiver", waivers.stored(request))


def remove_waiver(writer: Writer, contract_id: UUID, version: int) -> ContractOut:
    """Take the waiver back; nothing is recorded when there is none."""
    return _set(writer, open_contract(writer, contract_id, version), "waiver", None)


def put_social_conditions(
    writer: Writer, contract_id: UUID, request: SocialConditionsIn, version: int
) -> ContractOut:
    """Record every social condition of the contract, in place of those recorded."""
    contract = open_contract(writer, contract_id, version)
    return _set(writer, contract, "social_conditions", stored(request, "items"))


def remove_social_conditions(writer: Writer, contract_id: UUID, version: int) -> ContractOut:
    """Take all of them back; nothing is recorded when there are none."""
    return _set(writer, open_contract(writer, contract_id, version), "social_conditions", [])


def _set(writer: Writer, contract: Contract, name: str, value: Any) -> ContractOut:  # noqa: ANN401  # the plain JSON of a column
    if getattr(contract, name) != value:
        setattr(contract, name, value)
        if name == "waiver":
            waivers.check(writer, contract, "")
        writer.record("contract.updated", contract_id=contract.id)
        bump(writer, contract, "contract.updated", name)
    return contract_views.show(writer.session, contract)
