"""Clauses: recorded once, amended from a date on, read as they stood on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from app.clock import new_id
from app.db.queries import contracts as queries
from app.db.queries.assessments import approved_persons
from app.db.tables import Clause
from app.errors import FieldError, InvalidPayload, NotFound, StaleVersion, Text
from app.principal import Role
from app.refusals.contracts import AmendmentTooEarly, ClauseExists, ContractClosed
from app.rules.days import add_months
from app.rules.errors import WrongDocumentError
from app.rules.targets import Basis, required_at_end
from app.rules.terms_json import kept_terms_from_json, terms_from_json, terms_to_json, with_milestones_inside
from app.schemas.clauses import ClauseOut, ClauseVersionOut, TermsOut
from app.schemas.targets import every_field
from app.services import contracts, durations, hire_traits, known_profiles, ledger, subtargets
from app.services.findings import invalid
from app.services.sight import current_terms, held_contract, needed_clause, require_role, seen_contract
from app.services.target_basis import basis_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.db.session import ReadSession
    from app.db.tables import Contract
    from app.rules.terms import Terms
    from app.schemas.clauses import AmendmentIn, ClauseIn, ConditionsIn
    from app.services.work import Reader, Writer

ONE_DAY = timedelta(days=1)
# Null says something for these terms: no article, no limit. Elsewhere it says nothing.
MAY_BE_NULL = {"article", "training_share", "training_cap", "holder_approval"}
PROFILE_NOT_IN_FORCE = Text(
    "Ce profil n'est pas en vigueur au début de la clause.",
    "This profile is not in force at the clause's start.",
)


def record_clause(
    writer: Writer, contract_id: UUID, request: ClauseIn, version: int | None
) -> tuple[ClauseOut, bool]:
    """Record the contract's clause; the same terms again change nothing, others are ClauseExists."""
    contract = _held(writer, contract_id)
    found = queries.clause_of(writer.session, contract.id)
    if version is not None and (found is None or version != found.version):
        raise StaleVersion
    terms = _first_terms(writer, contract, request)
    if found is not None:
        first = queries.versions_of(writer.session, found.owner_id, found.id)[0]
        # As they read today: the kept document may be older than some of the terms.
        if kept_terms_from_json(first.snapshot["terms"]) != terms:
            raise ClauseExists
        return _shown(writer.session, contract, found, writer.today), False
    _check_open(contract)
    subtargets.check_places(writer, terms)
    clause = _added(writer, contract, terms)
    return _shown(writer.session, contract, clause, writer.today), True


def amend_clause(writer: Writer, contract_id: UUID, request: AmendmentIn, version: int) -> ClauseOut:
    """Record an amendment: the next version, in force from a day after the one it amends took effect."""
    contract = _held(writer, contract_id)
    clause = needed_clause(writer.session, contract)
    if version != clause.version:
        raise StaleVersion
    _check_open(contract)
    changes = _amended(contract, clause, request)
    terms = _read(lambda: kept_terms_from_json({**terms_to_json(current_terms(clause)), **changes}))
    if changes.keys() & {"milestones", "window"}:
        _read(lambda: with_milestones_inside(terms))
    if not clause.effective_on < request.effective_on <= terms.end:
        raise AmendmentTooEarly
    subtargets.check_places(writer, terms)
    clause.terms, clause.article = terms_to_json(terms), terms.article
    clause.effective_on = request.effective_on
    clause.version += 1
    writer.record("clause.amended", contract_id=contract.id)
    writer.touch("clause", clause.id, "terms", "effective_on")
    writer.announce("clause.amended", "clause", clause.id)
    _keep(writer, clause, request.reason)
    # A CDI counts to the end of the window, which may just have moved.
    for person_id in approved_persons(writer.session, clause.obligation_id):
        durations.renew_durations(writer, clause, person_id)
    hire_traits.keep_of_contract(writer, clause)
    ledger.recount_contract(writer, contract)
    return _shown(writer.session, contract, clause, request.effective_on)


def read_clause(reader: Reader, contract_id: UUID, as_of: date | None) -> ClauseOut:
    """The clause as in force on a day, by default today; NotFound when the contract has none."""
    contract = seen_contract(reader, contract_id)
    clause = queries.clause_of(reader.session, contract.id)
    if clause is None:
        raise NotFound
    return _shown(reader.session, contract, clause, as_of or reader.today)


def default_window(contract: Contract) -> dict[str, str]:
    """The window that the contract's own dates give, as far as they go.

    From the start order, else the notification, to the firm end, else the last day of the duration.
    """
    start, end = contract.started_on or contract.notified_on, contract.firm_end_on
    if end is None and start is not None and contract.duration_months is not None:
        end = add_months(start, contract.duration_months) - ONE_DAY
    return {name: day.isoformat() for name, day in (("start", start), ("end", end)) if day is not None}


