"""Contracts that the caller sees as OCDS release packages, ready to publish; no single person is told of."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from app.db.queries.releases import hours_of_contracts
from app.exchange import ocds
from app.rules.codes import Status
from app.schemas.compliance import ComplianceQuery
from app.services import contracts
from app.services.exports import position_of
from app.services.extracts import all_taken, who_and_when
from app.services.open_data import public_hours
from app.services.social_conditions import considered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    from app.schemas.compliance import ComplianceOut
    from app.schemas.contracts import ContractOut
    from app.schemas.exports import PackageQuery
    from app.services.work import Reader

ENOUGH = {Status.MET, Status.CLOSED_MET}


def one(reader: Reader, contract_id: UUID, asked: ComplianceQuery, uri: str, prefix: str) -> bytes:
    """The package of one contract; NotFound when the caller does not see it."""
    return _package(reader, [contracts.read_contract(reader, contract_id)], asked, uri, prefix)


def several(reader: Reader, asked: PackageQuery, uri: str, prefix: str, most: int) -> bytes:
    """The package of the contracts that one sees; ExportTooLarge beyond `most`."""
    times = ComplianceQuery(as_of=asked.as_of, known_at=asked.known_at)
    return _package(reader, all_taken(reader, asked, most), times, uri, prefix)


def records(reader: Reader, asked: PackageQuery, uri: str, prefix: str, most: int) -> bytes:
    """The same as records: what stands, beside the release that says it."""
    times = ComplianceQuery(as_of=asked.as_of, known_at=asked.known_at)
    return _package(reader, all_taken(reader, asked, most), times, uri, prefix, pack=ocds.record_package)


def _package(
    reader: Reader,
    found: Iterable[ContractOut],
    asked: ComplianceQuery,
    uri: str,
    prefix: str,
    *,
    pack: Callable[..., dict[str, Any]] = ocds.package,
) -> bytes:
    releases = [ocds.release(_record(reader, contract, asked), prefix) for contract in found]
    publisher = who_and_when(reader, asked)["Demandé par"]
    package = pack(releases, uri=uri, publisher=publisher, at=reader.now)
    return json.dumps(package, ensure_ascii=False, indent=1).encode()


def _record(reader: Reader, contract: ContractOut, asked: ComplianceQuery) -> ocds.Procurement:
    position = position_of(reader, contract.id, asked)
    considerations = considered(
        contract.published_social,
        (condition.kind for condition in contract.social_conditions),
        has_clause=contract.clause_id is not None,
    )
    known_at = asked.known_at or (position.known_at if position else None) or reader.now
    return ocds.Procurement(
        id=str(contract.id),
        known_at=known_at,
        reference=contract.reference,
        object=contract.object,
        lot=contract.lot,
        kind=contract.kind,
        cpv=contract.cpv,
        procedure=contract.procedure,
        firm_amount=contract.firm_amount,
        notified_on=contract.notified_on,
        started_on=contract.started_on,
        end_on=contract.ended_on or contract.firm_end_on,
        closed_on=contract.closed_on,
        buyer=ocds.Party(contract.buyer.scheme, contract.buyer.identifier, contract.buyer.name),
        holders=tuple(ocds.Party(h.scheme, h.identifier, h.name) for h in contract.holders),
        considerations=tuple(sorted(considerations)),
        obligation=_obligation(reader, position, asked) if position else None,
    )


def _obligation(reader: Reader, position: ComplianceOut, asked: ComplianceQuery) -> ocds.Obligation | None:
    """What is owed, and of what was worked that which open data tell: published years of enough people.

    Of a past day, the years that were over by then.
    """
    if position.window is None or position.counted is None:
        return None
    told = hours_of_contracts(reader.session, [position.contract_id]).get(position.contract_id, {})
    return ocds.Obligation(
        start=position.window.start,
        end=position.window.end,
        measured_on=position.as_of,
        required=public_hours(position),
        begun=position.counted > 0,
        met=position.status.code in ENOUGH,
        years=tuple(
            (year, found.hours)
            for year, found in sorted(told.items())
            if date(year, 12, 31) <= position.as_of and _known(found, asked)
        ),
    )


def _known(told: Any, asked: ComplianceQuery) -> bool:  # noqa: ANN401  # a row of `hours_of_contracts`
    """Whether a year was published by the instant that is asked for."""
    return asked.known_at is None or told.created_at <= asked.known_at
