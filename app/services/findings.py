"""What the rules find wrong in a document, as the API says it: pointers, codes, two languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.errors import FieldError, InvalidPayload, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.rules.errors import Finding

# The rules speak French, the language of the law they hold; these are their sentences in English.
ENGLISH = {
    "missing": "Required field missing.",
    "unknown_code": "Unknown code.",
    "unknown_field": "Unknown field.",
    "not_a_number": 'Number expected, e.g. "35.50".',
    "negative": "A negative value makes no sense here.",
    "end_before_start": "The end does not precede the start.",
    "too_many_decimals": "At most two decimals.",
    "code_twice": "This code already names another one.",
    "two_amounts": "An amount in euros or a coefficient, not both.",
    "floor_above_cap": "The floor does not exceed the cap.",
    "not_for_this_kind": "This field has no meaning for this kind.",
    "too_many_hours": "More hours than the month has.",
    "overtime_above_worked": "Overtime is a part of the hours worked.",
    "period_outside_month": "A period begins and ends within the statement's month.",
    "periods_overlap": "Periods do not overlap.",
    "periods_do_not_sum": "The periods' hours sum to the line's.",
    "duplicate": "The same twice.",
    "hours_or_share": "Either hours or a share of the target.",
    "no_criterion": "At least one criterion is expected.",
    "public_not_accepted": "The clause does not accept this public.",
    "month_outside_window": "This month lies wholly outside the clause's period of execution.",
}
GENERAL = "This value does not fit."


def in_both(finding: Finding) -> Text:
    """The sentence of a finding in both languages."""
    return Text(finding.detail, ENGLISH.get(finding.code, GENERAL))


def invalid(findings: Iterable[Finding], *, under: str = "") -> InvalidPayload:
    """A 422 with every finding at its pointer, below the pointer of the document in the payload."""
    errors = [FieldError(under + item.pointer, item.code, in_both(item)) for item in findings]
    return InvalidPayload(errors=errors)
