"""How a target comes to its hours, for people: the formula in French, and the numbers that it used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.rules.codes import CountsFrom
from app.rules.hours import HUNDREDTHS, in_hundredths
from app.rules.terms import FixedHours, LabourFormula, PerInvoicedAmount, ShareOfHours, StepTable, Target
from app.rules.texts import TIMES, decimal_text, french, hours_text, hundredths_text, percent

if TYPE_CHECKING:
    from fractions import Fraction

    from app.rules.targets import Basis

MINUS = "\N{MINUS SIGN}"
ALMOST = "\N{ALMOST EQUAL TO}"
UNKNOWN_AMOUNT = "Montant ferme inconnu : les heures dues ne peuvent pas être calculées"


@dataclass(frozen=True, slots=True)
class Input:
    """A number that a formula used: a code, a label, a decimal string, its unit."""

    code: str
    label_fr: str
    value: str
    unit: str


def formula_of(target: Target, basis: Basis, exact: Fraction, hours: int) -> str:
    """Return the formula with its numbers; `exact` before and `hours` (hundredths) after the rounding."""
    if isinstance(target, FixedHours):
        return f"{french(hours)} h"
    if isinstance(target, LabourFormula):
        shares = f"{percent(target.labour_share)} {TIMES} {percent(target.insertion_rate)}"
        amount, cost = french(target.amount), french(target.hourly_cost)
        return f"{amount} € {TIMES} {shares} ÷ {cost} € {_equals(exact)} {_result(exact, hours)}"
    if isinstance(target, PerInvoicedAmount):
        return _tranches(target, basis.invoiced) + _result(exact, hours)
    if isinstance(target, ShareOfHours):
        worked = f"{hours_text(basis.total_hours, 'travaillée')} par tous"
        return f"{percent(target.share)} {TIMES} {worked} {_equals(exact)} {_result(exact, hours)}"
    return _band(target, basis.firm_amount, hours)


def inputs_of(target: Target, basis: Basis) -> tuple[Input, ...]:
    """Return the numbers that the formula used; an estimate of the end last, where the clause has one."""
    if isinstance(target, FixedHours):
        return (Input("hours", "Heures", hundredths_text(target.hours), "h"),)
    if isinstance(target, LabourFormula):
        return (
            _money("amount", "Montant HT", target.amount),
            Input("labour_share", "Part de la main-d'œuvre", decimal_text(target.labour_share), "share"),
            Input("insertion_rate", "Taux d'insertion", decimal_text(target.insertion_rate), "share"),
            Input(
                "hourly_cost", "Coût horaire, charges comprises", hundredths_text(target.hourly_cost), "EUR/h"
            ),
        )
    if isinstance(target, PerInvoicedAmount):
        return _tranche_inputs(target, basis.invoiced)
    if isinstance(target, ShareOfHours):
        return _share_inputs(target, basis.total_hours)
    return _band_inputs(target, basis.firm_amount)


def _equals(exact: Fraction) -> str:
    """Whether two decimals say it all: 240,499 h shown as 240,50 h go to 240 h, and so are no equality."""
    return "=" if (exact * HUNDREDTHS).denominator == 1 else ALMOST


def _result(exact: Fraction, hours: int) -> str:
    """The hours, and what the clause rounds them to where that differs."""
    shown = in_hundredths(exact)
    return f"{french(shown)} h" + (f", soit {french(hours)} h" if hours != shown else "")


def _tranches(target: PerInvoicedAmount, invoiced: int) -> str:
    if invoiced < target.trigger:
        return f"{french(invoiced)} € facturés, sous le seuil de {french(target.trigger)} € : "
    amount = f"{french(invoiced)} € facturés"
    if target.counts_from is CountsFrom.BEYOND_TRIGGER:
        amount = f"({amount} {MINUS} {french(target.trigger)} €)"
    count = target.tranches(invoiced)
    found = f"{count:,}".replace(",", " ") + (" tranches complètes" if count > 1 else " tranche complète")
    return f"{amount} ÷ {french(target.tranche)} € = {found} {TIMES} {french(target.hours_per_tranche)} h = "


def _tranche_inputs(target: PerInvoicedAmount, invoiced: int) -> tuple[Input, ...]:
    estimated = target.estimated_amount
    return (
        _money("invoiced", "Facturé net HT", invoiced),
        _money("trigger", "Seuil facturé HT", target.trigger),
        _money("tranche", "Tranche facturée HT", target.tranche),
        Input("tranches", "Tranches complètes", str(target.tranches(invoiced)), "count"),
        Input("hours_per_tranche", "Heures par tranche", hundredths_text(target.hours_per_tranche), "h"),
        *(
            ()
            if estimated is None
            else (_money("estimated_amount", "Montant estimé à la fin HT", estimated),)
        ),
    )


def _share_inputs(target: ShareOfHours, total_hours: int) -> tuple[Input, ...]:
    estimated = target.estimated_hours
    given = () if estimated is None else (hundredths_text(estimated),)
    return (
        Input("share", "Part des heures", decimal_text(target.share), "share"),
        Input("total_hours", "Heures travaillées par tous", hundredths_text(total_hours), "h"),
        *(Input("estimated_hours", "Heures estimées à la fin", text, "h") for text in given),
    )


def _band(target: StepTable, amount: int | None, hours: int) -> str:
    if amount is None:
        return UNKNOWN_AMOUNT
    band, above = target.around(amount)
    if above is None:
        where = f"à partir de {french(target.bands[-1].from_amount)} €"
    elif band is None:
        where = f"moins de {french(above.from_amount)} €"
    else:
        where = f"de {french(band.from_amount)} € à moins de {french(above.from_amount)} €"
    return f"Montant ferme de {french(amount)} € : {where}, {french(hours)} h"


def _band_inputs(target: StepTable, amount: int | None) -> tuple[Input, ...]:
    if amount is None:
        return ()
    band, above = target.around(amount)
    return (
        _money("firm_amount", "Montant ferme HT", amount),
        *(() if band is None else (_money("band_from", "Palier, à partir de", band.from_amount),)),
        *(() if above is None else (_money("band_below", "Palier, jusqu'à moins de", above.from_amount),)),
    )


def _money(code: str, label: str, cents: int) -> Input:
    return Input(code, label, hundredths_text(cents), "EUR")
