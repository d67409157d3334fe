"""What sub-targets look at of a hire, kept sealed from its approval on (domain §3, §5).

Publics are those met in the answer that the approval was taken on, never those claimed. The rest is what is
known of the person on the hire's first day. Each change adds a version, so that past answers stand for ever.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.db.queries import assessments, contracts, participants, territories
from app.db.queries import subtargets as queries
from app.db.tables import KeptTraits
from app.rules.codes import Decision, Outcome
from app.rules.subtarget_json import subtargets_from_json
from app.rules.subtargets import QPV, Subtarget, Traits, narrowed
from app.services import eligibility

if TYPE_CHECKING:
    from uuid import UUID

    from app.db.tables import Assessment, Clause, Hire
    from app.services.work import Reader, Writer

TABLE, COLUMN = "kept_traits", "traits"


def keep(writer: Writer, clause: Clause, hire: Hire, assessment: Assessment) -> bool:
    """Keep the traits of a hire in the change at hand, if it is approved and they are new; whether it was so.

    Nothing is kept that no version of the clause asks for.
    """
    asked = _asked(writer, clause)
    if not asked or assessment.decision != Decision.APPROVED:
        return False
    if participants.participant_of(writer.session, hire.participant_id).erased_at is not None:
        # What was kept before goes on answering for them.
        return False
    writer.session.flush()
    traits = narrowed(_traits(writer, hire, assessment), asked)
    last = queries.latest_traits(writer.session, hire.id)
    if last is not None and opened(writer, last.hire_id, last.number, last.traits) == traits:
        return False
    number = 1 if last is None else last.number + 1
    writer.session.add(
        KeptTraits(
            owner_id=hire.owner_id,
            hire_id=hire.id,
            number=number,
            contract_id=hire.contract_id,
            traits=_sealed(writer, hire.id, number, traits),
            change_id=writer.change_id,
        )
    )
    writer.touch("hire", hire.id, "traits")
    return True


def tell(writer: Writer, contract_id: UUID) -> None:
    """Tell those on a contract that its sub-targets may stand elsewhere, where no other event says so."""
    writer.touch("contract", contract_id, "subtargets")
    writer.announce("lines.recounted", "contract", contract_id, contract_id=contract_id)


def keep_of_contract(writer: Writer, clause: Clause) -> None:
    """The same for every hire of the contract: its clause may ask for more than before."""
    if not _asked(writer, clause):
        return
    for hire, assessment in queries.approved_hires(writer.session, clause.contract_id):
        keep(writer, clause, hire, assessment)


def keep_of_hire(writer: Writer, clause: Clause, hire: Hire) -> bool:
    """The same for a hire that was corrected."""
    assessment = assessments.assessment_of(writer.session, hire.id)
    return assessment is not None and keep(writer, clause, hire, assessment)


def keep_of_participant(writer: Writer, participant_id: UUID) -> set[UUID]:
    """The same for every hire of a person who was rectified: the contracts on which something is new.

    A closed contract's position is final.
    """
    moved = set()
    for hire in queries.hires_on_open_contracts(writer.session, participant_id):
        clause = contracts.clause_of(writer.session, hire.contract_id)
        if clause is not None and keep_of_hire(writer, clause, hire):
            moved.add(hire.contract_id)
    return moved


def opened(reader: Reader, hire_id: UUID, number: int, stored: bytes) -> Traits:
    """One version in clear."""
    row = f"{hire_id}:{number}"
    found = json.loads(reader.keyring.decrypt(stored, table=TABLE, column=COLUMN, row=row))
    return Traits(
        publics=frozenset(found["publics"]),
        sex=found["sex"],
        job=found["job"],
        places=frozenset(found["places"]),
    )


def _sealed(writer: Writer, hire_id: UUID, number: int, traits: Traits) -> bytes:
    document = {
        "publics": sorted(traits.publics),
        "sex": traits.sex,
        "job": traits.job,
        "places": sorted(traits.places),
    }
    row = f"{hire_id}:{number}"
    return writer.keyring.encrypt(json.dumps(document).encode(), table=TABLE, column=COLUMN, row=row)


def _asked(writer: Writer, clause: Clause) -> list[Subtarget]:
    """The sub-targets of every version of a clause: an earlier one still answers for its own days."""
    stored = [clause.terms]
    if clause.version > 1:
        versions = contracts.versions_of(writer.session, clause.owner_id, clause.id)
        stored += [version.snapshot["terms"] for version in versions]
    # Versions recorded before clauses had sub-targets do not name any.
    return [item for terms in stored for item in subtargets_from_json(terms.get("subtargets", []), "")]


def _traits(writer: Writer, hire: Hire, assessment: Assessment) -> Traits:
    participant = participants.participant_of(writer.session, hire.participant_id)
    answer: dict[str, Any] = eligibility.open_file(writer, assessment).decided_on or {"publics": []}
    met = (public["code"] for public in answer["publics"] if public["outcome"] == Outcome.MET)
    return Traits(publics=frozenset(met), sex=participant.sex, job=hire.job, places=_places(writer, hire))


def _places(writer: Writer, hire: Hire) -> frozenset[str]:
    residence = participants.residence_on(writer.session, hire.participant_id, hire.starts_on)
    if residence is None:
        return frozenset()
    places = {residence.place}
    found = territories.territory(writer.session, residence.place)
    if found is not None:
        places |= {parent.place for parent in territories.parents(writer.session, found)}
    if residence.qpv is not None:
        places.add(f"{QPV}{residence.qpv}")
    return frozenset(places)
