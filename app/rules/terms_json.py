"""Terms of a clause to and from plain JSON types: decimal strings, ISO dates, codes. The round trip is exact.

The profile, else the general conditions, fills the fields that a clause leaves out when it is sent; what is
written back says everything. What was kept is read without any profile: a key that did not exist yet when it
was written reads as the general conditions say, whose value for a new key must be what held until then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from itertools import pairwise
from typing import Any

from app.rules import reading
from app.rules.codes import ApprovalFrom, ContractType, Every, Modality, RoundingMode
from app.rules.days import Span
from app.rules.errors import Finding, WrongDocumentError, WrongValueError
from app.rules.hours import Rounding
from app.rules.penalty_json import penalties_from_json, penalties_to_json
from app.rules.profile_parts import APPROVAL_DAYS
from app.rules.profiles import GENERAL, PROFILES, Profile
from app.rules.public_choices import choices_from_json, choices_to_json
from app.rules.subtarget_json import not_accepted, subtargets_from_json, subtargets_to_json
from app.rules.target_json import target_from_json, target_to_json
from app.rules.terms import FOLLOWING, Conditions, Document, Durations, Milestone, Reporting, Terms
from app.rules.texts import decimal_text, hundredths_text

MOST_MONTHS = 120
LAST_DUE_DAY = 31
MOST_DAYS = 90
STEPS = (1, 50, 100)
AUTHORITIES = ("insertion_structure", "prescriber")
NO_MILESTONES = "Les heures de cet objectif sont attendues dès qu'elles sont dues : il n'a pas de jalons."
OUTSIDE_WINDOW = "Ce jalon est hors de la période d'exécution."

Reader = Callable[[object, str], Any]


def terms_from_json(document: Mapping[str, object], profile: Profile | None = None) -> Terms:
    """Read the terms that a clause sends; `profile` stands for the one it names, when it is not built in.

    Only `target` and `window` have no default. Raises WrongDocumentError: one finding per wrong field.
    """
    return with_milestones_inside(
        _terms(_values(document, profile.conditions if profile else _named(document), _FIELDS))
    )


def with_milestones_inside(terms: Terms) -> Terms:
    """Return the terms; WrongDocumentError for milestones outside the window, which kept terms may have."""
    outside = tuple(
        Finding("milestone_outside_window", f"/milestones/{i}/on", OUTSIDE_WINDOW)
        for i, item in enumerate(terms.milestones)
        if not terms.window.holds(item.on)
    )
    if outside:
        raise WrongDocumentError(outside)
    return terms


def kept_terms_from_json(document: Mapping[str, object]) -> Terms:
    """Read terms as `terms_to_json` wrote them, at any time: their profile is a name and is not looked up."""
    return _terms(_values(document, GENERAL, _FIELDS))


def conditions_from_json(document: Mapping[str, object], filled_by: Conditions = GENERAL) -> Conditions:
    """Read what a profile says, sent or kept; `filled_by` says what the document leaves out.

    Raises WrongDocumentError: one finding per wrong field.
    """
    known = {item.name: _FIELDS[item.name] for item in fields(Conditions)}
    return Conditions(**_values(document, filled_by, known))


def _values(
    document: Mapping[str, object], filled_by: Conditions, known: Mapping[str, Reader]
) -> dict[str, Any]:
    complete = {**_OPTIONAL, **conditions_to_json(filled_by), **document}
    values: dict[str, Any] = {}
    findings = []
    for key, read in (*known.items(), *((key, _unknown) for key in document if key not in known)):
        try:
            values[key] = _read(complete, key, read)
        except WrongValueError as error:
            findings.append(error.finding)
    if findings:
        raise WrongDocumentError(tuple(findings))
    return values


def _terms(values: dict[str, Any]) -> Terms:
    """Return the terms; what one of them says must go with the others."""
    terms = Terms(**values)
    findings = not_accepted(terms.subtargets, (item.code for item in terms.publics))
    if findings:
        raise WrongDocumentError(tuple(findings))
    if terms.milestones and terms.target.kind in FOLLOWING:
        raise WrongDocumentError((Finding("milestones_not_used", "/milestones", NO_MILESTONES),))
    return terms


def _named(document: Mapping[str, object]) -> Conditions:
    name = document.get("profile")
    if name is None:
        return GENERAL
    if not isinstance(name, str) or name not in PROFILES:
        raise WrongDocumentError((Finding("unknown_code", "/profile", "Ce profil n'existe pas."),))
    return PROFILES[name].conditions


def _read(document: Mapping[str, object], key: str, read: Reader) -> object:
    at = reading.pointer("", key)
    if read is _unknown:
        return read(None, at)
    if key in _NULLABLE and document.get(key) is None:
        return None
    return read(reading.required(document, key, ""), at)


def _unknown(_value: object, at: str) -> object:
    raise WrongValueError(at, "Ce champ n'est pas connu.", "unknown_field")


def _window(value: object, at: str) -> Span:
    found = reading.members(value, at, frozenset(("start", "end")))
    start = reading.day(reading.required(found, "start", at), f"{at}/start")
    end = reading.day(reading.required(found, "end", at), f"{at}/end")
    if end < start:
        raise WrongValueError(f"{at}/end", "La fin ne précède pas le début.", "end_before_start")
    return Span(start, end)


def _rounding(value: object, at: str) -> Rounding:
    found = reading.members(value, at, frozenset(("mode", "step")))
    mode = reading.code(reading.required(found, "mode", at), f"{at}/mode", RoundingMode)
    step = reading.hundredths(reading.required(found, "step", at), f"{at}/step")
    if step not in STEPS:
        raise WrongValueError(f"{at}/step", "Un pas de 0.01, 0.5 ou 1 est attendu.")
    return Rounding(mode, step)


def _reporting(value: object, at: str) -> Reporting:
    found = reading.members(value, at, frozenset(("every", "due_day", "documents")))
    # Terms stored before documents could be owed say nothing of them.
    asked = reading.array(found.get("documents", []), f"{at}/documents")
    documents = tuple(_document(item, f"{at}/documents/{i}") for i, item in enumerate(asked))
    for i, one in enumerate(documents):
        if one.code in {other.code for other in documents[:i]}:
            raise WrongValueError(f"{at}/documents/{i}/code", "Deux documents portent ce code.", "code_twice")
    return Reporting(*_rhythm(found, at), documents)


def _document(value: object, at: str) -> Document:
    found = reading.members(value, at, frozenset(("code", "label", "every", "due_day")))
    code, label = (reading.text(reading.required(found, key, at), f"{at}/{key}") for key in ("code", "label"))
    return Document(code, label, *_rhythm(found, at))


def _rhythm(found: Mapping[str, object], at: str) -> tuple[Every, int]:
    every = reading.code(reading.required(found, "every", at), f"{at}/every", Every)
    return every, reading.whole(reading.required(found, "due_day", at), f"{at}/due_day", 1, LAST_DUE_DAY)


def _durations(value: object, at: str) -> Durations:
    found = reading.members(value, at, frozenset(("months", "by_contract_type", "to_window_end")))
    return Durations(
        reading.whole(reading.required(found, "months", at), f"{at}/months", 1, MOST_MONTHS),
        _months_by_type(found.get("by_contract_type", {}), f"{at}/by_contract_type"),
        _months_by_type(found.get("to_window_end", {}), f"{at}/to_window_end"),
    )


def _months_by_type(value: object, at: str) -> tuple[tuple[ContractType, int], ...]:
    found = reading.members(value, at, frozenset(ContractType))
    return tuple(
        (kind, reading.whole(found[kind], f"{at}/{kind}", 1, MOST_MONTHS))
        for kind in ContractType
        if kind in found
    )


def _milestones(value: object, at: str) -> tuple[Milestone, ...]:
    found = tuple(_milestone(item, f"{at}/{i}") for i, item in enumerate(reading.array(value, at)))
    for i, (one, other) in enumerate(pairwise(found)):
        if other.on <= one.on or other.hours < one.hours:
            raise WrongValueError(f"{at}/{i + 1}", "Les jalons se suivent et leurs heures se cumulent.")
    return found


def _milestone(value: object, at: str) -> Milestone:
    found = reading.members(value, at, frozenset(("on", "hours")))
    on = reading.day(reading.required(found, "on", at), f"{at}/on")
    return Milestone(on, reading.hundredths(reading.required(found, "hours", at), f"{at}/hours"))


def _authorities(value: object, at: str) -> tuple[str, ...]:
    found = tuple(reading.text(item, f"{at}/{i}") for i, item in enumerate(reading.array(value, at)))
    if any(item not in AUTHORITIES for item in found):
        raise WrongValueError(at, "Une liste est attendue, parmi : " + ", ".join(AUTHORITIES) + ".")
    return found


def _holder_approval(value: object, at: str) -> int:
    found = reading.members(value, at, frozenset(("days",)))
    days = found.get("days")
    return APPROVAL_DAYS if days is None else reading.whole(days, f"{at}/days", 1, MOST_DAYS)


_OPTIONAL: dict[str, object] = {"profile": None, "article": None, "milestones": [], "subtargets": []}
_NULLABLE = frozenset(("profile", "article", "training_share", "training_cap", "holder_approval"))
_FIELDS: dict[str, Reader] = {
    "target": target_from_json,
    "window": _window,
    "profile": reading.text,
    "article": reading.text,
    "milestones": _milestones,
    "subtargets": subtargets_from_json,
    "publics": choices_from_json,
    "modalities": lambda value, at: reading.codes(value, at, Modality),
    "contract_types": lambda value, at: reading.codes(value, at, ContractType),
    "durations": _durations,
    "late_threshold": reading.share,
    "rounding": _rounding,
    "reporting": _reporting,
    "approval_counts_from": lambda value, at: reading.code(value, at, ApprovalFrom),
    "automatic_approval": reading.boolean,
    "training_share": reading.share,
    "training_cap": reading.hundredths,
    "proof_authorities": _authorities,
    "penalties": penalties_from_json,
    "holder_approval": _holder_approval,
}


def terms_to_json(terms: Terms) -> dict[str, object]:
    """Return the whole terms as plain JSON types; `terms_from_json` gives the same terms back."""
    return {
        "target": target_to_json(terms.target),
        "window": {"start": terms.window.first.isoformat(), "end": terms.end.isoformat()},
        "profile": terms.profile,
        "article": terms.article,
        "milestones": [
            {"on": item.on.isoformat(), "hours": hundredths_text(item.hours)} for item in terms.milestones
        ],
        "subtargets": subtargets_to_json(terms.subtargets),
        **conditions_to_json(terms),
    }


def conditions_to_json(conditions: Conditions) -> dict[str, object]:
    """Return the conditions that a profile can fill, as plain JSON types."""
    share, cap, approval = conditions.training_share, conditions.training_cap, conditions.holder_approval
    return {
        "publics": choices_to_json(conditions.publics),
        "modalities": [str(item) for item in conditions.modalities],
        "contract_types": [str(item) for item in conditions.contract_types],
        "durations": {
            "months": conditions.durations.months,
            "by_contract_type": {str(kind): n for kind, n in conditions.durations.by_contract_type},
            "to_window_end": {str(kind): n for kind, n in conditions.durations.to_window_end},
        },
        "late_threshold": decimal_text(conditions.late_threshold),
        "rounding": {
            "mode": str(conditions.rounding.mode),
            "step": hundredths_text(conditions.rounding.step),
        },
        "reporting": {
            "every": str(conditions.reporting.every),
            "due_day": conditions.reporting.due_day,
            "documents": [
                {"code": item.code, "label": item.label, "every": str(item.every), "due_day": item.due_day}
                for item in conditions.reporting.documents
            ],
        },
        "approval_counts_from": str(conditions.approval_counts_from),
        "automatic_approval": conditions.automatic_approval,
        "training_share": None if share is None else decimal_text(share),
        "training_cap": None if cap is None else hundredths_text(cap),
        "proof_authorities": list(conditions.proof_authorities),
        "penalties": penalties_to_json(conditions.penalties),
        "holder_approval": None if approval is None else {"days": approval},
    }
