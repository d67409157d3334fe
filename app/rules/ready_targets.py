"""Ready targets: what published texts demand, dated and sourced, that a clause may name instead of typing it.

A clause that names one keeps its numbers in full: a later entry never changes it. The days tell which texts
a ready target is for; naming one from before is allowed, as a consultation may be older than its window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.rules.codes import CountsFrom
from app.rules.terms import Band, PerInvoicedAmount, ShareOfHours, StepTable


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyTarget:
    """A target as published; amounts in cents, hours in hundredths.

    `assumed_terms` are JSON pointers to what no readable source confirmed.
    """

    code: str
    label_fr: str
    target: PerInvoicedAmount | ShareOfHours | StepTable
    since: date
    until: date | None = None
    reference: str
    assumed_terms: tuple[str, ...] = ()

    @property
    def assumed(self) -> bool:
        """Tell whether anything in it is assumed."""
        return bool(self.assumed_terms)

    def in_force(self, on: date) -> bool:
        """Tell whether it stands in the texts of a day."""
        return self.since <= on and (self.until is None or on <= self.until)


_SINCE = ("/since",)
_ANRU = "ANRU, charte nationale d'insertion (ash.tm.fr/hebdo/2906)"
_SGP = "Société du Grand Paris (grandparisdurable.org, 23/06/2021) : 10 % depuis octobre 2020, 5 % avant"
_PARIS = "CCAP 21_BAM_048 (EPEC Paris) : 1 h par 2 000 € facturés, dès 2 700 000 € HT"
# The text can be read both ways: each reading is supposed.
_PARIS_ASSUMED = ("/since", "/target/counts_from")

CSF_2018 = ReadyTarget(
    code="csf-2018",
    label_fr="Clause sociale de formation sous statut scolaire",
    # On the firm period alone; no value in between.
    target=StepTable(
        (
            Band(1_000_00, 150_00),
            Band(100_000_00, 300_00),
            Band(200_000_00, 450_00),
            Band(400_000_00, 900_00),
        )
    ),
    since=date(2018, 1, 1),
    reference="Éducation nationale, clause sociale de formation (2018), guide et FAQ",
    assumed_terms=_SINCE,
)
NPNRU_WORKS = ReadyTarget(
    code="npnru-travaux",
    label_fr="Renouvellement urbain (ANRU) : travaux et ingénierie liée, au moins 5 % des heures",
    target=ShareOfHours(Fraction(5, 100)),
    since=date(2015, 1, 1),
    reference=_ANRU,
    assumed_terms=_SINCE,
)
NPNRU_URBAN_MANAGEMENT = ReadyTarget(
    code="npnru-gestion-urbaine",
    label_fr="Renouvellement urbain (ANRU) : gestion urbaine de proximité, au moins 10 % des heures",
    target=ShareOfHours(Fraction(10, 100)),
    since=date(2015, 1, 1),
    reference=_ANRU,
    assumed_terms=_SINCE,
)
SGP_BEFORE_2020 = ReadyTarget(
    code="sgp-avant-2020",
    label_fr="Société du Grand Paris, avant octobre 2020 : 5 % des heures",
    target=ShareOfHours(Fraction(5, 100)),
    # The year in which the company was founded; what was asked at first is not known.
    since=date(2010, 1, 1),
    until=date(2020, 9, 30),
    reference=_SGP,
    assumed_terms=_SINCE,
)
SGP_2020 = ReadyTarget(
    code="sgp-2020",
    label_fr="Société du Grand Paris, depuis octobre 2020 : 10 % des heures",
    target=ShareOfHours(Fraction(10, 100)),
    since=date(2020, 10, 1),
    reference=_SGP,
)
PARIS_FIRST_EURO = ReadyTarget(
    code="paris-epec-first-euro",
    label_fr="CCAP 21_BAM_048, 1 h par 2 000 € facturés : dès le premier euro, une fois le seuil atteint",
    target=PerInvoicedAmount(
        tranche=2_000_00, trigger=2_700_000_00, counts_from=CountsFrom.FIRST_EURO, hours_per_tranche=1_00
    ),
    since=date(2021, 1, 1),
    reference=_PARIS,
    assumed_terms=_PARIS_ASSUMED,
)
PARIS_BEYOND_TRIGGER = ReadyTarget(
    code="paris-epec-beyond-trigger",
    label_fr="CCAP 21_BAM_048, 1 h par 2 000 € facturés : au-delà du seuil seulement",
    target=PerInvoicedAmount(
        tranche=2_000_00, trigger=2_700_000_00, counts_from=CountsFrom.BEYOND_TRIGGER, hours_per_tranche=1_00
    ),
    since=date(2021, 1, 1),
    reference=_PARIS,
    assumed_terms=_PARIS_ASSUMED,
)

READY_TARGETS: Mapping[str, ReadyTarget] = {
    item.code: item
    for item in (
        *(NPNRU_WORKS, NPNRU_URBAN_MANAGEMENT),
        *(SGP_2020, SGP_BEFORE_2020),
        *(PARIS_FIRST_EURO, PARIS_BEYOND_TRIGGER),
        CSF_2018,
    )
}
