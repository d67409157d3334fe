"""Plain JSON values into the types of the rules; a wrong one names its pointer and what was expected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from app.rules.errors import WrongValueError

Code = TypeVar("Code", bound=StrEnum)

PLAIN_NUMBER = re.compile(r"[0-9]{1,13}(\.[0-9]{1,10})?")
"""No sign, no exponent; hundredths of the largest still fit a 64-bit column."""


def pointer(base: str, key: str) -> str:
    """Return the JSON pointer of a member of the object at `base`."""
    return f"{base}/{key.replace('~', '~0').replace('/', '~1')}"


def members(value: object, at: str, known: frozenset[str]) -> Mapping[str, object]:
    """Read an object that holds known keys only."""
    if not isinstance(value, Mapping):
        raise WrongValueError(at, "Un objet est attendu.")
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown:
        raise WrongValueError(pointer(at, unknown[0]), "Ce champ n'est pas connu.", "unknown_field")
    return value


def required(value: Mapping[str, object], key: str, at: str) -> object:
    """Return a member that must be there and not null."""
    if value.get(key) is None:
        raise WrongValueError(pointer(at, key), "Ce champ est obligatoire.", "missing")
    return value[key]


def array(value: object, at: str) -> list[object]:
    """Read a list."""
    if not isinstance(value, list):
        raise WrongValueError(at, "Une liste est attendue.")
    return value


def text(value: object, at: str) -> str:
    """Read a text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise WrongValueError(at, "Un texte est attendu.")
    return value


def boolean(value: object, at: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise WrongValueError(at, "true ou false est attendu.")
    return value


def whole(value: object, at: str, least: int, most: int) -> int:
    """Read a whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise WrongValueError(at, f"Un entier de {least} à {most} est attendu.")
    return value


def day(value: object, at: str) -> date:
    """Read a day written `YYYY-MM-DD`, and in no other way."""
    try:
        found = date.fromisoformat(text(value, at))
    except ValueError:
        found = None
    if found is None or found.isoformat() != value:
        raise WrongValueError(at, "Une date AAAA-MM-JJ est attendue.")
    return found


def fraction(value: object, at: str) -> Fraction:
    """Read a plain decimal string (or a whole number) of zero or more, exactly; never a binary float."""
    plain = isinstance(value, str | int | Decimal) and not isinstance(value, bool)
    if not plain or not PLAIN_NUMBER.fullmatch(str(value)):
        raise WrongValueError(at, "Un nombre décimal positif, entre guillemets, est attendu.")
    return Fraction(str(value))


def share(value: object, at: str) -> Fraction:
    """Read a share from 0 to 1."""
    found = fraction(value, at)
    if found > 1:
        raise WrongValueError(at, "Une part de 0 à 1 est attendue.")
    return found


def hundredths(value: object, at: str) -> int:
    """Read hours or money with at most two decimals, as hundredths."""
    found = fraction(value, at) * 100
    if found.denominator != 1:
        raise WrongValueError(at, "Deux décimales au plus sont attendues.", "too_many_decimals")
    return found.numerator


def code(value: object, at: str, codes: type[Code]) -> Code:
    """Read one code of a list of codes."""
    if not isinstance(value, str) or value not in set(codes):
        raise WrongValueError(at, "Un code est attendu parmi : " + ", ".join(codes) + ".", "unknown_code")
    return codes(value)


def codes(value: object, at: str, kind: type[Code]) -> tuple[Code, ...]:
    """Read a non-empty list of distinct codes."""
    items = array(value, at)
    found = tuple(code(item, f"{at}/{i}", kind) for i, item in enumerate(items))
    if not found or len(set(found)) != len(found):
        raise WrongValueError(at, "Une liste non vide et sans doublon est attendue.")
    return found
