"""French texts for numbers and dates that the rules show to people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

TIMES = "\N{MULTIPLICATION SIGN}"
HUNDREDTHS = 100
MOST_PLACES = 24


def decimal_text(value: Fraction) -> str:
    """Return the shortest exact decimal string of a fraction (`0.05`); ValueError if it has none."""
    places, scaled = 0, value
    while scaled.denominator != 1:
        if places == MOST_PLACES:
            raise ValueError("Cette part n'a pas d'écriture décimale finie.")
        places, scaled = places + 1, scaled * 10
    return f"{Decimal(scaled.numerator).scaleb(-places):f}"


def hundredths_text(value: int) -> str:
    """Return hundredths as a decimal string with two places (1326 → `13.26`)."""
    return f"{Decimal(value).scaleb(-2):.2f}"


def french(value: int) -> str:
    """Return hundredths for a French reader: decimal comma, no empty decimals (4561 → `45,61`)."""
    whole, rest = divmod(abs(value), HUNDREDTHS)
    sign = "-" if value < 0 else ""
    grouped = f"{whole:,}".replace(",", " ")
    return f"{sign}{grouped},{rest:02}" if rest else f"{sign}{grouped}"


def hours_text(value: int, adjective: str) -> str:
    """Return hours (hundredths) with their adjective, given in the singular; two hours make a plural."""
    return f"{french(value)} h {agreed(value, 2 * HUNDREDTHS, adjective)}"


def agreed(count: int, plural_from: int, *words: str) -> str:
    """Return words as they agree with a number: in French, one and a half is singular."""
    return " ".join(word if count < plural_from else f"{word}s" for word in words)


def percent(share: Fraction) -> str:
    """Return a share as a French percentage (1/10 → `10 %`)."""
    return decimal_text(share * HUNDREDTHS).replace(".", ",") + " %"


def french_day(day: date) -> str:
    """Return a day for a French reader (`15/01/2025`)."""
    return f"{day:%d/%m/%Y}"


MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def spoken_day(day: date) -> str:
    """Return a day as it is said, for who listens (`1er janvier 2025`)."""
    return f"{'1er' if day.day == 1 else day.day} {spoken_month(day)}"


def spoken_month(month: date) -> str:
    """Return a month as it is said (`janvier 2025`)."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def french_month(month: date) -> str:
    """Return a month for a French reader (`01/2025`)."""
    return f"{month:%m/%Y}"
