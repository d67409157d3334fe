"""What is left to do on a contract, each for those who can do it: one function per kind of action.

To add one: a code with its label, a function of the situation, a line in `ACTIONS`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.principal import Role
from app.rules.approvals import ApprovalState
from app.rules.codes import ClauseState, Decision, OutcomeMoment
from app.rules.labels import LABELS
from app.rules.needs import shortfall
from app.rules.outcomes import due_on
from app.rules.parameters import parameter
from app.rules.texts import french, french_day, french_month, hours_text
from app.schemas.follow_up import ActionCode, ActionOut
from app.services.follow_up import WAITING, missing_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import date
    from uuid import UUID

    from app.rules.status import Compliance
    from app.rules.terms import Terms
    from app.services.follow_up import FollowUp, Hired

BUYERS = (Role.ADMIN, Role.BUYER)
FIRMS = (Role.CONTRACTOR, Role.INSERTION_STRUCTURE)
AT_WORK = (Role.ADMIN, Role.FACILITATOR, Role.CONTRACTOR, Role.INSERTION_STRUCTURE)
SAYS_OUTCOMES = (Role.FACILITATOR, Role.CONTRACTOR, Role.INSERTION_STRUCTURE)
EVERYBODY = (*BUYERS, Role.FACILITATOR, Role.CONTRACTOR)
# A structure is told no balance: of what it declares and of its own people, in its queue of work.
DECLARING = (*EVERYBODY, Role.INSERTION_STRUCTURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What actions are found from: who looks, on which day, at what.

    `facilitated`: a facilitator's mandate runs today. Without clause, `terms`, `position` and `followed` are
    None and `clause_state` says why.
    """

    role: Role
    day: date
    facilitated: bool
    clause_state: ClauseState
    terms: Terms | None = None
    position: Compliance | None = None
    followed: FollowUp | None = None


def next_actions(situation: Situation) -> list[ActionOut]:
    """What is left to do, as far as the role can do or follow it, in the order of `ACTIONS`."""
    return [action for roles, found in ACTIONS if situation.role in roles for action in found(situation)]


def _coming_statements(situation: Situation) -> Iterable[ActionOut]:
    found = situation.followed
    for item in found.coming if found else ():
        if found:
            until, who = french_day(item.due_on), _declares(found, item.declarant)
            yield _action(
                ActionCode.STATEMENT_DUE,
                f"Relevé de {french_month(item.month)} à envoyer avant le {until} ({who})",
                declarant=found.identifiers[item.declarant],
                month=item.month,
                due_on=item.due_on,
            )


def _missing_statements(situation: Situation) -> Iterable[ActionOut]:
    found = situation.followed
    for item in found.owed if found else ():
        if found and item.sent_on is None:
            since, who = french_day(item.due_on), _declares(found, item.declarant)
            yield _action(
                ActionCode.MISSING_STATEMENT,
                f"Relevé de {french_month(item.month)} manquant depuis le {since} ({who})",
                declarant=found.identifiers[item.declarant],
                month=item.month,
                due_on=item.due_on,
            )


def _declares(found: FollowUp, declarant: UUID) -> str:
    """Who owes a statement, and who sends it in their place."""
    who = found.names[declarant]
    return f"{who}, délégué à {found.delegates[declarant]}" if declarant in found.delegates else who


def _missing_documents(situation: Situation) -> Iterable[ActionOut]:
    found, terms = situation.followed, situation.terms
    for item in missing_documents(found, terms, situation.day) if found and terms else ():
        days = f"du {french_day(item.first)} au {french_day(item.last)}"
        text = f"{item.document.label}, {days} : manquant depuis le {french_day(item.due_on)}"
        yield _action(ActionCode.MISSING_DOCUMENT, text, due_on=item.due_on).keyed(item.key)


def _returned_statements(situation: Situation) -> Iterable[ActionOut]:
    found = situation.followed
    for (declarant, month), lines in sorted(found.returned.items(), key=_by_month) if found else ():
        if found:
            who = found.names.get(declarant, "")
            text = f"Relevé de {french_month(month)} à corriger : {_many(lines, 'ligne renvoyée')}"
            yield _action(
                ActionCode.STATEMENT_RETURNED,
                f"{text} ({who})" if who else text,
                declarant=found.identifiers.get(declarant),
                month=month,
                count=lines,
            )


