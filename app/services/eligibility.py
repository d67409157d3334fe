"""The file behind an assessment, always sealed, and what the rules answer about it.

A file holds what was claimed and handed in by the declarant, and what the reviewer recorded. Whether a person
is poor, ill or under a sentence can be read from it: only the reviewer's use cases tell what it holds, and a
structure that the clause names reads back the proofs that it recorded itself.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import participants
from app.db.tables import Assessment, HireTraits
from app.errors import FieldError, InvalidPayload, Text
from app.rules.age_bands import age_band
from app.rules.assessment_json import assessment_to_json
from app.rules.codes import Decision, Outcome
from app.rules.eligibility import SeenProof, assess
from app.rules.facts import facts_from_json, facts_to_json
from app.schemas.assessments import Eligibility, EligibilityOut
from app.services import identities
from app.services.sight import terms_on

if TYPE_CHECKING:
    from app.db.tables import Clause, Hire, Participant
    from app.rules.facts import Facts
    from app.schemas.assessments import FactsIn, ProofIn
    from app.services.work import Reader, Writer

TABLE = "assessments"
COVERS_NOTHING = Text("La fin de validité précède le début.", "It stops covering before it starts.")


@dataclass(slots=True)
class File:
    """What is known towards one assessment, as plain JSON types."""

    claimed: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)
    declared: dict[str, Any] = field(default_factory=dict)
    recorded: dict[str, Any] = field(default_factory=dict)
    proofs: list[dict[str, Any]] = field(default_factory=list)
    # The answer that the last decision was taken on: later proofs change the present one only.
    decided_on: dict[str, Any] | None = None


def facts_sent(sent: FactsIn | None) -> dict[str, Any]:
    """The facts that a caller named, as the rules read them; null says that one is unknown."""
    return {} if sent is None else sent.model_dump(mode="json", exclude_unset=True)


def check_days(proof: ProofIn, at: str = "") -> None:
    """InvalidPayload for a proof that covers no day; `at` is its pointer."""
    if proof.valid_until is not None and proof.valid_until < (proof.covers_from or proof.issued_on):
        raise InvalidPayload(errors=[FieldError(f"{at}/valid_until", "end_before_start", COVERS_NOTHING)])


def open_file(reader: Reader, assessment: Assessment) -> File:
    """The file of an assessment in clear."""
    return File(**_opened(reader, assessment, "file"))


def decided_on(reader: Reader, assessment: Assessment) -> list[dict[str, Any]]:
    """The publics as they were judged when the last decision was taken; none before one is."""
    answer = open_file(reader, assessment).decided_on
    return [] if answer is None else list(answer["publics"])


def open_reasons(reader: Reader, assessment: Assessment) -> dict[str, Any]:
    """The rules' whole answer with the facts that it judged, as plain JSON types."""
    return _opened(reader, assessment, "reasons")


def sealed_reason(writer: Writer, assessment: Assessment, reason: str | None) -> bytes | None:
    """The reason of a decision, sealed for its row."""
    return None if reason is None else _sealed(writer, assessment, "decision_reason", {"text": reason})


def open_reason(reader: Reader, assessment: Assessment) -> str | None:
    """The reason of the decision in clear."""
    if assessment.decision_reason is None:
        return None
    return str(_opened(reader, assessment, "decision_reason")["text"])


def keep_file(writer: Writer, assessment: Assessment, file: File) -> None:
    """Seal the file into its row."""
    assessment.file = _sealed(writer, assessment, "file", asdict(file))


def add_assessment(writer: Writer, hire: Hire, clause: Clause, file: File) -> Assessment:
    """Assess a new hire at once, inside the current change."""
    assessment = Assessment(
        owner_id=hire.owner_id,
        id=new_id(),
        contract_id=hire.contract_id,
        hire_id=hire.id,
        participant_id=hire.participant_id,
        version=1,
        created_at=writer.now,
    )
    reassess(writer, assessment, hire, clause, file)
    writer.session.add(assessment)
    keep_version(writer, assessment)
    return assessment


