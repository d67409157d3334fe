"""What is ahead of a contract and behind its statements: forecast, reporting, what is left to do."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, PrivateAttr

from app.rules.codes import ForecastMethod
from app.schemas.fields import Hours, Month, Output


class ActionCode(StrEnum):
    """What is left to do on a contract."""

    STATEMENT_DUE = "statement_due"
    MISSING_STATEMENT = "missing_statement"
    MISSING_DOCUMENT = "missing_document"
    STATEMENT_RETURNED = "statement_returned"
    STATEMENT_TO_APPROVE = "statement_to_approve"
    STATEMENT_SENT_BACK = "statement_sent_back"
    STATEMENT_TO_REVIEW = "statement_to_review"
    ASSESSMENTS_WAITING = "assessments_waiting"
    PROOFS_MISSING = "proofs_missing"
    HOURS_HELD = "hours_held"
    ELIGIBILITY_ENDING = "eligibility_ending"
    DISPUTES_OPEN = "disputes_open"
    HIRE_END_PASSED = "hire_end_passed"
    OUTCOMES_MISSING = "outcomes_missing"
    WINDOW_ENDING = "window_ending"
    CONTRACT_STARTING = "contract_starting"
    NO_FACILITATOR = "no_facilitator"
    CLAUSE_MISSING = "clause_missing"
    CLAUSE_TO_CHECK = "clause_to_check"
    CONTACT_UNREACHABLE = "contact_unreachable"
    CONTACT_TO_CONFIRM = "contact_to_confirm"


class ActionOut(Output):
    """One thing left to do. `declarant` is the identifier (SIRET) of who owes a statement."""

    code: ActionCode
    text: str
    declarant: str | None
    month: Month | None
    due_on: date | None = Field(description="Jour d'échéance ; le premier s'il y en a plusieurs.")
    count: int | None
    hours: Hours | None
    _key: str = PrivateAttr(default="")

    @property
    def key(self) -> str:
        """What tells it from others of its code, month and declarant on the contract; never sent."""
        return self._key

    def keyed(self, key: str) -> Self:
        """The same, under a key."""
        self._key = key
        return self


class ComplianceForecast(Output):
    """Hours secured at the end of the window if it goes on as in the last due months: a range, not a promise.

    Told to the hour, from 1,000 h by tens, from 10,000 h by hundreds; never under what is already secured.
    """

    method: ForecastMethod
    label: str
    assumed: bool = Field(description="Vrai : aucune source lisible ne confirme la méthode.")
    text: str = Field(
        examples=["Au rythme de 4 h par mois (3 derniers mois échus) : 36 h à la fin, entre 25 h et 45 h"]
    )
    low: Hours = Field(description="Si les mois restants donnent la moitié du rythme.")
    mid: Hours = Field(description="Si les mois restants donnent le rythme.")
    high: Hours = Field(
        description="Ou les heures prévues des mises à l'emploi en cours, si elles font plus."
    )
    pace: Hours = Field(description="Heures comptées ou en attente d'un mois entier, en moyenne.")
    months_used: list[Month] = Field(description="Les derniers mois échus, dont vient le rythme.")
    months_left: str = Field(
        description="Mois restants, en parts de leurs jours : ceux dont le relevé n'est pas encore dû.",
        examples=["5.37"],
    )
    planned_left: Hours = Field(
        description="Heures prévues des mises à l'emploi en cours, non encore acquises."
    )
    reaches_target: bool | None = Field(
        description="Le rythme suffit pour les heures dues à la fin ; null si nul ne les connaît encore."
    )


class MissingStatement(Output):
    """A month that nobody reported; missing from its due day on."""

    declarant: str = Field(description="Identifiant (SIRET) de qui le doit.", examples=["20000000800017"])
    month: Month
    due_on: date


class LateStatement(MissingStatement):
    """A month reported after its due day."""

    sent_on: date
    days_late: int = Field(examples=[3])


class DueDocument(Output):
    """A document owed besides the statements; it is about the days from `first` to `last`."""

    key: str = Field(description="Ce que nomme `document` d'un fait : réception, mise en demeure.")
    code: str
    label: str
    first: date
    last: date
    due_on: date
    received_on: date | None = Field(description="Null aussi pour qui ne suit pas le titulaire.")
    missing: bool | None = Field(
        description="Vrai du jour dû à la réception ; null pour qui ne suit pas le titulaire."
    )


class ComplianceReporting(Output):
    """The statements due, those sent and those not, as far as they are the caller's to see."""

    due: int = Field(description="Relevés dus : un par mois échu et par déclarant.")
    submitted: int = Field(description="Ceux qui ont été envoyés, à temps ou non.")
    missing: list[MissingStatement]
    late: list[LateStatement]
    next_due_on: date | None = Field(description="Prochaine échéance d'un relevé ; null après la dernière.")
    documents: list[DueDocument] = Field(description="Échéances des autres documents dus, passées ou non.")
