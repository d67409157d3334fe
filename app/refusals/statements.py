"""Refusals of statements, their review and their approval."""

from __future__ import annotations

from app.errors import DomainError, Text


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


class ApprovalWaiting(DomainError):
    """A statement is reviewed once the holder approved it, or the days given to answer are over."""

    status, code = 409, "approval_waiting"
    title = Text(
        "Le titulaire n'a pas encore approuvé ce relevé.", "The holder has not approved this statement yet."
    )


class ApprovalNotAwaited(DomainError):
    """Nothing is asked of the holder: no term, approved already, or the days to send back are over."""

    status, code = 409, "approval_not_awaited"
    title = Text("Ce relevé n'attend pas cette réponse.", "This statement does not wait for this answer.")
