"""The law as served data, and the dry run of an assessment. Nothing here writes."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any

from app.errors import FieldError, InvalidPayload, NotFound, Text
from app.exchange.decp import issues
from app.rules.assessment_json import assessment_to_json
from app.rules.catalogue import catalogue, public_as_data
from app.rules.eligibility import SeenProof, assess
from app.rules.errors import WrongDocumentError, WrongValueError
from app.rules.facts import facts_from_json
from app.rules.public_choices import choices_from_json
from app.rules.publics import PUBLICS
from app.schemas.labels import LABELS
from app.schemas.rules import CodeOut, EligiblePublicOut, RulesOut, TrialOut
from app.schemas.targets import every_field
from app.services import (
    decp,
    eligibility,
    findings,
    hire_imports,
    hour_imports,
    invoice_imports,
    known_profiles,
)
from app.services.known_profiles import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.rules.profiles import Profile
    from app.rules.terms import PublicChoice
    from app.schemas.rules import LawOn, TrialIn
    from app.services.work import Reader

ONE_OF_TWO = Text(
    "Nommez un profil (et sa version), ou donnez des publics.",
    "Name a profile (and its version), or give publics.",
)
NO_EDITION = Text("Ce profil n'a pas cette version.", "This profile has no such version.")
NOT_IN_FORCE = Text("Ce profil n'est pas en vigueur ce jour-là.", "This profile is not in force on that day.")


def read_rules(reader: Reader, asked: LawOn) -> RulesOut:
    """The whole catalogue as of a day."""
    document: dict[str, Any] = catalogue(asked.on or reader.today)
    profiles = [known.shown(known.versions[0], asked.on or reader.today) for known in BUILT_IN.values()]
    codes = {**document["codes"], **{name: _listed(labels) for name, labels in LABELS.items()}}
    told = (hour_imports.SENTENCES, hire_imports.SENTENCES, invoice_imports.SENTENCES)
    codes["import_issues"] = _listed({**issues.SENTENCES, **decp.SENTENCES, **dict(ChainMap(*told))})
    ready = [{**item, "target": every_field(item["target"])} for item in document["ready_targets"]]
    return RulesOut.model_validate({**document, "profiles": profiles, "ready_targets": ready, "codes": codes})


def read_public(reader: Reader, code: str, asked: LawOn) -> EligiblePublicOut:
    """One public of the catalogue."""
    if code not in PUBLICS:
        raise NotFound
    return EligiblePublicOut.model_validate(public_as_data(PUBLICS[code], asked.on or reader.today))


def try_assessment(reader: Reader, request: TrialIn) -> TrialOut:
    """Judge facts, claims and proofs on a day, by a profile or by publics; nothing is kept."""
    profile = _tried_profile(reader, request)
    publics = _tried_publics(request) if profile is None else profile.conditions.publics
    try:
        facts = facts_from_json(request.facts.model_dump(mode="json", exclude_none=True))
    except WrongDocumentError as error:
        raise findings.invalid(error.findings, under="/facts") from None
    for index, proof in enumerate(request.proofs):
        eligibility.check_days(proof, f"/proofs/{index}")
    proofs = [
        SeenProof(proof.type, proof.issued_on, proof.valid_until, proof.covers_from)
        for proof in request.proofs
    ]
    answer = assess(publics, facts, frozenset(request.claimed_publics), proofs, request.on)
    used = {"profile": profile and profile.code, "edition": profile and profile.version}
    return TrialOut.model_validate({**assessment_to_json(answer), **used})


def _tried_profile(reader: Reader, request: TrialIn) -> Profile | None:
    """The version to try: the one named, a draft of one's own included, else the one in force that day."""
    if request.profile is None:
        if request.publics is None:
            raise InvalidPayload(errors=[FieldError("/profile", "profile_or_publics", ONE_OF_TWO)])
        if request.edition is not None:
            raise InvalidPayload(errors=[FieldError("/edition", "profile_or_publics", ONE_OF_TWO)])
        return None
    if request.publics is not None:
        raise InvalidPayload(errors=[FieldError("/publics", "profile_or_publics", ONE_OF_TWO)])
    known = known_profiles.named_profile(reader, request.profile)
    if request.edition is None:
        found, error = known.in_force(request.on), FieldError("/on", "not_in_force", NOT_IN_FORCE)
    else:
        found, error = known.numbered(request.edition), FieldError("/edition", "unknown_code", NO_EDITION)
    if found is None:
        raise InvalidPayload(errors=[error])
    return found


def _tried_publics(request: TrialIn) -> tuple[PublicChoice, ...]:
    try:
        return choices_from_json([item.model_dump(mode="json") for item in request.publics or []], "/publics")
    except WrongValueError as error:
        raise findings.invalid((error.finding,)) from None


def _listed(labels: Mapping[str, str]) -> list[CodeOut]:
    return [CodeOut(code=str(code), label=label) for code, label in labels.items()]
