"""Penalty terms to and from plain JSON types; the round trip is exact."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.rules import reading
from app.rules.codes import PenaltyDays, PenaltyKind, ValueOn
from app.rules.errors import WrongValueError
from app.rules.labels import LABELS
from app.rules.parameters import PARAMETERS
from app.rules.penalty_terms import Amount, Cap, FixedAmount, IndexedAmount, PenaltyTerm
from app.rules.texts import decimal_text, hundredths_text

CODE = re.compile(r"[a-z0-9_-]{1,64}")
INDEXES = tuple(code for code, item in PARAMETERS.items() if item.unit == "EUR/h")
MOST_OBSERVED = 366

_KEYS = frozenset(
    (
        *("code", "kind", "amount", "label", "days", "notice", "observation_days"),
        *("cap", "floor", "statements", "reference", "assumed"),
    )
)
_OF_DOCUMENTS = ("days", "statements")


def penalties_from_json(value: object, at: str) -> tuple[PenaltyTerm, ...]:
    """Read the penalty terms of a clause; WrongValueError with the pointer of the wrong field, below `at`."""
    found = tuple(_term(item, f"{at}/{i}") for i, item in enumerate(reading.array(value, at)))
    codes = [term.code for term in found]
    for i, code in enumerate(codes):
        if code in codes[:i]:
            raise WrongValueError(f"{at}/{i}/code", "Ce code désigne déjà une autre pénalité.", "code_twice")
    return found


def _term(value: object, at: str) -> PenaltyTerm:
    found = {key: item for key, item in reading.members(value, at, _KEYS).items() if item is not None}
    kind = reading.code(reading.required(found, "kind", at), f"{at}/kind", PenaltyKind)
    if kind is not PenaltyKind.LATE_DOCUMENT:
        _only_of_documents(found, at)
    code = reading.text(found.get("code", str(kind)), f"{at}/code")
    if not CODE.fullmatch(code):
        raise WrongValueError(f"{at}/code", "Lettres minuscules, chiffres, _ et - sont attendus.")
    cap = _cap(found.get("cap"), f"{at}/cap")
    return PenaltyTerm(
        code=code,
        kind=kind,
        amount=_amount(reading.required(found, "amount", at), f"{at}/amount"),
        label=reading.text(found.get("label", LABELS["penalty_kinds"][kind]), f"{at}/label"),
        days=reading.code(found.get("days", PenaltyDays.CALENDAR), f"{at}/days", PenaltyDays),
        notice=reading.boolean(found.get("notice", True), f"{at}/notice"),
        observation_days=reading.whole(
            found.get("observation_days", 0), f"{at}/observation_days", 0, MOST_OBSERVED
        ),
        cap=cap,
        floor=_floor(found.get("floor"), cap, f"{at}/floor"),
        statements=reading.boolean(found.get("statements", False), f"{at}/statements"),
        reference=str(found.get("reference", "")),
        assumed=reading.boolean(found.get("assumed", False), f"{at}/assumed"),
    )


def _only_of_documents(found: Mapping[str, object], at: str) -> None:
    """A term that means nothing for this kind is refused; its default may be written back."""
    for key in _OF_DOCUMENTS:
        if found.get(key, False) not in (False, PenaltyDays.CALENDAR):
            text = "Ce terme ne concerne que les documents remis en retard."
            raise WrongValueError(f"{at}/{key}", text, "not_for_this_kind")


def _amount(value: object, at: str) -> Amount:
    found = reading.members(value, at, frozenset(("euros", "parameter", "coefficient", "value_on")))
    given = {key: item for key, item in found.items() if item is not None}
    if "euros" in given:
        if len(given) > 1:
            text = "Un montant en euros ou un coefficient, pas les deux."
            raise WrongValueError(at, text, "two_amounts")
        return FixedAmount(reading.hundredths(given["euros"], f"{at}/euros"))
    parameter = reading.text(reading.required(given, "parameter", at), f"{at}/parameter")
    if parameter not in INDEXES:
        text = "Un code est attendu parmi : " + ", ".join(INDEXES) + "."
        raise WrongValueError(f"{at}/parameter", text, "unknown_code")
    coefficient = reading.fraction(reading.required(given, "coefficient", at), f"{at}/coefficient")
    on = reading.code(given.get("value_on", ValueOn.FACT), f"{at}/value_on", ValueOn)
    return IndexedAmount(parameter, coefficient, on)


def _cap(value: object, at: str) -> Cap | None:
    if value is None:
        return None
    found = reading.members(value, at, frozenset(("amount", "share")))
    amount, share = found.get("amount"), found.get("share")
    if amount is None and share is None:
        raise WrongValueError(at, "Un montant ou une part du montant ferme est attendu.", "missing")
    return Cap(
        None if amount is None else reading.hundredths(amount, f"{at}/amount"),
        None if share is None else reading.share(share, f"{at}/share"),
    )


def _floor(value: object, cap: Cap | None, at: str) -> int | None:
    if value is None:
        return None
    floor = reading.hundredths(value, at)
    if cap is not None and cap.amount is not None and floor > cap.amount:
        raise WrongValueError(at, "Le minimum ne dépasse pas le plafond.", "floor_above_cap")
    return floor


def penalties_to_json(terms: tuple[PenaltyTerm, ...]) -> list[dict[str, object]]:
    """Return penalty terms as plain JSON types; every key is said."""
    return [
        {
            "code": term.code,
            "kind": str(term.kind),
            "amount": _amount_to_json(term.amount),
            "label": term.label,
            "days": str(term.days),
            "notice": term.notice,
            "observation_days": term.observation_days,
            "cap": None if term.cap is None else _cap_to_json(term.cap),
            "floor": None if term.floor is None else hundredths_text(term.floor),
            "statements": term.statements,
            "reference": term.reference,
            "assumed": term.assumed,
        }
        for term in terms
    ]


def _amount_to_json(amount: Amount) -> dict[str, object]:
    empty: dict[str, object] = dict.fromkeys(("euros", "parameter", "coefficient", "value_on"))
    if isinstance(amount, FixedAmount):
        return {**empty, "euros": hundredths_text(amount.cents)}
    indexed = {"parameter": amount.parameter, "coefficient": decimal_text(amount.coefficient)}
    return {**empty, **indexed, "value_on": str(amount.value_on)}


def _cap_to_json(cap: Cap) -> dict[str, object]:
    return {
        "amount": None if cap.amount is None else hundredths_text(cap.amount),
        "share": None if cap.share is None else decimal_text(cap.share),
    }
