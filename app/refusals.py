"""What the domain refuses although the request is sound: 409s, each with a stable `code` and two texts.

The caller sees the object and may act on it; its state, or a rule, says no. What to do about it stands in
`app.web.advice`.
"""

from __future__ import annotations

from app.errors import DomainError, Text


class NoClause(DomainError):
    """Hires and hours are declared for a clause; the contract has none yet."""

    status, code = 409, "no_clause"
    title = Text("Ce contrat n'a pas de clause.", "This contract has no clause.")


class MonthOutsideWindow(DomainError):
    """A statement for a month with no day inside the clause's window."""

    status, code = 409, "month_outside_window"
    title = Text(
        "Ce mois est entièrement hors de la période d'exécution de la clause.",
        "This month lies wholly outside the clause's period of execution.",
    )


class MonthNotBegun(DomainError):
    """A statement for a month to come: nobody has worked in it yet."""

    status, code = 409, "month_not_begun"
    title = Text("Ce mois n'a pas encore commencé.", "This month has not begun yet.")


class StatementExists(DomainError):
    """A second statement of one declarant for one month; `Link` says where to correct the first."""

    status, code = 409, "statement_exists"
    title = Text("Ce mois a déjà un relevé.", "This month already has a statement.")


class LineTaken(DomainError):
    """The hire's month is already declared in another declarant's statement."""

    status, code = 409, "line_taken"
    title = Text(
        "Un autre déclarant a déjà déclaré ce mois pour cette mise à l'emploi.",
        "Another declarant has already declared this month for this hire.",
    )


class NothingToReview(DomainError):
    """Every line has its verdict already, or there is no line."""

    status, code = 409, "nothing_to_review"
    title = Text("Aucune ligne n'attend d'examen.", "No line waits for review.")


class ContractExists(DomainError):
    """The buyer already has a contract of this reference and lot; a retry needs no second registration."""

    status, code = 409, "contract_exists"
    title = Text(
        "Un contrat de cette référence et de ce lot est déjà enregistré.",
        "A contract of this reference and lot is already registered.",
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


class ProfileExists(DomainError):
    """The code is that of another profile of the organisation, or of a built-in one."""

    status, code = 409, "profile_exists"
    title = Text("Un profil porte déjà ce code.", "A profile already bears this code.")


class DraftExists(DomainError):
    """A profile has one draft at a time: versions follow one another."""

    status, code = 409, "draft_exists"
    title = Text("Ce profil a déjà un brouillon.", "This profile already has a draft.")


class ProfilePublished(DomainError):
    """What is published is never edited."""

    status, code = 409, "profile_published"
    title = Text("Cette version de profil est publiée.", "This version of the profile is published.")


class PublicationTooEarly(DomainError):
    """A version supersedes the one before it from a day to come: what was in force stays so."""

    status, code = 409, "publication_too_early"
    title = Text(
        "Cette version remplacerait la précédente trop tôt.",
        "This version would supersede the one before it too early.",
    )


class WaiverContradicted(DomainError):
    """A waiver whose ground a fact of the contract speaks against; `errors` names the fact."""

    status, code = 409, "waiver_contradicted"
    title = Text(
        "Un fait du contrat contredit le motif de l'absence de condition sociale.",
        "A fact of the contract contradicts the ground for leaving out a social condition.",
    )


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


class DisputeOpen(DomainError):
    """No penalty is decided while a dispute on the contract is open."""

    status, code = 409, "dispute_open"
    title = Text("Une contestation est ouverte sur ce contrat.", "A dispute on this contract is open.")


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


class PeriodNotOver(DomainError):
    """Figures are published some days after the end of their period."""

    status, code = 409, "period_not_over"
    title = Text("La période n'est pas close.", "The period is not over.")


class ReleaseExists(DomainError):
    """A period is published once."""

    status, code = 409, "release_exists"
    title = Text("Cette période est déjà publiée.", "This period is published already.")


class QuartersMissing(DomainError):
    """The quarters of a year are published before it."""

    status, code = 409, "quarters_missing"
    title = Text("Un trimestre de cette année n'est pas publié.", "A quarter of this year is not published.")
