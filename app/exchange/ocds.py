"""Contracts as releases of the Open Contracting Data Standard 1.1.5, with what is known of the social clause.

Extensions: lots, sustainability (the clause, on the tender or lot) and metrics (hours agreed and counted).
Nothing is told of single people, and an identifier that may hold a person's name is replaced by a number.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from app.clock import PARIS
from app.exchange.decp.identifiers import may_hold_a_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION = "1.1"
_EXTENSIONS = "https://raw.githubusercontent.com/open-contracting-extensions"
EXTENSIONS = (
    f"{_EXTENSIONS}/ocds_lots_extension/v1.1.5/extension.json",
    f"{_EXTENSIONS}/ocds_metrics_extension/master/extension.json",
    f"{_EXTENSIONS}/ocds_sustainability_extension/master/extension.json",
)
METRIC = "insertion-hours"
UNIT = {"scheme": "UNCEFACT", "id": "HUR", "name": "heure"}
INSERTION = "social.disadvantagedEmploymentOpportunities"
# What the DECP publish (« considérations sociales ») → goal and strategy of the extension's codelists.
SUSTAINABILITY = {
    "Clause sociale": (INSERTION, "contractPerformanceConditions"),
    "Critère social": ("social", "awardCriteria"),
    "Marché réservé": (INSERTION, "reservedParticipation"),
}
CATEGORIES = {"works": "works", "supplies": "goods", "services": "services"}


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation by its identifier; `scheme` is that of the DECP (« SIRET »…)."""

    scheme: str
    identifier: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """The hours of the clause, in hundredths; where they stand on `measured_on`: `met`, or `begun`.

    `years` holds what may be told of the hours counted: (year, hours).
    """

    start: date
    end: date
    measured_on: date
    required: int | None
    begun: bool
    met: bool
    years: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Procurement:
    """A contract as far as it is exported; money in hundredths of euros without tax.

    `known_at` is when it was known, an instant with its zone; `considerations` as the DECP publish them.
    """

    id: str
    known_at: datetime
    reference: str
    object: str
    lot: str | None
    kind: str | None
    cpv: str | None
    procedure: str | None
    firm_amount: int | None
    notified_on: date | None
    started_on: date | None
    end_on: date | None
    closed_on: date | None
    buyer: Party
    holders: tuple[Party, ...]
    considerations: tuple[str, ...]
    obligation: Obligation | None


