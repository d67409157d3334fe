"""What a use case may reach: the contract asked for, and whether the caller decides on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.db.queries import contracts as queries
from app.db.queries.lists import one
from app.db.tables import Contract
from app.errors import Forbidden, NotFound, NotReviewer
from app.principal import Role
from app.refusals.contracts import NoClause
from app.rules.codes import Rule
from app.rules.held_texts import HOLDING, without_earlier_hours, without_figures_of_others
from app.services.kept_terms import kept_terms

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.db.session import ReadSession
    from app.db.tables import Clause, Entry
    from app.rules.lines import Posting
    from app.rules.terms import Terms
    from app.services.work import Reader, Writer


def seen_contract(reader: Reader, contract_id: UUID) -> Contract:
    """The contract, if the principal sees it; NotFound otherwise, whether or not it exists."""
    query = queries.visible_contracts(reader.principal, reader.today).where(Contract.id == contract_id)
    found = one(reader.session, query)
    if found is None:
        raise NotFound
    return found


def held_contract(writer: Writer, contract_id: UUID) -> Contract:
    """The same, held until the commit: writers on one contract go one after the other."""
    found = queries.held_contract(writer.session, writer.principal, writer.today, contract_id)
    if found is None:
        raise NotFound
    return found


# Who is told how many hours a contract requires and what it has.
SEES_BALANCE = (Role.ADMIN, Role.BUYER, Role.CONTRACTOR, Role.FACILITATOR)


def require_role(reader: Reader, *roles: Role) -> None:
    """Forbidden unless the principal acts in one of these roles."""
    if reader.principal.role not in roles:
        raise Forbidden


def reviewer_id(session: ReadSession, contract: Contract, day: date) -> UUID:
    """The organisation that decides on the day: the mandated facilitator, else the buyer's own staff."""
    mandate = queries.running_mandate(session, contract.id, Role.FACILITATOR, day)
    return mandate.organisation_id if mandate else contract.owner_id


def require_reviewer(reader: Reader, contract: Contract) -> None:
    """Forbidden for another role, NotReviewer for a facilitator who does not decide on this contract."""
    require_role(reader, Role.FACILITATOR)
    if reviewer_id(reader.session, contract, reader.today) != reader.principal.organisation_id:
        raise NotReviewer


def needed_clause(session: ReadSession, contract: Contract) -> Clause:
    """The contract's clause; NoClause when it has none to count hours for."""
    found = queries.clause_of(session, contract.id)
    if found is None:
        raise NoClause
    return found


def current_terms(clause: Clause) -> Terms:
    """The terms in force, as the rules read them."""
    return kept_terms(clause.terms)


def terms_on(session: ReadSession, clause: Clause, day: date) -> tuple[int, Terms]:
    """Version number and terms of the clause in force on a day; before the first, the first."""
    versions = queries.versions_of(session, clause.owner_id, clause.id)
    in_force = [version for version in versions if version.effective_on <= day] or versions[:1]
    chosen = in_force[-1]
    return chosen.number, kept_terms(chosen.snapshot["terms"])


def value_told(reader: Reader, entry: Entry | Posting, month: date) -> tuple[str | None, str | None]:
    """The value that the rule of a month's entry used and its reference, as far as the caller may read them.

    What made a person eligible, and what other claims on the same hours add up to, are the reviewer's.
    """
    rule = None if entry.rule is None else Rule(entry.rule)
    if reader.principal.role is Role.FACILITATOR or rule is None:
        return entry.parameter, entry.reference
    if rule is Rule.ELIGIBILITY:
        return None, None
    if rule is Rule.TRAINING:
        return without_earlier_hours(entry.parameter), entry.reference
    if rule in HOLDING:
        return without_figures_of_others(rule, entry.reference, month), entry.reference
    return entry.parameter, entry.reference
