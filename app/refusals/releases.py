"""Refusals of published figures."""

from __future__ import annotations

from app.errors import DomainError, Text


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
