"""Refusals of penalties, the facts they follow from and disputes on them."""

from __future__ import annotations

from app.errors import DomainError, Text


class FactExists(DomainError):
    """The document or the notice already has its day of receipt."""

    status, code = 409, "fact_exists"
    title = Text("Cette réception est déjà enregistrée.", "This receipt is already recorded.")


class ValueNotKnown(DomainError):
    """A dated parameter has no value on a day that a penalty term names: nothing is guessed."""

    status, code = 409, "value_not_known"
    title = Text(
        "Un paramètre des pénalités n'a pas de valeur au jour demandé.",
        "A parameter of the penalties has no value on the day needed.",
    )


class PenaltyBlocked(DomainError):
    """A penalty named in the decision cannot be decided yet."""

    status, code = 409, "penalty_blocked"
    title = Text("Cette pénalité ne peut pas encore être décidée.", "This penalty cannot be decided yet.")


class PenaltiesChanged(DomainError):
    """The computed sum is no longer the one that the buyer read."""

    status, code = 409, "penalties_changed"
    title = Text("Le calcul a changé depuis votre lecture.", "The computation has changed since you read it.")


class NothingToDecide(DomainError):
    """No penalty remains to be decided."""

    status, code = 409, "nothing_to_decide"
    title = Text("Aucune pénalité ne reste à décider.", "No penalty remains to be decided.")


class DecisionReplaced(DomainError):
    """The decision was replaced by a later one."""

    status, code = 409, "decision_replaced"
    title = Text("Cette décision est déjà remplacée.", "This decision is already replaced.")


class DisputeOpen(DomainError):
    """No penalty is decided while a dispute on the contract is open."""

    status, code = 409, "dispute_open"
    title = Text("Une contestation est ouverte sur ce contrat.", "A dispute on this contract is open.")


class NothingToDispute(DomainError):
    """No decision was taken on it yet."""

    status, code = 409, "nothing_to_dispute"
    title = Text("Rien n'est encore décidé.", "Nothing is decided yet.")


class DisputeExists(DomainError):
    """One dispute per decision: it is open, or answered."""

    status, code = 409, "dispute_exists"
    title = Text("Cette décision est déjà contestée.", "This decision is already disputed.")


class DisputeTooLate(DomainError):
    """The days in which the decision could be disputed are over."""

    status, code = 409, "dispute_too_late"
    title = Text("Le délai de contestation est passé.", "The time to dispute is over.")


class DisputeClosed(DomainError):
    """An answered or withdrawn dispute stays so."""

    status, code = 409, "dispute_closed"
    title = Text("Cette contestation est close.", "This dispute is closed.")
