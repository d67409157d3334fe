"""What the rules refuse, in plain data that a caller can show.

Every message is French and written for people; none repeats the submitted value.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful: a stable code, the field's JSON pointer, a French sentence."""

    code: str
    pointer: str
    detail: str


class RuleError(ValueError):
    """Base of the errors of the law; `str()` is a French sentence."""


class NoValueYetError(RuleError):
    """A dated parameter was asked for a day before its first value."""


class UnknownCodeError(RuleError):
    """A code (parameter, public, profile…) that the catalogue does not hold."""


class WrongValueError(RuleError):
    """One wrong field of a JSON document."""

    def __init__(self, pointer: str, detail: str, code: str = "invalid") -> None:
        """Keep the JSON pointer, the stable code and the French sentence."""
        super().__init__(detail)
        self.finding = Finding(code, pointer, detail)


class WrongDocumentError(RuleError):
    """A JSON document (terms, facts) with one or more wrong fields, all listed in `findings`."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        """Keep the findings, in the order of the fields."""
        super().__init__("; ".join(f"{item.pointer}: {item.detail}" for item in findings))
        self.findings = findings
