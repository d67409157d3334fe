"""The law as served data, and the dry run of an assessment. Nothing here reads or writes the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.errors import FieldError, InvalidPayload, NotFound, Text
from app.exchange.decp import issues
from app.rules.assessment_json import assessment_to_json
from app.rules.catalogue import catalogue, profile_as_data, public_as_data
from app.rules.eligibility import SeenProof, assess
from app.rules.errors import WrongDocumentError
from app.rules.facts import facts_from_json
from app.rules.profiles import PROFILES, Profile
from app.rules.publics import PUBLICS
from app.schemas.labels import LABELS
from app.schemas.rules import CodeOut, EligiblePublicOut, ProfileList, ProfileOut, RulesOut, TrialOut
from app.services import decp, findings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from app.schemas.rules import LawOn, TrialIn
    from app.services.work import Reader

NOT_IN_FORCE = Text("Ce profil n'est pas en vigueur ce jour-là.", "This profile is not in force on that day.")


def read_rules(reader: Reader, asked: LawOn) -> RulesOut:
    """The whole catalogue as of a day."""
    document: dict[str, Any] = catalogue(asked.on or reader.today)
    profiles = [_edition(item) for item in document["profiles"]]
    codes = {**document["codes"], **{name: _listed(labels) for name, labels in LABELS.items()}}
    codes["import_issues"] = _listed({**issues.SENTENCES, **decp.SENTENCES})
    return RulesOut.model_validate({**document, "profiles": profiles, "codes": codes})


def read_public(reader: Reader, code: str, asked: LawOn) -> EligiblePublicOut:
    """One public of the catalogue."""
    if code not in PUBLICS:
        raise NotFound
    return EligiblePublicOut.model_validate(public_as_data(PUBLICS[code], asked.on or reader.today))


def list_profiles(reader: Reader, asked: LawOn) -> ProfileList:
    """The built-in profiles, those no longer or not yet in force included."""
    on = asked.on or reader.today
    return ProfileList(on=on, items=[_profile(item, on) for item in PROFILES.values()])


def read_profile(reader: Reader, code: str, asked: LawOn) -> ProfileOut:
    """One profile."""
    if code not in PROFILES:
        raise NotFound
    return _profile(PROFILES[code], asked.on or reader.today)


def try_assessment(request: TrialIn) -> TrialOut:
    """Judge facts, claims and proofs by a profile on a day; nothing is kept."""
    profile = PROFILES[request.profile]
    if request.on < profile.since or (profile.until is not None and request.on > profile.until):
        raise InvalidPayload(errors=[FieldError("/on", "not_in_force", NOT_IN_FORCE)])
    try:
        facts = facts_from_json(request.facts.model_dump(mode="json", exclude_none=True))
    except WrongDocumentError as error:
        raise findings.invalid(error.findings, under="/facts") from None
    proofs = [
        SeenProof(proof.type, proof.issued_on, proof.valid_until, proof.covers_from)
        for proof in request.proofs
    ]
    claimed = frozenset(request.claimed_publics)
    answer = assess(profile.conditions.publics, facts, claimed, proofs, request.on)
    return TrialOut.model_validate(assessment_to_json(answer))


def _listed(labels: Mapping[str, str]) -> list[CodeOut]:
    return [CodeOut(code=str(code), label=label) for code, label in labels.items()]


def _profile(item: Profile, on: date) -> ProfileOut:
    return ProfileOut.model_validate(_edition(profile_as_data(item, on)))


def _edition(document: dict[str, Any]) -> dict[str, Any]:
    return {"edition": document["version"], **{key: document[key] for key in document if key != "version"}}
