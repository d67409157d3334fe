"""The law as served data: everything that `GET /rules` answers, in plain JSON types, as of a day."""

from __future__ import annotations

from datetime import date

from app.rules.facts import FACT_LABELS
from app.rules.labels import LABELS
from app.rules.outcomes import SITUATIONS, SituationText
from app.rules.parameters import PARAMETERS, DatedValue, Parameter
from app.rules.profiles import PROFILES, Profile
from app.rules.proofs import PROOFS
from app.rules.public_choices import parameters_to_json
from app.rules.publics import PUBLICS, Public, Setting
from app.rules.rule_texts import COUNTING_RULES, RuleText
from app.rules.step_tables import STEP_TABLES, ReadyTable
from app.rules.target_json import bands_to_json
from app.rules.terms_json import conditions_to_json
from app.rules.texts import decimal_text
from app.rules.version import RULES_VERSION
from app.rules.waivers import GROUNDS, GroundText

Plain = dict[str, object]


def catalogue(on: date) -> Plain:
    """Return parameters, publics, proofs, facts, profiles and the labels of every code, as of a day."""
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
        "step_tables": [_table(item, on) for item in STEP_TABLES.values()],
        "codes": {
            name: [{"code": str(code), "label": label} for code, label in labels.items()]
            for name, labels in LABELS.items()
        },
    }


def _table(item: ReadyTable, on: date) -> Plain:
    return {
        "code": item.code,
        "label": item.label_fr,
        "reference": item.reference,
        "assumed": False,
        "since": item.since.isoformat(),
        "until": None,
        "in_force": item.since <= on,
        "bands": bands_to_json(item.table),
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
        "conditions": conditions_to_json(item.conditions),
    }
