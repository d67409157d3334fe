"""Contracts that the caller sees as OCDS release packages, ready to publish; no single person is told of."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from app.db.queries import reports as queries
from app.exchange import ocds
from app.rules.codes import State, Status
from app.rules.masking import told_apart
from app.rules.parameters import parameter
from app.schemas.compliance import ComplianceQuery
from app.schemas.social_conditions import SocialConditionKind
from app.services import contracts
from app.services.entries import view_of
from app.services.exports import position_of
from app.services.extracts import all_taken, who_and_when

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from app.schemas.compliance import ComplianceOut
    from app.schemas.contracts import ContractOut
    from app.schemas.exports import PackageQuery
    from app.services.work import Reader

ENOUGH = {Status.MET, Status.CLOSED_MET}
CONSIDERED = {
    SocialConditionKind.INSERTION_HOURS: "Clause sociale",
    SocialConditionKind.TRAINING: "Clause sociale",
    SocialConditionKind.RESERVED: "Marché réservé",
    SocialConditionKind.CRITERION: "Critère social",
}


def one(reader: Reader, contract_id: UUID, asked: ComplianceQuery, uri: str, prefix: str) -> bytes:
    """The package of one contract; NotFound when the caller does not see it."""
    return _package(reader, [contracts.read_contract(reader, contract_id)], asked, uri, prefix)


def several(reader: Reader, asked: PackageQuery, uri: str, prefix: str, most: int) -> bytes:
    """The package of the contracts that one sees; ExportTooLarge beyond `most`."""
    times = ComplianceQuery(as_of=asked.as_of, known_at=asked.known_at)
    return _package(reader, all_taken(reader, asked, most), times, uri, prefix)


def _package(
    reader: Reader, found: Iterable[ContractOut], asked: ComplianceQuery, uri: str, prefix: str
) -> bytes:
    releases = [ocds.release(_record(reader, contract, asked), prefix) for contract in found]
    publisher = who_and_when(reader, asked)["Demandé par"]
    package = ocds.package(releases, uri=uri, publisher=publisher, at=reader.now)
    return json.dumps(package, ensure_ascii=False, indent=1).encode()


def _record(reader: Reader, contract: ContractOut, asked: ComplianceQuery) -> ocds.Procurement:
    position = position_of(reader, contract.id, asked)
    considered = {
        *contract.published_social,
        *(CONSIDERED.get(c.kind, "") for c in contract.social_conditions),
    }
    if contract.clause_id is not None:
        considered.add("Clause sociale")
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
        considerations=tuple(sorted(considered)),
        obligation=_obligation(reader, position, asked) if position else None,
    )


def _obligation(reader: Reader, position: ComplianceOut, asked: ComplianceQuery) -> ocds.Obligation | None:
    if position.window is None or position.counted is None:
        return None
    required = position.required if position.required_at_end is None else position.required_at_end
    return ocds.Obligation(
        start=position.window.start,
        end=position.window.end,
        measured_on=position.as_of,
        required=required,
        counted=position.counted,
        met=position.status.code in ENOUGH,
        months=_months(reader, position, asked),
    )


def _months(reader: Reader, position: ComplianceOut, asked: ComplianceQuery) -> tuple[tuple[date, int], ...]:
    """The months in which enough people worked to be told apart from the total."""
    view = view_of(reader, position.contract_id, position.as_of, asked.known_at)
    entries = view.entries([State.COUNTED])
    # Months of a firm's own side would not add up to the total of the contract.
    if entries is None or view.own_only:
        return ()
    hours: defaultdict[date, int] = defaultdict(int)
    people: defaultdict[date, set[object]] = defaultdict(set)
    for month, person, found in queries.people_by_month(reader.session, entries):
        hours[month] += found
        people[month].add(person)
    fewest = int(parameter("fewest_people").at(position.as_of).value)
    parts = {month.isoformat(): frozenset(found) for month, found in people.items()}
    told = told_apart(parts, (), fewest)
    return tuple((month, hours[month]) for month in sorted(hours) if month.isoformat() in told)