def _held(writer: Writer, contract_id: UUID) -> Contract:
    contract = held_contract(writer, contract_id)
    require_role(writer, Role.BUYER, Role.ADMIN)
    return contract


def _check_open(contract: Contract) -> None:
    if contract.closed_on is not None:
        raise ContractClosed


def sent(request: ConditionsIn) -> dict[str, Any]:
    """The terms that a payload names, as the rules read them; null only where it says something."""
    document = request.model_dump(mode="json", exclude_unset=True)
    return {name: value for name, value in document.items() if value is not None or name in MAY_BE_NULL}


def _first_terms(writer: Writer, contract: Contract, request: ClauseIn) -> Terms:
    document = sent(request)
    document["target"] = _target(contract, document["target"])
    document["window"] = {**default_window(contract), **_without_nulls(document.get("window", {}))}
    if request.profile is None:
        return _read(lambda: terms_from_json(document))
    known = known_profiles.for_clause(writer, contract, request.profile)
    start = document["window"].get("start")
    # Without a first day it is the window that is wrong, whatever the version.
    profile = known.latest if start is None else known.in_force(date.fromisoformat(start))
    if profile is None:
        raise InvalidPayload(errors=[FieldError("/profile", "not_in_force", PROFILE_NOT_IN_FORCE)])
    return _read(lambda: terms_from_json(document, profile))


def _amended(contract: Contract, clause: Clause, request: AmendmentIn) -> dict[str, Any]:
    document = sent(request)
    del document["effective_on"], document["reason"]
    if "target" in document:
        document["target"] = _target(contract, document["target"])
    if "window" in document:
        document["window"] = {**clause.terms["window"], **_without_nulls(document["window"])}
    return document


def _target(contract: Contract, sent: dict[str, Any]) -> dict[str, Any]:
    target = _without_nulls(sent)
    if target["kind"] == "labour_formula" and contract.firm_amount is not None:
        whole, cents = divmod(contract.firm_amount, 100)
        target.setdefault("amount", f"{whole}.{cents:02d}")
    return target


def _without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _read(read: Callable[[], Terms]) -> Terms:
    try:
        return read()
    except WrongDocumentError as error:
        raise invalid(error.findings) from None


def _added(writer: Writer, contract: Contract, terms: Terms) -> Clause:
    clause_id = new_id()
    clause = Clause(
        owner_id=contract.owner_id,
        id=clause_id,
        contract_id=contract.id,
        obligation_id=clause_id,
        profile=terms.profile or "",
        article=terms.article,
        terms=terms_to_json(terms),
        effective_on=terms.window.first,
        version=1,
        created_at=writer.now,
    )
    writer.session.add(clause)
    contract.clause_id = clause_id
    writer.record("clause.recorded", contract_id=contract.id)
    writer.touch("clause", clause_id, "terms", "effective_on")
    writer.announce("clause.recorded", "clause", clause_id)
    _keep(writer, clause, None)
    contracts.bump(writer, contract, "contract.updated", "clause_id")
    return clause


def _keep(writer: Writer, clause: Clause, reason: str | None) -> None:
    writer.keep_version(
        "clause",
        clause.id,
        owner_id=clause.owner_id,
        number=clause.version,
        effective_on=clause.effective_on,
        snapshot={"terms": clause.terms, "reason": reason},
    )


def _shown(session: ReadSession, contract: Contract, clause: Clause, day: date) -> ClauseOut:
    dated = queries.dated_versions_of(session, clause.owner_id, clause.id)
    versions = [version for version, _ in dated]
    chosen = ([version for version in versions if version.effective_on <= day] or versions[:1])[-1]
    terms = kept_terms_from_json(chosen.snapshot["terms"])
    known = Basis(firm_amount=contract.firm_amount)
    return ClauseOut(
        id=clause.id,
        contract_id=clause.contract_id,
        version=clause.version,
        as_of=day,
        number=chosen.number,
        effective_on=chosen.effective_on,
        required_at_end=required_at_end(terms, basis_on(session, contract.id, terms, day, known)),
        terms=show_terms(terms),
        versions=[
            ClauseVersionOut(
                number=version.number,
                effective_on=version.effective_on,
                reason=version.snapshot["reason"],
                recorded_at=at,
            )
            for version, at in dated
        ],
    )


def show_terms(terms: Terms) -> TermsOut:
    """The whole terms as they are shown."""
    document = terms_to_json(terms)
    return TermsOut.model_validate({**document, "target": every_field(_target_json(document))})


def _target_json(document: dict[str, object]) -> dict[str, object]:
    target = document["target"]
    return dict(target) if isinstance(target, dict) else {}
