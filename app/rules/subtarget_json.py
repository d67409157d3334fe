"""Sub-targets of a clause to and from plain JSON types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeVar

from app.rules import reading
from app.rules.codes import Sex
from app.rules.errors import Finding, WrongValueError
from app.rules.publics import PUBLICS
from app.rules.subtargets import Subtarget
from app.rules.texts import decimal_text, hundredths_text

MOST = 20
JOB = re.compile(r"[A-N][0-9]{0,4}")
RESIDENCE = re.compile(r"(country|region|department|epci|ept|commune|qpv)/[0-9A-Z]{2,16}")
_KEYS = ("label", "hours", "share", "publics", "sex", "jobs", "residences", "qpv")

Amount = TypeVar("Amount", int, Fraction)


def subtargets_from_json(value: object, at: str) -> tuple[Subtarget, ...]:
    """Read the sub-targets of a clause; WrongValueError with the pointer of the wrong field."""
    items = reading.array(value, at)
    if len(items) > MOST:
        raise WrongValueError(at, f"{MOST} sous-objectifs au plus.")
    found = tuple(_subtarget(item, f"{at}/{i}") for i, item in enumerate(items))
    labels = [item.label for item in found]
    for i, label in enumerate(labels):
        if label in labels[:i]:
            raise WrongValueError(f"{at}/{i}/label", "Un autre sous-objectif porte ce nom.", "duplicate")
    return found


def subtargets_to_json(subtargets: Iterable[Subtarget]) -> list[dict[str, object]]:
    """Return the sub-targets as plain JSON types; a criterion not given is null, empty or false."""
    return [
        {
            "label": item.label,
            "hours": None if item.hours is None else hundredths_text(item.hours),
            "share": None if item.share is None else decimal_text(item.share),
            "publics": list(item.publics),
            "sex": None if item.sex is None else str(item.sex),
            "jobs": list(item.jobs),
            "residences": list(item.residences),
            "qpv": item.qpv,
        }
        for item in subtargets
    ]


def not_accepted(subtargets: Iterable[Subtarget], accepted: Iterable[str]) -> list[Finding]:
    """Return a finding per public of a sub-target that the clause does not accept: nobody could meet it."""
    known = frozenset(accepted)
    return [
        Finding(
            "public_not_accepted",
            f"/subtargets/{i}/publics/{n}",
            "La clause n'accepte pas ce public.",
        )
        for i, item in enumerate(subtargets)
        for n, code in enumerate(item.publics)
        if code not in known
    ]


def _subtarget(value: object, at: str) -> Subtarget:
    found = {
        key: item for key, item in reading.members(value, at, frozenset(_KEYS)).items() if item is not None
    }
    sex = None if "sex" not in found else reading.code(found["sex"], f"{at}/sex", Sex)
    item = Subtarget(
        label=reading.text(reading.required(found, "label", at), f"{at}/label"),
        hours=_amount(found, "hours", at, reading.hundredths),
        share=_amount(found, "share", at, reading.share),
        publics=_texts(found.get("publics", []), f"{at}/publics", _public),
        sex=sex,
        jobs=_texts(found.get("jobs", []), f"{at}/jobs", _job),
        residences=_texts(found.get("residences", []), f"{at}/residences", _residence),
        qpv=reading.boolean(found.get("qpv", False), f"{at}/qpv"),
    )
    if (item.hours is None) is (item.share is None):
        raise WrongValueError(at, "Soit des heures, soit une part de l'objectif.", "hours_or_share")
    if item.sex is None and not (item.jobs or item.sensitive):
        raise WrongValueError(at, "Au moins un critère est attendu.", "no_criterion")
    return item


def _amount(
    found: dict[str, object], key: str, at: str, read: Callable[[object, str], Amount]
) -> Amount | None:
    if key not in found:
        return None
    amount = read(found[key], f"{at}/{key}")
    if amount == 0:
        raise WrongValueError(f"{at}/{key}", "Une valeur supérieure à zéro est attendue.")
    return amount


def _texts(value: object, at: str, check: Callable[[str, str], None]) -> tuple[str, ...]:
    found = tuple(reading.text(item, f"{at}/{i}") for i, item in enumerate(reading.array(value, at)))
    for i, item in enumerate(found):
        check(item, f"{at}/{i}")
    if len(set(found)) != len(found):
        raise WrongValueError(at, "Une liste sans doublon est attendue.")
    return found


def _public(code: str, at: str) -> None:
    if code not in PUBLICS:
        raise WrongValueError(at, "Ce public n'existe pas.", "unknown_code")


def _job(code: str, at: str) -> None:
    if not JOB.fullmatch(code):
        raise WrongValueError(at, "Un code ROME, ou son début, est attendu.")


def _residence(place: str, at: str) -> None:
    if not RESIDENCE.fullmatch(place):
        raise WrongValueError(at, "Un territoire « niveau/code » est attendu.")