def release(contract: Procurement, prefix: str) -> dict[str, Any]:
    """One release; `prefix` is that which the Open Contracting Partnership gave to the publisher.

    The identifier of the release is that of its content: the same content has the same one.
    """
    parties = _parties(contract)
    buyer, *suppliers = ({"id": key, "name": party["name"]} for key, party in parties)
    content: dict[str, Any] = {
        "ocid": f"{prefix}-{contract.id}",
        "date": _utc(contract.known_at),
        "tag": ["contract", "implementation"] if contract.obligation else ["contract"],
        "initiationType": "tender",
        "language": "fr",
        "parties": _merged(parties),
        "buyer": buyer,
        "tender": _tender(contract, buyer),
        "awards": [_award(contract, suppliers)],
        "contracts": [_contract(contract)],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return {**content, "id": f"{contract.id}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"}


def package(
    releases: Sequence[Mapping[str, Any]], *, uri: str, publisher: str, at: datetime
) -> dict[str, Any]:
    """A release package: `uri` is where it was taken, `publisher` who answers for it, `at` when."""
    return {**_packed(uri, publisher, at), "releases": list(releases)}


def record_package(
    releases: Sequence[Mapping[str, Any]], *, uri: str, publisher: str, at: datetime
) -> dict[str, Any]:
    """A record package: each process with its only release, and compiled from it."""
    return {**_packed(uri, publisher, at), "records": [_record(found) for found in releases]}


def _record(found: Mapping[str, Any]) -> dict[str, Any]:
    # As the merge routine of the standard does: what is compiled bears its process and its date.
    compiled = {**found, "id": f"{found['ocid']}-{found['date']}", "tag": ["compiled"]}
    return {"ocid": found["ocid"], "releases": [dict(found)], "compiledRelease": compiled}


def _packed(uri: str, publisher: str, at: datetime) -> dict[str, Any]:
    return {
        "uri": uri,
        "version": VERSION,
        "extensions": list(EXTENSIONS),
        "publishedDate": _utc(at),
        "publisher": {"name": publisher},
    }


def _parties(contract: Procurement) -> list[tuple[str, dict[str, Any]]]:
    # The buyer first, then the holders: none left out, so that each keeps its place.
    found = [_party(contract.buyer, "acheteur", ["buyer", "procuringEntity"])]
    found += [
        _party(holder, f"titulaire-{n}", ["supplier"]) for n, holder in enumerate(contract.holders, start=1)
    ]
    return found


def _party(party: Party, masked: str, roles: list[str]) -> tuple[str, dict[str, Any]]:
    if may_hold_a_name(party.scheme, party.identifier):
        return masked, {"id": masked, "name": "Identité masquée", "roles": roles}
    scheme = f"FR-{party.scheme}" if party.scheme == "SIRET" else party.scheme
    key, name = f"{scheme}-{party.identifier}", party.name or party.identifier
    identifier = _known({"scheme": scheme, "id": party.identifier, "legalName": party.name})
    return key, {"id": key, "name": name, "identifier": identifier, "roles": roles}


def _merged(parties: Sequence[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    # One that is both buyer and holder is one organisation with all its roles.
    found: dict[str, dict[str, Any]] = {}
    for key, party in parties:
        known = found.setdefault(key, {**party, "roles": []})
        known["roles"] = [*known["roles"], *(role for role in party["roles"] if role not in known["roles"])]
    return list(found.values())


def _tender(contract: Procurement, buyer: Mapping[str, str]) -> dict[str, Any]:
    aims = [
        {"goal": goal, "strategies": [strategy]}
        for name, (goal, strategy) in SUSTAINABILITY.items()
        if name in contract.considerations
    ]
    # Silence is not the absence of social considerations: nothing is claimed then.
    pursued = {"hasSustainability": True, "sustainability": aims} if aims else {}
    lots = [{"id": contract.lot, "title": contract.object, **pursued}] if contract.lot else None
    return _known(
        {
            "id": contract.reference,
            "title": contract.object,
            "status": "complete",
            "procuringEntity": dict(buyer),
            "procurementMethodDetails": contract.procedure,
            "mainProcurementCategory": CATEGORIES.get(contract.kind or ""),
            "lots": lots,
            **({"hasSustainability": True} if lots and aims else pursued),
        }
    )


def _award(contract: Procurement, suppliers: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    unique = {supplier["id"]: dict(supplier) for supplier in suppliers}
    return _known(
        {
            "id": contract.reference,
            "title": contract.object,
            "status": "active",
            "date": _midnight(contract.notified_on),
            "value": _euros(contract.firm_amount),
            "suppliers": list(unique.values()) or None,
            "items": _items(contract),
            "relatedLots": [contract.lot] if contract.lot else None,
        }
    )


def _items(contract: Procurement) -> list[dict[str, Any]] | None:
    if contract.cpv is None:
        return None
    item = {"id": "1", "classification": {"scheme": "CPV", "id": contract.cpv}, "relatedLot": contract.lot}
    return [_known(item)]


def _contract(contract: Procurement) -> dict[str, Any]:
    period = _known({"startDate": _midnight(contract.started_on), "endDate": _night(contract.end_on)})
    owed = contract.obligation
    known = contract.known_at.astimezone(PARIS).date()
    begun = contract.started_on is not None and contract.started_on <= known
    return _known(
        {
            "id": contract.id,
            "awardID": contract.reference,
            "title": contract.object,
            "status": "terminated" if contract.closed_on else "active" if begun else "pending",
            "period": period or None,
            "value": _euros(contract.firm_amount),
            "items": _items(contract),
            "dateSigned": _midnight(contract.notified_on),
            "agreedMetrics": _agreed(owed) if owed else None,
            "implementation": _delivered(owed) if owed else None,
        }
    )


def _agreed(owed: Obligation) -> list[dict[str, Any]] | None:
    if owed.required is None:
        return None
    due = _observation("target", owed.start, owed.end, owed.required)
    return [{"id": METRIC, "title": "Heures d'insertion dues", "observations": [due]}]


def _delivered(owed: Obligation) -> dict[str, Any]:
    years = [_observation(str(year), *_inside(owed, year), hours) for year, hours in owed.years]
    metric = {"id": METRIC, "title": "Heures d'insertion comptées", "observations": years}
    return _known({"metrics": [metric] if years else None, "milestones": [_milestone(owed)]})


def _inside(owed: Obligation, year: int) -> tuple[date, date]:
    """The days of a year in the execution; the whole year if an amendment has left it outside since."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    if owed.start > last or owed.end < first:
        return first, last
    return max(first, owed.start), min(last, owed.end)


def _milestone(owed: Obligation) -> dict[str, Any]:
    status = "scheduled"
    if owed.met:
        status = "met"
    elif owed.measured_on > owed.end:
        status = "partiallyMet" if owed.begun else "notMet"
    return {
        "id": f"{METRIC}-due",
        "title": "Heures d'insertion dues à la fin de l'exécution",
        "type": "delivery",
        "dueDate": _night(owed.end),
        "status": status,
    }


def _observation(name: str, start: date, end: date, hours: int) -> dict[str, Any]:
    period = {"startDate": _midnight(start), "endDate": _night(end)}
    return {"id": f"{METRIC}-{name}", "period": period, "measure": hours / 100, "unit": dict(UNIT)}


def _euros(hundredths: int | None) -> dict[str, Any] | None:
    return None if hundredths is None else {"amount": hundredths / 100, "currency": "EUR"}


def _midnight(day: date | None) -> str | None:
    return None if day is None else datetime.combine(day, time.min, PARIS).isoformat()


def _night(day: date | None) -> str | None:
    return None if day is None else datetime.combine(day, time(23, 59, 59), PARIS).isoformat()


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is known: OCDS leaves out what is not, rather than sending nulls."""
    return {name: value for name, value in values.items() if value is not None}
