"""Hires: declared, corrected and ended by their declarant; read by each as far as it is theirs to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import assessments, participants, territories
from app.db.queries import hires as queries
from app.db.queries.lists import one, page_of
from app.db.queries.organisations import organisations_by_id
from app.db.queries.persons import held_records
from app.db.tables import Hire
from app.errors import FieldError, Forbidden, InvalidPayload, NotFound, StaleVersion, Text, unknown_reference
from app.principal import Role
from app.refusals.contracts import ContractClosed
from app.refusals.people import PersonErased
from app.schemas.hires import HireOut, HirePage
from app.services import durations, eligibility, hire_traits, hire_views, ledger, outcomes, reassessments
from app.services.grants import open_access
from app.services.organisations import check_siret, known_organisation
from app.services.participants import add_participant, own_participant
from app.services.sight import held_contract, needed_clause, require_role, seen_contract

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.tables import Assessment, Clause, Contract
    from app.schemas.hires import HireEnd, HireIn, HirePatch
    from app.schemas.lists import Walk
    from app.services.eligibility import File
    from app.services.work import Reader, Writer

ONE_PERSON = Text(
    "Donnez soit `participant`, soit `participant_id`.", "Give either `participant` or `participant_id`."
)
ENDS_FIRST = Text("La fin précède le début.", "The end comes before the start.")
FIELDS = (
    *("modality", "contract_type", "starts_on", "planned_end_on", "weekly_hours"),
    *("planned_hours", "job", "workplace", "prescriber_kind"),
)
EMPLOYER, PRESCRIBER = "employer", "prescriber"


def declare_hire(writer: Writer, contract_id: UUID, request: HireIn) -> HireOut:
    """Record a person at work on a contract and assess them at once.

    What the clause does not accept is recorded too, with a warning: the rules decide on hours, not on facts.
    NoClause while nothing says what is owed.
    """
    contract = held_contract(writer, contract_id)
    require_role(writer, *participants.DECLARANTS)
    refuse_closed(contract)
    clause = needed_clause(writer.session, contract)
    _check_shape(writer, request)
    if request.participant_id is not None and own_participant(writer, request.participant_id) is None:
        raise unknown_reference("/participant_id")
    writer.record("hire.declared", contract_id=contract.id)
    hire = _added_hire(writer, contract, clause, request)
    file = eligibility.File(
        claimed=sorted(set(request.claimed_publics)),
        submitted=sorted(set(request.submitted_proofs)),
        declared=eligibility.facts_sent(request.facts),
    )
    writer.session.flush()
    eligibility.set_traits(writer, hire, participants.participant_of(writer.session, hire.participant_id))
    eligibility.add_assessment(writer, hire, clause, file)
    _let_employer_see(writer, contract, hire)
    _keep(writer, hire)
    writer.touch("hire", hire.id, EMPLOYER, PRESCRIBER, *FIELDS)
    writer.announce("hire.declared", "hire", hire.id, declarant_id=hire.declarant_id)
    writer.session.flush()
    return hire_views.shown(writer, hire)


def list_hires(reader: Reader, contract_id: UUID, walk: Walk) -> HirePage:
    """The hires of a contract that the caller may see, oldest first."""
    contract = seen_contract(reader, contract_id)
    query = queries.followed_hires(reader.principal, reader.today).where(Hire.contract_id == contract.id)
    found, following = page_of(reader.session, query, Hire.id, walk.after, walk.limit)
    return HirePage(items=hire_views.items(reader, found), next=following)


def list_seen_hires(reader: Reader, walk: Walk) -> HirePage:
    """Every hire that the caller may see, on any contract: for a prescriber, of the people it referred."""
    reader.session.plan_for_values()
    query = queries.followed_hires(reader.principal, reader.today)
    found, following = page_of(reader.session, query, Hire.id, walk.after, walk.limit)
    return HirePage(items=hire_views.items(reader, found), next=following)


def read_hire(reader: Reader, hire_id: UUID) -> HireOut:
    """One hire."""
    query = queries.followed_hires(reader.principal, reader.today).where(Hire.id == hire_id)
    found = one(reader.session, query)
    if found is None:
        raise NotFound
    return hire_views.shown(reader, found)


def amend_hire(writer: Writer, hire_id: UUID, request: HirePatch, version: int) -> HireOut:
    """Correct a hire. Another first day is another day to judge: it waits for a decision again."""
    contract, hire = _own_hire(writer, hire_id, version)
    sent = request.model_fields_set
    changed = [name for name in FIELDS if name in sent and getattr(request, name) != getattr(hire, name)]
    referred = PRESCRIBER in sent and request.prescriber != _prescriber_of(writer, hire)
    if referred and request.prescriber is not None:
        check_siret(request.prescriber, f"/{PRESCRIBER}")
    assessment, file = _assessment_of(writer, hire)
    filed = _refile(file, request)
    if not changed and not filed and not referred:
        return hire_views.shown(writer, hire)
    for name in changed:
        setattr(hire, name, getattr(request, name))
    _check_days(hire.starts_on, hire.planned_end_on, "/planned_end_on")
    _check_days(hire.starts_on, hire.ended_on, "/starts_on")
    if "workplace" in changed:
        _check_workplace(writer, hire.workplace)
    writer.record("hire.updated", contract_id=contract.id)
    if referred:
        hire.prescriber_id = _organisation_id(writer, request.prescriber)
        changed.append(PRESCRIBER)
    writer.touch("hire", hire.id, *changed)
    if filed or {"starts_on", "prescriber_kind"} & set(changed):
        refuse_erased(writer, hire)
    if filed or "starts_on" in changed:
        _judge_again(writer, hire, assessment, file, restart="starts_on" in changed)
    _finish(writer, contract, hire, "hire.updated")
    return hire_views.shown(writer, hire)


def end_hire(writer: Writer, hire_id: UUID, request: HireEnd, version: int) -> HireOut:
    """Say when and why a hire ended, and what became of the person; saying it again corrects it."""
    contract, hire = _own_hire(writer, hire_id, version)
    _check_days(hire.starts_on, request.ended_on, "/ended_on")
    moved = (hire.ended_on, hire.end_reason) != (request.ended_on, request.reason)
    hire.ended_on, hire.end_reason = request.ended_on, request.reason
    if moved:
        writer.record("hire.ended", contract_id=contract.id)
        writer.touch("hire", hire.id, "ended_on", "end_reason")
    if request.outcome is not None:
        refuse_erased(writer, hire)
        outcomes.tell_at_exit(writer, hire, request.outcome.situation)
    if moved:
        _finish(writer, contract, hire, "hire.ended")
    return hire_views.shown(writer, hire)


def says_the_same(reader: Reader, hire: Hire, request: HireIn) -> bool:
    """Whether a hire stands as this would declare it; what is said of the person is left aside."""
    employer = organisations_by_id(reader.session, {hire.employer_id})[hire.employer_id].identifier
    declarant = organisations_by_id(reader.session, {hire.declarant_id})[hire.declarant_id].identifier
    return (
        all(getattr(request, name) == getattr(hire, name) for name in FIELDS)
        and (request.employer or declarant) == employer
        and request.prescriber == _prescriber_of(reader, hire)
    )


def seen_hire(reader: Reader, hire_id: UUID) -> Hire:
    """The hire, if the principal sees it; NotFound otherwise."""
    found = one(
        reader.session, queries.visible_hires(reader.principal, reader.today).where(Hire.id == hire_id)
    )
    if found is None:
        raise NotFound
    return found


def held_hire(writer: Writer, hire_id: UUID) -> tuple[Contract, Hire]:
    """The hire with its contract and its person, held in this order until the commit.

    Who sees a hire need not see its contract: a prescriber does not.
    """
    hire = seen_hire(writer, hire_id)
    contract = queries.held_contract_of(writer.session, hire)
    held_records(writer.session, hire.participant_id)
    # Another writer may have changed it while this one waited.
    writer.session.refresh(hire)
    return contract, hire


def refuse_erased(writer: Writer, hire: Hire) -> None:
    """PersonErased for what would tell something of somebody that was erased."""
    if participants.participant_of(writer.session, hire.participant_id).erased_at is not None:
        raise PersonErased


def refuse_closed(contract: Contract) -> None:
    """ContractClosed once nothing changes any more."""
    if contract.closed_on is not None:
        raise ContractClosed


def _own_hire(writer: Writer, hire_id: UUID, version: int) -> tuple[Contract, Hire]:
    contract, hire = held_hire(writer, hire_id)
    require_role(writer, *participants.DECLARANTS)
    if hire.declarant_id != writer.principal.organisation_id:
        raise Forbidden
    if hire.version != version:
        raise StaleVersion
    refuse_closed(contract)
    return contract, hire


def _check_shape(writer: Writer, request: HireIn) -> None:
    if (request.participant is None) == (request.participant_id is None):
        raise InvalidPayload(errors=[FieldError("/participant", "one_person", ONE_PERSON)])
    _check_days(request.starts_on, request.planned_end_on, "/planned_end_on")
    _check_workplace(writer, request.workplace)
    if request.employer is not None:
        check_siret(request.employer, "/employer")
    if request.prescriber is not None:
        check_siret(request.prescriber, f"/{PRESCRIBER}")


def _check_days(first: date, last: date | None, pointer: str) -> None:
    if last is not None and last < first:
        raise InvalidPayload(errors=[FieldError(pointer, "end_before_start", ENDS_FIRST)])


def _check_workplace(writer: Writer, place: str | None) -> None:
    if place is not None and not territories.exists_place(writer.session, place):
        raise unknown_reference("/workplace")


def _added_hire(writer: Writer, contract: Contract, clause: Clause, request: HireIn) -> Hire:
    participant_id = request.participant_id
    if request.participant is not None:
        participant_id = add_participant(writer, request.participant, at="/participant").id
    hire = Hire(
        owner_id=contract.owner_id,
        id=new_id(),
        contract_id=contract.id,
        clause_id=clause.id,
        participant_id=participant_id,
        declarant_id=writer.principal.organisation_id,
        employer_id=_organisation_id(writer, request.employer) or writer.principal.organisation_id,
        prescriber_id=_organisation_id(writer, request.prescriber),
        version=1,
        created_at=writer.now,
        **{name: getattr(request, name) for name in FIELDS},
    )
    writer.session.add(hire)
    return hire


def _organisation_id(writer: Writer, siret: str | None) -> UUID | None:
    return None if siret is None else known_organisation(writer, siret).id


def _prescriber_of(reader: Reader, hire: Hire) -> str | None:
    if hire.prescriber_id is None:
        return None
    return organisations_by_id(reader.session, {hire.prescriber_id})[hire.prescriber_id].identifier


def _let_employer_see(writer: Writer, contract: Contract, hire: Hire) -> None:
    # An insertion structure sees the contracts that its people work on, whoever declares them.
    serving = set()
    if hire.employer_id != hire.declarant_id:
        serving.add(hire.employer_id)
    if writer.principal.role is Role.INSERTION_STRUCTURE:
        serving.add(hire.declarant_id)
    for organisation_id in sorted(serving):
        open_access(
            writer,
            contract,
            organisation_id,
            Role.INSERTION_STRUCTURE,
            cause=(EMPLOYER, hire.id),
            since=writer.today,
        )


def _assessment_of(writer: Writer, hire: Hire) -> tuple[Assessment, File]:
    found = assessments.assessment_of(writer.session, hire.id)
    if found is None:
        raise NotFound
    return found, eligibility.open_file(writer, found)


def _refile(file: File, request: HirePatch) -> bool:
    sent, before = request.model_fields_set, (file.claimed, file.submitted, file.declared)
    if "claimed_publics" in sent:
        file.claimed = sorted(set(request.claimed_publics))
    if "submitted_proofs" in sent:
        file.submitted = sorted(set(request.submitted_proofs))
    if "facts" in sent:
        file.declared = eligibility.facts_sent(request.facts)
    return before != (file.claimed, file.submitted, file.declared)


def _judge_again(writer: Writer, hire: Hire, assessment: Assessment, file: File, *, restart: bool) -> None:
    clause = needed_clause(writer.session, held_contract(writer, hire.contract_id))
    reassessments.judge_again(writer, assessment, hire, clause, file)
    # An automatic approval has just followed the answer on the new day.
    if restart and assessment.decision is not None and not reassessments.is_automatic(assessment):
        assessment.decision = assessment.decision_reason = None
        assessment.decided_at = assessment.decided_by = None
        durations.forget_days(assessment)
        writer.touch("assessment", assessment.id, "decision")
        eligibility.keep_version(writer, assessment)


def _finish(writer: Writer, contract: Contract, hire: Hire, event: str) -> None:
    hire.version += 1
    _keep(writer, hire)
    writer.announce(event, "hire", hire.id, declarant_id=hire.declarant_id)
    writer.session.flush()
    participant = participants.participant_of(writer.session, hire.participant_id)
    eligibility.set_traits(writer, hire, participant)
    clause = needed_clause(writer.session, contract)
    durations.renew_durations(writer, clause, participant.person_id)
    durations.renew_pooled(writer, clause, participant.person_id)
    hire_traits.keep_of_hire(writer, clause, hire)
    ledger.recount_person(writer, contract, hire.participant_id)


def _keep(writer: Writer, hire: Hire) -> None:
    values: dict[str, Any] = {name: getattr(hire, name) for name in (*FIELDS, "ended_on")}
    writer.keep_version(
        "hire",
        hire.id,
        owner_id=hire.owner_id,
        number=hire.version,
        effective_on=hire.starts_on,
        # What prescribed a hire hints at why the person is eligible.
        snapshot={
            **{name: _plain(value) for name, value in values.items() if name != "prescriber_kind"},
            "participant_id": str(hire.participant_id),
            "employer_id": str(hire.employer_id),
            "declarant_id": str(hire.declarant_id),
        },
    )


def _plain(value: object) -> object:
    """A field as plain JSON: days and codes as texts."""
    return value if value is None or isinstance(value, int) else str(value)