def _unapproved_statements(situation: Situation) -> Iterable[ActionOut]:
    """What the holder has not answered; what it sent back is its declarant's to correct."""
    found = situation.followed
    for (declarant, month), (state, due) in sorted(found.approvals.items(), key=_by_month) if found else ():
        if found:
            who, until = found.names.get(declarant, ""), french_day(due)
            text = f"Relevé de {french_month(month)} à approuver par le titulaire jusqu'au {until} ({who})"
            code = ActionCode.STATEMENT_TO_APPROVE
            if state is ApprovalState.SENT_BACK:
                text = f"Relevé de {french_month(month)} renvoyé par le titulaire, à corriger ({who})"
                code = ActionCode.STATEMENT_SENT_BACK
            yield _action(code, text, declarant=found.identifiers.get(declarant), month=month, due_on=due)


def _unreviewed_statements(situation: Situation) -> Iterable[ActionOut]:
    found = situation.followed
    for (declarant, month), lines in sorted(found.unreviewed.items(), key=_by_month) if found else ():
        if found:
            who = found.names.get(declarant, "")
            text = f"Relevé de {french_month(month)} à examiner : {_many(lines, 'ligne')} ({who})"
            yield _action(
                ActionCode.STATEMENT_TO_REVIEW,
                text,
                declarant=found.identifiers.get(declarant),
                month=month,
                count=lines,
            )


def _by_month(item: tuple[tuple[object, date], object]) -> tuple[date, str]:
    (declarant, month), _ = item
    return month, str(declarant)


def _waiting_assessments(situation: Situation) -> Iterable[ActionOut]:
    waiting = sum(item.decision in WAITING for item in _hires(situation))
    if waiting:
        text = f"{_many(waiting, 'diagnostic')} en attente"
        yield _action(ActionCode.ASSESSMENTS_WAITING, text, count=waiting)


def _missing_proofs(situation: Situation) -> Iterable[ActionOut]:
    """How many people of each declarant the reviewer waits for a proof of; never whose, nor which."""
    found = situation.followed
    waiting = Counter(
        item.work.declarant for item in _hires(situation) if item.decision is Decision.NEEDS_PROOF
    )
    for declarant, number in sorted(waiting.items()) if found else ():
        if found:
            text = f"{_many(number, 'dossier')} en attente d'un justificatif ({found.names[declarant]})"
            who = found.identifiers[declarant]
            yield _action(ActionCode.PROOFS_MISSING, text, declarant=who, count=number)


def _held_hours(situation: Situation) -> Iterable[ActionOut]:
    held = situation.position.sums.held if situation.position else 0
    if held:
        text = f"{hours_text(held, 'retenue')} face à une autre déclaration ou au maximum légal"
        yield _action(ActionCode.HOURS_HELD, text, hours=held)


def _open_disputes(situation: Situation) -> Iterable[ActionOut]:
    disputed = situation.followed.disputed if situation.followed else 0
    if disputed:
        text = f"{_many(disputed, 'contestation ouverte')}"
        yield _action(ActionCode.DISPUTES_OPEN, text, count=disputed)


def _ending_eligibility(situation: Situation) -> Iterable[ActionOut]:
    """Approved people who go on working after the last day on which they count, soon."""
    day = situation.day
    until = day + _notice("eligibility_notice_days", day)
    found = [
        item.eligible_until
        for item in _hires(situation)
        if item.eligible_until is not None
        and item.decision is Decision.APPROVED
        and day <= item.eligible_until <= until
        and (item.work.days.last is None or item.work.days.last > item.eligible_until)
    ]
    if found:
        first = french_day(min(found))
        text = f"{_many(len(found), 'éligibilité')} à échéance le {first}"
        if len(found) > 1:
            text = f"{_many(len(found), 'éligibilité')} à échéance, la première le {first}"
        yield _action(ActionCode.ELIGIBILITY_ENDING, text, due_on=min(found), count=len(found))


def _passed_ends(situation: Situation) -> Iterable[ActionOut]:
    """Hires whose planned end is behind, and that nobody ended nor prolonged."""
    found = [
        item.planned_end
        for item in _hires(situation)
        if not item.ended and item.planned_end is not None and item.planned_end < situation.day
    ]
    if found:
        text = f"{_many(len(found), 'fin prévue passée')}, à confirmer ou à reporter"
        yield _action(ActionCode.HIRE_END_PASSED, text, due_on=min(found), count=len(found))


