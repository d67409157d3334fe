"""French texts for numbers that the rules show to people."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

TIMES = "\N{MULTIPLICATION SIGN}"
HUNDREDTHS = 100


def decimal_text(value: Fraction) -> str:
    """Return the decimal string of a fraction, shortest and exact (`0.05`).

    Raises ValueError for a fraction that has no finite decimal form.
    """
    places, power = 0, 1
    while (value * power).denominator != 1:
        places, power = places + 1, power * 10
        if value.denominator % power and places > value.denominator.bit_length():
            message = "Cette part n'a pas d'écriture décimale finie."
            raise ValueError(message)
    return f"{Decimal((value * power).numerator).scaleb(-places):f}"


def hundredths_text(value: int) -> str:
    """Return hundredths as a decimal string with two places (1326 → `13.26`)."""
    return f"{Decimal(value).scaleb(-2):.2f}"


def french(value: int) -> str:
    """Return hundredths for a French reader: decimal comma, no empty decimals (4561 → `45,61`, 4600 → `46`)."""
    whole, rest = divmod(abs(value), HUNDREDTHS)
    sign = "-" if value < 0 else ""
    grouped = f"{whole:,}".replace(",", " ")
    return f"{sign}{grouped},{rest:02}" if rest else f"{sign}{grouped}"


def percent(share: Fraction) -> str:
    """Return a share as a French percentage (1/10 → `10 %`)."""
    return decimal_text(share * HUNDREDTHS).replace(".", ",") + " %"
