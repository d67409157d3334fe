"""Refusals of a contract, its clause, parties, invoices and pool."""

from __future__ import annotations

from app.errors import DomainError, Text


class NoClause(DomainError):
    """Hires and hours are declared for a clause; the contract has none yet."""

    status, code = 409, "no_clause"
    title = Text("Ce contrat n'a pas de clause.", "This contract has no clause.")


class ContractExists(DomainError):
    """The buyer already has a contract of this reference and lot; a retry needs no second registration."""

    status, code = 409, "contract_exists"
    title = Text(
        "Un contrat de cette référence et de ce lot est déjà enregistré.",
        "A contract of this reference and lot is already registered.",
    )


class StandingsPending(DomainError):
    """A day has begun, or the service was renewed: too many contracts are still to be judged."""

    status, code = 503, "standings_pending"
    title = Text(
        "Le statut des contrats est en cours de calcul.", "The status of contracts is being computed."
    )


class ContractClosed(DomainError):
    """A closed contract is read, no longer changed."""

    status, code = 409, "contract_closed"
    title = Text("Ce contrat est clos.", "This contract is closed.")


class AlreadyParty(DomainError):
    """The firm is already a subcontractor of the contract."""

    status, code = 409, "already_party"
    title = Text(
        "Cette entreprise est déjà sous-traitante du contrat.",
        "This firm is already a subcontractor of the contract.",
    )


class MandateOverlaps(DomainError):
    """One organisation decides at a time: mandates in one role follow one another."""

    status, code = 409, "mandate_overlaps"
    title = Text(
        "Un autre mandat dans ce rôle court déjà à ces dates.",
        "Another mandate in this role already runs on these days.",
    )


class MandateOver(DomainError):
    """A mandate that has ended stays ended: what was decided under it, and after it, holds."""

    status, code = 409, "mandate_over"
    title = Text("Ce mandat a pris fin.", "This mandate has ended.")


class InvoiceExists(DomainError):
    """An invoice of this number and day stands already: recorded twice, it would be owed twice."""

    status, code = 409, "invoice_exists"
    title = Text(
        "Une facture de ce numéro et de ce jour est déjà enregistrée.",
        "An invoice of this number and day is already recorded.",
    )


class NothingToReverse(DomainError):
    """A reversal of a reversal, or of more than what is left of an invoice."""

    status, code = 409, "nothing_to_reverse"
    title = Text(
        "Il ne reste pas autant à annuler sur cette facture.",
        "There is not that much left to reverse on this invoice.",
    )


class ClauseExists(DomainError):
    """The contract has its clause: it changes by an amendment, which never rewrites the past."""

    status, code = 409, "clause_exists"
    title = Text("Ce contrat a déjà une clause.", "This contract already has a clause.")


class AmendmentTooEarly(DomainError):
    """An amendment takes effect after the version that it amends."""

    status, code = 409, "amendment_too_early"
    title = Text(
        "Cet avenant prendrait effet trop tôt, ou après la fin de la clause.",
        "This amendment would take effect too early, or after the clause ends.",
    )


class WaiverContradicted(DomainError):
    """A waiver whose ground a fact of the contract speaks against; `errors` names the fact."""

    status, code = 409, "waiver_contradicted"
    title = Text(
        "Un fait du contrat contredit le motif de l'absence de condition sociale.",
        "A fact of the contract contradicts the ground for leaving out a social condition.",
    )


class PoolStands(DomainError):
    """A contract stands in one pool at a time."""

    status, code = 409, "pool_stands"
    title = Text("Ce contrat participe à une autre globalisation.", "This contract stands in another pool.")


class PoolAnswered(DomainError):
    """Asked is answered once; only what was agreed, or not answered yet, can be left."""

    status, code = 409, "pool_answered"
    title = Text(
        "Ce contrat n'attend pas cette réponse dans la globalisation.",
        "This contract of the pool does not wait for this answer.",
    )