def _missing_outcomes(situation: Situation) -> Iterable[ActionOut]:
    """One action per moment whose day has come for approved hires of which nothing was told."""
    ended = [
        (item.work.days.last, item.told)
        for item in _hires(situation)
        if item.ended and item.decision is Decision.APPROVED and item.work.days.last is not None
    ]
    for moment in OutcomeMoment:
        missing = sum(moment not in told and due_on(moment, last) <= situation.day for last, told in ended)
        if missing:
            when = LABELS["outcome_moments"][moment]
            text = f"{_many(missing, 'situation')} à dire {when[0].lower()}{when[1:]}"
            yield _action(ActionCode.OUTCOMES_MISSING, text, count=missing).keyed(moment)


def _ending_window(situation: Situation) -> Iterable[ActionOut]:
    terms, position, day = situation.terms, situation.position, situation.day
    if terms is None or position is None or not terms.window.first <= day <= terms.end:
        return
    short = shortfall(position)
    if short and terms.end <= day + _notice("window_notice_days", day):
        text = f"L'exécution finit le {french_day(terms.end)} : il manque {french(short)} h"
        yield _action(ActionCode.WINDOW_ENDING, text, due_on=terms.end, hours=short)


def _starting(situation: Situation) -> Iterable[ActionOut]:
    """The first day of execution comes soon: people are to be found."""
    terms, day = situation.terms, situation.day
    if terms is not None and day < terms.window.first <= day + _notice("contract_notice_days", day):
        text = f"L'exécution commence le {french_day(terms.window.first)}"
        yield _action(ActionCode.CONTRACT_STARTING, text, due_on=terms.window.first)


def _no_facilitator(situation: Situation) -> Iterable[ActionOut]:
    if not situation.facilitated:
        text = "Aucun facilitateur mandaté : l'acheteur décide lui-même"
        yield _action(ActionCode.NO_FACILITATOR, text)


def _no_clause(situation: Situation) -> Iterable[ActionOut]:
    if situation.terms is not None:
        return
    if situation.clause_state is ClauseState.CLAUSE_MISSING:
        text = "Clause manquante : enregistrer ses termes, ou l'absence motivée"
        yield _action(ActionCode.CLAUSE_MISSING, text)
    elif situation.clause_state is ClauseState.TO_CHECK:
        text = "Obligation d'une clause à vérifier : compléter la consultation"
        yield _action(ActionCode.CLAUSE_TO_CHECK, text)


ACTIONS: tuple[tuple[Collection[Role], Callable[[Situation], Iterable[ActionOut]]], ...] = (
    (FIRMS, _coming_statements),
    (DECLARING, _missing_statements),
    (EVERYBODY, _missing_documents),
    (DECLARING, _returned_statements),
    (DECLARING, _unapproved_statements),
    ((Role.FACILITATOR,), _unreviewed_statements),
    (EVERYBODY, _waiting_assessments),
    (FIRMS, _missing_proofs),
    (EVERYBODY, _held_hours),
    (EVERYBODY, _open_disputes),
    (AT_WORK, _ending_eligibility),
    (AT_WORK, _passed_ends),
    (SAYS_OUTCOMES, _missing_outcomes),
    (EVERYBODY, _ending_window),
    (DECLARING, _starting),
    (BUYERS, _no_facilitator),
    ((*BUYERS, Role.FACILITATOR), _no_clause),
)


def _hires(situation: Situation) -> tuple[Hired, ...]:
    return situation.followed.hires if situation.followed else ()


def _notice(code: str, day: date) -> timedelta:
    return timedelta(days=int(parameter(code).at(day).value))


def _many(count: int, words: str) -> str:
    """A number of things: every word of theirs takes the plural."""
    return f"{count} {words if count == 1 else ' '.join(f'{word}s' for word in words.split())}"


def _action(
    code: ActionCode,
    text: str,
    *,
    declarant: str | None = None,
    month: date | None = None,
    due_on: date | None = None,
    count: int | None = None,
    hours: int | None = None,
) -> ActionOut:
    return ActionOut(
        code=code, text=text, declarant=declarant, month=month, due_on=due_on, count=count, hours=hours
    )
