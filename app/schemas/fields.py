"""What crosses the wire: exact numbers, months, labels; and the two bases of all payloads."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    WithJsonSchema,
)

from app.errors import FieldProblem, Text

HUNDREDTHS = 100
# Longer numbers are not written out: that would take for ever.
LONGEST = 20
FIRST_YEAR, LAST_YEAR = 2000, 2100
# The years of people and of their papers begin earlier than those of contracts.
OLDEST = 1900
# Longer texts are no hours or amounts of anybody, and would cost time to read.
NUMBER = re.compile(r"-?\d{1,13}(\.\d{1,20})?", re.ASCII)
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
NOT_A_NUMBER = Text(
    "Nombre décimal attendu, par exemple « 12.50 ».", 'Decimal number expected, e.g. "12.50".'
)
TOO_FINE = Text("Au plus deux décimales.", "At most two decimals.")
NEGATIVE = Text("Une valeur négative n'a pas de sens ici.", "A negative value makes no sense here.")
NOT_A_DATE = Text("Date attendue : AAAA-MM-JJ.", "Date expected: YYYY-MM-DD.")
NOT_A_MONTH = Text("Mois attendu : AAAA-MM.", "Month expected: YYYY-MM.")
OUT_OF_LIVES = Text("Date hors de 1900 à 2100.", "Date outside 1900 to 2100.")
OUT_OF_RANGE = Text("Date hors de 2000 à 2100.", "Date outside 2000 to 2100.")
CONTROL = Text("Caractère de contrôle refusé.", "Control character refused.")


class Input(BaseModel):
    """A payload received: unknown fields are errors, texts are trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Output(BaseModel):
    """A payload sent. No field has a default, so that clients see every one as always present."""


YesNo = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]


class Warned(Output):
    """Something doubtful that is recorded all the same."""

    code: str
    detail: str


def _hundredths(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise FieldProblem("not_a_number", NOT_A_NUMBER)
    text = str(value).strip() if not isinstance(value, Decimal) else format_decimal(value)
    if not NUMBER.fullmatch(text):
        raise FieldProblem("not_a_number", NOT_A_NUMBER)
    exact = Decimal(text) * HUNDREDTHS
    if exact < 0:
        raise FieldProblem("negative", NEGATIVE)
    if exact != exact.to_integral_value():
        raise FieldProblem("too_many_decimals", TOO_FINE)
    return int(exact)


def format_decimal(value: Decimal) -> str:
    """Plain notation; empty for exponents too large to be written out."""
    try:
        exponent = value.as_tuple().exponent
    except InvalidOperation:
        return ""
    if not isinstance(exponent, int) or abs(exponent) > LONGEST or value.adjusted() > 13:  # noqa: PLR2004 - bounds of NUMBER
        return ""
    return f"{value:f}"


def decimal_text(hundredths: int) -> str:
    """1326 → "13.26"."""
    sign = "-" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), HUNDREDTHS)
    return f"{sign}{whole}.{rest:02d}"


def _stored(value: object) -> int:
    # Inside, exact numbers are already hundredths.
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise FieldProblem("not_a_number", NOT_A_NUMBER)


_ACCEPTED = {
    "anyOf": [
        {"type": "string", "pattern": r"^\d{1,13}(\.\d{1,2})?$"},
        {"type": "number", "minimum": 0, "multipleOf": 0.01, "maximum": 9_999_999_999_999},
    ]
}
_SENT = {"type": "string", "pattern": r"^-?\d+\.\d{2}$"}
_AS_TEXT = PlainSerializer(decimal_text, return_type=str)

HoursIn = Annotated[
    int,
    BeforeValidator(_hundredths),
    Field(le=10_000_000_00),
    _AS_TEXT,
    WithJsonSchema({**_ACCEPTED, "description": "Heures, deux décimales au plus.", "examples": ["35.00"]}),
]
MoneyIn = Annotated[
    int,
    BeforeValidator(_hundredths),
    Field(le=100_000_000_000_00),
    _AS_TEXT,
    WithJsonSchema({**_ACCEPTED, "description": "Euros hors taxes.", "examples": ["27364.00"]}),
]
Hours = Annotated[int, BeforeValidator(_stored), _AS_TEXT, WithJsonSchema({**_SENT, "examples": ["46.00"]})]
Money = Annotated[
    int, BeforeValidator(_stored), _AS_TEXT, WithJsonSchema({**_SENT, "examples": ["27364.00"]})
]


def _month(value: object) -> date:
    if isinstance(value, date):
        return value.replace(day=1)
    found = MONTH.fullmatch(value) if isinstance(value, str) else None
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise FieldProblem("not_a_month", NOT_A_MONTH)
    return date(int(found[1]), int(found[2]), 1)


Month = Annotated[
    date,
    BeforeValidator(_month),
    PlainSerializer(lambda month: f"{month:%Y-%m}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$", "examples": ["2025-01"]}),
]


def read_day(value: object) -> date:
    """A day written YYYY-MM-DD and in no other way; FieldProblem `not_a_date`."""
    # Pydantic would also take a number, for seconds since 1970, and an instant at midnight.
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) and DAY.fullmatch(value) else "")
    except ValueError:
        raise FieldProblem("not_a_date", NOT_A_DATE) from None


def day_from(first_year: int, code: str, detail: Text) -> BeforeValidator:
    """A day of that year or later, up to `LAST_YEAR`; else FieldProblem with that code and sentence."""

    def read(value: object) -> date:
        day = read_day(value)
        if not first_year <= day.year <= LAST_YEAR:
            raise FieldProblem(code, detail)
        return day

    return BeforeValidator(read)


Day = Annotated[
    date,
    day_from(FIRST_YEAR, "day_out_of_range", OUT_OF_RANGE),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2024-12-12"]}),
]


LifeDay = Annotated[
    date,
    day_from(OLDEST, "day_out_of_range", OUT_OF_LIVES),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["1996-03-01"]}),
]
"""A day of somebody's life, or of a paper that tells of it: a pension may be older than any contract."""

Instant = Annotated[
    datetime,
    PlainSerializer(
        lambda moment: moment.astimezone(UTC).isoformat().replace("+00:00", "Z"), return_type=str
    ),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-04-15T08:00:00Z"]}),
]


def _clean(value: object) -> object:
    # NUL cannot be stored by PostgreSQL; other control characters have no place in a label. Line breaks
    # stand in real objects of contracts.
    if isinstance(value, str) and any(ord(sign) < ord(" ") and sign not in "\n\r\t" for sign in value):
        raise FieldProblem("control_character", CONTROL)
    return value


Words = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=1000)]
MaybeWords = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=1000)]
Name = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=200)]
Reference = Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=64)]
Siret = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{14}$"),
    Field(description="SIRET, 14 chiffres.", examples=["20003994900017"]),
]
PlaceCode = Annotated[
    str,
    StringConstraints(pattern=r"^(country|region|department|epci|ept|commune)/[0-9A-Z]{2,9}$"),
    Field(description="Territoire, « niveau/code ».", examples=["commune/57433"]),
]
