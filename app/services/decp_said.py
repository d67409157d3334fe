"""What publications say of a contract, field by field, and whether two of them speak of the same one.

Amendments change the amount, the duration and the holders of a contract; what was said at first is kept
beside them. Everything here is plain JSON, as `decp_records.said` keeps it.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.exchange.folding import fold_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.exchange.decp.records import DecpContract, Identifier, Modification

Said = dict[str, Any]

# Where in a record each field is said.
POINTERS = {
    "object": "/objet",
    "nature": "/nature",
    "cpv": "/codeCPV",
    "procedure": "/procedure",
    "ccag": "/ccag",
    "firm_amount": "/montant",
    "maximum_amount": "/montant",
    "framework_reference": "/idAccordCadre",
    "notified_on": "/dateNotification",
    "started_on": "/dateDebutExecution",
    "duration_months": "/dureeMois",
    "decp_social": "/considerationsSociales",
    "holders": "/titulaires",
    "place": "/lieuExecution",
}
DAYS = frozenset({"notified_on", "started_on"})
# Widths of the columns that are narrower than what a file may hold.
LONGEST_PLACE, LONGEST_IDENTIFIER = 32, 40
_EURO = 100
# So many earlier publications of one contract are remembered as known.
_KNOWN = 200


class Verdict(StrEnum):
    """What a publication is to one that is known under the same identity."""

    NEWER = "newer"
    OLDER = "older"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stand:
    """What of a publication tells whether another one speaks of the same contract, and which is the later."""

    object: str
    notified_on: str | None
    published_on: str | None
    weight: int
    # Amount and duration before any amendment.
    first: tuple[int | None, int | None]


def said_of(record: DecpContract) -> Said:
    """Everything that one publication says of a contract."""
    return {
        "fields": fields_of(record),
        "stand": {**asdict(stand_of(record)), "first": list(stand_of(record).first)},
        "subcontractors": _subcontractors(record),
        "modifications": [_plain(item) for item in record.modifications],
        "subcontract_acts": [_plain(item) for item in record.subcontract_acts],
        "subcontract_modifications": [_plain(item) for item in record.subcontract_modifications],
        "known": [record.fingerprint],
    }


def fields_of(record: DecpContract) -> dict[str, Any]:
    """What is said of the fields of a contract as amended; what is not said is left out."""
    firm, maximum = _amounts(record)
    found = {
        "object": record.object,
        "nature": record.nature,
        "cpv": record.cpv,
        "procedure": record.procedure,
        "ccag": record.ccag,
        "firm_amount": firm,
        "maximum_amount": maximum,
        "framework_reference": record.framework_id,
        "notified_on": _iso(record.notified_on),
        "started_on": _iso(record.started_on),
        "duration_months": duration_of(record),
        "decp_social": list(record.social_considerations),
        "holders": keys_of(holders_of(record)),
        "place": [record.place_code[:LONGEST_PLACE], record.place_type] if record.place_code else None,
    }
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def amount_of(record: DecpContract) -> int | None:
    """The amount after every amendment; one "of 0 €" leaves it as it was."""
    amended = [item.amount for item in in_order(record.modifications) if (item.amount or 0) >= _EURO]
    return amended[-1] if amended else record.amount


def duration_of(record: DecpContract) -> int | None:
    """The months after every amendment."""
    found: int | None = _last(record, "duration_months") or record.duration_months
    return found


def holders_of(record: DecpContract) -> tuple[Identifier, ...]:
    """The holders after every amendment; one that names a firm too long to be kept changes none."""
    changed: tuple[Identifier, ...] = _last(record, "holders") or ()
    storable = all(len(holder.value) <= LONGEST_IDENTIFIER for holder in changed)
    return changed if changed and storable else record.holders


def holders_since(record: DecpContract) -> date | None:
    """From which day an amendment made them the holders; None when it is they who were notified."""
    changes = [item.notified_on for item in in_order(record.modifications) if item.holders]
    return changes[-1] if changes else None


def keys_of(identifiers: Iterable[Identifier]) -> list[list[str]]:
    """Firms as pairs of scheme and identifier, in one order."""
    return sorted([item.scheme, item.value] for item in identifiers)


def stand_of(record: DecpContract) -> Stand:
    """What tells this publication from others of the same identity."""
    days = [record.published_on, *(item.published_on for item in record.modifications)]
    known = [day for day in days if day is not None]
    return Stand(
        object=hashlib.sha256(fold_words(record.object).encode()).hexdigest(),
        notified_on=_iso(record.notified_on),
        published_on=max(known).isoformat() if known else None,
        weight=len(record.modifications)
        + len(record.subcontract_acts)
        + len(record.subcontract_modifications),
        first=(record.amount, record.duration_months),
    )


def stand_said(said: Said) -> Stand:
    """The same, of what was kept."""
    kept = said["stand"]
    return Stand(**{**kept, "first": tuple(kept["first"])})


def judged(known: Stand, found: Stand, *, beside: bool) -> Verdict:
    """Whether a publication is a later or an earlier one of the same contract, or of another.

    Another object, or another day of notification, is another contract: lots are published under one number
    and differ by little else. `beside`: both stand in one file, where another first amount, or another
    duration that no later date explains, is no correction, but a second contract.
    """
    if known.object != found.object:
        return Verdict.OTHER
    if known.notified_on and found.notified_on and known.notified_on != found.notified_on:
        return Verdict.OTHER
    if beside and known.first[0] != found.first[0]:
        return Verdict.OTHER
    if known.published_on and found.published_on and known.published_on != found.published_on:
        return Verdict.NEWER if found.published_on > known.published_on else Verdict.OLDER
    if found.weight != known.weight:
        return Verdict.NEWER if found.weight > known.weight else Verdict.OLDER
    return Verdict.OTHER if beside and known.first != found.first else Verdict.NEWER


def likeness_of(record: DecpContract) -> bytes:
    """The same for publications that differ by their number and by what is told later alone."""
    parts = [record.buyer.value, fold_words(record.object), record.amount, _iso(record.notified_on)]
    return hashlib.sha256(repr([*parts, keys_of(record.holders)]).encode()).digest()


def follows(said: Said, before: Said | None) -> Said:
    """What is kept when one publication comes after another: the earlier ones stay known."""
    known = [*(before or {}).get("known", []), *said["known"]]
    return {**said, "known": list(dict.fromkeys(known))[-_KNOWN:]}


def _amounts(record: DecpContract) -> tuple[int | None, int | None]:
    """Firm and maximum amount. The whole value of a concession is turnover, no amount paid: it is neither."""
    if record.concession:
        return None, None
    amount = amount_of(record)
    return (None, amount) if record.is_framework else (amount, None)


def _last(record: DecpContract, name: str) -> Any:  # noqa: ANN401 - a field read by name
    found = [getattr(item, name) for item in in_order(record.modifications)]
    return next((value for value in reversed(found) if value), None)


def in_order(modifications: Iterable[Modification]) -> list[Modification]:
    """By day, then by number: they are published in any order."""
    return sorted(
        modifications,
        key=lambda item: (item.notified_on or item.published_on or date.min, item.number or 0),
    )


def _subcontractors(record: DecpContract) -> list[list[str | None]]:
    """Scheme, identifier and first day of each; a holder's own act names nobody new."""
    found = {
        (act.subcontractor.scheme, act.subcontractor.value): _iso(act.notified_on)
        for act in record.subcontract_acts
        if act.subcontractor is not None
        and len(act.subcontractor.value) <= LONGEST_IDENTIFIER
        and act.subcontractor not in holders_of(record)
    }
    return [[scheme, value, since] for (scheme, value), since in found.items()]


def _plain(item: Any) -> dict[str, Any]:  # noqa: ANN401 - one of three dataclasses
    return {name: _json(value) for name, value in asdict(item).items()}


def _json(value: Any) -> Any:  # noqa: ANN401 - a field of any of them
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_json(item) for item in value]
    return value


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
