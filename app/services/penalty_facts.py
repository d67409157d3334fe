"""Facts towards penalties: recorded by the buyer or the reviewer, corrected by cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.clock import new_id
from app.db.queries import contracts as contract_queries
from app.db.queries import penalties as queries
from app.db.queries.lists import one, page_of
from app.db.queries.statements import identifiers_of
from app.db.tables import PenaltyCancellation, PenaltyFact
from app.errors import FieldError, InvalidPayload, NotFound, Text, unknown_reference
from app.principal import Role
from app.refusals.penalties import FactExists
from app.rules.codes import PenaltyKind
from app.rules.penalty_terms import term_of_documents
from app.rules.reporting import document_calendar
from app.schemas.labels import LABELS
from app.schemas.penalties import PenaltyFactKind, PenaltyFactOut, PenaltyFactPage
from app.services import sight
from app.services.penalties import seen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.db.tables import Contract
    from app.rules.terms import Terms
    from app.schemas.lists import Walk
    from app.schemas.penalties import CancellationIn, PenaltyFactIn
    from app.services.work import Reader, Writer

Kind = PenaltyFactKind
# What a fact of each kind names besides its day; a notice and a receipt name one of several things.
NAMES = {
    Kind.DOCUMENT_EXPECTED: ("term", "label"),
    Kind.EVENT: ("term", "label"),
    Kind.NOTICE_RECEIVED: ("subject",),
}
NOTICES = ({"subject"}, {"term"}, {"declarant", "month"}, {"document"})
RECEIPTS = ({"subject"}, {"document"})
OPTIONAL = ("term", "label", "subject", "declarant", "month", "document")
# What a receipt or a notice may be about.
SUBJECTS = {
    Kind.DOCUMENT_RECEIVED: (Kind.DOCUMENT_EXPECTED,),
    Kind.NOTICE_RECEIVED: (Kind.NOTICE_SENT,),
    Kind.NOTICE_SENT: (Kind.DOCUMENT_EXPECTED, Kind.EVENT),
}
TERMS = {
    Kind.DOCUMENT_EXPECTED: PenaltyKind.LATE_DOCUMENT,
    Kind.EVENT: PenaltyKind.EVENT,
    Kind.NOTICE_SENT: PenaltyKind.MISSING_HOURS,
}
MISSING = Text("Champ obligatoire pour ce fait.", "Required for this kind of fact.")
NOT_FOR_THIS = Text("Ce champ n'a pas de sens pour ce fait.", "This field has no meaning for this fact.")
ABOUT_ONE = Text(
    "Une mise en demeure vise un fait (subject), un document de la clause (document), des heures (term) "
    "ou un relevé (declarant et month).",
    "A formal notice is about a fact (subject), a document of the clause (document), hours (term) or a "
    "statement (declarant and month).",
)
NO_TERM = Text(
    "La clause n'a pas de pénalité de cette sorte sous ce code.",
    "The clause has no penalty of this kind under this code.",
)
FUTURE = Text("Ce jour n'est pas encore venu.", "This day has not come yet.")
BEFORE_SENT = Text(
    "Une mise en demeure n'est pas reçue avant son envoi.", "A notice is not received before it is sent."
)


def record_fact(writer: Writer, contract_id: UUID, request: PenaltyFactIn) -> PenaltyFactOut:
    """Record a fact; NoClause, FactExists for a second receipt, InvalidPayload."""
    contract = sight.held_contract(writer, contract_id)
    _require_recorder(writer, contract)
    terms = sight.current_terms(sight.needed_clause(writer.session, contract))
    _check_shape(request)
    if request.kind is not Kind.DOCUMENT_EXPECTED and request.on > writer.today:
        raise InvalidPayload(errors=[FieldError("/on", "future_day", FUTURE)])
    standing = queries.standing_facts(writer.session, contract.owner_id, contract.id, None)
    subject = _subject(request, standing)
    term = subject.term if subject else _term(request, terms)
    if request.document is not None:
        _check_document(request, standing)
    writer.record("penalty.fact_recorded", contract_id=contract.id)
    fact = PenaltyFact(
        owner_id=contract.owner_id,
        id=new_id(),
        contract_id=contract.id,
        kind=request.kind,
        term=term,
        subject_id=request.subject,
        declarant_id=_declarant(writer, contract, request.declarant),
        month=request.month,
        document=request.document,
        day=request.on,
        label=request.label,
        recorded_by=writer.principal.organisation_id,
        recorded_at=writer.now,
        change_id=writer.change_id,
    )
    writer.session.add(fact)
    writer.touch("penalty_fact", fact.id, "kind", "day")
    tell_holders(writer, contract, "penalty.fact_recorded", "penalty_fact", fact.id)
    return _shown(writer, [fact])[0]


def cancel_fact(writer: Writer, contract_id: UUID, fact_id: UUID, request: CancellationIn) -> PenaltyFactOut:
    """Take a fact back, with a reason; one that is cancelled already stays as it is."""
    contract = sight.held_contract(writer, contract_id)
    _require_recorder(writer, contract)
    fact = _fact(writer, contract, fact_id)
    if not queries.cancellations_of(writer.session, contract.owner_id, [fact.id]):
        writer.record("penalty.fact_cancelled", contract_id=contract.id)
        writer.session.add(
            PenaltyCancellation(
                owner_id=contract.owner_id,
                fact_id=fact.id,
                reason=request.reason,
                cancelled_at=writer.now,
                change_id=writer.change_id,
            )
        )
        writer.touch("penalty_fact", fact.id, "cancellation")
        tell_holders(writer, contract, "penalty.fact_cancelled", "penalty_fact", fact.id)
        writer.session.flush()
    return _shown(writer, [fact])[0]


def list_facts(reader: Reader, contract_id: UUID, walk: Walk) -> PenaltyFactPage:
    """Everything recorded towards the penalties of a contract, the earliest recorded first."""
    seen(reader, contract_id)
    contract = sight.seen_contract(reader, contract_id)
    query = queries.facts_of(contract)
    found, following = page_of(reader.session, query, PenaltyFact.id, walk.after, walk.limit)
    return PenaltyFactPage(items=_shown(reader, found), next=following)


def read_fact(reader: Reader, contract_id: UUID, fact_id: UUID) -> PenaltyFactOut:
    """One fact."""
    seen(reader, contract_id)
    return _shown(reader, [_fact(reader, sight.seen_contract(reader, contract_id), fact_id)])[0]


def tell_holders(writer: Writer, contract: Contract, event: str, subject_type: str, subject_id: UUID) -> None:
    """Announce what concerns those who hold the contract, and no other firm on it: one event for each."""
    for party in contract_queries.parties_of(writer.session, [contract.id], contract_queries.HOLDER):
        writer.announce(event, subject_type, subject_id, declarant_id=party.organisation_id)


def _require_recorder(writer: Writer, contract: Contract) -> None:
    sight.require_role(writer, Role.BUYER, Role.FACILITATOR)
    if writer.principal.role is Role.FACILITATOR:
        sight.require_reviewer(writer, contract)


def _fact(reader: Reader, contract: Contract, fact_id: UUID) -> PenaltyFact:
    found = one(reader.session, queries.facts_of(contract).where(PenaltyFact.id == fact_id))
    if found is None:
        raise NotFound
    return found


def _check_shape(request: PenaltyFactIn) -> None:
    given = {name for name in OPTIONAL if getattr(request, name) is not None}
    if request.kind is Kind.NOTICE_SENT:
        if given not in NOTICES:
            raise InvalidPayload(errors=[FieldError("", "notice_about_one", ABOUT_ONE)])
        return
    if request.kind is Kind.DOCUMENT_RECEIVED and given in RECEIPTS:
        return
    needed = set(NAMES.get(request.kind, ("subject",)))
    errors = [FieldError(f"/{name}", "missing", MISSING) for name in sorted(needed - given)]
    errors += [FieldError(f"/{name}", "not_for_this_kind", NOT_FOR_THIS) for name in sorted(given - needed)]
    if errors:
        raise InvalidPayload(errors=errors)


def _subject(request: PenaltyFactIn, standing: Sequence[PenaltyFact]) -> PenaltyFact | None:
    """The fact that this one is about, which must stand and be of a fitting kind."""
    if request.subject is None:
        return None
    fitting = SUBJECTS[request.kind]
    subject = next((row for row in standing if row.id == request.subject and row.kind in fitting), None)
    if subject is None:
        raise unknown_reference("/subject")
    if request.kind is Kind.NOTICE_SENT:
        return subject
    if any(row.kind == request.kind and row.subject_id == subject.id for row in standing):
        raise FactExists
    if request.kind is Kind.NOTICE_RECEIVED and request.on < subject.day:
        raise InvalidPayload(errors=[FieldError("/on", "received_before_sent", BEFORE_SENT)])
    return subject


def _check_document(request: PenaltyFactIn, standing: Sequence[PenaltyFact]) -> None:
    """FactExists for a second receipt of one document."""
    if request.kind is Kind.DOCUMENT_RECEIVED and any(
        row.kind == request.kind and row.document == request.document for row in standing
    ):
        raise FactExists


def _term(request: PenaltyFactIn, terms: Terms) -> str:
    """The code of the penalty that a fact without subject falls under."""
    if request.document is not None:
        return _term_of_document(request, terms)
    if request.declarant is not None:
        of_statements = [term.code for term in terms.penalties if term.statements]
        if not of_statements:
            raise InvalidPayload(errors=[FieldError("/month", "unknown_code", NO_TERM)])
        return of_statements[0]
    for term in terms.penalties:
        if term.code == request.term and term.kind is TERMS[request.kind]:
            return term.code
    raise InvalidPayload(errors=[FieldError("/term", "unknown_code", NO_TERM)])


def _term_of_document(request: PenaltyFactIn, terms: Terms) -> str:
    """That of late documents, which a receipt does not need: it says that the document came, that is all."""
    if request.document not in {item.key for item in document_calendar(terms)}:
        raise unknown_reference("/document")
    term = term_of_documents(terms.penalties)
    if term is None and request.kind is Kind.NOTICE_SENT:
        raise InvalidPayload(errors=[FieldError("/document", "unknown_code", NO_TERM)])
    return str(PenaltyKind.LATE_DOCUMENT) if term is None else term.code


def _declarant(writer: Writer, contract: Contract, siret: str | None) -> UUID | None:
    if siret is None:
        return None
    parties = contract_queries.parties_of(writer.session, [contract.id], contract_queries.HOLDER)
    named = identifiers_of(writer.session, {party.organisation_id for party in parties})
    found = [organisation_id for organisation_id, identifier in named.items() if identifier == siret]
    if not found:
        raise unknown_reference("/declarant")
    return found[0]


def _shown(reader: Reader, facts: Sequence[PenaltyFact]) -> list[PenaltyFactOut]:
    if not facts:
        return []
    ids = [fact.id for fact in facts]
    cancelled = queries.cancellations_of(reader.session, facts[0].owner_id, ids)
    named = identifiers_of(reader.session, _organisations(facts))
    return [_one(fact, cancelled.get(fact.id), named) for fact in facts]


def _organisations(facts: Sequence[PenaltyFact]) -> set[UUID]:
    return {fact.recorded_by for fact in facts} | {fact.declarant_id for fact in facts if fact.declarant_id}


def _one(
    fact: PenaltyFact, cancellation: PenaltyCancellation | None, named: dict[UUID, str]
) -> PenaltyFactOut:
    kind = PenaltyFactKind(fact.kind)
    return PenaltyFactOut(
        id=fact.id,
        contract_id=fact.contract_id,
        kind=kind,
        kind_label=LABELS["penalty_facts"][kind],
        on=fact.day,
        term=fact.term,
        label=fact.label,
        subject=fact.subject_id,
        declarant=named[fact.declarant_id] if fact.declarant_id else None,
        month=fact.month,
        document=fact.document,
        recorded_by=named[fact.recorded_by],
        recorded_at=fact.recorded_at,
        cancelled_at=cancellation.cancelled_at if cancellation else None,
        cancel_reason=cancellation.reason if cancellation else None,
    )
