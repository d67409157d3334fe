"""Refusals about people: their hires, eligibility, hours in common and data."""

from __future__ import annotations

from app.errors import DomainError, Text


class EligibilityNotMet(DomainError):
    """An approval while the rules find no accepted public met."""

    status, code = 409, "eligibility_not_met"
    title = Text("Aucun public accepté n'est établi.", "No accepted public is established.")


class HireRunning(DomainError):
    """An outcome of a hire that has not ended."""

    status, code = 409, "hire_running"
    title = Text("Cette mise à l'emploi n'est pas finie.", "This hire has not ended.")


class OutcomeTooEarly(DomainError):
    """An outcome before the day on which it is to be known."""

    status, code = 409, "outcome_too_early"
    title = Text(
        "Le jour de constater cette situation n'est pas encore venu.",
        "The day on which this situation is to be known is still to come.",
    )


class AlreadyDecided(DomainError):
    """The two records are one person already, or were already said to be two."""

    status, code = 409, "already_decided"
    title = Text(
        "Cette décision est déjà prise pour ces deux fiches.",
        "This decision has already been taken on these two records.",
    )


class JoinedThroughOthers(DomainError):
    """No decision joined these two records themselves: which of several was wrong is for a person to say."""

    status, code = 409, "joined_through_others"
    title = Text(
        "Ces deux fiches sont réunies par l'intermédiaire d'autres fiches.",
        "These two records are joined by way of other records.",
    )


class DurationNotStarted(DomainError):
    """A decision on how long a hire counts that is not approved: no day runs yet."""

    status, code = 409, "duration_not_started"
    title = Text(
        "La durée ne court pas : cette mise à l'emploi n'est pas approuvée.",
        "The duration does not run: this hire is not approved.",
    )


class DecisionWithoutEffect(DomainError):
    """A suspension outside the duration, or a prolongation that does not move its end."""

    status, code = 409, "decision_without_effect"
    title = Text(
        "Cette décision ne changerait rien à la durée.", "This decision would not change the duration."
    )


class DecisionCancelled(DomainError):
    """A decision on a duration is cancelled once."""

    status, code = 409, "decision_cancelled"
    title = Text("Cette décision est déjà annulée.", "This decision is already cancelled.")


class SplitBeyondRoom(DomainError):
    """More hours than the two claims may count together, or than one of them asks."""

    status, code = 409, "split_beyond_room"
    title = Text(
        "Ce partage dépasse ce que les deux déclarations peuvent compter.",
        "This split exceeds what the two claims may count.",
    )


class SplitStands(DomainError):
    """A proposal waits between the two lines already, or one of them is bound to a third."""

    status, code = 409, "split_stands"
    title = Text(
        "Un autre partage lie déjà l'une de ces déclarations.",
        "Another split binds one of these claims already.",
    )


class SplitOver(DomainError):
    """A proposal is answered or withdrawn once; one whose claims have changed can no longer be accepted."""

    status, code = 409, "split_over"
    title = Text(
        "Cette proposition n'attend plus de réponse.", "This proposal no longer waits for an answer."
    )


class PersonAtWork(DomainError):
    """Somebody at work, or waiting for a decision, is not erased."""

    status, code = 409, "person_at_work"
    title = Text(
        "Cette personne travaille encore, ou attend une décision, sur un contrat ouvert.",
        "This person is still at work, or awaits a decision, on an open contract.",
    )


class PersonErased(DomainError):
    """Nothing more is told of somebody that was erased."""

    status, code = 409, "person_erased"
    title = Text("Les données de cette personne sont effacées.", "This person's data were erased.")


class PersonOpposed(DomainError):
    """The person objected to what is asked."""

    status, code = 409, "person_opposed"
    title = Text("Cette personne s'est opposée à ce suivi.", "This person objected to this follow-up.")