def reassess(writer: Writer, assessment: Assessment, hire: Hire, clause: Clause, file: File) -> None:
    """Judge the file anew, on the day the hire starts, by the terms in force that day."""
    number, terms = terms_on(writer.session, clause, hire.starts_on)
    proofs = [_seen_proof(proof) for proof in file.proofs]
    facts = _facts_of(writer, hire, file)
    answer = assess(terms.publics, facts, frozenset(file.claimed), proofs, hire.starts_on)
    keep_file(writer, assessment, file)
    # With the facts that were judged: those known today may be others.
    judged = {**assessment_to_json(answer), "facts": facts_to_json(facts)}
    assessment.reasons = _sealed(writer, assessment, "reasons", judged)
    assessment.outcome = answer.outcome
    assessment.rules_version = answer.rules_version
    assessment.clause_version = number
    assessment.assessed_at = writer.now


def forget(writer: Writer, assessment: Assessment) -> None:
    """Take every fact, claim, proof and reason out; the outcome and the decision stay, figures need them."""
    told: dict[str, Any] = open_reasons(writer, assessment) if assessment.reasons else {}
    keep_file(writer, assessment, File())
    emptied = {**told, "publics": [], "facts": {}}
    assessment.reasons = _sealed(writer, assessment, "reasons", emptied)
    assessment.decision_reason = None
    assessment.version += 1


def set_traits(writer: Writer, hire: Hire, participant: Participant) -> None:
    """What statistics may know of the person on the hire's first day; nothing more once they are erased."""
    if participant.erased_at is not None:
        return
    person = identities.known_person(writer.session, writer.keyring, participant.id)
    residence = participants.residence_on(writer.session, participant.id, hire.starts_on)
    traits = participants.traits_of(writer.session, hire.owner_id, hire.id)
    if traits is None:
        traits = HireTraits(owner_id=hire.owner_id, hire_id=hire.id)
        writer.session.add(traits)
    traits.sex = participant.sex
    traits.level = participant.level
    traits.age_band = age_band(person.birth_date, hire.starts_on)
    traits.qpv = None if residence is None or residence.qpv is None else True


def eligibility_shown(assessment: Assessment) -> EligibilityOut:
    """What anybody but the reviewer may know: whether and until when, never why."""
    return EligibilityOut(status=_status(assessment), eligible_until=assessment.eligible_until)


def keep_version(writer: Writer, assessment: Assessment) -> None:
    """Keep where the decision stands, for answers as known at a past instant; no outcome, no reason."""
    writer.keep_version(
        "assessment",
        assessment.id,
        owner_id=assessment.owner_id,
        number=assessment.version,
        effective_on=writer.today,
        snapshot={
            "hire_id": str(assessment.hire_id),
            "decision": assessment.decision or Decision.UNDECIDED.value,
            "counts_from": _text(assessment.counts_from),
            "eligible_until": _text(assessment.eligible_until),
            **({"suspended": assessment.suspended} if assessment.suspended else {}),
        },
    )


def _facts_of(reader: Reader, hire: Hire, file: File) -> Facts:
    person = identities.known_person(reader.session, reader.keyring, hire.participant_id)
    participant = participants.participant_of(reader.session, hire.participant_id)
    residence = participants.residence_on(reader.session, hire.participant_id, hire.starts_on)
    known: dict[str, Any] = {"birth_date": person.birth_date.isoformat(), "level": participant.level}
    if residence is not None and residence.qpv is not None:
        known["qpv"] = True
    return facts_from_json({**known, **file.declared, **file.recorded})


def _status(assessment: Assessment) -> Eligibility:
    if assessment.decision == Decision.APPROVED:
        return Eligibility.ELIGIBLE
    if assessment.decision == Decision.REFUSED:
        return Eligibility.NOT_ELIGIBLE
    if assessment.decision is None and assessment.outcome == Outcome.UNMET:
        return Eligibility.NOT_ELIGIBLE
    return Eligibility.WAITING


def _seen_proof(proof: dict[str, Any]) -> SeenProof:
    return SeenProof(
        type=proof["type"],
        issued_on=date.fromisoformat(proof["issued_on"]),
        valid_until=_day(proof["valid_until"]),
        covers_from=_day(proof["covers_from"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _sealed(writer: Writer, assessment: Assessment, column: str, document: dict[str, Any]) -> bytes:
    clear = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return writer.keyring.encrypt(clear, table=TABLE, column=column, row=assessment.id)


def _opened(reader: Reader, assessment: Assessment, column: str) -> dict[str, Any]:
    stored: bytes = getattr(assessment, column)
    clear = reader.keyring.decrypt(stored, table=TABLE, column=column, row=assessment.id)
    document: dict[str, Any] = json.loads(clear)
    return document
