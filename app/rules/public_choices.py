"""The publics that a clause or a profile accepts, to and from plain JSON types.

What is read and written names every parameter value, so that a later default never changes a stored clause.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.rules import reading
from app.rules.errors import WrongValueError
from app.rules.publics import PUBLICS, Public, Setting
from app.rules.terms import ParameterValue, PublicChoice

_KEYS = frozenset(("code", "parameters", "reference", "assumed"))


def choices_from_json(value: object, at: str) -> tuple[PublicChoice, ...]:
    """Read a non-empty list of distinct publics, each with parameter values within the catalogue's bounds."""
    found = tuple(_choice(item, f"{at}/{i}") for i, item in enumerate(reading.array(value, at)))
    if not found:
        raise WrongValueError(at, "Au moins un public est attendu.", "missing")
    if len({item.code for item in found}) != len(found):
        raise WrongValueError(at, "Un public ne figure qu'une fois.")
    return found


def choices_to_json(choices: Iterable[PublicChoice]) -> list[dict[str, object]]:
    """Return the publics as plain JSON types."""
    return [
        {
            "code": item.code,
            "parameters": parameters_to_json(item.parameters),
            "reference": item.reference,
            "assumed": item.assumed,
        }
        for item in choices
    ]


def parameters_to_json(values: Iterable[tuple[str, ParameterValue]]) -> dict[str, object]:
    """Return parameter values as plain JSON types."""
    return {code: list(value) if isinstance(value, tuple) else value for code, value in values}


def _choice(value: object, at: str) -> PublicChoice:
    found = reading.members(value, at, _KEYS)
    name = reading.text(reading.required(found, "code", at), f"{at}/code")
    if name not in PUBLICS:
        raise WrongValueError(f"{at}/code", "Ce public n'existe pas.", "unknown_code")
    reference = found.get("reference") or ""
    return PublicChoice(
        code=name,
        parameters=_parameters(PUBLICS[name], found.get("parameters", {}), f"{at}/parameters"),
        reference=reading.text(reference, f"{at}/reference") if reference else "",
        assumed=reading.boolean(found.get("assumed", False), f"{at}/assumed"),
    )


def _parameters(public: Public, value: object, at: str) -> tuple[tuple[str, ParameterValue], ...]:
    given = reading.members(value, at, frozenset(item.code for item in public.settings))
    return tuple(
        (
            item.code,
            _value(item, given[item.code], f"{at}/{item.code}") if item.code in given else item.default,
        )
        for item in public.settings
    )


def _value(setting: Setting, value: object, at: str) -> ParameterValue:
    if isinstance(setting.default, bool):
        return reading.boolean(value, at)
    if isinstance(setting.default, int):
        return reading.whole(value, at, setting.minimum, setting.maximum)
    texts = tuple(reading.text(item, f"{at}/{i}") for i, item in enumerate(reading.array(value, at)))
    if setting.accepted is None:
        return texts
    if not texts or any(item not in setting.accepted for item in texts):
        names = ", ".join(setting.accepted)
        raise WrongValueError(at, f"Une liste non vide est attendue, parmi : {names}.", "unknown_code")
    return texts
