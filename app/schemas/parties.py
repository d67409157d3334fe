"""Holders and subcontractors of a contract."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from app.errors import FieldProblem, Text
from app.schemas.fields import Day, Input, Output, Siret, YesNo, format_decimal

WHOLE = 10_000
NOT_A_SHARE = Text(
    "Part attendue : plus de 0, au plus 1, quatre décimales au plus, par exemple « 0.5 ».",
    'Share expected: above 0, at most 1, at most four decimals, e.g. "0.5".',
)
ONE_IDENTIFIER = Text(
    "Un SIRET, ou bien un type d'identifiant et sa valeur.", "Either a SIRET, or a scheme and its identifier."
)
ENDS_BEFORE = Text("La fin ne précède pas le début.", "The end does not precede the start.")


def _ten_thousandths(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise FieldProblem("not_a_share", NOT_A_SHARE)
    text = format_decimal(value) if isinstance(value, Decimal) else str(value).strip()
    whole, _, decimals = text.partition(".")
    if whole not in {"0", "1"} or not (f"{decimals}0").isdecimal() or not text.isascii():
        raise FieldProblem("not_a_share", NOT_A_SHARE)
    exact = Fraction(text) * WHOLE if text[-1] != "." else Fraction(0)
    if exact.denominator != 1 or not 0 < exact <= WHOLE:
        raise FieldProblem("not_a_share", NOT_A_SHARE)
    return exact.numerator


def share_text(ten_thousandths: int) -> str:
    """2500 → "0.2500"."""
    whole, rest = divmod(ten_thousandths, WHOLE)
    return f"{whole}.{rest:04d}"


_AS_TEXT = PlainSerializer(share_text, return_type=str)
ShareIn = Annotated[
    int,
    BeforeValidator(_ten_thousandths),
    _AS_TEXT,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^(0\.(?!0+$)[0-9]{1,4}|1(\.0{1,4})?)$"},
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "multipleOf": 0.0001},
            ],
            "description": "Part, de 0 à 1.",
            "examples": ["0.5"],
        }
    ),
]
Share = Annotated[
    int, _AS_TEXT, WithJsonSchema({"type": "string", "pattern": r"^[01]\.\d{4}$", "examples": ["0.5000"]})
]

Scheme = Literal["TVA", "TAHITI", "RIDET", "FRWF", "IREP", "HORS-UE", "UE", "OTHER"]
Identifier = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z ._/-]{1,39}$")]


class DatedIn(Input):
    """What is given from – to (included)."""

    since: Day | None = Field(default=None, description="Premier jour ; aujourd'hui si absent.")
    until: Day | None = Field(default=None, description="Dernier jour ; absent : jusqu'à nouvel ordre.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise FieldProblem("end_before_start", ENDS_BEFORE)
        return self


class PartyIn(DatedIn):
    """A firm, by its SIRET or, when it has none, by another identifier of the DECP."""

    siret: Siret | None = None
    scheme: Scheme | None = Field(default=None, description="Type d'identifiant, à défaut de SIRET.")
    identifier: Identifier | None = Field(default=None, description="Valeur de cet identifiant.")

    @model_validator(mode="after")
    def _one_identifier(self) -> PartyIn:
        other = (self.scheme is not None, self.identifier is not None)
        if other != ((False, False) if self.siret else (True, True)):
            raise FieldProblem("one_identifier", ONE_IDENTIFIER)
        return self

    @property
    def key(self) -> tuple[str, str]:
        """Scheme and identifier."""
        if self.siret is not None:
            return "SIRET", self.siret
        return str(self.scheme), str(self.identifier)


class HolderIn(PartyIn):
    """A holder. In a group, shares are given for all or for none."""

    share: ShareIn | None = None
    lead: YesNo = Field(default=False, description="Mandataire du groupement.")
    since: Day | None = Field(
        default=None,
        description="Premier jour comme titulaire. Absent : celui qui est connu ; à l'enregistrement, la "
        "notification ; pour un titulaire ajouté ensuite, aujourd'hui.",
    )
    until: Day | None = Field(
        default=None,
        description="Dernier jour dans le groupement ; les autres se partagent ensuite sa part.",
    )


class HolderOut(Output):
    """A holder and its part of the hours owed."""

    scheme: str
    identifier: str
    name: str | None
    share: Share
    share_assumed: bool = Field(description="Vrai quand la part n'est pas donnée : parts égales.")
    lead: bool
    since: date
    until: date | None


class SubcontractIn(PartyIn):
    """A subcontractor accepted by the buyer, from – to (included)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"siret": "40000000600017", "since": "2025-01-06"}]}
    )


class SubcontractOut(Output):
    """A subcontractor of the contract."""

    scheme: str
    identifier: str
    name: str | None
    since: date
    until: date | None


class SubcontractList(Output):
    """Every subcontractor of a contract, the earliest first."""

    items: list[SubcontractOut]
