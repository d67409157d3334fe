"""The law as served data: everything that `GET /rules` answers, in plain JSON types, as of a day."""

from __future__ import annotations

from datetime import date

from app.rules.code_texts import CLAUSE_TEXTS, CodeText
from app.rules.dated_values import DatedValue, Parameter
from app.rules.facts import FACT_LABELS
from app.rules.follow_up_texts import (
    CLAUSE_RECORDED,
    CLAUSE_STATES,
    FOLLOW_UP_TEXTS,
    NAMED_TEXTS,
    NamedText,
)
from app.rules.labels import LABELS
from app.rules.outcomes import SITUATIONS, SituationText
from app.rules.parameters import PARAMETERS
from app.rules.profiles import PROFILES, Profile
from app.rules.proofs import PROOFS
from app.rules.public_choices import parameters_to_json
from app.rules.public_texts import public_text
from app.rules.publics import PUBLICS, Public, Setting
from app.rules.ready_targets import READY_TARGETS, ReadyTarget
from app.rules.rule_texts import COUNTING_RULES, RuleText
from app.rules.target_json import bands_to_json, naming_to_json, target_to_json
from app.rules.terms import StepTable
from app.rules.terms_json import conditions_to_json
from app.rules.texts import decimal_text
from app.rules.version import RULES_VERSION
from app.rules.waivers import GROUNDS, GroundText

Plain = dict[str, object]


def catalogue(on: date) -> Plain:
    """Return the whole law as of a day: numbers, publics, profiles, targets, texts, labels of every code."""
    return {
        "rules_version": RULES_VERSION,
        "on": on.isoformat(),
        "parameters": [parameter_as_data(item, on) for item in PARAMETERS.values()],
        "publics": [public_as_data(item, on) for item in PUBLICS.values()],
        "proofs": [
            {"code": item.code, "label": item.label_fr, "lasting": item.lasting} for item in PROOFS.values()
        ],
        "facts": [
            {"code": code, "kind": str(kind), "label": label} for code, (kind, label) in FACT_LABELS.items()
        ],
        "counting_rules": [_rule(item) for item in COUNTING_RULES],
        "outcome_situations": [_situation(item) for item in SITUATIONS.values()],
        "waiver_grounds": [_ground(item) for item in GROUNDS],
        "profiles": [profile_as_data(item, on) for item in PROFILES.values()],
        "step_tables": [
            {**_ready(item, on), "bands": bands_to_json(item.target)}
            for item in READY_TARGETS.values()
            if isinstance(item.target, StepTable)
        ],
        "ready_targets": [_ready_target(item, on) for item in READY_TARGETS.values()],
        **_texts(),
        "codes": {
            name: [{"code": str(code), "label": label} for code, label in labels.items()]
            for name, labels in LABELS.items()
        },
    }


def _ready(item: ReadyTarget, on: date) -> Plain:
    return {
        "code": item.code,
        "label": item.label_fr,
        "reference": item.reference,
        "assumed": item.assumed,
        "assumed_terms": list(item.assumed_terms),
        "since": item.since.isoformat(),
        "until": None if item.until is None else item.until.isoformat(),
        "in_force": item.in_force(on),
    }


def _ready_target(item: ReadyTarget, on: date) -> Plain:
    named_by: Plain = {"ready": None, "table": None, **naming_to_json(item)}
    return {**_ready(item, on), "target": target_to_json(item.target), "named_by": named_by}


def _texts() -> Plain:
    """Return the codes and the rules that have a text, by the name of their list."""
    coded = {**CLAUSE_TEXTS, **FOLLOW_UP_TEXTS}
    states = [_text(item, LABELS["statuses"][item.code]) for item in CLAUSE_STATES]
    return {
        **{name: [_text(item, LABELS[name][item.code]) for item in items] for name, items in coded.items()},
        **{name: [_text(item, item.label_fr) for item in items] for name, items in NAMED_TEXTS.items()},
        "clause_states": [*states, _text(CLAUSE_RECORDED, CLAUSE_RECORDED.label_fr)],
    }


def _text(item: CodeText | NamedText, label: str) -> Plain:
    return {
        "code": str(item.code),
        "label": label,
        "text": item.text_fr,
        "reference": item.reference,
        "assumed": item.assumed,
    }


def _rule(item: RuleText) -> Plain:
    return {
        "code": str(item.rule),
        "label": LABELS["counting_rules"][item.rule],
        "text": item.text_fr,
        "reference": item.reference,
        "assumed": item.assumed,
    }


def _ground(item: GroundText) -> Plain:
    return {
        "code": str(item.ground),
        "label": LABELS["waiver_grounds"][item.ground],
        "text": item.text_fr,
        "reference": item.reference,
        "assumed": item.assumed,
    }


def _situation(item: SituationText) -> Plain:
    return {
        "code": str(item.situation),
        "label": LABELS["outcome_situations"][item.situation],
        "category": str(item.category),
        "category_label": LABELS["outcome_categories"][item.category],
        "text": item.text_fr,
        "reference": item.reference,
        "assumed": item.assumed,
    }


def parameter_as_data(item: Parameter, on: date) -> Plain:
    """Return a parameter with its history; `value` is null on a day before the first."""
    return {
        "code": item.code,
        "label": item.label_fr,
        "unit": item.unit,
        "assumed": item.assumed,
        "checked_on": item.checked_on.isoformat(),
        "value": _dated(item.at(on)) if item.in_force(on) else None,
        "values": [_dated(value) for value in item.values],
    }


def _dated(item: DatedValue) -> Plain:
    return {"since": item.since.isoformat(), "value": decimal_text(item.value), "reference": item.reference}


def public_as_data(item: Public, on: date) -> Plain:
    """Return a public: dates, parameters with their bounds, what must be proven and by which documents."""
    return {
        "code": item.code,
        "label": item.label_fr,
        "text": public_text(item),
        "reference": item.reference,
        "assumed": item.assumed,
        "custom_only": item.custom_only,
        "since": item.since.isoformat(),
        "until": None if item.until is None else item.until.isoformat(),
        "in_force": item.in_force(on),
        "parameters": [_setting(setting) for setting in item.settings],
        "proofs": [
            {"any_of": list(need.any_of), "only_if": need.only_if, "age": need.age} for need in item.needs
        ],
    }


def _setting(item: Setting) -> Plain:
    bounded = isinstance(item.default, int) and not isinstance(item.default, bool)
    return {
        "code": item.code,
        "label": item.label_fr,
        "default": parameters_to_json([(item.code, item.default)])[item.code],
        "minimum": item.minimum if bounded else None,
        "maximum": item.maximum if bounded else None,
        "accepted": None if item.accepted is None else list(item.accepted),
    }


def profile_as_data(item: Profile, on: date) -> Plain:
    """Return a profile: its dates, its source, and the conditions that it fills."""
    return {
        "code": item.code,
        "version": item.version,
        "label": item.label_fr,
        "reference": item.reference,
        "assumed": item.assumed,
        "since": None if item.since is None else item.since.isoformat(),
        "until": None if item.until is None else item.until.isoformat(),
        "in_force": item.in_force(on),
        "assumed_terms": list(item.assumed_terms),
        "ready_targets": list(item.ready_targets),
        "conditions": conditions_to_json(item.conditions),
    }
